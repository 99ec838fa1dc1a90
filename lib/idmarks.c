/* SPDX-License-Identifier: BSD-3-Clause */
#include "idmarks.h"

#include <stdlib.h>

#include "subid_private.h"
#include "text.h"

static const struct {
	enum table_id of;
	const char *kind;
} kinds[] = {
	{ TABLE_PASSWD, "uid" },
	{ TABLE_GROUP, "gid" },
	{ TABLE_SUBUID, "subuid" },
	{ TABLE_SUBGID, "subgid" },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

bool idmarks_on(const struct defs *defs)
{
	return defs_bool(defs, IDMARKS_KEY, false);
}

unsigned idmarks_tables(const struct defs *defs, unsigned tables)
{
	return idmarks_on(defs) ? tables : tables & ~TABLE_BIT(TABLE_IDMARKS);
}

const char *idmarks_why(struct run *run)
{
	if (!idmarks_on(&run->defs))
		return "";
	return arena_printf(&run->arena, _(" (%s keeps back those of %s)"), IDMARKS_KEY,
			    root_show(&run->root, &run->arena, schema_get(TABLE_IDMARKS)->path));
}

static const char *kind_of(enum table_id of)
{
	size_t i;

	for (i = 0; i < KINDS; i++)
		if (kinds[i].of == of)
			return kinds[i].kind;
	return "";
}

struct ids_spans idmarks_get(struct run *run, struct txn *txn, enum table_id of)
{
	struct table *t = idmarks_on(&run->defs) ? txn_table(txn, TABLE_IDMARKS) : NULL;
	struct ids_list list = { .count = 0 };
	struct ids_span span;
	struct row row;

	for (row = ROW_START; t && table_next(t, &row);)
		if (str_is(row.column[MARK_KIND], kind_of(of)) && subid_row_span(&row, &span))
			ids_list_add(&list, &run->arena, span);
	return ids_list_done(&list);
}

/* --- what a transaction gives and frees --- */

/* The ids that a line stands for. */
static bool line_span(enum table_id of, struct str line, struct ids_span *ret)
{
	struct row row = { .line = line };
	uint32_t id;

	if (!line.p)
		return false;
	if (schema_get(of)->id_column < 0)
		return schema_split(of, line, row.column) > 0 && subid_row_span(&row, ret);
	if (!schema_line_id(of, line, &id))
		return false;
	*ret = (struct ids_span){ id, id };
	return true;
}

static void gather_edits(struct table *t, struct arena *a, struct ids_list *list)
{
	struct ids_span old, new;
	size_t i, count;
	const struct edit *edits = table_edit_list(t, &count);

	for (i = 0; i < count; i++) {
		bool was = line_span(table_which(t), edits[i].old, &old);
		bool is = line_span(table_which(t), edits[i].new, &new);

		if (was && is && old.first == new.first && old.last == new.last)
			continue;
		if (was)
			ids_list_add(list, a, old);
		if (is)
			ids_list_add(list, a, new);
	}
}

static void gather_used(struct table *t, struct arena *a, struct ids_list *list)
{
	struct ids_span span;
	struct row row;

	for (row = ROW_START; table_next_line(t, &row);)
		if (line_span(table_which(t), row.line, &span))
			ids_list_add(list, a, span);
}

/* --- into the file --- */

struct mark {
	struct ids_span span;
	struct row row;
};

struct marks {
	struct mark *items;
	size_t count, room;
};

static int by_first(const void *left, const void *right)
{
	const struct mark *a = left, *b = right;

	return (a->span.first > b->span.first) - (a->span.first < b->span.first);
}

static void read_marks(struct table *t, struct arena *a, const char *kind, struct marks *ret)
{
	struct mark mark = { .span = { 0, 0 } };

	*ret = (struct marks){ .count = 0 };
	for (mark.row = ROW_START; t && table_next(t, &mark.row);) {
		if (!str_is(mark.row.column[MARK_KIND], kind) ||
		    !subid_row_span(&mark.row, &mark.span))
			continue;
		if (ret->count == ret->room) {
			ret->room = ret->room ? 2 * ret->room : 16;
			ret->items = arena_grow(a, ret->items, ret->count, ret->room,
						sizeof(*ret->items));
		}
		ret->items[ret->count++] = mark;
	}
	if (ret->count > 1)
		qsort(ret->items, ret->count, sizeof(*ret->items), by_first);
}

static const char *number(struct run *run, unsigned long n)
{
	return arena_printf(&run->arena, "%lu", n);
}

static int add_mark(struct run *run, struct table *t, const char *kind, struct ids_span span)
{
	const char *values[MARK_COLUMNS] = {
		[MARK_KIND] = kind,
		[MARK_START] = number(run, span.first),
		[MARK_SIZE] = number(run, (unsigned long)span.last - span.first + 1),
	};

	return table_add(t, values, &run->err);
}

static int set_mark(struct run *run, struct table *t, struct mark *m, struct ids_span span)
{
	m->span = span;
	if (table_set(t, &m->row, MARK_START, number(run, span.first), &run->err) < 0)
		return -1;
	return table_set(t, &m->row, MARK_SIZE,
			 number(run, (unsigned long)span.last - span.first + 1), &run->err);
}

/* One span; *at is the first mark that may meet or adjoin it. */
static int put_span(struct run *run, struct table *t, const char *kind, struct marks *m,
		    size_t *at, struct ids_span span)
{
	size_t i;

	while (*at < m->count && (uint64_t)m->items[*at].span.last + 1 < span.first)
		++*at;
	if (*at == m->count || m->items[*at].span.first > (uint64_t)span.last + 1)
		return add_mark(run, t, kind, span);
	if (m->items[*at].span.first < span.first)
		span.first = m->items[*at].span.first;
	/* It may bridge the gaps to those behind. */
	for (i = *at; i < m->count && m->items[i].span.first <= (uint64_t)span.last + 1; i++) {
		if (m->items[i].span.last > span.last)
			span.last = m->items[i].span.last;
		if (i > *at)
			table_remove(t, &m->items[i].row);
	}
	m->items[i - 1] = m->items[*at];
	*at = i - 1;
	return set_mark(run, t, &m->items[*at], span);
}

static int note_table(struct run *run, struct txn *txn, enum table_id of)
{
	struct table *t = txn_table(txn, of);
	struct ids_list list = { .count = 0 };
	struct ids_spans spans;
	struct marks marks;
	size_t i, at = 0;

	if (!t || table_edits(t) == 0)
		return 0;
	gather_edits(t, &run->arena, &list);
	if (list.count == 0)
		return 0;
	read_marks(txn_table(txn, TABLE_IDMARKS), &run->arena, kind_of(of), &marks);
	if (marks.count == 0)
		gather_used(t, &run->arena, &list);
	spans = ids_list_done(&list);
	for (i = 0; i < spans.count; i++)
		if (put_span(run, txn_create(txn, TABLE_IDMARKS), kind_of(of), &marks, &at,
			     spans.items[i]) < 0)
			return -1;
	return 0;
}

int idmarks_note(struct run *run, struct txn *txn)
{
	size_t i;

	for (i = 0; i < KINDS; i++)
		if (note_table(run, txn, kinds[i].of) < 0)
			return -1;
	return 0;
}
