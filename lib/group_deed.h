/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * group_deed - what gpasswd did to a group, or could not do, for syslog and audit.
 */
#ifndef LIB_GROUP_DEED_H
#define LIB_GROUP_DEED_H

#include "run.h"

enum group_deed_kind {
	GROUP_DEED_ADD,             /* what: the user */
	GROUP_DEED_REMOVE,          /* the same */
	GROUP_DEED_PASSWORD,
	GROUP_DEED_REMOVE_PASSWORD,
	GROUP_DEED_RESTRICT,
	GROUP_DEED_ADMINS,          /* what: the list */
	GROUP_DEED_MEMBERS,         /* the same */
	GROUP_DEEDS
};

struct group_deed {
	enum group_deed_kind kind;
	const char *group;
	const char *what; /* may be NULL for the other kinds */
	const char *by;   /* the caller */
};

void group_deed_done(struct run *run, const struct group_deed *deed);
/* why begins with its separator: ": Permission denied", " in /etc/group". */
void group_deed_failed(struct run *run, const struct group_deed *deed, const char *why);

#endif
