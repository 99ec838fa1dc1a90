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

#include "ids.h"
#include "run.h"

struct subid_range {
	uint32_t first, count; /* count 0: none */
};

/* "FIRST-LAST", both decimal and included.  false: no range of ids. */
bool subid_parse(const char *text, struct subid_range *ret);

/*
 * The range that a new account gets by login.defs, of SUB_?ID_COUNT ids.  It meets no row of the
 * file, nothing of SUB_?ID_RESERVED and no mark (idmarks.h), and holds no uid of passwd (no gid of
 * group), so the table of these must be read too; other sources are asked for a few of its ids.
 * None where the count is 0, the file does not exist, or the owner has a range already.
 */
int subid_choose(struct run *run, struct txn *txn, enum table_id which, const char *owner,
		 uid_t uid, struct subid_range *ret);

/* The same for many new accounts of one transaction: what was looked at is kept, and the rows that
 * were chosen must be added.  Begin with all zeros, one for each table. */
struct subid_cursor {
	bool begun;
	struct ids_spans lent;     /* of the file as it was */
	struct ids_list given;     /* since then */
	bool planned;
	struct ids_spans reserved; /* by login.defs */
	struct ids_spans full;     /* all three, and marks */
	size_t from;               /* the spans before it lie below next */
	uint32_t next;             /* no place before it */
	uint32_t start;            /* with marks: where it began; places below are the last */
	unsigned asked;            /* how often other sources were */
	bool none_left;            /* why the last call failed */
	uint32_t own;              /* the id that the owner is about to get, or 0 */
};
int subid_choose_next(struct run *run, struct txn *txn, enum table_id which, const char *owner,
		      uid_t uid, struct subid_cursor *cursor, struct subid_range *ret);

/* What is kept back from new users or groups: ids in somebody's range, by the file or by this
 * transaction. */
void subid_keep_back(struct run *run, struct txn *txn, enum table_id which,
		     struct subid_cursor *cursor, struct ids_others *others);
/* Notes on stderr whose range holds the id of somebody new, which was asked for. */
void subid_warn(struct run *run, struct txn *txn, enum table_id which, uint32_t id);

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

/* The owner's rows follow a new name (by name) or uid (by uid).  Rows by uid stay where another
 * user of passwd has that uid. */
int subid_rename(struct run *run, struct txn *txn, enum table_id which, const char *from,
		 const char *to);
int subid_renumber(struct run *run, struct txn *txn, enum table_id which, const char *owner,
		   uid_t from, uid_t to);

/* Who gives sub-ids, where that is not the files: another source of nsswitch.conf.  Then nothing is
 * chosen, given, taken or forgotten here.  NULL: the files do. */
const char *subid_provider(struct run *run);

#endif
