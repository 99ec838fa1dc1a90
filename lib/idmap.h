/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * idmap - the map of a user namespace as newuidmap(1) and newgidmap(1) are given it.
 *
 *	if (idmap_parse(SUBID_UIDS, words, &arena, &map, e) < 0 ||
 *	    idmap_grant(&map, &caller, &source, &grant, e) < 0)
 *		...
 *	text = idmap_text(&map, limit, &arena, &length, e);
 *
 * A row says that the ids upper, upper+1, ... inside of the namespace are lower, lower+1, ...
 * outside.  What was parsed is a map that the kernel takes as far as the numbers go: no row is
 * empty, none reaches the id 4294967295, which is none, and no two have an id in common.
 *
 * idmap_parse and idmap_text ask nobody.  Everything here is run with the caller's ids.
 */
#ifndef LIB_IDMAP_H
#define LIB_IDMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "arena.h"
#include "err.h"
#include "subid_source.h"

/* The kernel's limit since 4.15; five before. */
#define IDMAP_ROWS 340
#define IDMAP_ROWS_OLD 5

struct idmap_row {
	uint32_t upper, lower, count;
};

struct idmap {
	enum subid_table table;
	struct idmap_row *rows;
	size_t count;
};

/* "uid" or "gid", for messages. */
const char *idmap_word(enum subid_table table);

/*
 * words are what follows the process on the command line, ended by NULL: three a row, in decimal,
 * or octal or hexadecimal as in C.  A sign or a blank is no number.  ERR_USAGE: not three a row, or
 * a word that is no number; ERR_ARGUMENT: too large, empty, too many or overlapping.
 */
int idmap_parse(enum subid_table table, const char *const *words, struct arena *a,
		struct idmap *ret, struct err *e);

/* Who asks for it. */
struct idmap_caller {
	const char *name; /* his account's */
	uid_t uid;        /* real ids of his process: he may map the one that the table is of */
	gid_t gid;
};

uint32_t idmap_own_id(enum subid_table table, const struct idmap_caller *caller);

struct idmap_grant {
	/* Some row lies in the ranges that the administrator granted; else it is the caller's own
	 * id alone. */
	bool granted;
};

/* ERR_PERMISSION names the range that is not allowed; the rest is subid_source's. */
int idmap_grant(const struct idmap *map, const struct idmap_caller *caller,
		const struct subid_source *source, struct idmap_grant *ret, struct err *e);

/* Has it the id 0 of outside?  The kernel wants more of who maps that. */
bool idmap_has_zero(const struct idmap *map);

/* What is written to uid_map, which takes one write(2) of less than a page: limit is its size.
 * NULL: it does not fit (ERR_ARGUMENT). */
const char *idmap_text(const struct idmap *map, size_t limit, struct arena *a, size_t *ret_length,
		       struct err *e);

#endif
