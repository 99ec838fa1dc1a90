/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * group_lines - the lines of one group in the file group.  For group*.c alone.
 */
#ifndef LIB_GROUP_LINES_H
#define LIB_GROUP_LINES_H

#include "group.h"

/* A column of a row that may be short: then it is empty. */
struct str group_column(const struct row *row, int column);

struct group_lines {
	const struct row *rows; /* in their order; count is 0 for a group that does not exist */
	size_t count;
	struct str members; /* of all lines, each once */
};

/* -1 (ERR_GROUP_FILE): lines of that name that are not one group. */
int group_lines_find(struct run *run, struct table *t, const char *name, struct group_lines *ret);

/* Makes the lines hold these columns: the old lines as far as they go, and new ones after the last
 * row.  With count 0 a group comes into being. */
int group_lines_write(struct run *run, struct table *t, const struct group_lines *lines,
		      const char *name, const char *password, const char *gid,
		      struct str members);

/* list with the items of more (of any length, empty ones left out) after its own, each once. */
struct str group_lines_join(struct arena *a, struct str list, struct str more);
/* All rows of that name, in group or gshadow.  false: there are none. */
bool group_rows_remove(struct table *t, const char *name);

#endif
