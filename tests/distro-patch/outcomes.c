/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * outcomes: what set_selinux_file_context makes of each answer of libselinux, played here.
 *
 * Prints "ENFORCE OPEN LOOKUP SET STATUS LABELLED" for each; linked with the file in question.
 * With -DWITH_MODE the function takes a mode, and labels come from a handle.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/types.h>

#include <selinux/label.h>
#include <selinux/selinux.h>

#ifdef WITH_MODE
int set_selinux_file_context(const char *name, mode_t mode);
#define SET_CONTEXT() set_selinux_file_context("/etc/passwd", 0100644)
#else
int set_selinux_file_context(const char *name);
#define SET_CONTEXT() set_selinux_file_context("/etc/passwd")
#endif

enum lookup { LOOKUP_FOUND, LOOKUP_NOENT, LOOKUP_SILENT, LOOKUP_INVALID, LOOKUP_KINDS };

static int enforce;
static int is_there, may_set;
static enum lookup lookup;
static int labelled;

int is_selinux_enabled(void)
{
	return 1;
}

int security_getenforce(void)
{
	return enforce;
}

static int answer(char **ret)
{
	static char label[] = "system_u:object_r:passwd_file_t:s0";
	static const int errors[LOOKUP_KINDS] = { 0, ENOENT, 0, EINVAL };

	if (lookup == LOOKUP_FOUND) {
		*ret = label;
		return 0;
	}
	errno = errors[lookup];
	return -1;
}

int matchpathcon(const char *path, mode_t mode, char **ret)
{
	(void)path, (void)mode;
	if (!is_there) {
		errno = ENOENT;
		return -1;
	}
	return answer(ret);
}

struct selabel_handle *selabel_open(unsigned int backend, const struct selinux_opt *options,
				    unsigned count)
{
	static char handle;

	(void)backend, (void)options, (void)count;
	errno = ENOENT;
	return is_there ? (struct selabel_handle *)(void *)&handle : NULL;
}

void selabel_close(struct selabel_handle *handle)
{
	(void)handle;
}

int selabel_lookup_raw(struct selabel_handle *handle, char **ret, const char *key, int type)
{
	(void)handle, (void)key, (void)type;
	return answer(ret);
}

static int set(const char *label)
{
	if (!may_set) {
		errno = EACCES;
		return -1;
	}
	labelled = label != NULL;
	return 0;
}

int setfscreatecon(const char *label)
{
	return set(label);
}

int setfscreatecon_raw(const char *label)
{
	return set(label);
}

void freecon(char *label)
{
	(void)label;
}

int main(void)
{
	/* A handle that is opened once is there from then on. */
	for (is_there = 0; is_there < 2; is_there++)
		for (enforce = -1; enforce < 2; enforce++)
			for (lookup = LOOKUP_FOUND; lookup < LOOKUP_KINDS; lookup++)
				for (may_set = 0; may_set < 2; may_set++) {
					int status;

					labelled = 0;
					status = SET_CONTEXT();
					printf("%d %d %d %d %d %d\n", enforce, is_there, lookup,
					       may_set, status, labelled);
				}
	return 0;
}
