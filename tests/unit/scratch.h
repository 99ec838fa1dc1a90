/* SPDX-License-Identifier: BSD-3-Clause */
/* A scratch directory, files in it, and mount namespaces, for tests of what works on files. */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "fd.h"

struct scratch {
	char dir[128];
	int fd;
};

static inline void scratch_open(struct scratch *s)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(s->dir, sizeof(s->dir), "%s/scratch.XXXXXX", tmp ? tmp : "/var/tmp");
	assert_non_null(mkdtemp(s->dir));
	assert_int_equal(chmod(s->dir, 0755), 0);
	s->fd = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(s->fd >= 0);
}

static inline int scratch_remove_one(const char *path, const struct stat *st, int type,
				     struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	remove(path);
	return 0;
}

static inline void scratch_close(struct scratch *s)
{
	close(s->fd);
	nftw(s->dir, scratch_remove_one, 32, FTW_DEPTH | FTW_PHYS);
}

/* Good until the call after the next. */
static inline const char *scratch_path(const struct scratch *s, const char *name)
{
	static char paths[2][512];
	static int turn;

	turn = !turn;
	snprintf(paths[turn], sizeof(paths[turn]), "%s/%s", s->dir, name);
	return paths[turn];
}

/* What a test needs and does not get ends it. */
static inline void must(int r, const char *what)
{
	if (r >= 0)
		return;
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	fail();
}

static inline void make_dir(int dirfd, const char *name, mode_t mode)
{
	must(mkdirat(dirfd, name, 0700), name);
	must(fchmodat(dirfd, name, mode, 0), name);
}

static inline void make_file(int dirfd, const char *name, const char *content, mode_t mode)
{
	_cleanup_fd_ int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	must(fd, name);
	must(fd_write_all(fd, content, strlen(content)), name);
	must(fchmod(fd, mode), name);
}

static inline void make_link(int dirfd, const char *name, const char *target)
{
	must(symlinkat(target, dirfd, name), name);
}

static inline void give(int dirfd, const char *name, uid_t uid, gid_t gid)
{
	must(fchownat(dirfd, name, uid, gid, AT_SYMLINK_NOFOLLOW), name);
}

static inline struct stat look(int dirfd, const char *name)
{
	struct stat st = { 0 };

	must(fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW), name);
	return st;
}

static inline bool is_there(int dirfd, const char *name)
{
	struct stat st;

	return fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static inline int open_dir(int dirfd, const char *name)
{
	int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	must(fd, name);
	return fd;
}

static inline const char *content(int dirfd, const char *name)
{
	static char text[256];
	_cleanup_fd_ int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	must(fd, name);
	n = read(fd, text, sizeof(text) - 1);
	must((int)n, name);
	text[n] = '\0';
	return text;
}

static inline const char *target(int dirfd, const char *name)
{
	static char text[256];
	ssize_t n = readlinkat(dirfd, name, text, sizeof(text) - 1);

	must((int)n, name);
	text[n] = '\0';
	return text;
}

static inline void needs_root(void)
{
	if (geteuid() != 0)
		skip();
}

/* The first thing in main: what is mounted from here on nobody else sees. */
static inline void own_mounts(void)
{
	if (geteuid() == 0 && unshare(CLONE_NEWNS) == 0)
		mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

static inline void mount_tmpfs(const struct scratch *s, const char *name, const char *options)
{
	must(mount("none", scratch_path(s, name), "tmpfs", 0, options), name);
}

static inline void mount_bind(const struct scratch *s, const char *from, const char *name)
{
	must(mount(scratch_path(s, from), scratch_path(s, name), NULL, MS_BIND, NULL), name);
}

static inline void unmount(const struct scratch *s, const char *name)
{
	must(umount2(scratch_path(s, name), MNT_DETACH), name);
}

/* A chain of directories, each named "d", with a file at the bottom. */
static inline void make_deep(int dirfd, int levels)
{
	int fd = dup(dirfd), i, next;

	for (i = 0; i < levels; i++) {
		must(mkdirat(fd, "d", 0755), "d");
		next = open_dir(fd, "d");
		close(fd);
		fd = next;
	}
	make_file(fd, "bottom", "deep", 0644);
	close(fd);
}

static inline void limit_descriptors(rlim_t soft)
{
	struct rlimit limit;

	must(getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
	limit.rlim_cur = soft < limit.rlim_max ? soft : limit.rlim_max;
	must(setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
}

#endif
