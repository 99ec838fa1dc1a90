/* SPDX-License-Identifier: BSD-3-Clause */
#include "merge.h"

#include <string.h>

static bool is_list(enum table_id id, int column)
{
	return (id == TABLE_GROUP && column == GR_MEMBERS) ||
	       (id == TABLE_GSHADOW && (column == SG_ADMINS || column == SG_MEMBERS));
}

static struct str merge_list(struct str from, struct str to, struct str now, struct arena *a)
{
	struct str rest, name;

	for (rest = from; str_next(&rest, ',', &name);)
		if (name.n > 0 && !str_list_has(to, name))
			now = str_list_remove(a, now, name);
	for (rest = to; str_next(&rest, ',', &name);)
		if (name.n > 0 && !str_list_has(from, name))
			now = str_list_add(a, now, name);
	return now;
}

static bool merge_column(enum table_id id, int column, struct str from, struct str to,
			 struct str now, struct arena *a, struct str *ret)
{
	if (str_eq(now, from) || str_eq(now, to))
		*ret = to;
	else if (str_eq(from, to))
		*ret = now;
	else if (is_list(id, column))
		*ret = merge_list(from, to, now, a);
	else
		return false;
	return true;
}

static struct str join(const struct str *columns, int n, struct arena *a)
{
	char *line;
	size_t size = (size_t)n, at = 0;
	int i;

	for (i = 0; i < n; i++)
		size += columns[i].n;
	line = arena_alloc(a, size);
	for (i = 0; i < n; i++) {
		if (i > 0)
			line[at++] = ':';
		memcpy(line + at, columns[i].p, columns[i].n);
		at += columns[i].n;
	}
	return (struct str){ line, at };
}

bool merge_row(enum table_id id, struct str from, struct str to, struct str now, struct arena *a,
	       struct str *ret)
{
	struct str was[SCHEMA_COLUMNS_MAX], will[SCHEMA_COLUMNS_MAX], is[SCHEMA_COLUMNS_MAX];
	struct str columns[SCHEMA_COLUMNS_MAX];
	int n = schema_split(id, from, was), i;

	if (n == 0 || schema_split(id, to, will) != n || schema_split(id, now, is) != n)
		return false;
	for (i = 0; i < n; i++)
		if (!merge_column(id, i, was[i], will[i], is[i], a, &columns[i]))
			return false;
	*ret = join(columns, n, a);
	return true;
}
