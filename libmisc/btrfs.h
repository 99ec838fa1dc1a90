/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * btrfs - subvolumes, by ioctl: no helper program.
 *
 * A subvolume looks like a directory; its inode number is always 256.
 */
#ifndef LIBMISC_BTRFS_H
#define LIBMISC_BTRFS_H

#include <stdbool.h>

/* Both take any open file, O_PATH too where the kernel can (3.12); false when it is not known. */
bool btrfs_here(int fd);
bool btrfs_is_subvolume(int fd);

/* A new empty subvolume, mode 0777 less the umask, ours.  dirfd may be O_PATH.  -1 and errno;
 * ENOTTY where the directory is on no btrfs. */
int btrfs_create(int dirfd, const char *name);
/* Removes a subvolume with all that is in it.  It fails when it holds another subvolume
 * (ENOTEMPTY), or when the caller may not (EPERM): then it is emptied and removed like a
 * directory. */
int btrfs_destroy(int dirfd, const char *name);

#endif
