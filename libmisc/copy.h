/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * copy - bytes from one file to another, in the kernel where it can.
 *
 * copy_file_range(2) is tried for large pieces; on any error, or when it ends early, read and write
 * go on from where it stopped.
 */
#ifndef LIBMISC_COPY_H
#define LIBMISC_COPY_H

#include <stddef.h>
#include <sys/types.h>

/* size bytes at offset of from to the file position of to.  -1 and errno (EIO: from is shorter). */
int copy_bytes(int from, off_t offset, size_t size, int to);

#endif
