/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * verify - are the account files right?  The rules of pwck and grpck as a list of checks.
 *
 *	struct verify v = { .run = run, .txn = txn, .tell = show_and_ask, .context = &state };
 *
 *	verify_users(&v);      or verify_groups(&v)
 *
 * Every finding is told at once; where tell says so its repair is made in the tables, and what
 * follows is judged with it.  With the same answers a second run on the same files comes out the
 * same: answers are gathered without the lock, and given again within the transaction.
 */
#ifndef LIB_VERIFY_H
#define LIB_VERIFY_H

#include <stdbool.h>

#include "nss.h"
#include "run.h"

enum verify_check {
	VERIFY_MALFORMED,     /* a line that is no row */
	VERIFY_DUPLICATE,     /* two rows of one name */
	VERIFY_NAME,          /* a name that no tool would make */
	VERIFY_ID,            /* an id that means none */
	VERIFY_PRIMARY_GROUP, /* a user whose group does not exist */
	VERIFY_HOME,
	VERIFY_SHELL,
	VERIFY_NO_SHADOW,     /* a row without its shadow row */
	VERIFY_NOT_SHADOWED,  /* a row whose password is not "x" although it has a shadow row */
	VERIFY_ORPHAN,        /* a shadow row of nobody */
	VERIFY_FUTURE,        /* last changed after today */
	VERIFY_MEMBER,        /* a member that is no user */
	VERIFY_ADMIN,         /* an administrator that is no user */
	VERIFY_MEMBERS_DIFFER, /* group and gshadow name different members */
	VERIFY_RANGE_OVERLAP, /* two owners of one sub-id */
	VERIFY_RANGE_HOLDS_ID, /* a range over the id of a user or group */
	VERIFY_RANGE_OWNER,   /* a range of nobody */
	VERIFY_RANGE_OVER_IDS, /* a range over ids that new users or groups get */
	VERIFY_RANGE_BELOW_MIN, /* a range that begins below what login.defs says */
	VERIFY_RANGE_RESERVED, /* a range over what login.defs reserves */
	VERIFY_CHECKS
};

/* "home", "range-overlap": for --ignore and --json. */
const char *verify_name(enum verify_check check);
bool verify_check_of(const char *name, enum verify_check *ret);

struct verify_finding {
	enum verify_check check;
	bool error;           /* else a warning, which quiet leaves out */
	bool counts;          /* for the exit status */
	bool safe;            /* the repair takes nothing away that could be missed */
	enum table_id table;
	const char *path;     /* of its file, as messages show it */
	size_t line;          /* its number in the file; 0: a line that is new */
	const char *name;     /* the account; NULL where the line has none */
	const char *text;     /* one line */
	const char *question; /* "delete line 'X'?"; NULL: there is no repair that is asked for */
};

struct verify {
	struct run *run;
	struct txn *txn;
	/* true: make the repair.  Is not called for checks that are ignored. */
	bool (*tell)(void *context, const struct verify_finding *finding);
	void *context;
	bool badname;   /* names are not judged */
	bool quiet;     /* no warnings */
	bool fix;       /* tell says yes to what is safe: rows are made equal, then compared */
	unsigned ignore; /* 1u << enum verify_check */

	/* Made by verify_users and verify_groups. */
	size_t findings; /* those that count */
	struct nss nss;
};

/* passwd and shadow, and the sub-ids where their tables are there; group is looked at.  With quiet
 * passwd and shadow are enough.  -1: a table or a source cannot be read. */
int verify_users(struct verify *v);
/* group and gshadow; passwd is looked at. */
int verify_groups(struct verify *v);

#endif
