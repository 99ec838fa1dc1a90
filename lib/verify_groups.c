/* SPDX-License-Identifier: BSD-3-Clause */
#include "group_lines.h"
#include "name.h"
#include "text.h"
#include "verify_private.h"

/* Rows of gshadow that there is more to say about when group was walked through, as long as every
 * row had its twin there. */
#define AGAIN_MAX 4096
struct again {
	struct place {
		size_t at, line; /* in gshadow */
		size_t group;    /* where its group stands */
	} *places;
	size_t count, room; /* count is more than AGAIN_MAX: too many to be listed */
};

struct groups {
	struct verify *v;
	struct table *groups, *gshadow, *users;
	struct names names, gshadow_names;
	struct twin gshadow_of, group_of;
	struct again again;
	const char *path, *secret_path; /* as messages show them */
	bool parted; /* MAX_MEMBERS_PER_GROUP is set */
};

static bool is_user(struct groups *g, struct str name)
{
	const char *user = str_dup(&g->v->run->arena, name);
	struct row row;

	return (g->users && table_find(g->users, user, &row)) ||
	       nss_user(&g->v->nss, user, NULL, NULL);
}

static void look_again(struct groups *g, const struct row *group, const struct row *secret)
{
	struct again *again = &g->again;

	if (again->count > AGAIN_MAX || ++again->count > AGAIN_MAX)
		return;
	if (again->count > again->room) {
		size_t room = again->room ? 2 * again->room : 64;

		again->places = arena_grow(&g->v->run->arena, again->places, again->count - 1, room,
					   sizeof(*again->places));
		again->room = room;
	}
	again->places[again->count - 1] = (struct place){ secret->at, g->gshadow_of.line,
							  group->at };
}

static int set_list(struct groups *g, struct table *t, struct row *row, int column, struct str list)
{
	return table_set(t, row, column, str_dup(&g->v->run->arena, list), &g->v->run->err);
}

struct list {
	int column;
	enum verify_check check;
	const char *finding, *question; /* formats of group and name, and of the name */
	const char *deed;               /* for the log: of name and group */
};

static const struct list list_of_group = { GR_MEMBERS, VERIFY_MEMBER, N_("group %s: no user %s"),
					   N_("delete member '%s'?"),
					   "delete member '%s' from group '%s'" };
static const struct list list_of_admins = { SG_ADMINS, VERIFY_ADMIN,
					    N_("shadow group %s: no administrative user %s"),
					    N_("delete administrative member '%s'?"),
					    "delete admin '%s' from shadow group '%s'" };
static const struct list list_of_members = { SG_MEMBERS, VERIFY_MEMBER,
					     N_("shadow group %s: no user %s"),
					     N_("delete member '%s'?"),
					     "delete member '%s' from shadow group '%s'" };

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
/* Those who are no users; what was said to stays out of *list. */
static bool check_list(struct groups *g, struct verify_walk *w, const struct list *l,
		       struct str *list)
{
	struct str rest = group_column(&w->row, l->column), name;
	struct verify *v = g->v;
	bool changed = false;

	if (rest.n == 0)
		return false;
	*list = rest;
	while (str_next(&rest, ',', &name)) {
		const char *member = str_dup(&v->run->arena, name);

		if (name.n == 0 || is_user(g, name) ||
		    !verify_tell(v, l->check, w,
				 verify_text(v, l->finding, verify_column(v, &w->row, 0), member),
				 verify_text(v, l->question, member)))
			continue;
		event_log(&v->run->events, &v->run->arena, l->deed, member,
			  verify_column(v, &w->row, 0));
		*list = str_list_remove(&v->run->arena, *list, name);
		changed = true;
	}
	return changed;
}
#pragma GCC diagnostic pop

static int check_members(struct groups *g, struct verify_walk *w, const struct list *l)
{
	struct str list;

	return check_list(g, w, l, &list) ?
		       set_list(g, w->table, &w->row, l->column, list) :
		       0;
}

/* Members of one file that the other does not name.  What group says counts for logins. */
static bool check_difference(struct groups *g, struct verify_walk *w, struct str members,
			     struct str others, const char *here, const char *there)
{
	struct verify *v = g->v;
	struct str name;
	bool repair = false;

	while (str_next(&members, ',', &name))
		if (name.n > 0 && !str_list_has(others, name) &&
		    verify_tell(v, VERIFY_MEMBERS_DIFFER, w,
				verify_text(v,
					    "'%.*s' is a member of the '%s' group in %s but not in "
					    "%s",
					    (int)name.n, name.p, verify_column(v, &w->row, 0),
					    here, there),
				NULL))
			repair = true;
	return repair;
}

static int add_gshadow(struct groups *g, struct row *group)
{
	struct verify *v = g->v;
	const char *values[SG_COLUMNS] = {
		[SG_NAME] = verify_column(v, group, GR_NAME),
		[SG_PASSWORD] = verify_column(v, group, GR_PASSWORD),
		[SG_ADMINS] = "",
		[SG_MEMBERS] = verify_column(v, group, GR_MEMBERS),
	};

	event_log(&v->run->events, &v->run->arena, "add group '%s' to '%s'", values[SG_NAME],
		  g->secret_path);
	if (table_add(g->gshadow, values, &v->run->err) < 0)
		return -1;
	twin_added(&g->gshadow_of, group->column[GR_NAME]);
	return table_set(g->groups, group, GR_PASSWORD, "x", &v->run->err);
}

/* Both ways; the repair makes gshadow name those of group. */
static int compare_members(struct groups *g, struct verify_walk *w, struct str members,
			   struct row *secret)
{
	struct str theirs = group_column(secret, SG_MEMBERS);
	struct row first;
	bool repair;

	if (theirs.n > 0 || members.n > 0 || group_column(secret, SG_ADMINS).n > 0)
		look_again(g, &w->row, secret);
	if (str_eq(members, theirs))
		return 0;
	repair = check_difference(g, w, members, theirs, g->path, g->secret_path);
	/* Where the name stands twice, its first row counts. */
	if (repair && table_find(g->groups, verify_column(g->v, &w->row, GR_NAME), &first) &&
	    first.at != w->row.at)
		return 0;
	return repair ? set_list(g, g->gshadow, secret, SG_MEMBERS, members) : 0;
}

static int check_gshadow(struct groups *g, struct verify_walk *w, struct str members)
{
	struct verify *v = g->v;
	const char *name;
	struct row secret;
	bool found;

	if (!g->gshadow)
		return 0;
	found = twin_find(&g->gshadow_of, w->row.column[GR_NAME], &secret);
	if (found && str_is(w->row.column[GR_PASSWORD], "x"))
		return compare_members(g, w, members, &secret);
	name = verify_column(v, &w->row, GR_NAME);
	if (!found) {
		if (verify_tell(v, VERIFY_NO_SHADOW, w,
				verify_text(v, "no matching group file entry in %s",
					    g->secret_path),
				verify_text(v, "add group '%s' in %s?", name, g->secret_path)))
			return add_gshadow(g, &w->row);
		return 0;
	}
	if (compare_members(g, w, members, &secret) < 0)
		return -1;
	verify_tell(v, VERIFY_NOT_SHADOWED, w,
		    verify_text(v,
				"group %s has an entry in %s, but its password field in %s is not "
				"set to 'x'",
				name, g->secret_path, g->path),
		    NULL);
	return 0;
}

static void check_identity(struct groups *g, const struct verify_walk *w)
{
	struct verify *v = g->v;
	const char *name;
	uint32_t gid;

	if (!verify_is_plain(w->row.column[GR_NAME])) {
		name = verify_column(v, &w->row, GR_NAME);
		if (name_group(profile_get(), name) != NAME_GOOD)
			verify_tell(v, VERIFY_NAME, w,
				    verify_text(v, "invalid group name '%s'", name), NULL);
	}
	if (!schema_id(w->row.column[GR_GID], &gid) || gid > SCHEMA_ID_MAX)
		verify_tell(v, VERIFY_ID, w,
			    verify_text(v, "invalid group ID '%s'",
					verify_column(v, &w->row, GR_GID)),
			    NULL);
}

/* A group may stand on several lines that differ in their members alone.  1: this is one of them
 * and not the first; *ret_members are those of all lines. */
static int is_continued(struct groups *g, const struct verify_walk *w, struct str *ret_members)
{
	struct run *run = g->v->run;
	struct group_lines lines;

	*ret_members = group_column(&w->row, GR_MEMBERS);
	if (!g->parted)
		return 0;
	if (group_lines_find(run, g->groups, verify_column(g->v, &w->row, GR_NAME), &lines) < 0) {
		err_clear(&run->err);
		return 0;
	}
	if (lines.count < 2)
		return 0;
	*ret_members = lines.members;
	return lines.rows[0].at != w->row.at;
}

static bool is_duplicate(struct groups *g, const struct verify_walk *w, struct str members)
{
	/* Lines of a group that is parted are none. */
	if (!str_eq(members, group_column(&w->row, GR_MEMBERS)))
		return false;
	return verify_tell_double(g->v, &g->names, w, _("duplicate group entry"));
}

static int check_groups(struct groups *g)
{
	struct verify_walk w = verify_walk(g->groups);
	struct str members;
	int continued;

	while (verify_next(&w)) {
		if (w.row.columns == 0) {
			verify_tell_line(g->v, VERIFY_MALFORMED, &w, _("invalid group file entry"));
			continue;
		}
		continued = is_continued(g, &w, &members);
		if (!continued && is_duplicate(g, &w, members))
			continue;
		if (!continued)
			check_identity(g, &w);
		if (check_members(g, &w, &list_of_group) < 0)
			return -1;
		is_continued(g, &w, &members);
		if (!continued && check_gshadow(g, &w, members) < 0)
			return -1;
	}
	return 0;
}

static int compare_back(struct groups *g, struct verify_walk *w, const struct row *group)
{
	struct verify_walk first = { .row = *group };
	struct str members, theirs = group_column(&w->row, SG_MEMBERS);

	is_continued(g, &first, &members);
	if (str_eq(members, theirs))
		return 0;
	if (!check_difference(g, w, theirs, members, g->secret_path, g->path))
		return 0;
	return set_list(g, g->gshadow, &w->row, SG_MEMBERS, members);
}

static int check_gshadow_row(struct groups *g, struct verify_walk *w)
{
	struct verify *v = g->v;
	struct row group;
	bool found;

	if (w->row.columns == 0) {
		verify_tell_line(v, VERIFY_MALFORMED, w, _("invalid shadow group file entry"));
		return 0;
	}
	found = twin_find(&g->group_of, w->row.column[SG_NAME], &group);
	if (found && v->fix && compare_back(g, w, &group) < 0)
		return -1;
	if (verify_tell_double(v, &g->gshadow_names, w, _("duplicate shadow group entry")))
		return 0;
	if (!found && verify_tell_line(v, VERIFY_ORPHAN, w,
				       verify_text(v, "no matching group file entry in %s",
						   g->path)))
		return 0;
	if (found && !v->fix && compare_back(g, w, &group) < 0)
		return -1;
	return check_members(g, w, &list_of_admins) < 0 ||
	       check_members(g, w, &list_of_members) < 0 ? -1 : 0;
}

/* Each row of gshadow is of a group and of no other row's name: most have nothing to be said. */
static bool is_gshadow_done(const struct groups *g)
{
	return g->names.doubles == 0 && g->again.count <= AGAIN_MAX &&
	       twin_is_through(&g->gshadow_of);
}

static int check_again(struct groups *g)
{
	struct verify_walk w = verify_walk(g->gshadow);
	size_t i;

	for (i = 0; i < g->again.count; i++) {
		w.row.next = g->again.places[i].at;
		w.line = g->again.places[i].line - 1;
		g->group_of.next = g->again.places[i].group;
		if (verify_next(&w) && check_gshadow_row(g, &w) < 0)
			return -1;
	}
	return 0;
}

static int check_gshadow_rows(struct groups *g)
{
	struct verify_walk w = verify_walk(g->gshadow);
	struct arena *a = &g->v->run->arena;
	bool done = is_gshadow_done(g);

	if (!done)
		names_of(g->gshadow, a, &g->gshadow_names);
	g->group_of = (struct twin){ .table = g->groups, .asked = &g->gshadow_names, .arena = a,
				     .names = g->names, .named = true };
	if (done)
		return check_again(g);
	while (verify_next(&w))
		if (check_gshadow_row(g, &w) < 0)
			return -1;
	return 0;
}

int verify_groups(struct verify *v)
{
	struct run *run = v->run;
	struct groups g = {
		.v = v,
		.groups = txn_table(v->txn, TABLE_GROUP),
		.gshadow = txn_table(v->txn, TABLE_GSHADOW),
		.users = txn_table(v->txn, TABLE_PASSWD),
		.path = txn_show(v->txn, TABLE_GROUP),
		.parted = defs_number(&run->defs, "MAX_MEMBERS_PER_GROUP", 0) > 0,
		.secret_path = txn_show(v->txn, TABLE_GSHADOW),
	};

	v->findings = 0;
	if (!g.groups)
		return err_set(&run->err, ERR_MISSING, "cannot open %s", g.path);
	if (nss_load(&v->nss, &run->root, run->opt.local, &run->arena, &run->err) < 0)
		return -1;
	names_of(g.groups, &run->arena, &g.names);
	g.gshadow_of = (struct twin){ .table = g.gshadow, .asked = &g.names,
				      .arena = &run->arena };
	if (check_groups(&g) < 0)
		return -1;
	return g.gshadow ? check_gshadow_rows(&g) : 0;
}
