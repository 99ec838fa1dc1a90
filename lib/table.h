/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * table - an account file as its bytes plus a short list of edits.
 *
 * Opening allocates nothing per row: rows are found by scanning the bytes.  Editing a row puts its
 * new line on the list; all other bytes stay as they are (comments, NIS and malformed lines, a
 * missing last newline).  New rows go before the first NIS line, else to the end.
 *
 *	struct row row;
 *	if (table_find(t, "alice", &row) && table_set(t, &row, PW_SHELL, "/bin/sh", e) < 0)
 *		return -1;
 *	for (row = ROW_START; table_next(t, &row);)
 *		...
 *
 * A row's columns are borrowed: from the file's bytes or the arena.  They stay readable until the
 * run ends, but show the row as it was when it was found (table_set refreshes the row given to it).
 */
#ifndef LIB_TABLE_H
#define LIB_TABLE_H

#include <stdint.h>
#include <stdio.h>

#include "arena.h"
#include "err.h"
#include "schema.h"
#include "str.h"

struct row {
	struct str line; /* without the newline */
	struct str column[SCHEMA_COLUMNS_MAX];
	int columns;
	size_t at; /* where it is: an offset in the bytes, or past them for a new row */
	size_t next;
};
#define ROW_START ((struct row){ .at = 0 })

struct table;

/* A table over bytes that outlive it. */
struct table *table_new(enum table_id id, const char *bytes, size_t size, struct arena *a);
/* Bytes that are to take the place of the file's. */
struct table *table_anew(enum table_id id, struct str bytes, struct arena *a);
/* The bytes, without the edits. */
struct str table_bytes(const struct table *t);
enum table_id table_which(const struct table *t);

/* The first row of that name (owner, for sub-ids), id or exact line.  Opaque lines are never
 * found. */
bool table_find(struct table *t, const char *name, struct row *ret);
bool table_find_id(struct table *t, uint32_t id, struct row *ret);
bool table_find_line(struct table *t, struct str line, struct row *ret);
/* Rows will be asked for so often by name; t may be NULL. */
void table_expect_finds(struct table *t, size_t finds);
/* How many lines are exactly so, opaque ones too; *ret is the first. */
size_t table_count_line(struct table *t, struct str line, struct row *ret);
/* The next row of the same name as *row. */
bool table_find_again(struct table *t, struct row *row);
/* The next row; with text, the next whose line contains it. */
bool table_next(struct table *t, struct row *row);
bool table_next_with(struct table *t, const char *text, struct row *row);

/* The one gate for new bytes: ":", newline and NUL are refused (ERR_ARGUMENT). */
int table_set(struct table *t, struct row *row, int column, const char *value, struct err *e);
/* values has as many elements as the schema has columns. */
int table_add(struct table *t, const char *const *values, struct err *e);
void table_remove(struct table *t, const struct row *row);
bool table_is_added(const struct table *t, const struct row *row);
/* A whole line as recovery finds it in the journal; NULL lines as for the edits below. */
void table_add_line(struct table *t, struct str line);
void table_replace_line(struct table *t, const struct row *row, struct str line);

/* The edits in order of place.  old.p is NULL for a new row, new.p for one that goes. */
struct edit {
	struct str old, new;
	size_t at;
};
size_t table_edits(const struct table *t);
struct edit *table_edit_list(struct table *t, size_t *ret_count);
bool table_removes(const struct table *t);
bool table_adds(const struct table *t);

/* The new file, piece by piece: from the bytes (offset and length) or from memory. */
struct span {
	const char *p;   /* always readable */
	size_t size;
	size_t offset;   /* in the bytes; meaningful when stored */
	bool stored;
};
size_t table_spans(struct table *t, const struct span **ret);

/* The edits as a unified diff with the file's path, as patch(1) takes it. */
void table_diff(struct table *t, const char *path, FILE *out);

/* Which ids of low..high are used: bit i is id low + i.  One scan, also for many calls between
 * which rows only come; the bits are shared then, and the arena must live as long as the table.
 * A range wider than IDSET_WIDTH_MAX (2 MiB of bits) has no bits: only its outermost ids are
 * known. */
#define IDSET_WIDTH_MAX ((uint32_t)1 << 24)
struct idset {
	uint32_t low, high;
	uint64_t *bits;
	bool any;           /* is one used? */
	uint32_t least, most; /* of those used in the range */
};
void table_ids(struct table *t, uint32_t low, uint32_t high, struct arena *a, struct idset *ret);
/* true: table_ids was called before, and no row has id or a higher one. */
bool table_all_below(const struct table *t, uint32_t id);
/* The next line of the bytes or among the added ones that is not removed, as it is now, split or
 * opaque alike: for who reads columns faster than schema_split does.  row->columns is not set. */
bool table_next_line(struct table *t, struct row *row);
bool idset_has(const struct idset *s, uint32_t id);

#endif
