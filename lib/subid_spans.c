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
		.reserved = "SUB_UID_RESERVED",
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
		.reserved = "SUB_GID_RESERVED",
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

struct ids_spans subid_all_spans(struct table *t, struct arena *a)
{
	struct ids_list list = { .count = 0 };
	struct ids_span span;
	struct row row;

	for (row = ROW_START; table_next_line(t, &row);)
		if (line_span(row.line, &span))
			ids_list_add(&list, a, span);
	return ids_list_done(&list);
}

bool subid_find(struct table *t, uint32_t id, struct row *ret)
{
	struct ids_span span;
	struct row row;

	for (row = ROW_START; table_next_line(t, &row);) {
		if (!line_span(row.line, &span) || span.first > id || span.last < id)
			continue;
		row.columns = schema_split(table_which(t), row.line, row.column);
		*ret = row;
		return true;
	}
	return false;
}

struct subid_owner subid_owner(struct run *run, const char *name, uid_t uid)
{
	const char *text = arena_printf(&run->arena, "%lu", (unsigned long)uid);

	return (struct subid_owner){ { name, strcmp(name, text) == 0 ? "" : text } };
}

struct ids_spans subid_owner_spans(struct table *t, struct arena *a, const struct subid_owner *o)
{
	struct ids_list list = { .count = 0 };
	struct ids_span span;
	struct row row;
	size_t i;

	for (i = 0; i < 2; i++) {
		bool more = table_find(t, o->by[i], &row);

		for (; more; more = table_find_again(t, &row))
			if (subid_row_span(&row, &span))
				ids_list_add(&list, a, span);
	}
	return ids_list_done(&list);
}
