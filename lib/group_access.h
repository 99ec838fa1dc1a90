/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * group_access - who may use a group: its password, administrators and members.
 *
 * What gpasswd(1) changes and newgrp(1) looks at.  A row of gshadow goes before the one of group,
 * for the password and for the members.  Works on a transaction's tables in memory and notes no
 * events.  Errors fill run->err.
 */
#ifndef LIB_GROUP_ACCESS_H
#define LIB_GROUP_ACCESS_H

#include "group.h"

struct group_access {
	const char *name;
	gid_t gid;
	const char *password; /* as it stands: a hash, "", "!", "x" */
	struct str admins;    /* comma lists */
	struct str members;   /* of gshadow where the group has a row there */
	struct str listed;    /* those of group, on all of its lines */
	bool has_row;         /* in gshadow */
};

/* ERR_ARGUMENT: "group 'X' does not exist in /etc/group". */
int group_access_get(struct run *run, struct txn *txn, const char *name,
		     struct group_access *ret);

/* NULL: stays as it is. */
struct group_access_change {
	const char *password; /* a hash, "" for none, "!" for members only */
	const char *admins, *members; /* comma lists that take the place of the old ones */
	const char *add, *remove;     /* one member */
};

/*
 * A gshadow file that has no row for the group gets one, with what group had; administrators need
 * that file (ERR_MISSING).  remove of somebody who is in neither list: ERR_ARGUMENT.  A name that
 * is twice in a list is put there once.
 */
int group_access_set(struct run *run, struct txn *txn, const struct group_access *group,
		     const struct group_access_change *change);

/* ERR_ARGUMENT: "user 'X' does not exist" in any source.  Needs TABLE_PASSWD.  Loads NSS, see
 * nss.h. */
int group_access_check_user(struct run *run, struct txn *txn, const char *name);
/* The same for each of a comma list; the list "" is empty. */
int group_access_check_users(struct run *run, struct txn *txn, const char *list);

#endif
