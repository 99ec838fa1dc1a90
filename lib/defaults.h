/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * defaults - default/useradd of the target root: what useradd takes where no option says it.
 *
 *	struct defaults d;
 *
 *	if (defaults_load(run, &d) < 0)
 *		return -1;
 *	if (defaults_set(run, &d, DEFAULTS_SHELL, "/bin/sh") < 0 || defaults_save(run, &d) < 0)
 *		return -1;
 *
 * The first one found of /etc/default/useradd and its like in /run, /usr/etc and /usr/lib is read.
 * "KEY=value" without blanks before the value, no quotes; the last line of a key counts; all other
 * lines are nothing.  Which keys there are is the profile's.  A value that cannot be is ignored
 * with a note.
 */
#ifndef LIB_DEFAULTS_H
#define LIB_DEFAULTS_H

#include <stdbool.h>
#include <stdio.h>

#include "run.h"

/* In the order in which they are printed. */
enum defaults_key {
	DEFAULTS_GROUP,
	DEFAULTS_GROUPS,
	DEFAULTS_HOME,
	DEFAULTS_INACTIVE,
	DEFAULTS_EXPIRE,
	DEFAULTS_SHELL,
	DEFAULTS_SKEL,
	DEFAULTS_USRSKEL,
	DEFAULTS_CREATE_MAIL_SPOOL,
	DEFAULTS_LOG_INIT,
	DEFAULTS_BTRFS_HOME,
	DEFAULTS_BTRFS_SYSTEM,
	DEFAULTS_KEYS
};

struct defaults {
	/* As they are printed and written. */
	const char *value[DEFAULTS_KEYS];
	/* The same, for use. */
	const char *group;   /* a gid, in digits */
	const char *groups;  /* further ones, a comma list; NULL: none */
	const char *home;    /* where homes are */
	long inactive;       /* days; -1: never */
	const char *expire;  /* a date that day_parse takes, "" included */
	const char *shell;
	const char *skel;
	const char *usrskel; /* NULL: none */
	bool create_mail_spool, log_init, btrfs_home, btrfs_system;
};

/* A file that is there but cannot be read is ERR_IO. */
int defaults_load(struct run *run, struct defaults *ret);
/* ERR_ARGUMENT for a value that cannot be, ERR_UNKNOWN for a group that does not exist. */
int defaults_set(struct run *run, struct defaults *d, enum defaults_key key, const char *value);
/* The lines of useradd -D. */
void defaults_print(const struct defaults *d, FILE *out);
/* The same as one object, all values strings. */
void defaults_print_json(const struct defaults *d, FILE *out);
/*
 * Rewrites /etc/default/useradd: the lines of known keys in place, missing ones at the end, all
 * other lines as they are.  The old file becomes useradd-.  Notes the event.  With --dry-run the
 * change is shown as a diff instead.  ERR_IO.
 */
int defaults_save(struct run *run, const struct defaults *d);

/* For defaults_save. */
#define DEFAULTS_PATH "/etc/default/useradd"
#define DEFAULTS_SIZE_MAX ((size_t)1024 * 1024)
/* The key of a line, and its value; DEFAULTS_KEYS: it is none of this profile's. */
enum defaults_key defaults_parse_line(struct str line, struct str *ret_value);
/* NULL: not in this profile. */
const char *defaults_key_name(enum defaults_key key);

#endif
