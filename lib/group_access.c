/* SPDX-License-Identifier: BSD-3-Clause */
#include "group_access.h"

#include <string.h>

#include "group_lines.h"
#include "nss.h"

/* In group, where the password is in gshadow; and what opens for nobody. */
#define PASSWORD_ELSEWHERE "x"
#define PASSWORD_LOCKED "!"

static const struct str nobody = { "", 0 };

static const char *own(struct run *run, struct str text)
{
	return str_dup(&run->arena, text);
}

int group_access_get(struct run *run, struct txn *txn, const char *name,
		     struct group_access *ret)
{
	struct table *shadow = txn_table(txn, TABLE_GSHADOW);
	struct group_lines lines;
	struct row row;
	uint32_t gid;

	if (group_lines_find(run, txn_table(txn, TABLE_GROUP), name, &lines) < 0)
		return -1;
	if (lines.count == 0 || !schema_id(lines.rows[0].column[GR_GID], &gid))
		return err_set(&run->err, ERR_ARGUMENT, "group '%s' does not exist in %s", name,
			       root_show(&run->root, &run->arena, schema_get(TABLE_GROUP)->path));
	*ret = (struct group_access){
		.name = name, .gid = gid,
		.password = own(run, lines.rows[0].column[GR_PASSWORD]),
		.admins = nobody, .members = lines.members, .listed = lines.members,
	};
	if (!shadow || !table_find(shadow, name, &row))
		return 0;
	ret->has_row = true;
	ret->password = own(run, group_column(&row, SG_PASSWORD));
	ret->admins = group_column(&row, SG_ADMINS);
	ret->members = group_column(&row, SG_MEMBERS);
	return 0;
}

static int check_user(struct run *run, struct table *users, const struct nss *others,
		      const char *name)
{
	struct row row;

	/* Whatever such a name is, in a list of members it is two. */
	if (*name && !strchr(name, ',') &&
	    ((users && table_find(users, name, &row)) || nss_user(others, name, NULL, NULL)))
		return 0;
	return err_set(&run->err, ERR_ARGUMENT, "user '%s' does not exist", name);
}

int group_access_check_user(struct run *run, struct txn *txn, const char *name)
{
	struct nss others;

	if (nss_load(&others, &run->root, run->opt.local, &run->arena, &run->err) < 0)
		return -1;
	return check_user(run, txn_table(txn, TABLE_PASSWD), &others, name);
}

int group_access_check_users(struct run *run, struct txn *txn, const char *list)
{
	struct str rest = str_of(list), item;
	struct nss others;

	if (!*list)
		return 0;
	if (nss_load(&others, &run->root, run->opt.local, &run->arena, &run->err) < 0)
		return -1;
	while (str_next(&rest, ',', &item))
		if (check_user(run, txn_table(txn, TABLE_PASSWD), &others, own(run, item)) < 0)
			return -1;
	return 0;
}

/* --- changing --- */

static struct str changed_members(struct run *run, const struct group_access_change *c,
				  struct str old)
{
	struct arena *a = &run->arena;

	if (c->members)
		return group_lines_join(a, nobody, str_of(c->members));
	if (c->add)
		old = str_list_add(a, old, str_of(c->add));
	return c->remove ? str_list_remove(a, old, str_of(c->remove)) : old;
}

/* What the row holds from now on; one that comes into being takes over from group. */
static int set_shadow(struct run *run, struct table *t, const struct group_access *g,
		      const struct group_access_change *c)
{
	bool hidden = !g->has_row && strcmp(g->password, PASSWORD_ELSEWHERE) == 0;
	const char *values[SG_COLUMNS] = { g->name };
	struct row row;
	int i;

	values[SG_PASSWORD] = c->password ? c->password : hidden ? PASSWORD_LOCKED : g->password;
	values[SG_ADMINS] = own(run, c->admins ?
				group_lines_join(&run->arena, nobody, str_of(c->admins)) :
				g->admins);
	values[SG_MEMBERS] = own(run, changed_members(run, c, g->members));
	if (!g->has_row)
		return table_add(t, values, &run->err);
	if (!table_find(t, g->name, &row))
		return -1;
	for (i = SG_PASSWORD; i < SG_COLUMNS; i++)
		if (!str_is(group_column(&row, i), values[i]) &&
		    table_set(t, &row, i, values[i], &run->err) < 0)
			return -1;
	return 0;
}

static int set_group(struct run *run, struct table *t, const struct group_access *g,
		     const struct group_access_change *c, bool in_shadow)
{
	const char *password, *gid;
	struct group_lines lines;

	if (group_lines_find(run, t, g->name, &lines) < 0)
		return -1;
	password = own(run, lines.rows[0].column[GR_PASSWORD]);
	gid = own(run, lines.rows[0].column[GR_GID]);
	/* All can read this file. */
	if (in_shadow && (c->password || !g->has_row))
		password = PASSWORD_ELSEWHERE;
	else if (c->password)
		password = c->password;
	return group_lines_write(run, t, &lines, g->name, password, gid,
				 changed_members(run, c, g->listed));
}

int group_access_set(struct run *run, struct txn *txn, const struct group_access *g,
		     const struct group_access_change *c)
{
	struct table *shadow = txn_table(txn, TABLE_GSHADOW);

	if (c->remove && !str_list_has(g->members, str_of(c->remove)) &&
	    !str_list_has(g->listed, str_of(c->remove)))
		return err_set(&run->err, ERR_ARGUMENT, "user '%s' is not a member of '%s'",
			       c->remove, g->name);
	if (c->admins && !shadow)
		return err_set(&run->err, ERR_MISSING, "shadow group passwords required for -A");
	if (shadow && set_shadow(run, shadow, g, c) < 0)
		return -1;
	return set_group(run, txn_table(txn, TABLE_GROUP), g, c, shadow != NULL);
}
