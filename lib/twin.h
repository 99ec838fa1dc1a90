/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * twin - the row of the same name in another table, for each row of a walk.
 *
 * passwd and shadow, group and gshadow mostly have their rows in one order, so the row after the
 * last one is looked at first.  Where that is not it, it is mostly missing, which names.h knows;
 * only rows that stand elsewhere are searched for.
 *
 *	struct twin twin = { .table = shadow, .asked = &names_of_passwd, .arena = arena };
 *
 *	for (row = ROW_START; table_next(passwd, &row);)
 *		if (twin_find(&twin, row.column[0], &other))
 *			...
 */
#ifndef LIB_TWIN_H
#define LIB_TWIN_H

#include "names.h"

struct twin {
	struct table *table;
	const struct names *asked; /* of the table that is walked */
	struct arena *arena;

	/* Made by twin_find. */
	bool apart;         /* a name was asked for that was not that of the next row */
	bool named;
	struct names names; /* of table, where it was needed */
	size_t next;        /* as in struct row */
	size_t line;        /* until they are apart: the number of the line that was found */
};

/* The first row of that name.  ret may be NULL where no line of the table is malformed. */
bool twin_find(struct twin *t, struct str name, struct row *ret);
/* A row was added to the table, after twin_find missed it or did not like it. */
void twin_added(struct twin *t, struct str name);
/* Was every line of the table found, and in its turn? */
bool twin_is_through(const struct twin *t);

#endif
