/* SPDX-License-Identifier: BSD-3-Clause */
#include "group_lines.h"

#include <string.h>

struct str group_column(const struct row *row, int column)
{
	return column < row->columns ? row->column[column] : (struct str){ "", 0 };
}

struct str group_lines_join(struct arena *a, struct str list, struct str more)
{
	struct str item;

	while (str_next(&more, ',', &item))
		if (item.n > 0)
			list = str_list_add(a, list, item);
	return list;
}

static int differ(struct run *run, const char *name)
{
	return err_set(&run->err, ERR_GROUP_FILE,
		       "Multiple entries named '%s' in %s. Please fix this with pwck or grpck.",
		       name, root_show(&run->root, &run->arena, schema_get(TABLE_GROUP)->path));
}

int group_lines_find(struct run *run, struct table *t, const char *name, struct group_lines *ret)
{
	struct row row, *rows = NULL;
	size_t room = 0;
	bool more;

	*ret = (struct group_lines){ .count = 0 };
	for (more = t && table_find(t, name, &row); more; more = table_find_again(t, &row)) {
		if (ret->count == room) {
			room = room ? 2 * room : 1;
			rows = arena_grow(&run->arena, rows, ret->count, room, sizeof(*rows));
		}
		rows[ret->count++] = row;
		if (!str_eq(row.column[GR_PASSWORD], rows[0].column[GR_PASSWORD]) ||
		    !str_eq(row.column[GR_GID], rows[0].column[GR_GID]))
			return differ(run, name);
		ret->members = ret->count == 1 ? group_column(&row, GR_MEMBERS) :
						 group_lines_join(&run->arena, ret->members,
								  group_column(&row, GR_MEMBERS));
	}
	ret->rows = rows;
	return 0;
}

/* Cuts at most limit items from the front of a list. */
static struct str take_front(struct str *list, unsigned long long limit)
{
	struct str front = *list, rest = *list, item;

	while (limit-- > 0)
		if (!str_next(&rest, ',', &item))
			break;
	/* What is left begins after a comma. */
	if (rest.p)
		front.n = (size_t)(rest.p - front.p) - 1;
	*list = rest;
	return front;
}

/* Of a line's members those that are still in the list, which lose their place there. */
static struct str keep_own(struct arena *a, struct str line, struct str *list)
{
	struct str kept = { "", 0 }, item;

	while (str_next(&line, ',', &item)) {
		if (item.n == 0 || !str_list_has(*list, item))
			continue;
		kept = str_list_add(a, kept, item);
		*list = str_list_remove(a, *list, item);
	}
	return kept;
}

static int set_row(struct run *run, struct table *t, const struct row *place, const char *name,
		   const char *password, const char *gid, struct str members)
{
	struct row row = *place;
	struct err *e = &run->err;

	if (table_set(t, &row, GR_NAME, name, e) < 0 ||
	    table_set(t, &row, GR_PASSWORD, password, e) < 0 ||
	    table_set(t, &row, GR_GID, gid, e) < 0)
		return -1;
	return table_set(t, &row, GR_MEMBERS, str_dup(&run->arena, members), e);
}

int group_lines_write(struct run *run, struct table *t, const struct group_lines *lines,
		      const char *name, const char *password, const char *gid,
		      struct str members)
{
	long long value = defs_number(&run->defs, "MAX_MEMBERS_PER_GROUP", 0);
	unsigned long long limit = value > 0 ? (unsigned long long)value : UINT64_MAX;
	struct str part;
	size_t i;

	for (i = 0; i < lines->count; i++) {
		bool last = i + 1 == lines->count;

		if (i > 0 && value > 0 && !members.p) {
			table_remove(t, &lines->rows[i]);
			continue;
		}
		/* Without a limit each line keeps its own, and the last one gets the others. */
		if (value > 0 || last)
			part = take_front(&members, limit);
		else
			part = keep_own(&run->arena, group_column(&lines->rows[i], GR_MEMBERS),
					&members);
		if (set_row(run, t, &lines->rows[i], name, password, gid, part) < 0)
			return -1;
	}
	while (members.p) {
		const char *values[GR_COLUMNS] = { name, password, gid, NULL };

		values[GR_MEMBERS] = str_dup(&run->arena, take_front(&members, limit));
		if (table_add(t, values, &run->err) < 0)
			return -1;
	}
	return 0;
}

bool group_rows_remove(struct table *t, const char *name)
{
	struct row row;
	bool found = t && table_find(t, name, &row), more = found;

	while (more) {
		struct row place = row;

		more = table_find_again(t, &row);
		table_remove(t, &place);
	}
	return found;
}
