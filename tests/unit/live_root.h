/* SPDX-License-Identifier: BSD-3-Clause */
/* A scratch directory that is the running system for a child: with the programs of this one, an
 * /etc of its own, and an empty /usr/sbin.  Needs root and own_mounts(). */
#ifndef TESTS_LIVE_ROOT_H
#define TESTS_LIVE_ROOT_H

#include "scratch.h"

#include <sys/sysmacros.h>

#include "run.h"

/* Read-only, so that no slip of a test reaches this system. */
static inline void live_root_bind(const struct scratch *s, const char *dir)
{
	const char *at = scratch_path(s, dir + 1);

	must(mount(dir, at, NULL, MS_BIND, NULL), dir);
	must(mount("none", at, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL), dir);
}

static inline void live_root_open(struct scratch *s)
{
	static const char *const dirs[] = { "bin", "sbin", "lib", "lib32", "lib64", "libx32" };
	char from[32], to[64];
	ssize_t n;
	size_t i;

	scratch_open(s);
	make_dir(s->fd, "etc", 0755);
	make_dir(s->fd, "usr", 0755);
	make_dir(s->fd, "tmp", 0777);
	make_dir(s->fd, "dev", 0755);
	live_root_bind(s, "/usr");
	must(mount("none", scratch_path(s, "usr/sbin"), "tmpfs", 0, NULL), "/usr/sbin");
	must(mount("none", scratch_path(s, "dev"), "tmpfs", 0, NULL), "/dev");
	must(mknod(scratch_path(s, "dev/null"), S_IFCHR | 0666, makedev(1, 3)), "/dev/null");
	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		snprintf(from, sizeof(from), "/%s", dirs[i]);
		n = readlink(from, to, sizeof(to) - 1);
		if (n > 0) {
			to[n] = '\0';
			make_link(s->fd, dirs[i], to);
		} else if (access(from, F_OK) == 0) {
			make_dir(s->fd, dirs[i], 0755);
			live_root_bind(s, from);
		}
	}
}

static inline void live_root_close(struct scratch *s)
{
	static const char *const dirs[] = { "usr/sbin", "usr", "dev", "bin", "sbin", "lib", "lib32",
					    "lib64", "libx32" };
	size_t i;

	/* What is still mounted must not be removed with the rest. */
	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (umount2(scratch_path(s, dirs[i]), MNT_DETACH) < 0 && errno != EINVAL)
			must(errno == ENOENT ? 0 : -1, dirs[i]);
	scratch_close(s);
}

/* Calls test in a child for which the scratch directory is "/".  What it says goes to the files out
 * and err there; returns what it returned. */
static inline int in_live_root(const struct scratch *s, int (*test)(struct run *run))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		struct run run = { .note = { .prog = "test" }, .root = { .fd = -1 } };

		must(chroot(s->dir), "chroot");
		must(chdir("/"), "chdir");
		if (!freopen("/out", "w", stdout) || !freopen("/err", "w", stderr))
			_exit(99);
		proc_begin(&run.origin);
		must(root_open(&run.root, NULL, NULL, &run.arena, &run.err), "root_open");
		status = test(&run);
		if (run.err.kind != ERR_NONE)
			fprintf(stderr, "%s\n", run.err.message);
		fflush(NULL);
		_exit(status);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

#endif
