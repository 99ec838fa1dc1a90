/* SPDX-License-Identifier: BSD-3-Clause */
#include "btrfs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "fd.h"

enum { SUBVOLUME_INODE = 256 };

bool btrfs_here(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && (unsigned long)fs.f_type == BTRFS_SUPER_MAGIC;
}

bool btrfs_is_subvolume(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) && st.st_ino == SUBVOLUME_INODE &&
	       btrfs_here(fd);
}

static int ask(int dirfd, unsigned long request, const char *name)
{
	struct btrfs_ioctl_vol_args args = { 0 };
	_cleanup_fd_ int fd = -1;

	if (strlen(name) >= sizeof(args.name)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(args.name, name, strlen(name) + 1);
	/* An ioctl needs more than O_PATH. */
	fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -1 : ioctl(fd, request, &args);
}

int btrfs_create(int dirfd, const char *name)
{
	return ask(dirfd, BTRFS_IOC_SUBVOL_CREATE, name);
}

int btrfs_destroy(int dirfd, const char *name)
{
	return ask(dirfd, BTRFS_IOC_SNAP_DESTROY, name);
}
