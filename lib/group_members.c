/* SPDX-License-Identifier: BSD-3-Clause */
/* The groups of a user, in group and gshadow. */
#include <string.h>

#include "group.h"
#include "group_lines.h"
#include "user.h"

/* What happens to one group; in a row of gshadow the administrators come first. */
enum action { RENAME_ADMIN, RENAME, DELETE, ADD, ACTIONS };

struct step {
	size_t at; /* where the group stands in the file */
	const char *group;
	enum action action;
};

struct steps {
	struct step *items;
	size_t count, room;
};

struct job {
	struct run *run;
	struct table *t;
	bool shadow;
	const struct group_memberships *wish;
	const char *const *names; /* of wish->groups; NULL: none */
	const char *new_name;
	bool renames;
};

static void add_step(struct job *job, struct steps *s, size_t at, const char *group,
		     enum action action)
{
	size_t i;

	/* A group on several lines is one group. */
	for (i = s->count; i > 0; i--)
		if (s->items[i - 1].action == action && strcmp(s->items[i - 1].group, group) == 0)
			return;
	if (s->count == s->room) {
		s->room = s->room ? 2 * s->room : 16;
		s->items = arena_grow(&job->run->arena, s->items, s->count, s->room,
				      sizeof(*s->items));
	}
	s->items[s->count++] = (struct step){ at, group, action };
}

static bool is_wanted(const struct job *job, struct str group)
{
	const char *const *name;

	for (name = job->names; name && *name; name++)
		if (str_is(group, *name))
			return true;
	return false;
}

static struct str members_of(const struct job *job, const struct row *row)
{
	return group_column(row, job->shadow ? SG_MEMBERS : GR_MEMBERS);
}

/* The groups that the user is in, or runs. */
static void gather_present(struct job *job, struct steps *s)
{
	struct str user = str_of(job->wish->user);
	struct row row;

	for (row = ROW_START; table_next_with(job->t, job->wish->user, &row);) {
		const char *group = str_dup(&job->run->arena, row.column[0]);
		bool wanted = is_wanted(job, row.column[0]);

		if (job->shadow && job->renames &&
		    str_list_has(group_column(&row, SG_ADMINS), user))
			add_step(job, s, row.at, group, RENAME_ADMIN);
		if (!str_list_has(members_of(job, &row), user))
			continue;
		if (job->names && ((job->wish->how == GROUP_SET && !wanted) ||
				   (job->wish->how == GROUP_REMOVE && wanted)))
			add_step(job, s, row.at, group, DELETE);
		else if (job->renames)
			add_step(job, s, row.at, group, RENAME);
	}
}

/* Those that are asked for and not there yet. */
static void gather_wanted(struct job *job, struct steps *s)
{
	struct str user = str_of(job->wish->user);
	const char *const *name;
	struct row row;

	if (job->wish->how == GROUP_REMOVE)
		return;
	for (name = job->names; name && *name; name++) {
		bool found = table_find(job->t, *name, &row), more = found, member = false;
		size_t at = found ? row.at : 0;

		for (; more; more = table_find_again(job->t, &row))
			member |= str_list_has(members_of(job, &row), user);
		if (found && !member)
			add_step(job, s, at, *name, ADD);
	}
}

static int by_place(const void *left, const void *right)
{
	const struct step *a = left, *b = right;

	if (a->at != b->at)
		return a->at > b->at ? 1 : -1;
	return (int)a->action - (int)b->action;
}

static struct str edit(const struct job *job, enum action action, struct str list)
{
	struct arena *a = &job->run->arena;
	struct str user = str_of(job->wish->user), new_name = str_of(job->new_name);

	switch (action) {
	case ADD:
		return str_list_add(a, list, new_name);
	case DELETE:
		return str_list_remove(a, list, user);
	case RENAME:
	case RENAME_ADMIN:
		return str_list_rename(a, list, user, new_name);
	case ACTIONS:
		break;
	}
	return list;
}

/* Each row of that name by itself. */
static int edit_rows(const struct job *job, const struct step *step)
{
	int column = !job->shadow		    ? GR_MEMBERS
		     : step->action == RENAME_ADMIN ? SG_ADMINS
						    : SG_MEMBERS;
	struct run *run = job->run;
	struct row row;
	bool more;

	for (more = table_find(job->t, step->group, &row); more;) {
		struct row place = row;
		struct str list = edit(job, step->action, group_column(&row, column));

		more = table_find_again(job->t, &row);
		if (table_set(job->t, &place, column, str_dup(&run->arena, list), &run->err) < 0)
			return -1;
	}
	return 0;
}

static int edit_group(const struct job *job, const struct step *step)
{
	struct run *run = job->run;
	struct group_lines lines;
	const struct str *column;

	if (job->shadow)
		return edit_rows(job, step);
	if (group_lines_find(run, job->t, step->group, &lines) < 0) {
		/* Which of them to join is not clear; leaving all of them is. */
		if (step->action == ADD)
			return -1;
		err_clear(&run->err);
		return edit_rows(job, step);
	}
	column = lines.rows[0].column;
	return group_lines_write(run, job->t, &lines, step->group,
				 str_dup(&run->arena, column[GR_PASSWORD]),
				 str_dup(&run->arena, column[GR_GID]),
				 edit(job, step->action, lines.members));
}

/* How it stands in the audit log, as 4.13 and as 4.17 name it. */
struct words {
	enum audit_type old_type;
	const char *old;
	enum audit_type type;
	const char *verb;
	bool new_name; /* the record names the user as it will be */
};

static const struct words words[2][ACTIONS] = {
	{
		[ADD] = { AUDIT_TYPE_USER_CHAUTHTOK, "adding user to group", AUDIT_TYPE_USER_MGMT,
			  "add-user-to-group", false },
		[DELETE] = { AUDIT_TYPE_USER_CHAUTHTOK, "removing group member",
			     AUDIT_TYPE_USER_MGMT, "delete-user-from-group", false },
		[RENAME] = { AUDIT_TYPE_USER_CHAUTHTOK, "changing group member",
			     AUDIT_TYPE_USER_MGMT, "update-member-in-group", true },
	},
	{
		[ADD] = { AUDIT_TYPE_USER_CHAUTHTOK, "adding user to shadow group",
			  AUDIT_TYPE_USER_MGMT, "add-user-to-shadow-group", true },
		[DELETE] = { AUDIT_TYPE_USER_CHAUTHTOK, "removing user from shadow group",
			     AUDIT_TYPE_USER_MGMT, "delete-user-from-shadow-group", false },
		[RENAME] = { AUDIT_TYPE_USER_CHAUTHTOK, "changing member in shadow group",
			     AUDIT_TYPE_USER_MGMT, "update-member-in-shadow-group", false },
		[RENAME_ADMIN] = { AUDIT_TYPE_USER_CHAUTHTOK,
				   "changing admin name in shadow group", AUDIT_TYPE_GRP_MGMT,
				   "update-admin-name-in-shadow-group", false },
	},
};

static const struct words useradd_words[2] = {
	{ AUDIT_TYPE_ADD_USER, "adding user to group", AUDIT_TYPE_USER_MGMT, "add-user-to-group",
	  false },
	{ AUDIT_TYPE_ADD_USER, "adding user to shadow group", AUDIT_TYPE_USER_MGMT,
	  "add-to-shadow-group", true },
};

static void note_step(const struct job *job, const struct step *step)
{
	const char *user = job->wish->user, *kind = job->shadow ? "shadow group" : "group";
	const struct words *w = job->wish->by_useradd ? &useradd_words[job->shadow]
						      : &words[job->shadow][step->action];
	struct events *ev = &job->run->events;
	struct arena *a = &job->run->arena;

	event_audit(ev, a, w->old_type, w->old, w->type, w->verb, step->group,
		    w->new_name ? job->new_name : user, EVENT_NO_ID, true);
	if (step->action == ADD)
		event_log(ev, a, "add '%s' to %s '%s'", job->new_name, kind, step->group);
	else if (step->action == DELETE)
		event_log(ev, a, "delete '%s' from %s '%s'", user, kind, step->group);
	else
		event_log(ev, a, "change %s'%s' to '%s' in %s '%s'",
			  step->action == RENAME_ADMIN ? "admin " : "", user, job->new_name, kind,
			  step->group);
}

static int work_on(struct job *job)
{
	struct steps s = { .count = 0 };
	size_t i;

	if (!job->t)
		return 0;
	gather_present(job, &s);
	gather_wanted(job, &s);
	if (s.count > 0)
		qsort(s.items, s.count, sizeof(*s.items), by_place);
	for (i = 0; i < s.count; i++) {
		note_step(job, &s.items[i]);
		if (edit_group(job, &s.items[i]) < 0)
			return -1;
	}
	return 0;
}

int group_set_memberships(struct run *run, struct txn *txn, const struct group_memberships *wish)
{
	struct job job = { .run = run, .wish = wish,
			   .new_name = wish->new_name ? wish->new_name : wish->user };

	job.renames = strcmp(job.new_name, wish->user) != 0;
	if (wish->groups && group_list(run, txn, wish->groups, &job.names) < 0)
		return -1;
	job.t = txn_table(txn, TABLE_GROUP);
	if (work_on(&job) < 0)
		return -1;
	job.t = txn_table(txn, TABLE_GSHADOW);
	job.shadow = true;
	return work_on(&job);
}
