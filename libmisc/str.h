/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * str - borrowed slices of bytes, and the numbers and lists that stand in account files.
 *
 * A struct str points into memory that somebody else owns and need not end in NUL.
 */
#ifndef LIBMISC_STR_H
#define LIBMISC_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "arena.h"

struct str {
	const char *p;
	size_t n;
};

/* In place, so that the length of a text that stands in the code costs nothing. */
static inline struct str str_of(const char *s)
{
	return (struct str){ s, strlen(s) };
}

static inline bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool str_is(struct str a, const char *s)
{
	return str_eq(a, str_of(s));
}

/* What stands before the first such byte, or all. */
struct str str_until(struct str s, char end);
/* A copy that ends in NUL. */
char *str_dup(struct arena *a, struct str s);

/* The next element of a list; *rest moves on.  false when nothing is left.  Empty elements are
 * handed out as they stand ("a,,b" has three). */
bool str_next(struct str *rest, char separator, struct str *ret);
bool str_list_has(struct str list, struct str name);
/* The list with name added at its end (removed): a new string, or list itself if it had it
 * (not). */
struct str str_list_add(struct arena *a, struct str list, struct str name);
struct str str_list_remove(struct arena *a, struct str list, struct str name);
/* The list with one name in another's place; a name that is there already is not doubled. */
struct str str_list_rename(struct arena *a, struct str list, struct str from, struct str to);

/* A whole string as an unsigned decimal of at most max.  Nothing else (sign, blank, empty)
 * parses. */
bool str_decimal(struct str s, uint64_t max, uint64_t *ret);
/* The same, but with C's base 0 (octal with a leading 0, 0x hex), as subuid and shadow are read. */
bool str_number(struct str s, uint64_t max, uint64_t *ret);

/* The text, or a copy with control characters as "#ooo" (of 8-bit terminals, and what turns text
 * around, too): what a caller gave us can neither end a line of a log nor speak to a terminal. */
const char *str_visible(struct arena *a, const char *text);

#endif
