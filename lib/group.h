/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * group - rows of group and gshadow, for the group tools and for whoever makes users.
 *
 * All work on a transaction's tables in memory and note the events; nothing is written before the
 * commit.  Names must have passed the checks of name.h.  Where there is a gshadow file it is kept
 * in step: it has the password ("x" stands in group) and the same members.  One that does not exist
 * is not made.
 *
 * A group may stand on several lines with one name, password and gid (MAX_MEMBERS_PER_GROUP); they
 * are one group here, and a changed one is parted anew.  Lines of one name that differ otherwise
 * are an error: nobody can tell which is meant.
 *
 *	if (group_choose_gid(run, txn, false, IDS_NONE, NULL, &new.gid) < 0 ||
 *	    group_add(run, txn, &new) < 0)
 *		return -1;
 *
 * What asks about ids and names of other sources (NSS) says so.  Errors fill run->err.
 */
#ifndef LIB_GROUP_H
#define LIB_GROUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "ids.h"
#include "run.h"

struct group_id {
	const char *name;
	gid_t gid;
};

/* The group of the file with that name.  ERR_UNKNOWN: there is none. */
int group_find(struct run *run, struct txn *txn, const char *name, struct group_id *ret);
/* The gid that a name or a number stands for; other sources count.  ERR_UNKNOWN. */
int group_gid(struct run *run, struct txn *txn, const char *text, gid_t *ret);
/* The names behind a comma list of names and gids, ended by NULL, each once.  Only the file's
 * groups count: nobody can become a member of another.  ERR_UNKNOWN. */
int group_list(struct run *run, struct txn *txn, const char *list, const char *const **ret);

/* A free gid; preferred (or IDS_NONE) if it can be had.  many as in new_id.h.  ERR_NO_ID,
 * ERR_ID_IN_USE as in ids.h. */
struct new_id_many;
int group_choose_gid(struct run *run, struct txn *txn, bool sys, uint32_t preferred,
		     struct new_id_many *many, gid_t *ret);
/* A gid from the command line.  ERR_ARGUMENT. */
int group_parse_gid(struct run *run, const char *text, gid_t *ret);

/* 1: some source has a group of that name, and this is its gid; 0: none has. */
int group_exists(struct run *run, struct txn *txn, const char *name, gid_t *ret_gid);
/* ERR_EXISTS, ERR_ID_IN_USE: some source has a group of that name, of that gid. */
int group_check_new_name(struct run *run, struct txn *txn, const char *name);
int group_check_new_gid(struct run *run, struct txn *txn, gid_t gid);
/* ERR_GROUP_FILE: one of the comma list is no user of any source.  Needs TABLE_PASSWD. */
int group_check_members(struct run *run, struct txn *txn, const char *list);
/* ERR_BUSY: it is somebody's primary group.  Needs TABLE_PASSWD. */
int group_check_not_primary(struct run *run, struct txn *txn, gid_t gid);

struct group_new {
	const char *name;
	gid_t gid;
	const char *password; /* a hash; NULL: none */
	const char *members;  /* a comma list; NULL: none */
	bool for_user;        /* made along with its user: one line in the log, not three */
};
int group_add(struct run *run, struct txn *txn, const struct group_new *group);

/* What is asked for; NULL and false: stays as it is. */
struct group_change {
	const char *name, *password;
	bool has_gid;
	gid_t gid;
	const char *members; /* a comma list */
	bool append;         /* these beside those that are there */
};
/* Users whose primary group it is follow a new gid: needs TABLE_PASSWD then. */
int group_change(struct run *run, struct txn *txn, const struct group_id *group,
		 const struct group_change *change);
/* "group club/1100, new name: klub": the change for the log, in this file or another. */
const char *group_change_text(struct run *run, const struct group_id *group,
			      const struct group_change *change, enum table_id which);

int group_remove(struct run *run, struct txn *txn, const struct group_id *group);

/* --- the groups of a user --- */

enum group_how {
	GROUP_SET,    /* those and no other */
	GROUP_ADD,    /* those too */
	GROUP_REMOVE, /* those no more */
};

struct group_memberships {
	const char *user;
	const char *new_name; /* NULL, or the same: keeps its name */
	const char *groups;   /* a comma list of names and gids; NULL: only the name changes */
	enum group_how how;
	bool by_useradd;      /* how it stands in the audit log */
};
int group_set_memberships(struct run *run, struct txn *txn, const struct group_memberships *wish);

struct user;
/*
 * The user leaves all groups, also as administrator.  With USERGROUPS_ENAB a group of the user's
 * name goes too, unless it has other members or, without force, is another's primary group;
 * why it stays is noted on stderr.  To be called when the user is out of passwd.
 */
int group_forget_user(struct run *run, struct txn *txn, const struct user *user, bool force);

#endif
