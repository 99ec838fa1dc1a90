/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mail - the user's mail spool file, as an effect of useradd, usermod and userdel.
 *
 * It is MAIL_DIR/USER, else HOME/MAIL_FILE, else USER in the profile's directory.  No link is
 * followed at the end of that path.  All return 0, or -1 with run->err filled (ERR_MAIL).
 */
#ifndef LIB_MAIL_H
#define LIB_MAIL_H

#include <stdbool.h>
#include <sys/types.h>

#include "run.h"

const char *mail_path(struct run *run, const char *user, const char *home);

/* An empty file, 0660 and of the group mail where the target has it, else 0600 with a note.
 * *ret_made is false where mail goes to a file in the home directory: then none is made.  One that
 * cannot be made is an error or a note, as the profile has it. */
int mail_create(struct run *run, const char *user, const char *home, uid_t uid, gid_t gid,
		bool *ret_made);

struct mail_change {
	const char *user, *new_user; /* the same: no new name */
	const char *home;            /* where it is now */
	uid_t uid, new_uid;
};
/* What was done. */
enum { MAIL_GIVEN = 1, MAIL_RENAMED = 2 };
/* A file that is not there is nothing to say; one that is not the user's is noted and left. */
int mail_update(struct run *run, const struct mail_change *change, unsigned *ret_done);

/* A file that is not there is noted; one that is not the user's is an error without force. */
int mail_remove(struct run *run, const char *user, const char *home, uid_t uid, bool force,
		bool *ret_removed);

#endif
