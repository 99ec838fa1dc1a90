/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * pwhash - hashed passwords, by libcrypt.  See crypt(5).
 *
 * Safe for several threads at once.  Nothing of a password stays in memory of ours.
 */
#ifndef LIBMISC_PWHASH_H
#define LIBMISC_PWHASH_H

#include <stdbool.h>

#include "err.h"
#include "secret.h"

enum pwhash_kind {
	PWHASH_NONE,     /* the password itself (NONE): only where it is asked for by name */
	PWHASH_DES,      /* verified always, made only where it is asked for by name */
	PWHASH_MD5,      /* the same */
	PWHASH_SHA256,
	PWHASH_SHA512,
	PWHASH_BCRYPT,
	PWHASH_YESCRYPT,
	PWHASH_KINDS
};

struct pwhash_method {
	enum pwhash_kind kind;
	unsigned long cost; /* rounds of SHA, cost of bcrypt and yescrypt; 0: libcrypt's default */
};

/* Bytes of a hash with its NUL, at most. */
#define PWHASH_SIZE 384

/* By its name in login.defs, in any case ("SHA512").  false: unknown. */
bool pwhash_kind_of(const char *name, enum pwhash_kind *ret);
const char *pwhash_kind_name(enum pwhash_kind kind);
/* The costs that make sense: 1000..999999999, 4..31, 1..11.  false: the kind has none. */
bool pwhash_cost_range(enum pwhash_kind kind, unsigned long *ret_min, unsigned long *ret_max);

/* With a new random salt.  ERR_IO: libcrypt does not have the method, or cannot. */
int pwhash_make(const struct pwhash_method *method, const struct secret *password,
		char ret[PWHASH_SIZE], struct err *e);
/* A locked ("!"), empty or malformed hash is never fulfilled.  Takes as long for a wrong password
 * as for the right one. */
bool pwhash_check(const struct secret *password, const char *hash);

/* Does this look like what crypt(3) makes, or like "*", "!", "!HASH", ""?  Only a hint: odd but
 * harmless hashes are for the caller to keep. */
bool pwhash_is_known(const char *hash);

#endif
