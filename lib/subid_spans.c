/* SPDX-License-Identifier: BSD-3-Clause */
/* What the rows of subuid and subgid say. */
#include <stdio.h>
#include <string.h>

#include "subid_private.h"
#include "subid_row.h"

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
	return subid_row_numbers(row->column[SUB_START], row->column[SUB_SIZE], &ret->first,
				 &ret->last);
}

struct ids_spans subid_all_spans(struct table *t, struct arena *a)
{
	struct ids_list list = { .count = 0 };
	struct subid_line line;
	struct row row;

	for (row = ROW_START; table_next_line(t, &row);)
		if (subid_row_parse(row.line, &line))
			ids_list_add(&list, a, (struct ids_span){ line.first, line.last });
	return ids_list_done(&list);
}

static bool gives(struct str line, uint32_t id, struct str *ret_owner)
{
	struct subid_line row;

	if (!subid_row_parse(line, &row) || row.first > id || row.last < id)
		return false;
	*ret_owner = row.owner;
	return true;
}

/* Has the start more digits than that?  Nearly all ranges of a large file lie above all accounts,
 * and no more needs to be read of them. */
static bool begins_above(struct str line, size_t digits)
{
	const char *colon = memchr(line.p, ':', line.n), *end = line.p + line.n, *p;

	if (!colon || colon + 1 >= end || colon[1] < '1' || colon[1] > '9')
		return false;
	for (p = colon + 1; p < end && *p >= '0' && *p <= '9'; p++)
		if ((size_t)(p - colon) > digits)
			return true;
	return false;
}

/* As the file has them, without the cost of a table's row. */
static bool find_in_bytes(struct str text, uint32_t id, struct str *ret_owner)
{
	char number[16];
	int digits = snprintf(number, sizeof(number), "%lu", (unsigned long)id);
	struct str line;

	while (str_next(&text, '\n', &line))
		if (!begins_above(line, (size_t)digits) && gives(line, id, ret_owner))
			return true;
	return false;
}

bool subid_find(struct table *t, uint32_t id, struct str *ret_owner)
{
	struct row row;

	if (table_edits(t) == 0)
		return find_in_bytes(table_bytes(t), id, ret_owner);
	for (row = ROW_START; table_next_line(t, &row);)
		if (gives(row.line, id, ret_owner))
			return true;
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
