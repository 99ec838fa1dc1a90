/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tree: the small root that each run begins with, put back between runs.
 *
 * tree_reset makes WORK equal BASE for each top-level name of BASE; other names of WORK (mount
 * points of a chroot) are left alone.  tree_sign describes what lies under `home` and `var`, one
 * line an object, sorted.  The caller frees the text.  Trouble ends the process (trace_die).
 */
#ifndef FAULT_TREE_H
#define FAULT_TREE_H

#include <stddef.h>
#include <stdint.h>

void tree_reset(const char *base, const char *work);
char *tree_sign(const char *work);
/* The same for all top-level names of the base.  A pid in a lock file does not count. */
char *tree_sign_all(const char *base, const char *work);

/* Whole file with a NUL after it, or NULL when it is not there. */
char *file_read(const char *path, size_t *ret_length);

uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t length);
enum { hash_start = 5381 };

#endif
