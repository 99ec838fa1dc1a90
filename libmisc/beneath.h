/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * beneath - paths that are resolved inside a directory as if that were "/".
 *
 * Symbolic links, absolute ones and ".." included, stay inside; magic links (/proc/self/fd/N) are
 * refused with ELOOP.  It is openat2(2) with RESOLVE_IN_ROOT where the kernel has it and lets us
 * call it, else a walk component by component with the same result.
 */
#ifndef LIBMISC_BENEATH_H
#define LIBMISC_BENEATH_H

#include <limits.h>
#include <sys/stat.h>
#include <sys/types.h>

/* As openat(2); path may begin with "/".  O_CLOEXEC is added.  O_NOFOLLOW speaks of the last
 * component. */
int beneath_open(int rootfd, const char *path, int flags, mode_t mode);

/* Where a file is, or would be: its directory's descriptor and its name there. */
struct beneath_place {
	int dirfd;               /* owned; -1 when there is none */
	char name[NAME_MAX + 1]; /* never "", ".", ".." or with a "/" */
};

/*
 * The place of path.  With follow, a symbolic link as the last component is followed (to a target
 * that need not exist); without, the place is the link's own.  The parent directory must exist.
 * -1 and errno; EISDIR for a path that is the root itself.
 */
int beneath_find(int rootfd, const char *path, int follow, struct beneath_place *ret);
void beneath_forget(struct beneath_place *place);
#define _cleanup_place_ __attribute__((cleanup(beneath_forget)))

/* fstatat(2) beneath; follow as above. */
int beneath_stat(int rootfd, const char *path, int follow, struct stat *ret);

#endif
