/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * group_join - may the caller have a group as his own, and has he to give its password?
 *
 *	group_join_find(run, "club", &self, &join)   what is known of it
 *	if (group_join_asks(&join))                  else he may
 *		... the password must fulfil join.password ...
 *
 * A group of the files is all of its lines; where it has a row in gshadow, that has password and
 * members.  Groups of other sources count too.  To be called before nss_load (nss.h).
 */
#ifndef LIB_GROUP_JOIN_H
#define LIB_GROUP_JOIN_H

#include "run.h"
#include "self.h"

struct group_join {
	const char *name;
	gid_t gid;
	const char *password; /* the group's, as it stands */
	bool root;        /* the caller */
	bool primary;     /* it is his group in passwd */
	bool has_now;     /* it is among his supplementary groups now */
	bool member;      /* by the files, or by another source */
	bool no_password; /* his account needs none */
};

/* A name, else a gid; NULL is the caller's primary group.  ERR_UNKNOWN; ret->name is what could not
 * be found then. */
int group_join_find(struct run *run, const char *text, const struct self *self,
		    struct group_join *ret);
/* true: only with the group's password, which may be one that nobody can know. */
bool group_join_asks(const struct group_join *facts);
/* The name of a group of any source, or the gid as a number. */
const char *group_join_name(struct run *run, gid_t gid);

#endif
