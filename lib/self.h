/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * self - the caller as an account: for set-uid tools, whose user is the caller where none is named.
 *
 * By NSS, before nss_load.  Of several names for one uid it is that of the login (getlogin(3)), if
 * that has the uid, else the first.
 */
#ifndef LIB_SELF_H
#define LIB_SELF_H

#include <stdbool.h>
#include <sys/types.h>

#include "run.h"

/* NULL: the uid has no name; run->err is filled (ERR_PERMISSION, "Cannot determine your user
 * name."). */
const char *self_name(struct run *run);
/* For texts of logs only: the name, or the uid as a number. */
const char *self_label(struct run *run);
/* All of it. */
struct self {
	const char *name, *home, *shell;
	uid_t uid;
	gid_t gid; /* the primary group */
};
/* For programs that are no run: the same by a uid.  false: it has no name. */
bool self_lookup(uid_t uid, struct arena *a, struct self *ret);
/* -1: as self_name. */
int self_account(struct run *run, struct self *ret);
/* An account of any source, the files included.  false: there is none. */
bool self_find(const char *name, uid_t *ret_uid);

#endif
