/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tree_data - what is in a regular file, copied the cheapest way that works.
 */
#ifndef LIBMISC_TREE_DATA_H
#define LIBMISC_TREE_DATA_H

/* out is new and empty.  Shared blocks where the file system has them, else in the kernel, else by
 * read and write; holes stay holes.  -1 and errno. */
int tree_data_copy(int in, int out);

#endif
