/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * defs - login.defs(5) of the target root.
 *
 * Read in this order, later ones win by key: /usr/etc/login.defs, /usr/lib/login.defs? no: the UAPI
 * order is /etc over /run over /usr: of the main file only the first found counts
 * (/etc/login.defs, /run/login.defs, /usr/etc/login.defs, /usr/lib/login.defs); then login.defs.d/*.defs
 * of all of them in order of their names, one of the same name in /etc hiding the others.  -K last.
 *
 * One "NAME value" per line; "#" first is a comment; one pair of double quotes around the value goes.
 * An unknown NAME is no reason for noise.  A missing file means all defaults.
 */
#ifndef LIB_DEFS_H
#define LIB_DEFS_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "err.h"
#include "note.h"
#include "opt.h"
#include "root.h"

struct defs_item {
	const char *key, *value;
};

struct defs {
	struct defs_item *items;
	size_t count, room;
	const struct note *note;
};

int defs_load(struct defs *d, const struct root *root, struct arena *a, const struct note *note,
	      struct err *e);
/* -K KEY=VALUE: ERR_ARGUMENT for one without "=" or with a name that is no key. */
int defs_override(struct defs *d, const struct opt_list *keys, struct arena *a, struct err *e);

/* NULL when not set. */
const char *defs_string(const struct defs *d, const char *key);
/* "yes" in any case is true, everything else false; missing is fallback. */
bool defs_bool(const struct defs *d, const char *key, bool fallback);
/* C's base 0, -1 allowed; what does not parse is noted once ("configuration error - cannot parse
 * KEY value: 'V'") and is the fallback. */
long long defs_number(const struct defs *d, const char *key, long long fallback);

#endif
