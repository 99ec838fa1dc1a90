/* SPDX-License-Identifier: BSD-3-Clause */
/* What table.c, table_find.c and table_diff.c share.  Nobody else looks in here. */
#ifndef LIB_TABLE_PRIVATE_H
#define LIB_TABLE_PRIVATE_H

#include "table.h"

/* A row of the file that was edited; new.p is NULL when it goes. */
struct change {
	size_t at;
	struct str old, new;
};

/* Hints from a key's hash to the places of rows; each is checked against the row it names. */
struct hints {
	uint32_t *slots; /* a place plus 1; 0 is free */
	size_t size, used;
};

/* Ranges of ids that are remembered: the ordinary ids, those of the system, a window or two. */
#define TABLE_KEPT 4

struct table {
	enum table_id id;
	const char *bytes;
	size_t size;
	struct arena *arena;

	struct change *changes; /* ordered by place */
	size_t change_count, change_room;
	struct str *added; /* p is NULL for one that was removed again */
	size_t added_count, added_room;

	size_t insertion; /* looked up once */
	bool insertion_known;
	uint64_t highest; /* id of any row, once all were looked at */
	bool highest_known;
	bool loose; /* the bytes are not those of the file */
	/* What table_ids found; new rows are added to it, other edits end it. */
	struct idset kept[TABLE_KEPT];
	unsigned kept_count, kept_last;

	struct hints names, ids;
	unsigned name_finds, id_finds;
};

/* The line that begins at an offset of the bytes. */
struct str table_base_line(const struct table *t, size_t at);
/* The change at that place, or the first after it. */
size_t table_change_from(const struct table *t, size_t at);
/* Fills row with what stands at a place now.  false: nothing there, or an opaque line. */
bool table_load(const struct table *t, size_t at, struct row *row);
/* Where added rows are put: the first NIS line, or the end. */
size_t table_insertion(struct table *t);
/* The place of the i-th added row. */
size_t table_added_at(const struct table *t, size_t i);
/* Lets the hints know of a row that came or changed. */
void table_hint(struct table *t, const struct row *row);
/* Lets what table_ids found know of a new row. */
void table_keep(struct table *t, struct str line);

#endif
