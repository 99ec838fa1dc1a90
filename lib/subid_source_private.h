/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of subid_source share.  Nobody else looks in here. */
#ifndef LIB_SUBID_SOURCE_PRIVATE_H
#define LIB_SUBID_SOURCE_PRIVATE_H

#include "str.h"
#include "subid_source.h"

/* Rows and uids as they are found: arrays of malloc(3) that grow. */
struct subid_rows {
	struct subid_row *items;
	size_t count, room;
};
/* -1: no memory.  What no uid can be is cut off, and a row of nothing else is left out. */
int subid_rows_add(struct subid_rows *rows, uint32_t first, uint64_t last);

/* Fills e with ERR_IO, "out of memory". */
int subid_no_memory(struct err *e);

/* --- the files (subid_source_file.c) */

/*
 * A file's lines, in blocks of whole ones: each is ended by a newline, a newline stands before the
 * first, and SUBID_SLACK bytes may be read after the last.  take returns 0, or -1 to stop.
 * A file that does not exist has no lines.  -1: errno says why, or 0 if it was take.
 */
#define SUBID_SLACK 1024
int subid_file_lines(const char *prefix, const char *path, int (*take)(void *context,
		     struct str lines), void *context);

/* --- which rows are somebody's (subid_source_find.c) */

/* The longest owner that is looked for; no user has such a name. */
#define SUBID_OWNER_MAX 512

struct subid_needles {
	struct {
		char text[SUBID_OWNER_MAX + 3]; /* "\nOWNER:" */
		size_t n;
	} needle[2];
};
/* by has one or two owners; the second may be "". */
void subid_needles_make(struct subid_needles *ret, const char *const by[2]);
/* The next line of the block that begins with one of them: its first byte.  NULL: none. */
const char *subid_needles_find(const struct subid_needles *s, struct str lines, const char *from);

/* --- who is who (subid_source_user.c) */

/* The two ways in which a row names an owner; by[1] is "" where there is only one. */
struct subid_who {
	char name[SUBID_OWNER_MAX + 1], number[12];
	const char *by[2];
	bool known; /* there is such a user, or it is a number */
};
int subid_who_get(struct subid_who *ret, const char *prefix, const char *owner, struct err *e);
/* 1: a user of that name, 0: none. */
int subid_uid_of(const char *prefix, const char *name, uid_t *ret, struct err *e);
/* A uid in decimal as a row has it, without zeros before it. */
bool subid_is_number(struct str text, uid_t *ret);

/* --- plug-ins (subid_source_plugin.c) */

int subid_plugin_open(struct subid_plugin **ret, struct str name, struct err *e);
void subid_plugin_close(struct subid_plugin *p);
int subid_plugin_ranges(const struct subid_plugin *p, enum subid_table which, const char *owner,
			struct subid_rows *ret, struct err *e);
int subid_plugin_has(const struct subid_plugin *p, enum subid_table which, const char *owner,
		     uint32_t first, uint32_t count, bool *ret, struct err *e);
int subid_plugin_owners(const struct subid_plugin *p, enum subid_table which, uint32_t id,
			uid_t **ret, size_t *ret_count, struct err *e);

#endif
