/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "btrfs.h"
#include "fd.h"
#include "home_private.h"

#ifndef SYS_faccessat2
#define SYS_faccessat2 439
#endif

static int fail_new(struct run *run, const char *shown)
{
	return err_sys(&run->err, ERR_HOME, "cannot create directory %s", shown);
}

/* The deepest directory on the way to path that exists. */
static int open_nearest(struct run *run, const char *path)
{
	char *part = arena_strdup(&run->arena, path), *slash;
	struct stat st;

	while ((slash = strrchr(part, '/'))) {
		int fd;

		*slash = '\0';
		fd = root_openat(&run->root, part[0] ? part : "/", O_PATH | O_DIRECTORY, 0);
		if (fd >= 0 || errno != ENOENT)
			return fd;
		if (beneath_stat(run->root.fd, part, 0, &st) == 0)
			break; /* a link to nowhere */
	}
	errno = ENOENT;
	return -1;
}

/* Before glibc 2.33 the library guesses what the effective ids may: the kernel is asked. */
static int may_write(int dir)
{
	long r = -1;

	if (getuid() != geteuid() || getgid() != getegid()) {
		r = syscall(SYS_faccessat2, dir, ".", W_OK | X_OK, AT_EACCESS);
		if (r == 0 || errno != ENOSYS)
			return (int)r;
	}
	return faccessat(dir, ".", W_OK | X_OK, 0);
}

static int check_place(struct run *run, const struct home_new *h, const struct home_dir *dir)
{
	_cleanup_fd_ int fd = open_nearest(run, dir->path);

	if (fd < 0)
		return fail_new(run, dir->shown);
	/* Any other error says that the question cannot be asked here. */
	if (may_write(fd) < 0 && (errno == EACCES || errno == EROFS))
		return fail_new(run, dir->shown);
	if (h->kind == HOME_SUBVOLUME && !btrfs_here(fd))
		return err_set(&run->err, ERR_HOME,
			       "home directory \"%s\" must be mounted on BTRFS", dir->shown);
	return 0;
}

int home_open_skel(struct run *run, const char *skel, int *ret)
{
	*ret = -1;
	if (!skel || !skel[0])
		return 0;
	*ret = root_openat(&run->root, skel, O_RDONLY | O_DIRECTORY, 0);
	if (*ret >= 0 || errno == ENOENT)
		return 0;
	return err_sys(&run->err, ERR_HOME, "cannot read the skeleton directory %s",
		       root_show(&run->root, &run->arena, skel));
}

static int check_skel(struct run *run, const char *skel)
{
	_cleanup_fd_ int fd = -1;

	return home_open_skel(run, skel, &fd);
}

int home_check_new(struct run *run, const struct home_new *h)
{
	_cleanup_home_ struct home_dir dir = HOME_DIR_NONE;
	struct stat st;

	if (h->path[0] != '/')
		return err_set(&run->err, ERR_HOME, "home directory %s is not an absolute path",
			       h->path);
	if (beneath_stat(run->root.fd, h->path, 1, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			return 0;
		return err_set(&run->err, ERR_HOME, "home directory %s is not a directory",
			       root_show(&run->root, &run->arena, h->path));
	}
	if (home_find(run, h->path, &dir) == 0)
		return err_set(&run->err, ERR_HOME,
			       "cannot create directory %s: it is a link to nowhere", dir.shown);
	if (errno != ENOENT)
		return fail_new(run, dir.shown);
	if (check_place(run, h, &dir) < 0 || check_skel(run, h->skel) < 0)
		return -1;
	return check_skel(run, h->usrskel);
}
