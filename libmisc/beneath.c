/* SPDX-License-Identifier: BSD-3-Clause */
#include "beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "fd.h"

/* Our own, for kernel headers before 5.6. */
struct how {
	uint64_t flags;
	uint64_t mode;
	uint64_t resolve;
};

enum {
	HOW_NO_MAGICLINKS = 0x02,
	HOW_IN_ROOT = 0x10,
	HOW_LINKS_MAX = 40, /* the kernel's own limit */
};

#ifndef SYS_openat2
#define SYS_openat2 437
#endif

struct walk {
	int rootfd;
	int dirfd;
	int links;
	size_t used;             /* length of done */
	char done[PATH_MAX];     /* from the root to dirfd, free of links and dots */
	char rest[PATH_MAX];     /* still to go */
	char name[NAME_MAX + 1]; /* the last component in dirfd; "" when dirfd itself is meant */
};

static int open_dir(int dirfd, const char *name)
{
	return openat(dirfd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static void walk_move(struct walk *w, int dirfd)
{
	fd_close(&w->dirfd);
	w->dirfd = dirfd;
}

/* Back to the root, then down to done again. */
static int walk_again(struct walk *w)
{
	const char *p = w->done;
	char name[NAME_MAX + 1];
	int fd;

	fd = open_dir(w->rootfd, ".");
	if (fd < 0)
		return -1;
	walk_move(w, fd);
	while (*p) {
		size_t n = strcspn(p, "/");

		memcpy(name, p, n);
		name[n] = '\0';
		fd = open_dir(w->dirfd, name);
		if (fd < 0)
			return -1;
		walk_move(w, fd);
		p += n + (p[n] == '/');
	}
	return 0;
}

/* ".." is never asked of the kernel: the directory that we stand in may have been moved out. */
static int walk_up(struct walk *w)
{
	while (w->used > 0 && w->done[w->used - 1] != '/')
		w->used--;
	if (w->used > 0)
		w->used--;
	w->done[w->used] = '\0';
	return walk_again(w);
}

static int walk_down(struct walk *w, const char *name, int fd)
{
	int n = snprintf(w->done + w->used, sizeof(w->done) - w->used, "%s%s",
			 w->used > 0 ? "/" : "", name);

	if (n < 0 || (size_t)n >= sizeof(w->done) - w->used) {
		close(fd);
		errno = ENAMETOOLONG;
		return -1;
	}
	w->used += (size_t)n;
	walk_move(w, fd);
	return 0;
}

/* The links in /proc/PID lead where their text does not; those in /proc itself are ordinary
 * ones. */
static int link_is_magic(int dirfd)
{
	_cleanup_fd_ int fd = -1;
	struct statfs fs;
	struct stat st;

	if (fstatfs(dirfd, &fs) < 0) {
		/* Before Linux 3.12 a descriptor of O_PATH cannot be asked. */
		fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0 || fstatfs(fd, &fs) < 0)
			return 0;
	}
	if (fs.f_type != PROC_SUPER_MAGIC)
		return 0;
	return fstat(dirfd, &st) < 0 || st.st_ino != 1;
}

/* Puts what the link fd says before what is still to go. */
static int walk_link(struct walk *w, int fd)
{
	char target[PATH_MAX];
	size_t rest = strlen(w->rest);
	ssize_t n;

	if (++w->links > HOW_LINKS_MAX || link_is_magic(w->dirfd)) {
		errno = ELOOP;
		return -1;
	}
	n = readlinkat(fd, "", target, sizeof(target));
	if (n <= 0) {
		errno = n == 0 ? ENOENT : errno;
		return -1;
	}
	if ((size_t)n + rest >= sizeof(w->rest)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memmove(w->rest + n, w->rest, rest + 1);
	memcpy(w->rest, target, (size_t)n);
	if (target[0] != '/')
		return 0;
	w->used = 0;
	w->done[0] = '\0';
	return walk_again(w);
}

/* Cuts the next component off rest, which then is "" or begins with the slash behind it. */
static int walk_next(struct walk *w, char name[static NAME_MAX + 1])
{
	size_t skip = strspn(w->rest, "/");
	size_t n = strcspn(w->rest + skip, "/");

	if (n > NAME_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(name, w->rest + skip, n);
	name[n] = '\0';
	memmove(w->rest, w->rest + skip + n, strlen(w->rest + skip + n) + 1);
	return n > 0;
}

/* One component that is no dot.  1: it was the last and stands in w->name. */
static int walk_step(struct walk *w, const char *name, int follow)
{
	int last = w->rest[strspn(w->rest, "/")] == '\0';
	_cleanup_fd_ int fd = -1;
	struct stat st;
	int down;

	if (last)
		snprintf(w->name, sizeof(w->name), "%s", name);
	/* A slash behind it follows a link, as everywhere. */
	if (last && !follow && w->rest[0] == '\0')
		return 1;
	fd = openat(w->dirfd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return last && errno == ENOENT ? 1 : -1;
	if (fstat(fd, &st) < 0)
		return -1;
	if (S_ISLNK(st.st_mode)) {
		w->name[0] = '\0';
		return walk_link(w, fd);
	}
	if (w->rest[0] != '\0' && !S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return -1;
	}
	if (last)
		return 1;
	down = fd;
	fd = -1;
	return walk_down(w, name, down);
}

/* Leaves w->dirfd open, whatever it returns. */
static int walk_path(struct walk *w, int rootfd, const char *path, int follow)
{
	char name[NAME_MAX + 1];
	int r;

	w->rootfd = rootfd;
	w->dirfd = -1;
	w->links = 0;
	w->used = 0;
	w->done[0] = '\0';
	w->name[0] = '\0';
	if (path[0] == '\0' || strlen(path) >= sizeof(w->rest)) {
		errno = path[0] == '\0' ? ENOENT : ENAMETOOLONG;
		return -1;
	}
	memcpy(w->rest, path, strlen(path) + 1);
	if (walk_again(w) < 0)
		return -1;
	while ((r = walk_next(w, name)) > 0) {
		if (strcmp(name, ".") == 0)
			continue;
		r = strcmp(name, "..") == 0 ? walk_up(w) : walk_step(w, name, follow);
		if (r != 0)
			return r < 0 ? -1 : 0;
	}
	return r;
}

static int open_by_walk(int rootfd, const char *path, int flags, mode_t mode)
{
	int follow = !(flags & O_NOFOLLOW) && (flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL);
	struct walk w;
	struct stat st;
	int fd = -1;

	if (walk_path(&w, rootfd, path, follow) < 0)
		goto out;
	if (w.rest[0] != '\0' && (flags & O_CREAT)) {
		errno = EISDIR;
		goto out;
	}
	/* The link, if there was one, is behind us: one that appears now is not followed. */
	fd = openat(w.dirfd, w.name[0] ? w.name : ".", flags | O_NOFOLLOW, mode);
	if (fd >= 0 && (flags & O_PATH) && follow && fstat(fd, &st) == 0 && S_ISLNK(st.st_mode)) {
		close(fd);
		fd = -1;
		errno = ELOOP;
	}
out:
	fd_close(&w.dirfd);
	return fd;
}

int beneath_open(int rootfd, const char *path, int flags, mode_t mode)
{
	int makes = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
	struct how how = { .resolve = HOW_IN_ROOT | HOW_NO_MAGICLINKS };
	long fd;

	flags |= O_CLOEXEC;
	how.flags = (uint64_t)(unsigned int)flags;
	how.mode = makes ? mode & 07777 : 0;
	fd = syscall(SYS_openat2, rootfd, path, &how, sizeof(how));
	if (fd >= 0)
		return (int)fd;
	/* No such call; a seccomp profile that does not know it (a genuine EPERM comes again from
	 * the walk); or a rename somewhere while the kernel went through "..". */
	if (errno == ENOSYS || errno == EPERM || errno == EAGAIN)
		return open_by_walk(rootfd, path, flags, mode);
	return -1;
}

/* Where the path ended in a dot, its name is the last one that we went through. */
static int settle_name(struct walk *w)
{
	const char *base;

	if (w->name[0] != '\0')
		return 0;
	if (w->used == 0) {
		errno = EISDIR;
		return -1;
	}
	base = strrchr(w->done, '/');
	base = base ? base + 1 : w->done;
	memcpy(w->name, base, strlen(base) + 1);
	return walk_up(w);
}

int beneath_find(int rootfd, const char *path, int follow, struct beneath_place *ret)
{
	struct walk w;

	if (walk_path(&w, rootfd, path, follow) < 0 || settle_name(&w) < 0) {
		fd_close(&w.dirfd);
		return -1;
	}
	ret->dirfd = w.dirfd;
	memcpy(ret->name, w.name, sizeof(ret->name));
	return 0;
}

void beneath_forget(struct beneath_place *place)
{
	fd_close(&place->dirfd);
	place->dirfd = -1;
}

int beneath_stat(int rootfd, const char *path, int follow, struct stat *ret)
{
	_cleanup_fd_ int fd = beneath_open(rootfd, path, O_PATH | (follow ? 0 : O_NOFOLLOW), 0);

	return fd < 0 ? -1 : fstat(fd, ret);
}
