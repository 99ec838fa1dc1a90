/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * profile - what differs between the distributions that we are a drop-in for.
 *
 * One table, one row a profile; configure chooses (--with-profile).  Everything that differs on
 * purpose between debian12 (4.13), debian13 (4.17) and fedora (4.20) is a member here, so that no
 * other file asks which distribution it is.
 */
#ifndef LIB_PROFILE_H
#define LIB_PROFILE_H

#include <stdbool.h>
#include <sys/types.h>

enum profile_names {
	PROFILE_NAMES_DEBIAN, /* anything but a leading "-+~", ":", ",", blanks */
	PROFILE_NAMES_STRICT, /* [A-Za-z0-9_.][A-Za-z0-9_.-]*[$]?, not all digits, "." or ".." */
};

struct profile {
	const char *name;
	enum profile_names names;
	bool audit_verbs;         /* "add-user" instead of "adding user", see behaviour 4.8 */
	mode_t shadow_mode;       /* of shadow and gshadow that are made anew */
	const char *shadow_group; /* their group; root where it does not exist */
	const char *shell;        /* useradd's, where default/useradd has none */
	mode_t home_mode;         /* where login.defs has neither HOME_MODE nor UMASK */
	const char *locked;       /* the password of a new account: "!" or "!!" */
	bool create_mail_spool;   /* where default/useradd has no CREATE_MAIL_SPOOL */
	const char *mail_dir;     /* where login.defs has no MAIL_DIR */
	bool min_age;             /* sp_min is read and written (4.20 clears it: we keep it) */
	int status_bad_name;      /* useradd's: 3 or 19 */
	int status_no_password;   /* usermod -U refused: 1 or 20 */
	bool says_no_changes;     /* usermod prints "no changes" */
};

const struct profile *profile_get(void);

#endif
