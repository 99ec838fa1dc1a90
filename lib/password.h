/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * password - new passwords where PAM does not make them: the method of login.defs, the quality
 * checks, the dialogue, the row.
 */
#ifndef LIB_PASSWORD_H
#define LIB_PASSWORD_H

#include <stdbool.h>

#include "pwhash.h"
#include "run.h"
#include "secret.h"

/*
 * ENCRYPT_METHOD and the costs of login.defs(5).  asked (-c) and rounds (-s), which may be NULL, go
 * before it.  ERR_USAGE: no such method, no such number; one out of its range is the nearest that
 * is in it.  A method of login.defs that is weak (DES, MD5, MD5_CRYPT_ENAB) or unknown is noted,
 * and SHA512 stands in for it; without any it is SHA512, too.
 */
int password_method(struct run *run, const char *asked, const char *rounds,
		    struct pwhash_method *ret);

/* Why a password is too weak for a user (not root) to choose, by PASS_MIN_LEN and
 * OBSCURE_CHECKS_ENAB; NULL: it is good.  old may be NULL. */
const char *password_weakness(const struct defs *defs, const char *user, const struct secret *old,
			      const struct secret *new);

/*
 * The dialogue without PAM: asks twice, PASS_CHANGE_TRIES times at most.  Root is warned of a weak
 * password with PASS_ALWAYS_WARN, and may insist by typing it again.  ERR_IO: "The password for X
 * is unchanged.".
 */
int password_ask(struct run *run, const char *user, const struct secret *old, struct secret *ret);

/*
 * The hash of the user's row, in shadow or, where that has none, in passwd; the day of last change
 * is today.  A row that passwd refers to ("x") and shadow does not have is made; a password that
 * stands in passwd although shadow has a row gives way to the "x".  Needs both tables.  Notes no
 * event.  ERR_UNKNOWN.
 */
int password_set(struct run *run, struct txn *txn, const char *user, const char *hash);
/* The hash as it stands; *ret is NULL where the user has no row. */
int password_get(struct run *run, struct txn *txn, const char *user, const char **ret);

/* Can this stand in a password field?  No ":", no newline, no control character. */
bool password_is_field(const char *hash);

#endif
