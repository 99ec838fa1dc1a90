/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * names - which names stand in a table, and which more than once.
 *
 * One pass over the bytes and four bytes a row: for who asks for a name per row of another table,
 * and would pay more for an index than for all else.  The answers are "no" and "maybe": of a
 * thousand names that do not stand there one is taken for one that may.  Opaque lines count too, by
 * what stands before their first colon.
 *
 *	struct names names;
 *
 *	names_of(t, arena, &names);
 *	if (names_may_have(&names, name) && table_find(t, name, &row))
 *		...
 *
 * What is removed from the table later stays here; what is added must be told by names_add.
 */
#ifndef LIB_NAMES_H
#define LIB_NAMES_H

#include "table.h"

struct names {
	uint64_t *bits; /* words of a filter; NULL: nothing stands there */
	size_t words;
	uint64_t *doubled; /* hashes of names that stand there more than once, in order */
	size_t doubles;
};

/* t may be NULL: there are none. */
void names_of(struct table *t, struct arena *a, struct names *ret);
bool names_may_have(const struct names *n, struct str name);
/* Where no two names of a file share 64 bits of a hash, this is sure. */
bool names_may_double(const struct names *n, struct str name);
/* The name stands there now, too. */
void names_add(struct names *n, struct str name);

#endif
