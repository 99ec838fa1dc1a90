/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * may - who may look at or change what of an account.  A pure function: facts in, verdict out.
 *
 * The real uid of the caller decides.  Root, and a run that has given up all rights but the
 * caller's own (--root, --prefix), may do all that the kernel allows.
 */
#ifndef LIB_MAY_H
#define LIB_MAY_H

#include <stdbool.h>

enum may_field {
	MAY_PASSWORD,        /* passwd without options: the own one */
	MAY_PASSWORD_STATUS, /* passwd -S, one account */
	MAY_PASSWORD_ADMIN,  /* passwd -a -d -e -i -l -n -u -w -x --stdin, chage with any value */
	MAY_AGING,           /* chage -l, expiry: the own one */
	MAY_SHELL,
	MAY_GECOS_NAME, MAY_GECOS_ROOM, MAY_GECOS_WORK, MAY_GECOS_HOME,
	MAY_GECOS_OTHER,
	MAY_GROUP_MEMBERS,   /* gpasswd -a -d */
	MAY_GROUP_PASSWORD,  /* gpasswd, -r, -R */
	MAY_GROUP_ADMIN,     /* gpasswd -A -M */
	MAY_FIELDS
};

struct may_caller {
	bool root; /* caller_is_root */
};

struct may_target {
	bool own;                 /* the account's uid is the caller's real one */
	bool group_admin;         /* the caller administers the group (gshadow) */
	const char *chfn_restrict; /* CHFN_RESTRICT of login.defs, NULL: not set */
	bool shell_listed;        /* the account's shell now stands in shells(5) */
	bool new_shell_listed;    /* the one that it shall have does */
};

enum may_verdict {
	MAY_YES,
	MAY_NOT,             /* only root, or the group's administrator */
	MAY_NOT_OTHERS,      /* it is not the caller's own account */
	MAY_NOT_FROM_SHELL,  /* who has a restricted shell cannot leave it */
	MAY_NOT_TO_SHELL,    /* not a shell that users may choose */
};
enum may_verdict may_change(const struct may_caller *caller, const struct may_target *target,
			    enum may_field field);

#endif
