/* SPDX-License-Identifier: BSD-3-Clause */
#include "convert.h"

#include <string.h>

#include "group_lines.h"
#include "twin.h"
#include "user.h"

/* One open file and its shadow. */
struct pair {
	struct run *run;
	struct txn *txn;
	enum table_id open_id, secret_id;
	struct table *open, *secret;
	struct names names;     /* of open */
	struct twin secret_of;  /* for a walk over open */
	bool malformed;         /* open has lines that are no rows */
};

static int begin(struct pair *p, struct run *run, struct txn *txn, enum table_id open_id,
		 enum table_id secret_id)
{
	*p = (struct pair){ .run = run, .txn = txn, .open_id = open_id, .secret_id = secret_id,
			    .open = txn_table(txn, open_id),
			    .secret = txn_table(txn, secret_id) };
	if (!p->open)
		return err_set(&run->err, ERR_MISSING, "%s does not exist",
			       root_show(&run->root, &run->arena, schema_get(open_id)->path));
	if (!p->secret)
		p->secret = txn_create(txn, secret_id);
	names_of(p->open, &run->arena, &p->names);
	p->secret_of = (struct twin){ .table = p->secret, .asked = &p->names,
				      .arena = &run->arena };
	return 0;
}

/* In all four files the password is the second column. */
static bool is_shadowed(const struct row *row)
{
	return str_is(row->column[PW_PASSWORD], "x");
}

static const char *name_of(const struct pair *p, const struct row *row)
{
	return str_dup(&p->run->arena, row->column[0]);
}

/* The next row of open. */
static bool next_open(struct pair *p, struct row *row)
{
	while (table_next_line(p->open, row)) {
		row->columns = schema_split(p->open_id, row->line, row->column);
		if (row->columns > 0)
			return true;
		p->malformed = true;
	}
	return false;
}

/* Of the file: what was added has an owner.  Comes after a walk over open. */
static void remove_rows_of_nobody(struct pair *p)
{
	static const struct names none = { .bits = NULL };
	struct twin owner_of = { .table = p->open, .asked = &none, .arena = &p->run->arena,
				 .named = true, .names = p->names };
	struct row row, owner;

	if (twin_is_through(&p->secret_of))
		return;
	for (row = ROW_START; table_next_line(p->secret, &row) &&
			      !table_is_added(p->secret, &row);)
		if (!twin_find(&owner_of, str_until(row.line, ':'),
			       p->malformed ? &owner : NULL) &&
		    schema_split(p->secret_id, row.line, row.column) > 0)
			table_remove(p->secret, &row);
}

/* Of the rows of open that have its name, which logins go by? */
static bool is_first(struct pair *p, const struct row *row)
{
	struct row first;

	return !names_may_double(&p->names, row->column[0]) ||
	       (table_find(p->open, name_of(p, row), &first) && first.at == row->at);
}

static int hide(struct pair *p, struct row *row)
{
	if (is_shadowed(row))
		return 0;
	txn_hide_backup(p->txn, p->open_id);
	return table_set(p->open, row, PW_PASSWORD, "x", &p->run->err);
}

/* --- passwd and shadow --- */

static int add_shadow(struct pair *p, const struct row *user)
{
	twin_added(&p->secret_of, user->column[PW_NAME]);
	return user_add_shadow(p->run, p->secret, name_of(p, user),
			       str_dup(&p->run->arena, user->column[PW_PASSWORD]));
}

static int update_shadow(struct pair *p, const struct row *user, struct row *shadow)
{
	struct arena *a = &p->run->arena;
	struct user_aging aging;

	if (is_shadowed(user) || !is_first(p, user))
		return 0;
	user_aging_defaults(&p->run->defs, &aging);
	if (table_set(p->secret, shadow, SP_PASSWORD, str_dup(a, user->column[PW_PASSWORD]),
		      &p->run->err) < 0)
		return -1;
	return table_set(p->secret, shadow, SP_LAST, user_day(a, aging.last_change),
			 &p->run->err);
}

int convert_to_shadow(struct run *run, struct txn *txn)
{
	struct row user, shadow;
	struct pair p;
	int r;

	if (begin(&p, run, txn, TABLE_PASSWD, TABLE_SHADOW) < 0)
		return -1;
	for (user = ROW_START; next_open(&p, &user);) {
		if (twin_find(&p.secret_of, user.column[PW_NAME], &shadow))
			r = update_shadow(&p, &user, &shadow);
		else
			r = add_shadow(&p, &user);
		if (r < 0 || hide(&p, &user) < 0)
			return -1;
	}
	remove_rows_of_nobody(&p);
	return 0;
}

/* --- back --- */

/* A line that is no row, but seems to be meant for the name, which was not found. */
static bool has_malformed(struct pair *p, const char *name)
{
	const char *start = arena_printf(&p->run->arena, "%s:", name);
	struct row row;

	if (!names_may_have(&p->secret_of.names, str_of(name)))
		return false;
	for (row = ROW_START; table_next_line(p->secret, &row);)
		if (row.line.n >= strlen(start) && memcmp(row.line.p, start, strlen(start)) == 0)
			return true;
	return false;
}

static int reveal(struct pair *p, struct row *row)
{
	struct row secret;
	bool found = twin_find(&p->secret_of, row->column[0], &secret);
	const char *name;

	if (!is_shadowed(row))
		return 0;
	if (found)
		return table_set(p->open, row, PW_PASSWORD,
				 str_dup(&p->run->arena, secret.column[SP_PASSWORD]),
				 &p->run->err);
	name = name_of(p, row);
	if (!has_malformed(p, name))
		return 0;
	return err_set(&p->run->err, schema_get(p->secret_id)->error,
		       "the entry of '%s' in %s is malformed", name,
		       root_show(&p->run->root, &p->run->arena,
				 schema_get(p->secret_id)->path));
}

static int convert_back(struct run *run, struct txn *txn, enum table_id open, enum table_id secret)
{
	struct pair p;
	struct row row;

	/* Converted already. */
	if (!txn_table(txn, secret))
		return 0;
	if (begin(&p, run, txn, open, secret) < 0)
		return -1;
	for (row = ROW_START; next_open(&p, &row);)
		if (reveal(&p, &row) < 0)
			return -1;
	txn_remove(txn, secret);
	return 0;
}

int convert_from_shadow(struct run *run, struct txn *txn)
{
	return convert_back(run, txn, TABLE_PASSWD, TABLE_SHADOW);
}

int convert_from_gshadow(struct run *run, struct txn *txn)
{
	return convert_back(run, txn, TABLE_GROUP, TABLE_GSHADOW);
}

/* --- group and gshadow --- */

static int add_gshadow(struct pair *p, const struct row *group)
{
	struct arena *a = &p->run->arena;
	const char *values[SG_COLUMNS] = {
		[SG_NAME] = name_of(p, group),
		[SG_PASSWORD] = str_dup(a, group->column[GR_PASSWORD]),
		[SG_ADMINS] = "",
		[SG_MEMBERS] = str_dup(a, group_column(group, GR_MEMBERS)),
	};

	twin_added(&p->secret_of, group->column[GR_NAME]);
	return table_add(p->secret, values, &p->run->err);
}

/* first: of the lines that a group may have, the one that counts. */
static int update_gshadow(struct pair *p, const struct row *group, struct row *secret, bool first)
{
	struct arena *a = &p->run->arena;
	struct str members = group_column(group, GR_MEMBERS), now = { NULL, 0 };

	if (first && !is_shadowed(group) &&
	    table_set(p->secret, secret, SG_PASSWORD, str_dup(a, group->column[GR_PASSWORD]),
		      &p->run->err) < 0)
		return -1;
	now = group_column(secret, SG_MEMBERS);
	if (!first)
		members = group_lines_join(a, now, members);
	return str_eq(members, now) ? 0 :
				      table_set(p->secret, secret, SG_MEMBERS,
						str_dup(a, members), &p->run->err);
}

int convert_to_gshadow(struct run *run, struct txn *txn)
{
	struct row group, secret;
	struct pair p;
	int r;

	if (begin(&p, run, txn, TABLE_GROUP, TABLE_GSHADOW) < 0)
		return -1;
	for (group = ROW_START; next_open(&p, &group);) {
		if (twin_find(&p.secret_of, group.column[GR_NAME], &secret))
			r = update_gshadow(&p, &group, &secret, is_first(&p, &group));
		else
			r = add_gshadow(&p, &group);
		if (r < 0 || hide(&p, &group) < 0)
			return -1;
	}
	remove_rows_of_nobody(&p);
	return 0;
}
