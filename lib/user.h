/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * user - rows of passwd and shadow, for useradd, usermod, userdel and whoever makes users.
 *
 * All work on a transaction's tables in memory and note the events; nothing is written before the
 * commit.  Values must have passed the checks of name.h.  A shadow file that does not exist is not
 * made: then the password stands in passwd.
 */
#ifndef LIB_USER_H
#define LIB_USER_H

#include <stdbool.h>
#include <sys/types.h>

#include "run.h"

/* A user's row, as numbers and strings. */
struct user {
	const char *name, *gecos, *home, *shell;
	uid_t uid;
	gid_t gid;
};

/* Days of shadow(5); DAY_NONE is an empty field. */
struct user_aging {
	long last_change, min, max, warn, inactive, expire;
};

/* What login.defs sets for a new shadow row, last_change is today. */
void user_aging_defaults(const struct defs *defs, struct user_aging *ret);

/* false: no such row. */
bool user_find(struct run *run, struct txn *txn, const char *name, struct user *ret);

/* A new user; password is a hash, or "!".  A shadow row left over of that name is replaced. */
int user_add(struct run *run, struct txn *txn, const struct user *user, const char *password,
	     const struct user_aging *aging);

/* A new row of shadow with what login.defs sets; password is what stands there then. */
int user_add_shadow(struct run *run, struct table *shadow, const char *name, const char *password);

/*
 * The user's shadow row.  1 found; 0 there is none (ret is not set); -1 more than one row of that
 * name in either file: nobody can tell which is meant.
 */
int user_shadow(struct run *run, struct txn *txn, const char *name, struct row *ret);

/* "Multiple entries named 'x' in /etc/passwd": an error when the name has more than one row. */
int user_check_single(struct run *run, struct table *t, const char *name);

/* Takes the rows out of passwd and shadow. */
int user_remove(struct run *run, struct txn *txn, const char *name);

/* A number of days from the command line, with C's base 0 and blanks or a "+" before it, as these
 * tools have always read it; -1 is DAY_NONE.  false: no such number. */
bool user_parse_days(const char *text, long *ret);
/* Notes a login shell of the command line (NULL: none) that is no program of the target. */
void user_warn_shell(struct run *run, const char *shell);
/* Does a process run with that uid?  *ret_pid may be NULL.  Both are for a root that is live. */
bool user_is_busy(uid_t uid, pid_t *ret_pid);
/* ERR_BUSY: the user has processes. */
int user_check_idle(struct run *run, const char *name, uid_t uid);

/* A day as the shadow file has it: "" for DAY_NONE. */
const char *user_day(struct arena *a, long day);

#endif
