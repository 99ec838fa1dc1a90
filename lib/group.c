/* SPDX-License-Identifier: BSD-3-Clause */
#include "group.h"

#include <string.h>

#include "group_lines.h"
#include "new_id.h"
#include "nss.h"

static int unknown(struct run *run, const char *name)
{
	return err_set(&run->err, ERR_UNKNOWN, "group '%s' does not exist", name);
}

int group_find(struct run *run, struct txn *txn, const char *name, struct group_id *ret)
{
	struct group_lines lines;
	uint32_t gid;

	if (group_lines_find(run, txn_table(txn, TABLE_GROUP), name, &lines) < 0)
		return -1;
	if (lines.count == 0 || !schema_id(lines.rows[0].column[GR_GID], &gid))
		return unknown(run, name);
	*ret = (struct group_id){ .name = name, .gid = gid };
	return 0;
}

/* The row that a number or else a name stands for. */
static bool find_row(struct table *t, const char *text, struct row *ret)
{
	uint32_t gid;

	if (!t)
		return false;
	if (schema_id(str_of(text), &gid) && table_find_id(t, gid, ret))
		return true;
	return table_find(t, text, ret);
}

int group_gid(struct run *run, struct txn *txn, const char *text, gid_t *ret)
{
	struct nss others;
	struct row row;
	uint32_t gid;

	if (find_row(txn_table(txn, TABLE_GROUP), text, &row) &&
	    schema_id(row.column[GR_GID], &gid)) {
		*ret = gid;
		return 0;
	}
	if (run_sources(run, &others) < 0)
		return -1;
	if (schema_id(str_of(text), &gid) && nss_gid(&others, gid, NULL)) {
		*ret = gid;
		return 0;
	}
	return nss_group(&others, text, ret) ? 0 : unknown(run, text);
}

/* Why a name is not good for a membership. */
static int no_group_of_ours(struct run *run, const char *text)
{
	struct nss others;
	uint32_t gid;

	if (run_sources(run, &others) < 0)
		return -1;
	if (nss_group(&others, text, NULL) ||
	    (schema_id(str_of(text), &gid) && nss_gid(&others, gid, NULL)))
		return err_set(&run->err, ERR_UNKNOWN,
			       "group '%s' does not exist in %s (another source has it)", text,
			       root_show(&run->root, &run->arena, schema_get(TABLE_GROUP)->path));
	return unknown(run, text);
}

static bool is_in(const char *const *names, size_t count, struct str name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (str_is(name, names[i]))
			return true;
	return false;
}

int group_list(struct run *run, struct txn *txn, const char *list, const char *const **ret)
{
	struct str rest = str_of(list), item;
	size_t count = 0, room = 1;
	const char **names;
	const char *p;
	struct row row;

	for (p = list; *p; p++)
		room += *p == ',';
	names = arena_array(&run->arena, room + 1, sizeof(*names));
	*ret = names;
	if (!*list)
		return 0;
	while (str_next(&rest, ',', &item)) {
		const char *text = str_dup(&run->arena, item);

		if (!find_row(txn_table(txn, TABLE_GROUP), text, &row))
			return no_group_of_ours(run, text);
		if (!is_in(names, count, row.column[GR_NAME]))
			names[count++] = str_dup(&run->arena, row.column[GR_NAME]);
	}
	return 0;
}

int group_choose_gid(struct run *run, struct txn *txn, bool sys, uint32_t preferred,
		     struct new_id_many *many, gid_t *ret)
{
	struct ids_others asked = { .taken = nss_takes_gid };
	struct nss others;
	uint32_t gid;

	if (run_sources(run, &others) < 0)
		return -1;
	asked.context = &others;
	if (new_id_choose(run, txn, IDS_GID, sys, preferred, &asked, many, &gid) < 0)
		return -1;
	*ret = gid;
	return 0;
}

int group_parse_gid(struct run *run, const char *text, gid_t *ret)
{
	uint32_t gid;

	if (!schema_id(str_of(text), &gid) || gid > SCHEMA_ID_MAX)
		return err_set(&run->err, ERR_ARGUMENT, "invalid group ID '%s'", text);
	*ret = gid;
	return 0;
}

int group_exists(struct run *run, struct txn *txn, const char *name, gid_t *ret_gid)
{
	struct table *t = txn_table(txn, TABLE_GROUP);
	struct nss others;
	struct row row;
	uint32_t gid;

	if (t && table_find(t, name, &row) && schema_id(row.column[GR_GID], &gid)) {
		*ret_gid = gid;
		return 1;
	}
	if (run_sources(run, &others) < 0)
		return -1;
	return nss_group(&others, name, ret_gid);
}

int group_check_new_name(struct run *run, struct txn *txn, const char *name)
{
	gid_t gid;
	int r = group_exists(run, txn, name, &gid);

	if (r > 0)
		return err_set(&run->err, ERR_EXISTS, "group '%s' already exists", name);
	return r;
}

int group_check_new_gid(struct run *run, struct txn *txn, gid_t gid)
{
	struct table *t = txn_table(txn, TABLE_GROUP);
	struct nss others;
	struct row row;

	if (run_sources(run, &others) < 0)
		return -1;
	if ((t && table_find_id(t, gid, &row)) || nss_gid(&others, gid, NULL))
		return err_set(&run->err, ERR_ID_IN_USE, "GID '%lu' already exists",
			       (unsigned long)gid);
	return 0;
}

int group_check_members(struct run *run, struct txn *txn, const char *list)
{
	struct table *t = txn_table(txn, TABLE_PASSWD);
	struct str rest = str_of(list), item;
	struct nss others;
	struct row row;

	if (run_sources(run, &others) < 0)
		return -1;
	while (str_next(&rest, ',', &item)) {
		const char *name = str_dup(&run->arena, item);

		if (item.n > 0 && !(t && table_find(t, name, &row)) &&
		    !nss_user(&others, name, NULL, NULL))
			return err_set(&run->err, ERR_GROUP_FILE, "Invalid member username %s",
				       name);
	}
	return 0;
}

int group_check_not_primary(struct run *run, struct txn *txn, gid_t gid)
{
	const char *text = arena_printf(&run->arena, ":%lu:", (unsigned long)gid);
	struct table *t = txn_table(txn, TABLE_PASSWD);
	struct row row = ROW_START;
	uint32_t primary;

	while (t && table_next_with(t, text, &row))
		if (schema_id(row.column[PW_GID], &primary) && primary == gid)
			return err_set(&run->err, ERR_BUSY,
				       "cannot remove the primary group of user '%.*s'",
				       (int)row.column[PW_NAME].n, row.column[PW_NAME].p);
	return 0;
}
