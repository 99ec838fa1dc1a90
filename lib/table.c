/* SPDX-License-Identifier: BSD-3-Clause */
#include "table.h"

#include <string.h>

#include "table_private.h"

struct table *table_new(enum table_id id, const char *bytes, size_t size, struct arena *a)
{
	struct table *t = arena_alloc(a, sizeof(*t));

	t->id = id;
	t->bytes = bytes;
	t->size = size;
	t->arena = a;
	return t;
}

struct table *table_anew(enum table_id id, struct str bytes, struct arena *a)
{
	struct table *t = table_new(id, bytes.p, bytes.n, a);

	t->loose = true;
	return t;
}

struct str table_bytes(const struct table *t)
{
	return (struct str){ t->bytes, t->size };
}

enum table_id table_which(const struct table *t)
{
	return t->id;
}

struct str table_base_line(const struct table *t, size_t at)
{
	const char *p = t->bytes + at;
	const char *end = memchr(p, '\n', t->size - at);

	return (struct str){ p, end ? (size_t)(end - p) : t->size - at };
}

size_t table_change_from(const struct table *t, size_t at)
{
	size_t low = 0, high = t->change_count;

	/* Rows are mostly edited in their order: look at the end first. */
	if (high > 0 && t->changes[high - 1].at < at)
		return high;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (t->changes[middle].at < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t table_added_at(const struct table *t, size_t i)
{
	return t->size + 1 + i;
}

static struct str load_line(const struct table *t, size_t at, struct row *row)
{
	struct str line;

	if (at > t->size) {
		size_t i = at - t->size - 1;

		line = t->added[i];
		row->next = at + 1;
	} else {
		size_t i = table_change_from(t, at);

		line = table_base_line(t, at);
		row->next = at + line.n + 1;
		if (row->next > t->size)
			row->next = table_added_at(t, 0);
		if (i < t->change_count && t->changes[i].at == at)
			line = t->changes[i].new;
	}
	row->at = at;
	row->line = line;
	return line;
}

bool table_load(const struct table *t, size_t at, struct row *row)
{
	struct str line = load_line(t, at, row);

	row->columns = line.p ? schema_split(t->id, line, row->column) : 0;
	return row->columns > 0;
}

bool table_next_line(struct table *t, struct row *row)
{
	for (;;) {
		size_t at = row->next;

		if (at >= t->size && at < table_added_at(t, 0))
			at = table_added_at(t, 0);
		if (at > t->size && at - t->size - 1 >= t->added_count)
			return false;
		if (load_line(t, at, row).p)
			return true;
	}
}

bool table_next(struct table *t, struct row *row)
{
	while (table_next_line(t, row)) {
		row->columns = schema_split(t->id, row->line, row->column);
		if (row->columns > 0)
			return true;
	}
	return false;
}

/* The array with room for one more element. */
static void make_room(struct arena *a, void *items, size_t count, size_t *room, size_t size)
{
	void **array = items;
	size_t wanted = *room ? 2 * *room : 8;

	if (count < *room)
		return;
	*array = arena_grow(a, *array, count, wanted, size);
	*room = wanted;
}

static void put_line(struct table *t, struct row *row, struct str line)
{
	size_t i;

	t->kept_count = 0;
	if (row->at > t->size) {
		t->added[row->at - t->size - 1] = line;
		return;
	}
	i = table_change_from(t, row->at);
	if (i == t->change_count || t->changes[i].at != row->at) {
		make_room(t->arena, &t->changes, t->change_count, &t->change_room,
			  sizeof(*t->changes));
		memmove(&t->changes[i + 1], &t->changes[i],
			(t->change_count - i) * sizeof(*t->changes));
		t->change_count++;
		t->changes[i].at = row->at;
		t->changes[i].old = table_base_line(t, row->at);
	}
	t->changes[i].new = line;
}

/* Bytes that would end a column or a row. */
static int check_value(const struct table *t, const char *value, struct err *e)
{
	if (strpbrk(value, ":\n"))
		return err_set(e, ERR_ARGUMENT, "a value for %s may not hold ':' or a newline",
			       schema_get(t->id)->path);
	return 0;
}

static struct str join(const struct table *t, const struct str *columns, int count)
{
	size_t size = 0, used = 0;
	char *p;
	int i;

	for (i = 0; i < count; i++)
		size += columns[i].n + 1;
	p = arena_alloc(t->arena, size);
	for (i = 0; i < count; i++) {
		if (columns[i].n)
			memcpy(p + used, columns[i].p, columns[i].n);
		used += columns[i].n;
		if (i + 1 < count)
			p[used++] = ':';
	}
	return (struct str){ p, used };
}

int table_set(struct table *t, struct row *row, int column, const char *value, struct err *e)
{
	static const struct str empty = { "", 0 };
	struct row fresh;

	if (check_value(t, value, e) < 0)
		return -1;
	if (column < row->columns && str_is(row->column[column], value))
		return 0;
	/* A short row gets all the columns that it lacks: not every number of them makes a row. */
	if (column >= row->columns)
		while (row->columns < schema_get(t->id)->columns)
			row->column[row->columns++] = empty;
	row->column[column] = str_of(arena_strdup(t->arena, value));
	put_line(t, row, join(t, row->column, row->columns));
	table_load(t, row->at, &fresh);
	*row = fresh;
	table_hint(t, row);
	return 0;
}

void table_replace_line(struct table *t, const struct row *row, struct str line)
{
	struct row fresh = *row;

	put_line(t, &fresh, line);
	if (table_load(t, row->at, &fresh))
		table_hint(t, &fresh);
}

void table_add_line(struct table *t, struct str line)
{
	struct row row;

	make_room(t->arena, &t->added, t->added_count, &t->added_room, sizeof(*t->added));
	t->added[t->added_count++] = line;
	table_keep(t, line);
	if (table_load(t, table_added_at(t, t->added_count - 1), &row))
		table_hint(t, &row);
}

int table_add(struct table *t, const char *const *values, struct err *e)
{
	int i, count = schema_get(t->id)->columns;
	struct str columns[SCHEMA_COLUMNS_MAX];

	for (i = 0; i < count; i++) {
		if (check_value(t, values[i], e) < 0)
			return -1;
		columns[i] = str_of(values[i]);
	}
	table_add_line(t, join(t, columns, count));
	return 0;
}

void table_remove(struct table *t, const struct row *row)
{
	struct row place = *row;

	put_line(t, &place, (struct str){ NULL, 0 });
}

bool table_is_added(const struct table *t, const struct row *row)
{
	return row->at > t->size;
}

/* The first line that begins with c, or the end. */
static size_t first_line_with(const struct table *t, char c)
{
	size_t at = 0;

	while (at < t->size) {
		const char *p = memchr(t->bytes + at, c, t->size - at);

		if (!p)
			break;
		at = (size_t)(p - t->bytes);
		if (at == 0 || p[-1] == '\n')
			return at;
		at++;
	}
	return t->size;
}

size_t table_insertion(struct table *t)
{
	if (!t->insertion_known) {
		size_t plus = first_line_with(t, '+'), minus = first_line_with(t, '-');

		t->insertion = plus < minus ? plus : minus;
		t->insertion_known = true;
	}
	return t->insertion;
}

static bool is_edit(const struct change *c)
{
	return !c->new.p || !str_eq(c->old, c->new);
}

size_t table_edits(const struct table *t)
{
	size_t i, n = 0;

	for (i = 0; i < t->change_count; i++)
		n += is_edit(&t->changes[i]);
	for (i = 0; i < t->added_count; i++)
		n += t->added[i].p != NULL;
	return n;
}

struct edit *table_edit_list(struct table *t, size_t *ret_count)
{
	size_t i, n = 0, insertion = t->added_count ? table_insertion(t) : 0;
	struct edit *list = arena_array(t->arena, t->change_count + t->added_count + 1,
					sizeof(*list));
	bool placed = false;

	for (i = 0; i <= t->change_count; i++) {
		if (!placed && (i == t->change_count || t->changes[i].at >= insertion)) {
			size_t k;

			for (k = 0; k < t->added_count; k++)
				if (t->added[k].p)
					list[n++] = (struct edit){ .new = t->added[k],
								   .at = insertion };
			placed = true;
		}
		if (i < t->change_count && is_edit(&t->changes[i]))
			list[n++] = (struct edit){ t->changes[i].old, t->changes[i].new,
						   t->changes[i].at };
	}
	*ret_count = n;
	return list;
}

bool table_removes(const struct table *t)
{
	size_t i;

	for (i = 0; i < t->change_count; i++)
		if (!t->changes[i].new.p)
			return true;
	return false;
}

bool table_adds(const struct table *t)
{
	size_t i;

	for (i = 0; i < t->added_count; i++)
		if (t->added[i].p)
			return true;
	return false;
}

struct span_list {
	struct span *items;
	size_t count, room;
};

static void add_span(struct arena *a, struct span_list *l, struct span s)
{
	if (s.size == 0)
		return;
	make_room(a, &l->items, l->count, &l->room, sizeof(*l->items));
	l->items[l->count++] = s;
}

static void add_text(struct arena *a, struct span_list *l, struct str s)
{
	add_span(a, l, (struct span){ .p = s.p, .size = s.n });
}

/* Does what is written up to the end of the bytes lack its newline?  last: the edit before, or
 * NULL. */
static bool lacks_newline(const struct table *t, const struct edit *last)
{
	if (t->size == 0 || t->bytes[t->size - 1] == '\n' || (last && !last->old.p))
		return false;
	/* The line without one may be what went. */
	return !last || last->new.p || last->at + last->old.n < t->size;
}

size_t table_spans(struct table *t, const struct span **ret)
{
	static const struct str newline = { "\n", 1 };
	struct span_list l = { NULL, 0, 0 };
	size_t i, count, at = 0;
	const struct edit *edits = table_edit_list(t, &count);

	for (i = 0; i < count; i++) {
		const struct edit *ed = &edits[i];

		add_span(t->arena, &l, (struct span){ .p = t->bytes + at, .size = ed->at - at,
						      .offset = at, .stored = !t->loose });
		at = ed->at;
		if (!ed->old.p) {
			/* The line before may lack its newline; ours never does. */
			if (at == t->size && lacks_newline(t, i ? &edits[i - 1] : NULL))
				add_text(t->arena, &l, newline);
			add_text(t->arena, &l, ed->new);
			add_text(t->arena, &l, newline);
			continue;
		}
		at += ed->old.n;
		if (ed->new.p)
			add_text(t->arena, &l, ed->new);
		else if (at < t->size)
			at++;
	}
	add_span(t->arena, &l, (struct span){ .p = t->bytes + at, .size = t->size - at,
					      .offset = at, .stored = !t->loose });
	*ret = l.items;
	return l.count;
}
