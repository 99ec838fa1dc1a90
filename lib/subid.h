/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * subid - ranges of subordinate ids: who has which, and which are free.  See subuid(5), subgid(5).
 *
 * Works on the tables TABLE_SUBUID and TABLE_SUBGID of a transaction; which names one of them.  A
 * row belongs to its owner by name or by uid.  A file that does not exist is never made: then there
 * is nothing to choose and nothing to forget.
 *
 *	struct subid_range range;
 *
 *	if (subid_choose(run, txn, TABLE_SUBUID, name, uid, &range) < 0 ||
 *	    (range.count && subid_add(run, txn, TABLE_SUBUID, name, uid, range) < 0))
 *		return -1;
 *
 * Errors fill run->err with ERR_SUBUID_FILE or ERR_SUBGID_FILE.
 */
#ifndef LIB_SUBID_H
#define LIB_SUBID_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "run.h"

struct subid_range {
	uint32_t first, count; /* count 0: none */
};

/* "FIRST-LAST", both decimal and included.  false: no range of ids. */
bool subid_parse(const char *text, struct subid_range *ret);

/*
 * The range that a new account gets by login.defs, of SUB_?ID_COUNT ids.  It meets no row of the
 * file and holds no uid of passwd (no gid of group), so the table of these must be read too.  None
 * where the count is 0, the file does not exist, or the owner has a range already.
 */
int subid_choose(struct run *run, struct txn *txn, enum table_id which, const char *owner,
		 uid_t uid, struct subid_range *ret);

/* The same for many new accounts of one transaction: what was looked at is kept, and the rows that
 * were chosen must be added.  Begin with all zeros, one for each table. */
struct ids_span;
struct subid_cursor {
	bool begun;
	const struct ids_span *spans; /* of the file as it was, in order, none meets another */
	size_t count, from;           /* those before from lie below next */
	uint32_t next;                /* no place before it */
};
int subid_choose_next(struct run *run, struct txn *txn, enum table_id which, const char *owner,
		      uid_t uid, struct subid_cursor *cursor, struct subid_range *ret);

/* A row, by name or uid as SUB_?ID_STORE_BY_UID says. */
int subid_add(struct run *run, struct txn *txn, enum table_id which, const char *owner, uid_t uid,
	      struct subid_range range);

/* The same where the owner does not have all of it yet.  Notes on stderr whom it overlaps. */
int subid_give(struct run *run, struct txn *txn, enum table_id which, const char *owner, uid_t uid,
	       struct subid_range range);

/* Takes a range from the owner's rows, which are cut or parted as need be. */
int subid_take(struct run *run, struct txn *txn, enum table_id which, const char *owner, uid_t uid,
	       struct subid_range range);

/* Removes all rows of the owner; those by uid stay where another user of passwd has that uid. */
void subid_forget(struct run *run, struct txn *txn, enum table_id which, const char *owner,
		  uid_t uid);

/* The owner's rows follow a new name (by name) or uid (by uid). */
int subid_rename(struct run *run, struct txn *txn, enum table_id which, const char *from,
		 const char *to);

#endif
