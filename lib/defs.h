/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * defs - login.defs(5) of the target root.
 *
 * The main file is the first one found of /etc/login.defs, /run/login.defs, /usr/etc/login.defs and
 * /usr/lib/login.defs.  Then come the files login.defs.d/NAME.defs of the same four directories, in
 * order of their names; of two with one name the one in the directory that comes first counts, so
 * that an empty file or a link to /dev/null in /etc takes a vendor's away.  -K comes last.  The
 * last value of a key is the one that counts.  No file at all means all defaults.
 *
 * One "NAME value" per line, of any length.  Blanks around both and double quotes around the value
 * go; a name without a value and a line that begins with "#" are nothing.  Unknown names are kept
 * without a word: other tools read the file too.
 */
#ifndef LIB_DEFS_H
#define LIB_DEFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "err.h"
#include "note.h"
#include "opt.h"
#include "root.h"

struct defs_item {
	const char *key, *value;
	bool noted; /* that it does not parse */
};

struct defs {
	struct defs_item *items;
	size_t count, room;
	const struct note *note;
};

/* *d is zeroed.  A file that is there but cannot be read is ERR_IO. */
int defs_load(struct defs *d, const struct root *root, struct arena *a, const struct note *note,
	      struct err *e);
/* -K KEY=VALUE: ERR_ARGUMENT for one without "=" or with a name that is no key. */
int defs_override(struct defs *d, const struct opt_list *keys, struct arena *a, struct err *e);

/* NULL when not set. */
const char *defs_string(const struct defs *d, const char *key);
/* "yes" in any case is true, everything else false; missing is fallback. */
bool defs_bool(const struct defs *d, const char *key, bool fallback);
/*
 * A number with C's base 0, from -1 up.  One that does not parse is noted once ("configuration
 * error - cannot parse KEY value: 'V'") and is the fallback.
 */
long long defs_number(const struct defs *d, const char *key, long long fallback);
/* The same for days of shadow(5): at most DAY_LAST, DAY_NONE where nothing usable is set. */
long defs_days(const struct defs *d, const char *key);
/* The same for a uid, a gid or a count of them: 0 to 4294967295. */
uint32_t defs_id(const struct defs *d, const char *key, uint32_t fallback);

#endif
