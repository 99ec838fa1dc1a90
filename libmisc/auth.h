/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * auth - Linux-PAM.  See pam(3).
 *
 * The same header without PAM (--without-libpam): then auth_usable is false and nothing else may
 * be called.  PAM runs with raised effective ids and the caller's real ones (caller.h), never while
 * the account files are locked, and before nss_load.
 *
 *	if (auth_usable("passwd", &why) ...)
 *	auth_begin(&auth, "passwd", "passwd", user, AUTH_TALK_PERSON, NULL, e);
 *	auth_verify(auth, e);                 who is it, and may he
 *	auth_change_password(auth, flags, e);
 *	auth_end(&auth);
 */
#ifndef LIBMISC_AUTH_H
#define LIBMISC_AUTH_H

#include <stdbool.h>

#include "arena.h"
#include "err.h"
#include "secret.h"

struct auth;

/* Is there a configuration for the service ("other" counts), and are libpam and the modules that it
 * names there?  false: *ret_why says what is missing, in a static string or in the arena. */
bool auth_usable(const char *service, struct arena *a, const char **ret_why);
/* Was this build made with PAM? */
bool auth_built_in(void);

/* Who answers PAM's questions. */
enum auth_talk {
	AUTH_TALK_PERSON,  /* standard input, echo off where PAM asks so */
	AUTH_TALK_SECRET,  /* the secret, to every question without echo */
};

/* secret is for AUTH_TALK_SECRET and must outlive auth.  ERR_PAM: "PAM: TEXT", as pam_strerror has
 * it. */
int auth_begin(struct auth **ret, const char *prog, const char *service, const char *user,
	       enum auth_talk talk, const struct secret *secret, struct err *e);
/* pam_authenticate and pam_acct_mgmt, as packaged chfn and chsh do. */
int auth_verify(struct auth *auth, struct err *e);
/* pam_chauthtok; keep: only what has expired (PAM_CHANGE_EXPIRED_AUTHTOK); silent: PAM_SILENT. */
int auth_change_password(struct auth *auth, bool keep, bool silent, struct err *e);
/* What pam_strerror says of the last call alone, without "PAM: ". */
const char *auth_text(const struct auth *auth);
void auth_end(struct auth **auth);

#endif
