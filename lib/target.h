/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * target - the account that chfn and chsh change: the one that is named, or the caller's.
 *
 *	target_find(run, operands[0], &t);      before the lock; then may_change()
 *	target_authenticate(run, "chsh", "CHSH_AUTH");
 *	... prompts, run_transaction; there:
 *	target_row(run, txn, &t, &row);         the row as it is now; then may_change() again
 */
#ifndef LIB_TARGET_H
#define LIB_TARGET_H

#include <stdbool.h>
#include <sys/types.h>

#include "run.h"
#include "table.h"

struct target {
	const char *name, *gecos, *shell;
	bool own; /* the uid is the caller's real one */
};

/* operand may be NULL.  ERR_UNKNOWN, or ERR_PERMISSION where the caller has no name.  An account
 * that another source than the files has is ERR_UNKNOWN, too: it cannot be changed here. */
int target_find(struct run *run, const char *operand, struct target *ret);

/* The row, which is the only one of that name; *t is made anew from it. */
int target_row(struct run *run, struct txn *txn, struct target *t, struct row *ret);

/*
 * The caller, if he is not root, proves who he is: to PAM; in a build without PAM by his password,
 * if the key of login.defs says yes.  Nothing where the root is not live.  Root is asked nothing,
 * but SELinux is (run_permit).  ERR_PAM; ERR_PERMISSION: the password is wrong, or SELinux says no.
 */
int target_authenticate(struct run *run, const char *service, const char *key);

#endif
