/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * merge - one row that two writers changed.
 *
 *	if (merge_row(TABLE_GROUP, from, to, now, arena, &line))
 *		... line is now with what changed between from and to ...
 *
 * from and to are the row as our change found it and as it makes it; now is how the row stands,
 * after another writer.  Column by column: what we left alone stays as it is now; what we change
 * must be as it was, or as it will be; in lists of members our additions and removals are made.
 * false: both changed one column, each to something else.  Lines have no newline; the result is in
 * the arena, or is one of the three.
 */
#ifndef LIB_MERGE_H
#define LIB_MERGE_H

#include <stdbool.h>

#include "arena.h"
#include "schema.h"
#include "str.h"

bool merge_row(enum table_id id, struct str from, struct str to, struct str now, struct arena *a,
	       struct str *ret);

#endif
