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
#include <stddef.h>
#include <sys/types.h>

enum profile_id { PROFILE_DEBIAN12, PROFILE_DEBIAN13, PROFILE_FEDORA, PROFILE_COUNT };

enum profile_names {
	PROFILE_NAMES_DEBIAN, /* anything but a leading "-+~", ":", ",", blanks */
	PROFILE_NAMES_STRICT, /* [A-Za-z0-9_.][A-Za-z0-9_.-]*[$]?, not all digits, "." or ".." */
};

struct profile {
	const char *name;
	enum profile_names names;
	size_t user_name_max;     /* bytes */
	bool badname_warns;       /* --badname says that it is deprecated */
	int status_bad_name;      /* useradd's: 3 or 19 */
	bool audit_verbs;         /* "add-user" instead of "adding user" */
	const char *passwd_log;   /* passwd: who tries others' passwords; the name follows */
	mode_t shadow_mode;       /* of shadow and gshadow that are made anew */
	const char *shadow_group; /* their group; root where it does not exist */
	const char *shell;        /* useradd's, where default/useradd has none */
	const char *locked;       /* the password of a new account: "!" or "!!" */
	const char *mail_dir;     /* where login.defs has no MAIL_DIR */
	bool mail_counts;         /* useradd fails when the mail spool cannot be made */
	bool create_mail_spool;   /* where default/useradd has no CREATE_MAIL_SPOOL */
	bool defaults_groups;     /* default/useradd has GROUPS and USRSKEL */
	bool defaults_btrfs;      /* and BTRFS_SUBVOLUME_HOME, BTRFS_SUBVOLUME_SYSTEM */
	bool groups_for_system;   /* GROUPS counts for useradd -r too */
	bool chsh_unlisted;       /* chsh warns root of an unlisted shell; users may have none */
	bool policy_uids;         /* useradd -r takes 60000 to 64999 without a warning */
	bool usr_nologin;         /* no warning of a /usr/sbin/nologin that is missing */
	bool shadow_off;          /* shadowconfig turns shadow passwords off, too */
};

/* That of this build. */
const struct profile *profile_get(void);
const struct profile *profile_of(enum profile_id id);

#endif
