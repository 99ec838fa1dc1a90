/* SPDX-License-Identifier: BSD-3-Clause */
/* What the rows of subuid and subgid say. */
#include <string.h>

#include "subid_private.h"

const struct subid_kind *subid_kind(enum table_id which)
{
	static const struct subid_kind uid = {
		.name = "UID",
		.what = "uid",
		.count = "SUB_UID_COUNT",
		.min = "SUB_UID_MIN",
		.max = "SUB_UID_MAX",
		.by_uid = "SUB_UID_STORE_BY_UID",
		.deterministic = "SUB_UID_DETERMINISTIC",
		.wrap = "UNSAFE_SUB_UID_DETERMINISTIC_WRAP",
		.holders = TABLE_PASSWD,
	};
	static const struct subid_kind gid = {
		.name = "GID",
		.what = "gid",
		.count = "SUB_GID_COUNT",
		.min = "SUB_GID_MIN",
		.max = "SUB_GID_MAX",
		.by_uid = "SUB_GID_STORE_BY_UID",
		.deterministic = "SUB_GID_DETERMINISTIC",
		.wrap = "UNSAFE_SUB_GID_DETERMINISTIC_WRAP",
		.holders = TABLE_GROUP,
	};

	return which == TABLE_SUBUID ? &uid : &gid;
}

bool subid_row_span(const struct row *row, struct ids_span *ret)
{
	uint64_t first, count;

	if (!str_number(row->column[SUB_START], UINT32_MAX, &first) ||
	    !str_number(row->column[SUB_SIZE], UINT64_MAX, &count) || count == 0)
		return false;
	ret->first = (uint32_t)first;
	ret->last = count > UINT32_MAX - first ? UINT32_MAX : (uint32_t)(first + count - 1);
	return true;
}

/* Decimal digits; *at moves past them.  false: something else stands there. */
static bool take_digits(struct str line, size_t *at, uint64_t *ret)
{
	size_t i = *at;
	uint64_t value = 0;

	/* A leading zero may be octal or hex. */
	if (i >= line.n || line.p[i] < '1' || line.p[i] > '9')
		return false;
	for (; i < line.n && line.p[i] >= '0' && line.p[i] <= '9'; i++)
		value = value * 10 + (uint64_t)(line.p[i] - '0');
	if (i - *at > 18)
		return false;
	*at = i;
	*ret = value;
	return true;
}

/* The span of a plain row, "owner:DIGITS:DIGITS", without the cost of splitting it. */
static bool plain_span(struct str line, struct ids_span *ret)
{
	uint64_t first, count;
	size_t at = 0;

	if (line.n == 0 || line.p[0] == '+' || line.p[0] == '-' || line.p[0] == '#')
		return false;
	while (at < line.n && line.p[at] != ':')
		at++;
	if (at == 0 || at++ >= line.n || !take_digits(line, &at, &first) || at >= line.n ||
	    line.p[at++] != ':' || !take_digits(line, &at, &count) || at != line.n ||
	    first > UINT32_MAX)
		return false;
	ret->first = (uint32_t)first;
	ret->last = count > UINT32_MAX - first ? UINT32_MAX : (uint32_t)(first + count - 1);
	return true;
}

static bool line_span(struct str line, struct ids_span *ret)
{
	struct row row;

	if (plain_span(line, ret))
		return true;
	return schema_split(TABLE_SUBUID, line, row.column) > 0 && subid_row_span(&row, ret);
}

static void add_span(struct subid_spans *s, struct arena *a, struct ids_span span)
{
	struct ids_span *last = s->count ? &s->items[s->count - 1] : NULL;

	/* Ranges mostly follow each other: one span for all of them. */
	if (last && span.first >= last->first && span.first <= (uint64_t)last->last + 1) {
		if (span.last > last->last)
			last->last = span.last;
		return;
	}
	if (s->count == s->room) {
		s->room = s->room ? 2 * s->room : 64;
		s->items = arena_grow(a, s->items, s->count, s->room, sizeof(*s->items));
		last = s->count ? &s->items[s->count - 1] : NULL;
	}
	if (last && span.first < last->first)
		s->unsorted = true;
	s->items[s->count++] = span;
}

static int by_first(const void *left, const void *right)
{
	const struct ids_span *a = left, *b = right;

	return (a->first > b->first) - (a->first < b->first);
}

static void sort_spans(struct subid_spans *s)
{
	if (s->unsorted)
		qsort(s->items, s->count, sizeof(*s->items), by_first);
	s->unsorted = false;
}

void subid_all_spans(struct table *t, struct arena *a, struct subid_spans *ret)
{
	struct ids_span span;
	struct row row;

	*ret = (struct subid_spans){ .count = 0 };
	for (row = ROW_START; table_next_line(t, &row);)
		if (line_span(row.line, &span))
			add_span(ret, a, span);
	sort_spans(ret);
}

struct subid_owner subid_owner(struct run *run, const char *name, uid_t uid)
{
	const char *text = arena_printf(&run->arena, "%lu", (unsigned long)uid);

	return (struct subid_owner){ { name, strcmp(name, text) == 0 ? "" : text } };
}

void subid_owner_spans(struct table *t, struct arena *a, const struct subid_owner *o,
		       struct subid_spans *ret)
{
	struct ids_span span;
	struct row row;
	size_t i;

	*ret = (struct subid_spans){ .count = 0 };
	for (i = 0; i < 2; i++) {
		bool more = table_find(t, o->by[i], &row);

		for (; more; more = table_find_again(t, &row))
			if (subid_row_span(&row, &span))
				add_span(ret, a, span);
	}
	sort_spans(ret);
}
