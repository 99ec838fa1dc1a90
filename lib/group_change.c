/* SPDX-License-Identifier: BSD-3-Clause */
/* A group comes, changes and goes, in group and gshadow together. */
#include "group.h"
#include "group_lines.h"

/* Stands in group where the password is in gshadow, and where groupadd sets none. */
#define PASSWORD_ELSEWHERE "x"
#define NO_PASSWORD "!"

static const char *show_path(struct run *run, enum table_id which)
{
	return root_show(&run->root, &run->arena, schema_get(which)->path);
}

static const char *id_text(struct run *run, gid_t gid)
{
	return arena_printf(&run->arena, "%lu", (unsigned long)gid);
}

static const char *own(struct run *run, struct str text)
{
	return str_dup(&run->arena, text);
}

/* --- a new group --- */

/* A gshadow row left over of that name belongs to no group: it is replaced. */
static int put_shadow(struct run *run, struct table *t, const char *name, const char *password,
		      struct str members)
{
	const char *values[SG_COLUMNS] = { name, password, "", own(run, members) };
	struct row row;
	int i;

	if (!table_find(t, name, &row))
		return table_add(t, values, &run->err);
	for (i = SG_PASSWORD; i < SG_COLUMNS; i++)
		if (table_set(t, &row, i, values[i], &run->err) < 0)
			return -1;
	return 0;
}

static void note_added(struct run *run, const struct group_new *g, enum table_id which)
{
	bool shadow = which == TABLE_GSHADOW;
	const char *path = show_path(run, which);
	struct events *ev = &run->events;
	struct arena *a = &run->arena;

	event_audit(ev, a, AUDIT_TYPE_ADD_GROUP, arena_printf(a, "adding group to %s", path),
		    shadow ? AUDIT_TYPE_GRP_MGMT : AUDIT_TYPE_ADD_GROUP,
		    shadow ? "add-shadow-group" : "add-group", NULL, g->name, (long)g->gid, true);
	if (shadow)
		event_log(ev, a, "group added to %s: name=%s", path, g->name);
	else
		event_log(ev, a, "group added to %s: name=%s, GID=%lu", path, g->name,
			  (unsigned long)g->gid);
}

static void note_new(struct run *run, const struct group_new *g, bool shadow)
{
	struct events *ev = &run->events;
	struct arena *a = &run->arena;

	if (g->for_user) {
		event_log(ev, a, "new group: name=%s, GID=%lu", g->name, (unsigned long)g->gid);
		event_audit(ev, a, AUDIT_TYPE_ADD_GROUP, "adding group", AUDIT_TYPE_ADD_GROUP,
			    "add-group", NULL, g->name, EVENT_NO_ID, true);
		return;
	}
	note_added(run, g, TABLE_GROUP);
	if (shadow)
		note_added(run, g, TABLE_GSHADOW);
	event_audit(ev, a, AUDIT_TYPE_ADD_GROUP, "adding group", AUDIT_NONE, "", NULL, g->name,
		    (long)g->gid, true);
	event_log(ev, a, "new group: name=%s, GID=%lu", g->name, (unsigned long)g->gid);
}

int group_add(struct run *run, struct txn *txn, const struct group_new *g)
{
	static const struct group_lines none = { .count = 0 };
	struct table *shadow = txn_table(txn, TABLE_GSHADOW);
	const char *password = PASSWORD_ELSEWHERE;
	struct str members = { "", 0 };

	if (g->members)
		members = group_lines_join(&run->arena, members, str_of(g->members));
	if (!shadow && (g->password || g->for_user))
		password = g->password ? g->password : NO_PASSWORD;
	if (group_lines_write(run, txn_create(txn, TABLE_GROUP), &none, g->name, password,
			      id_text(run, g->gid), members) < 0)
		return -1;
	if (shadow && put_shadow(run, shadow, g->name, g->password ? g->password : NO_PASSWORD,
				 members) < 0)
		return -1;
	note_new(run, g, shadow != NULL);
	return 0;
}

/* --- a changed group --- */

static bool changes_name(const struct group_id *g, const struct group_change *c)
{
	return c->name && !str_is(str_of(c->name), g->name);
}

static bool changes_gid(const struct group_id *g, const struct group_change *c)
{
	return c->has_gid && c->gid != g->gid;
}

const char *group_change_text(struct run *run, const struct group_id *g,
			      const struct group_change *c, enum table_id which)
{
	struct arena *a = &run->arena;
	const char *text = arena_printf(a, "group %s", g->name);

	if (which != TABLE_GSHADOW)
		text = arena_printf(a, "%s/%lu", text, (unsigned long)g->gid);
	if (changes_name(g, c))
		text = arena_printf(a, "%s, new name: %s", text, c->name);
	if (c->password && which != TABLE_PASSWD)
		text = arena_printf(a, "%s, new password", text);
	if (changes_gid(g, c) && which != TABLE_GSHADOW)
		text = arena_printf(a, "%s, new gid: %lu", text, (unsigned long)c->gid);
	return text;
}

static void note_changed(struct run *run, const struct group_id *g, const struct group_change *c,
			 enum table_id which)
{
	bool secret = which == TABLE_GSHADOW && c->password;
	const char *text = group_change_text(run, g, c, which);
	const char *path = show_path(run, which), *operation;
	struct events *ev = &run->events;
	struct arena *a = &run->arena;

	operation = arena_printf(a, "changing %s; %s", path, text);
	event_audit(ev, a, AUDIT_TYPE_USER_ACCT, operation,
		    secret ? AUDIT_TYPE_GRP_CHAUTHTOK : AUDIT_TYPE_GRP_MGMT, operation, NULL,
		    g->name, EVENT_NO_ID, true);
	event_log(ev, a, "group changed in %s (%s)", path, text);
}

static struct str new_members(struct run *run, const struct group_change *c, struct str old)
{
	struct str list = { "", 0 };

	if (!c->members)
		return old;
	return group_lines_join(&run->arena, c->append ? old : list, str_of(c->members));
}

static int change_group(struct run *run, struct txn *txn, const struct group_id *g,
			const struct group_change *c, const struct group_lines *lines,
			bool has_shadow)
{
	const struct row *row = &lines->rows[0];
	const char *gid = own(run, row->column[GR_GID]);
	const char *password = own(run, row->column[GR_PASSWORD]);

	if (changes_gid(g, c))
		gid = id_text(run, c->gid);
	if (c->password)
		password = has_shadow ? PASSWORD_ELSEWHERE : c->password;
	if (group_lines_write(run, txn_table(txn, TABLE_GROUP), lines, c->name ? c->name : g->name,
			      password, gid, new_members(run, c, lines->members)) < 0)
		return -1;
	note_changed(run, g, c, TABLE_GROUP);
	return 0;
}

static int change_shadow(struct run *run, struct table *t, const struct group_id *g,
			 const struct group_change *c, struct row *row)
{
	struct str members = group_column(row, SG_MEMBERS);
	struct row stale;

	if (!changes_name(g, c) && !c->password && !c->members)
		return 0;
	if (changes_name(g, c) && table_find(t, c->name, &stale))
		table_remove(t, &stale);
	if ((c->name && table_set(t, row, SG_NAME, c->name, &run->err) < 0) ||
	    (c->password && table_set(t, row, SG_PASSWORD, c->password, &run->err) < 0) ||
	    (c->members && table_set(t, row, SG_MEMBERS, own(run, new_members(run, c, members)),
				     &run->err) < 0))
		return -1;
	note_changed(run, g, c, TABLE_GSHADOW);
	return 0;
}

/* Users whose primary group it is follow. */
static int change_users(struct run *run, struct table *t, const struct group_id *g,
			const struct group_change *c)
{
	const char *text = arena_printf(&run->arena, ":%lu:", (unsigned long)g->gid);
	struct row row = ROW_START;
	uint32_t gid;

	while (t && table_next_with(t, text, &row)) {
		struct row place = row;

		if (schema_id(row.column[PW_GID], &gid) && gid == g->gid &&
		    table_set(t, &place, PW_GID, id_text(run, c->gid), &run->err) < 0)
			return -1;
	}
	note_changed(run, g, c, TABLE_PASSWD);
	return 0;
}

int group_change(struct run *run, struct txn *txn, const struct group_id *g,
		 const struct group_change *c)
{
	struct table *groups = txn_table(txn, TABLE_GROUP), *shadow = txn_table(txn, TABLE_GSHADOW);
	struct group_lines lines;
	bool has_shadow;
	struct row row;

	if (group_lines_find(run, groups, g->name, &lines) < 0)
		return -1;
	has_shadow = shadow && table_find(shadow, g->name, &row);
	if (c->password && shadow && !has_shadow &&
	    str_is(lines.rows[0].column[GR_PASSWORD], PASSWORD_ELSEWHERE)) {
		if (put_shadow(run, shadow, g->name, c->password, lines.members) < 0)
			return -1;
		has_shadow = table_find(shadow, g->name, &row);
	}
	if (change_group(run, txn, g, c, &lines, has_shadow) < 0 ||
	    (has_shadow && change_shadow(run, shadow, g, c, &row) < 0) ||
	    (changes_gid(g, c) && change_users(run, txn_table(txn, TABLE_PASSWD), g, c) < 0))
		return -1;
	event_audit(&run->events, &run->arena, AUDIT_TYPE_USER_ACCT, "modifying group",
		    AUDIT_TYPE_GRP_MGMT, "modify-group", NULL, g->name, EVENT_NO_ID, true);
	return 0;
}

/* --- a group that goes --- */

static void note_removed(struct run *run, const struct group_id *g, enum table_id which)
{
	bool shadow = which == TABLE_GSHADOW;
	const char *path = show_path(run, which);
	struct events *ev = &run->events;
	struct arena *a = &run->arena;

	event_audit(ev, a, AUDIT_TYPE_DEL_GROUP, arena_printf(a, "removing group from %s", path),
		    shadow ? AUDIT_TYPE_GRP_MGMT : AUDIT_TYPE_DEL_GROUP,
		    shadow ? "delete-shadow-group" : "delete-group", NULL, g->name, (long)g->gid,
		    true);
	event_log(ev, a, "group '%s' removed from %s", g->name, path);
}

int group_remove(struct run *run, struct txn *txn, const struct group_id *g)
{
	struct group_lines lines;

	if (group_lines_find(run, txn_table(txn, TABLE_GROUP), g->name, &lines) < 0)
		return -1;
	group_rows_remove(txn_table(txn, TABLE_GROUP), g->name);
	note_removed(run, g, TABLE_GROUP);
	if (group_rows_remove(txn_table(txn, TABLE_GSHADOW), g->name))
		note_removed(run, g, TABLE_GSHADOW);
	event_audit(&run->events, &run->arena, AUDIT_TYPE_DEL_GROUP, "deleting group", AUDIT_NONE,
		    "", NULL, g->name, (long)g->gid, true);
	event_log(&run->events, &run->arena, "group '%s' removed", g->name);
	return 0;
}
