/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * arena - memory that lives as long as the run.
 *
 * A tool runs once and ends; what it allocates on the way is given back in one go by arena_free.
 * Nobody frees a single string.
 *
 * No function here returns NULL.  When memory runs out the process says so and ends with status 1:
 * the one place below main that exits.  It is safe because it is no different from a kill -9,
 * which the transaction survives anyway, and because everything that publishing needs is
 * allocated before.
 */
#ifndef LIBMISC_ARENA_H
#define LIBMISC_ARENA_H

#include <stddef.h>

struct arena_chunk;

struct arena {
	struct arena_chunk *chunks;
};

/* Zeroed, aligned for every type. */
void *arena_alloc(struct arena *a, size_t size);
/* An array of count elements, the product checked. */
void *arena_array(struct arena *a, size_t count, size_t size);
/* A larger copy of an array that was full; the old one stays where it is. */
void *arena_grow(struct arena *a, const void *old, size_t old_count, size_t new_count, size_t size);
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t length);
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
void arena_free(struct arena *a);

#endif
