/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * password_mark - taking a password away, locking and unlocking it, as passwd -d, -l and -u do.
 *
 * A lock is one "!" before the hash: no password fulfils that, and taking it away brings the hash
 * back.  The day of the last change stays, since it is the same password.
 */
#ifndef LIB_PASSWORD_MARK_H
#define LIB_PASSWORD_MARK_H

#include <stdbool.h>

#include "arena.h"
#include "run.h"
#include "str.h"

/* Done in this order; a lock goes before unlocking where both are asked for. */
struct password_mark {
	bool remove, unlock, lock;
};

/* The field as it will be, in the arena.  NULL: it is "!", and unlocking would leave an account
 * that needs no password. */
const char *password_mark_of(struct arena *a, struct str field, const struct password_mark *mark);

/*
 * In the user's row of shadow or, where that has none, of passwd.  Notes no event.  ERR_UNKNOWN: no
 * row in passwd; ERR_NO_PASSWORD.
 */
int password_mark_set(struct run *run, struct txn *txn, const char *user,
		      const struct password_mark *mark);

#endif
