/* SPDX-License-Identifier: BSD-3-Clause */
#include "selinux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct selinux {
	enum selinux_mode mode;
};

static bool parse_mode(const char *text, enum selinux_mode *ret)
{
	static const char *const names[] = { "auto", "off", "strict" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(text, names[i]) == 0) {
			*ret = (enum selinux_mode)i;
			return true;
		}
	}
	return false;
}

#ifndef SELINUX_LABELS_DEFAULT
#define SELINUX_LABELS_DEFAULT "auto"
#endif

int selinux_mode_choose(const char *option, const char *defs, const struct note *note,
			enum selinux_mode *ret_mode, enum selinux_source *ret_source,
			bool *ret_ignored, struct err *e)
{
	const char *environment = secure_getenv("SHADOW_SELINUX");
	enum selinux_source source = SELINUX_FROM_BUILD;
	const char *text = SELINUX_LABELS_DEFAULT;
	enum selinux_mode mode = SELINUX_AUTO;

	if (ret_ignored)
		*ret_ignored = !environment && getenv("SHADOW_SELINUX");
	if (option) {
		if (!parse_mode(option, &mode))
			return err_set(e, ERR_USAGE, "invalid SELinux mode '%s': auto, off or strict",
				       option);
		*ret_mode = mode;
		*ret_source = SELINUX_FROM_OPTION;
		return 0;
	}
	if (environment) {
		text = environment;
		source = SELINUX_FROM_ENVIRONMENT;
	} else if (defs) {
		text = defs;
		source = SELINUX_FROM_DEFS;
	}
	if (!parse_mode(text, &mode)) {
		mode = SELINUX_AUTO;
		note_say(note, "unknown SELinux mode '%s' in %s: taken as 'auto'", text,
			 source == SELINUX_FROM_ENVIRONMENT ? "SHADOW_SELINUX" : "SELINUX_LABELS");
	}
	*ret_mode = mode;
	*ret_source = source;
	return 0;
}

int selinux_begin(struct selinux **ret, int rootfd, bool live, enum selinux_mode mode,
		  const struct note *note, struct err *e)
{
	struct selinux *s = calloc(1, sizeof(*s));

	(void)rootfd;
	(void)live;
	(void)note;
	if (!s)
		return err_sys(e, ERR_IO, "cannot ask the kernel about SELinux");
	s->mode = mode;
	*ret = s;
	return 0;
}

void selinux_end(struct selinux **s)
{
	free(*s);
	*s = NULL;
}

int set_selinux_file_context(struct selinux *s, const char *path, mode_t type, struct err *e)
{
	(void)s;
	(void)path;
	(void)type;
	(void)e;
	return 0;
}

int reset_selinux_file_context(struct selinux *s, struct err *e)
{
	(void)s;
	(void)e;
	return 0;
}

int selinux_open(struct selinux *s, const char *path, int dirfd, const char *name, int flags,
		 mode_t mode, struct err *e)
{
	(void)s;
	(void)path;
	(void)e;
	return openat(dirfd, name, flags | O_CLOEXEC, mode);
}

int selinux_mkdir(struct selinux *s, const char *path, int dirfd, const char *name, mode_t mode,
		  struct err *e)
{
	(void)s;
	(void)path;
	(void)e;
	return mkdirat(dirfd, name, mode);
}

int selinux_mknod(struct selinux *s, const char *path, int dirfd, const char *name, mode_t mode,
		  dev_t device, struct err *e)
{
	(void)s;
	(void)path;
	(void)e;
	return mknodat(dirfd, name, mode, device);
}

int selinux_symlink(struct selinux *s, const char *path, const char *target, int dirfd,
		    const char *name, struct err *e)
{
	(void)s;
	(void)path;
	(void)e;
	return symlinkat(target, dirfd, name);
}

int selinux_make(struct selinux *s, const char *path, mode_t type, const struct selinux_maker *maker,
		 struct err *e)
{
	(void)s;
	(void)path;
	(void)type;
	(void)e;
	return maker->make(maker->data);
}

int selinux_settle(struct selinux *s, const char *path, int newfd, int oldfd, bool secret,
		   struct err *e)
{
	(void)s;
	(void)path;
	(void)newfd;
	(void)oldfd;
	(void)secret;
	(void)e;
	return 0;
}

bool selinux_active(const struct selinux *s)
{
	(void)s;
	return false;
}

const char *selinux_reason(const struct selinux *s)
{
	return !s ? "not asked" : s->mode == SELINUX_OFF ? "switched off" : "no SELinux";
}

const char *selinux_warning(struct selinux *s)
{
	(void)s;
	return NULL;
}
