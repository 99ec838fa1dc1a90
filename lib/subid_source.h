/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * subid_source - who has which sub-ids: by subuid(5) and subgid(5), or by the plug-in that the line
 * "subid:" of nsswitch.conf(5) names.  Reading only; lib/subid.h changes the files.
 *
 *	struct subid_source source;
 *
 *	if (subid_source_open(&source, "", e) < 0 ||
 *	    subid_source_ranges(&source, SUBID_UIDS, "anna", &ranges, &count, e) < 0)
 *		...
 *	free(ranges);
 *	subid_source_close(&source);
 *
 * libsubid, getsubids, newuidmap and newgidmap ask here.  It needs the C library alone, keeps no
 * state of its own, and takes no memory from an arena: a library must neither exit nor know who
 * else runs in its process.  Calls on different sources may run at the same time.
 *
 * An owner is a user name, or a uid in decimal.  A row of the files belongs to it when it bears the
 * name or the uid of that user; both are looked up once, by getpwnam(3) and getpwuid(3) (in the
 * passwd below prefix, where there is one).  Whom nobody knows has the rows that bear his name as
 * it is given: the directory that knows him may be out of reach.  Rows are cut to what a uid can be
 * (4294967294); a row that is malformed or gives nothing is passed over.  A file that does not
 * exist gives nothing to anybody.
 *
 * Errors: ERR_UNKNOWN (no such user, and no row), ERR_SUBUID_FILE, ERR_SUBGID_FILE (cannot be
 * read), ERR_MISSING (the plug-in is not there, or lacks a function; the message names both),
 * ERR_IO (the plug-in cannot answer; or no memory).
 */
#ifndef LIB_SUBID_SOURCE_H
#define LIB_SUBID_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "err.h"
#include "str.h"

enum subid_table { SUBID_UIDS, SUBID_GIDS };

/* first..first+count-1 are all ids; count is never 0. */
struct subid_row {
	uint32_t first, count;
};

struct subid_plugin;

struct subid_source {
	/* The directory that stands for "/"; "" is the running system.  It is borrowed. */
	const char *prefix;
	struct subid_plugin *plugin; /* NULL: the files */
};

/* "files", or who else is named in the text of nsswitch.conf; the first source alone counts. */
struct str subid_conf_source(struct str text);

/* Reads nsswitch.conf(5) and loads the plug-in, if one is named and prefix is "". */
int subid_source_open(struct subid_source *ret, const char *prefix, struct err *e);
void subid_source_close(struct subid_source *s);

/* The owner's ranges in the order of the source, not merged; free(3) the array. */
int subid_source_ranges(const struct subid_source *s, enum subid_table which, const char *owner,
			struct subid_row **ret, size_t *ret_count, struct err *e);

/* Does the owner have all of the range?  Adjoining and overlapping rows count together. */
int subid_source_has(const struct subid_source *s, enum subid_table which, const char *owner,
		     uint32_t first, uint32_t count, bool *ret, struct err *e);

/* The uids of those who have the id in one of their ranges, each once; free(3) the array. */
int subid_source_owners(const struct subid_source *s, enum subid_table which, uint32_t id,
			uid_t **ret, size_t *ret_count, struct err *e);

#endif
