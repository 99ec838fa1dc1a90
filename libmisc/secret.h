/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * secret - a password in locked memory that no core file shows, wiped when it is no longer needed.
 *
 *	_cleanup_secret_ struct secret typed = SECRET_NONE;
 *
 *	if (secret_make(&typed, SECRET_SIZE, e) < 0)
 *		return -1;
 *
 * Memory that cannot be locked (RLIMIT_MEMLOCK, an old kernel) is used unlocked.
 */
#ifndef LIBMISC_SECRET_H
#define LIBMISC_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "str.h"

/* Bytes of a password, the NUL at its end counted: what PAM and crypt(3) take. */
#define SECRET_SIZE 512

struct secret {
	char *p;     /* ends in NUL; NULL: none */
	size_t n;    /* bytes without the NUL */
	size_t room; /* bytes that it can hold, the NUL counted */
};
#define SECRET_NONE ((struct secret){ .p = NULL })

/* Empty, with room for size bytes, the NUL counted (SECRET_SIZE).  ERR_IO. */
int secret_make(struct secret *ret, size_t size, struct err *e);
/* -1: no room; the secret is as it was. */
int secret_set(struct secret *s, struct str value);
/* One that was never made is equal to none. */
bool secret_eq(const struct secret *a, const struct secret *b);
/* Wiped and unmapped; may be called again. */
void secret_end(struct secret *s);
#define _cleanup_secret_ __attribute__((cleanup(secret_end)))
/* All of a descriptor, at most limit bytes (more: ERR_ARGUMENT), into a new secret.  No copy stays
 * elsewhere. */
int secret_read_all(int fd, size_t limit, struct secret *ret, struct err *e);
/* Overwrites memory in a way that is not optimized away. */
void secret_wipe(void *memory, size_t size);

#endif
