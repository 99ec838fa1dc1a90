/* SPDX-License-Identifier: BSD-3-Clause */
#include "twin.h"

#include <string.h>

static const struct names *names(struct twin *t)
{
	if (!t->named)
		names_of(t->table, t->arena, &t->names);
	t->named = true;
	return &t->names;
}

/* Of two rows of one name the first is wanted.  As long as the tables go together, another one
 * before it would have been asked for before. */
static bool is_first(struct twin *t, struct str name)
{
	return !names_may_double(t->asked, name) &&
	       !(t->apart && names_may_double(names(t), name));
}

static bool has_name(struct str line, struct str name)
{
	return line.n > name.n && line.p[name.n] == ':' && memcmp(line.p, name.p, name.n) == 0;
}

static bool is_next(struct twin *t, struct str name, struct row *row)
{
	row->next = t->next;
	return table_next_line(t->table, row) && has_name(row->line, name) && is_first(t, name);
}

bool twin_find(struct twin *t, struct str name, struct row *ret)
{
	struct row own, *row = ret ? ret : &own;

	if (is_next(t, name, row)) {
		if (ret)
			row->columns = schema_split(table_which(t->table), row->line, row->column);
		if (!ret || row->columns > 0) {
			t->next = row->next;
			t->line++;
			return true;
		}
	}
	t->apart = true;
	if (!names_may_have(names(t), name) ||
	    !table_find(t->table, str_dup(t->arena, name), row))
		return false;
	t->next = row->next;
	return true;
}

void twin_added(struct twin *t, struct str name)
{
	t->apart = true;
	names(t);
	names_add(&t->names, name);
}

bool twin_is_through(const struct twin *t)
{
	struct row row = { .next = t->next };

	return !t->apart && !table_next_line(t->table, &row);
}
