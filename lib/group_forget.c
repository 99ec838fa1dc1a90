/* SPDX-License-Identifier: BSD-3-Clause */
/* A user that goes leaves its groups. */
#include "group.h"
#include "group_lines.h"
#include "text.h"
#include "user.h"

static void note_left(struct run *run, const struct user *user, bool shadow, const char *group)
{
	struct events *ev = &run->events;
	struct arena *a = &run->arena;

	event_audit(ev, a, AUDIT_TYPE_DEL_USER,
		    shadow ? "deleting user from shadow group" : "deleting user from group",
		    AUDIT_TYPE_USER_MGMT,
		    shadow ? "deleting-user-from-shadow-group" : "deleting-user-from-group", group,
		    user->name, (long)user->uid, true);
	event_log(ev, a, "delete '%s' from %sgroup '%s'", user->name, shadow ? "shadow " : "",
		  group);
}

/* One group with all its lines, which may differ: leaving all of them is right in any case. */
static int leave_group(struct run *run, struct table *t, const struct user *user,
		       const struct row *row)
{
	struct str name = str_of(user->name);
	struct arena *a = &run->arena;
	const char *group = str_dup(a, row->column[GR_NAME]);
	struct row place = *row;
	struct group_lines lines;

	note_left(run, user, false, group);
	if (group_lines_find(run, t, group, &lines) == 0)
		return group_lines_write(run, t, &lines, group,
					 str_dup(a, row->column[GR_PASSWORD]),
					 str_dup(a, row->column[GR_GID]),
					 str_list_remove(a, lines.members, name));
	err_clear(&run->err);
	return table_set(t, &place, GR_MEMBERS,
			 str_dup(a, str_list_remove(a, group_column(row, GR_MEMBERS), name)),
			 &run->err);
}

static int leave_groups(struct run *run, struct table *t, const struct user *user)
{
	struct row row = ROW_START;

	while (t && table_next_with(t, user->name, &row))
		if (str_list_has(group_column(&row, GR_MEMBERS), str_of(user->name)) &&
		    leave_group(run, t, user, &row) < 0)
			return -1;
	return 0;
}

static int leave_shadow_groups(struct run *run, struct table *t, const struct user *user)
{
	struct str name = str_of(user->name);
	struct row row = ROW_START;
	struct arena *a = &run->arena;
	int column;

	while (t && table_next_with(t, user->name, &row)) {
		struct row place = row;

		if (!str_list_has(group_column(&row, SG_ADMINS), name) &&
		    !str_list_has(group_column(&row, SG_MEMBERS), name))
			continue;
		note_left(run, user, true, str_dup(a, row.column[SG_NAME]));
		for (column = SG_ADMINS; column <= SG_MEMBERS; column++) {
			struct str list = str_list_remove(a, group_column(&row, column), name);

			if (table_set(t, &place, column, str_dup(a, list), &run->err) < 0)
				return -1;
		}
	}
	return 0;
}

/* Why the user's own group stays; NULL: nothing speaks against removing it. */
static const char *why_it_stays(struct run *run, struct txn *txn, const struct user *user,
				bool force, const struct group_lines *lines)
{
	struct arena *a = &run->arena;
	uint32_t gid;

	if (!schema_id(lines->rows[0].column[GR_GID], &gid) || gid != user->gid)
		return arena_printf(a,
				    _("group %s not removed because it is not the primary group "
				      "of user %s."),
				    user->name, user->name);
	if (lines->members.n > 0)
		return arena_printf(a, _("group %s not removed because it has other members."),
				    user->name);
	if (force || group_check_not_primary(run, txn, user->gid) == 0)
		return NULL;
	err_clear(&run->err);
	return arena_printf(a,
			    _("group %s is the primary group of another user and is not "
			      "removed."),
			    user->name);
}

static void remove_own_group(struct run *run, struct txn *txn, const struct user *user, bool force)
{
	struct events *ev = &run->events;
	struct arena *a = &run->arena;
	struct group_lines lines;
	const char *why = NULL;

	if (!defs_bool(&run->defs, "USERGROUPS_ENAB", false))
		return;
	if (group_lines_find(run, txn_table(txn, TABLE_GROUP), user->name, &lines) < 0) {
		why = arena_strdup(a, run->err.message);
		err_clear(&run->err);
	} else if (lines.count == 0) {
		return;
	} else {
		why = why_it_stays(run, txn, user, force, &lines);
	}
	if (why) {
		note_say(&run->note, "%s", why);
		return;
	}
	group_rows_remove(txn_table(txn, TABLE_GROUP), user->name);
	event_audit(ev, a, AUDIT_TYPE_DEL_GROUP, "deleting group", AUDIT_TYPE_DEL_GROUP,
		    "delete-group", user->name, user->name, EVENT_NO_ID, true);
	event_log(ev, a, "removed group '%s' owned by '%s'", user->name, user->name);
	if (!group_rows_remove(txn_table(txn, TABLE_GSHADOW), user->name))
		return;
	event_audit(ev, a, AUDIT_TYPE_DEL_GROUP, "deleting shadow group", AUDIT_TYPE_GRP_MGMT,
		    "delete-shadow-group", user->name, user->name, EVENT_NO_ID, true);
	event_log(ev, a, "removed shadow group '%s' owned by '%s'", user->name, user->name);
}

int group_forget_user(struct run *run, struct txn *txn, const struct user *user, bool force)
{
	if (leave_groups(run, txn_table(txn, TABLE_GROUP), user) < 0)
		return -1;
	remove_own_group(run, txn, user, force);
	return leave_shadow_groups(run, txn_table(txn, TABLE_GSHADOW), user);
}
