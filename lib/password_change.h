/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * password_change - the password of one account changed without PAM.
 *
 *	password_change_begin(&c, run, "alice")        the row is read; may he, now?
 *	password_change_prove(&c, run, &old)           asks for the old password
 *	password_ask(run, "alice", &old, &new)         or where else it comes from
 *	password_change_commit(&c, run, &new)
 *
 * Root, and a run that has only the caller's own rights, proves nothing and is refused nothing.
 * What is refused is ERR_PERMISSION, with a line in the log.
 */
#ifndef LIB_PASSWORD_CHANGE_H
#define LIB_PASSWORD_CHANGE_H

#include <stdbool.h>

#include "aging.h"
#include "run.h"
#include "secret.h"

struct password_change {
	const char *user;
	const char *changer; /* who does it, for the log */
	const char *hash;    /* as it stands */
	struct user_aging aging;
	bool due;            /* expired: it must be changed */
};

/* ERR_UNKNOWN: no such user in the files. */
int password_change_begin(struct password_change *ret, struct run *run, const char *user);
/* old is empty where nothing was asked.  A wrong answer is logged at once, and takes a while. */
int password_change_prove(const struct password_change *c, struct run *run, struct secret *old);
/* Under the lock the row must still be what was looked at.  Notes the events. */
int password_change_commit(const struct password_change *c, struct run *run,
			   const struct secret *new);

/* Logs a wrong password at once, and then takes a while that no signal shortens. */
void password_change_wrong(struct run *run, const char *user);
/* For a name that is in no file of the target: ERR_UNKNOWN, and -1. */
int password_change_unknown(struct run *run, const char *user);
/* The audit record of a try to change a password, whoever does it. */
void password_change_audit(struct run *run, const char *user, bool success);

#endif
