/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mount - where one mount ends and another begins.
 *
 * st_dev does not tell: a bind mount of the same file system has the same one, and a btrfs
 * subvolume that is no mount has another.  The kernel numbers mounts; the number is asked for by
 * statx(2), /proc/self/fdinfo or name_to_handle_at(2), whichever works.
 */
#ifndef LIBMISC_MOUNT_H
#define LIBMISC_MOUNT_H

#include <stddef.h>
#include <stdint.h>

/* The number of the mount that an open file (O_PATH too) was reached through.  -1 and errno where
 * the kernel does not say. */
int mount_id(int fd, uint64_t *ret);

/*
 * Is a file system mounted on the directory or on something below it?  1: yes, and below (size
 * bytes, may be cut) is the way there from the directory: "" or "/...".  0: no.  -1: it cannot be
 * known (no /proc).
 */
int mount_below(int dirfd, char *below, size_t size);

#endif
