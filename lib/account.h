/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * account - a whole new account in the tables: user, own group, memberships, sub-ids.
 *
 * What useradd does once and newusers many times.  The caller fills in the wishes;
 * account_fill_in settles ids, groups and ranges from the tables, account_add makes the rows.  Both
 * run inside a transaction, change nothing but memory, and may come again from the start.
 */
#ifndef LIB_ACCOUNT_H
#define LIB_ACCOUNT_H

#include <stdbool.h>
#include <sys/types.h>

#include "new_id.h"
#include "run.h"
#include "subid.h"
#include "user.h"

/* The tables that it needs. */
#define ACCOUNT_TABLES TABLE_ALL

/* What is kept between the accounts of one transaction.  Begin with all zeros. */
struct account_many {
	struct subid_cursor subuids, subgids;
	struct new_id_many uids, gids;
	bool busy_known;
	uid_t *busy; /* who has processes */
	size_t busy_count, busy_room;
	struct arena *arena;
};

struct account {
	struct account_many *many; /* NULL: this one alone */
	/* Wishes.  Strings have passed name.h's checks. */
	const char *name, *gecos, *home, *shell;
	const char *password;    /* a hash, or the profile's locked one */
	bool has_uid;            /* uid is given, not to be chosen */
	uid_t uid;
	bool non_unique;         /* a uid in use is fine */
	bool sys;                /* ids from the system range */
	const char *group; /* the primary one, name or gid; NULL: own_group or default_group */
	bool own_group;          /* make a group of the user's name */
	const char *group_name;  /* another name for it, or NULL */
	const char *group_password; /* a hash for it, or NULL: none */
	bool has_gid;            /* gid is given for it, not to be chosen */
	const char *default_group;
	const char *groups;      /* further ones, a comma list of names and gids; NULL: none */
	bool subids;             /* ranges, where the file exists and the uid is a normal one */
	struct user_aging aging;

	/* Settled. */
	gid_t gid;
	const char *const *memberships;  /* names, ended by NULL */
	struct subid_range subuids, subgids; /* count 0: none */
	const char *lacking; /* after a failure: of what there is no more ("UIDs"), or NULL */
};

int account_fill_in(struct run *run, struct txn *txn, struct account *account);
int account_add(struct run *run, struct txn *txn, const struct account *account);

#endif
