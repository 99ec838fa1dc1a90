/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * user_change - one user's rows of passwd and shadow changed, field by field, with the events.
 *
 * Works in a transaction's tables; memberships, sub-ids and files are the caller's.
 */
#ifndef LIB_USER_CHANGE_H
#define LIB_USER_CHANGE_H

#include "user.h"

/* What is asked for; NULL and false: stays as it is. */
struct user_change {
	const char *name, *gecos, *home, *shell, *password;
	bool lock, unlock; /* a "!" before the hash comes or goes */
	bool has_uid, has_gid, has_expire, has_inactive;
	bool non_unique; /* a uid in use is fine */
	uid_t uid;
	gid_t gid;
	long expire, inactive;
};

/*
 * ret_after is the user as it will be.  ERR_EXISTS: the new name is taken; ERR_ID_IN_USE: the new
 * uid; ERR_NO_PASSWORD: unlocking would leave no password.
 */
int user_change_rows(struct run *run, struct txn *txn, const struct user *before,
		     const struct user_change *change, struct user *ret_after);

#endif
