/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * name - which names and texts may stand in the account files.
 *
 *	if (name_check_user(name, opt.badname, e) < 0)
 *		return -1;
 *	if (name_check_field(NAME_FIELD_PATH, "home directory", home, e) < 0)
 *		return -1;
 */
#ifndef LIB_NAME_H
#define LIB_NAME_H

#include <stdbool.h>

#include "err.h"
#include "profile.h"

/* Bytes. */
#define NAME_GROUP_MAX 32

enum name_verdict {
	NAME_GOOD,
	NAME_BAD, /* against the profile's rule; --badname allows it */
	/*
	 * Never allowed.  Empty, too long, ":", ",", a control character (those of Unicode and its
	 * bidirectional overrides as well), "-", "+" or "#" first (such a row is read as something
	 * else), or a path with "." or ".." in it, which would lead home and mail astray.
	 */
	NAME_IMPOSSIBLE,
};

enum name_verdict name_user(const struct profile *p, const char *name);
enum name_verdict name_group(const struct profile *p, const char *name);

/* By the profile of this build.  ERR_BAD_NAME: "invalid user name 'X'", and ": use --badname to
 * ignore" where that helps. */
int name_check_user(const char *name, bool badname, struct err *e);

enum name_field {
	NAME_FIELD_TEXT,  /* comment, password: no ":", no control character */
	NAME_FIELD_PATH,  /* the same, and begins with "/" */
	NAME_FIELD_SHELL, /* the same, or "" or one that begins with "*" */
};
bool name_is_field(enum name_field kind, const char *value);
/* ERR_ARGUMENT: "invalid WHAT 'VALUE'". */
int name_check_field(enum name_field kind, const char *what, const char *value, struct err *e);

#endif
