/* SPDX-License-Identifier: BSD-3-Clause */
/* A kernel and a libselinux that answer what they are told, for tests of the labelling. */
#ifndef TESTS_SELINUX_WORLD_H
#define TESTS_SELINUX_WORLD_H

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "selinux.h"
#include "selinux_ops.h"
#include "selinux_rule.h"

#define SHADOW "system_u:object_r:shadow_t:s0"
#define ETC "system_u:object_r:etc_t:s0"
#define SHARED "system_u:object_r:container_file_t:s0:c1,c2"

enum { OLD = 100 }; /* the number of the file that is replaced; all others are the new one */

/* What the kernel and libselinux say: 0 or "" says yes, a number is an errno. */
struct world {
	int mount_error; /* no selinuxfs at the usual places, and why */
	int kernel;      /* /proc/filesystems: 1, 0, or -errno */
	int found_error; /* nor by the list of mounts */
	int enforcing;   /* 1, 0, -1: no answer, -errno */
	int check_error;
	int open_error;   /* -1: fails with errno 0 */
	int lookup_error; /* -1: fails with errno 0 */
	int set_error, reset_error, resets_failing, put_error, get_error;
	int create_error;          /* of a creation with a label */
	const char *context_mount; /* the label that the mount gives to all files, or NULL */
	const char *policy, *old, *parent;
	const char *policy_etc; /* for /etc */

	char now[256], fscreate[256];
	int sets, resets, made, calls, lookups;
};

static int answer(int error)
{
	errno = error > 0 ? error : 0;
	return error ? -1 : 0;
}

static int w_is_mount(void *data, const char *path)
{
	struct world *w = data;

	w->calls++;
	if (w->mount_error)
		return answer(w->mount_error);
	return strcmp(path, "/sys/fs/selinux") == 0;
}

static int w_in_kernel(void *data)
{
	struct world *w = data;

	w->calls++;
	return w->kernel >= 0 ? w->kernel : answer(-w->kernel);
}

static int w_find_mount(void *data, char **ret_path)
{
	struct world *w = data;

	if (w->found_error == ENOENT)
		return 0;
	if (w->found_error)
		return answer(w->found_error);
	*ret_path = strdup("/odd/place");
	return 1;
}

static int w_enforce(void *data, const char *mount)
{
	const struct world *w = data;

	assert_non_null(mount);
	return w->enforcing >= 0 ? w->enforcing : answer(w->enforcing == -1 ? -1 : -w->enforcing);
}

static int w_check(void *data, const char *mount, const char *label, char **ret_label)
{
	const struct world *w = data;

	assert_non_null(mount);
	if (w->check_error)
		return answer(w->check_error);
	*ret_label = strdup(label);
	return 0;
}

static void *w_open(void *data, const char *file)
{
	const struct world *w = data;

	assert_non_null(file);
	return answer(w->open_error) < 0 ? NULL : data;
}

static void w_close(void *data, void *handle)
{
	assert_ptr_equal(data, handle);
}

static int w_lookup(void *data, void *handle, const char *path, mode_t type, char **ret_label)
{
	struct world *w = data;

	(void)type;
	assert_ptr_equal(data, handle);
	assert_int_equal(path[0], '/');
	w->lookups++;
	if (w->lookup_error)
		return answer(w->lookup_error);
	*ret_label = strdup(strcmp(path, "/etc") == 0 ? w->policy_etc : w->policy);
	return 0;
}

static int w_set(void *data, const char *label)
{
	struct world *w = data;

	if (label) {
		w->sets++;
		if (w->set_error)
			return answer(w->set_error);
	} else {
		w->resets++;
		if (w->reset_error && w->resets <= w->resets_failing)
			return answer(w->reset_error);
	}
	snprintf(w->fscreate, sizeof(w->fscreate), "%s", label ? label : "");
	return 0;
}

static bool is_directory(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
}

static int w_get(void *data, int fd, char **ret_label)
{
	const struct world *w = data;
	const char *label = fd == OLD ? w->old : is_directory(fd) ? w->parent : w->now;

	if (w->get_error)
		return answer(w->get_error);
	if (!label || !*label)
		return answer(ENODATA);
	*ret_label = strdup(label);
	return 0;
}

static int w_put(void *data, int fd, const char *label)
{
	struct world *w = data;

	assert_int_not_equal(fd, OLD);
	if (w->put_error)
		return answer(w->put_error);
	snprintf(w->now, sizeof(w->now), "%s", label);
	return 0;
}

static const struct selinux_ops world_ops = {
	.built = true,
	.is_mount = w_is_mount,
	.in_kernel = w_in_kernel,
	.find_mount = w_find_mount,
	.enforce = w_enforce,
	.check = w_check,
	.open = w_open,
	.close = w_close,
	.lookup = w_lookup,
	.set = w_set,
	.get = w_get,
	.put = w_put,
};

/* Making a file in that world. */
static inline int w_make(void *data)
{
	struct world *w = data;
	const char *label = w->context_mount ? w->context_mount
			  : w->fscreate[0]   ? w->fscreate
					     : w->parent;

	if (w->create_error && w->fscreate[0])
		return answer(w->create_error);
	snprintf(w->now, sizeof(w->now), "%s", label);
	w->made++;
	return 0;
}

static inline void w_unmake(void *data)
{
	struct world *w = data;

	w->made--;
}

/* A full enforcing system with policy, of whose file /etc/shadow there is an old one. */
static const struct world full = {
	.kernel = 1,
	.enforcing = 1,
	.policy = SHADOW,
	.old = SHADOW,
	.parent = ETC,
	.policy_etc = ETC,
};

struct fixture {
	char dir[64];
	int rootfd, file;
};

static void write_file(int dirfd, const char *name, const char *text)
{
	int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	snprintf(f->dir, sizeof(f->dir), "/tmp/test_selinux.XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	f->rootfd = open(f->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	mkdirat(f->rootfd, "etc", 0755);
	mkdirat(f->rootfd, "etc/selinux", 0755);
	mkdirat(f->rootfd, "etc/selinux/test", 0755);
	mkdirat(f->rootfd, "etc/selinux/test/contexts", 0755);
	mkdirat(f->rootfd, "etc/selinux/test/contexts/files", 0755);
	write_file(f->rootfd, "etc/selinux/config", "SELINUXTYPE=test\n");
	write_file(f->rootfd, "etc/selinux/test/contexts/files/file_contexts", "/.* " ETC "\n");
	f->file = openat(f->rootfd, "etc/shadow", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(f->file >= 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = {
		"etc/selinux/test/contexts/files/file_contexts",
		"etc/selinux/config",
		"etc/shadow",
	};
	static const char *const dirs[] = {
		"etc/selinux/test/contexts/files",
		"etc/selinux/test/contexts",
		"etc/selinux/test",
		"etc/selinux",
		"etc",
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < 3; i++)
		unlinkat(f->rootfd, names[i], 0);
	for (i = 0; i < 5; i++)
		unlinkat(f->rootfd, dirs[i], AT_REMOVEDIR);
	rmdir(f->dir);
	close(f->file);
	close(f->rootfd);
	free(f);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
