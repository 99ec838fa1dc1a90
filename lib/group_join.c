/* SPDX-License-Identifier: BSD-3-Clause */
#include "group_join.h"

#include <grp.h>
#include <string.h>
#include <unistd.h>

#include "group_access.h"
#include "user.h"

#define TABLES (TABLE_BIT(TABLE_PASSWD) | TABLE_BIT(TABLE_SHADOW) | TABLE_BIT(TABLE_GROUP) | \
		TABLE_BIT(TABLE_GSHADOW))

struct search {
	const struct self *self;
	const char *text; /* NULL: only by gid */
	bool is_name; /* some source says so */
	bool has_gid;
	uint32_t gid;
	bool found, has_row;
	struct group_join *join;
};

/* --- the files --- */

static bool find_row(struct table *t, const struct search *s, struct row *ret)
{
	if (!t)
		return false;
	if (s->text && table_find(t, s->text, ret))
		return true;
	/* Another source's name goes before a number. */
	return s->has_gid && !s->is_name && table_find_id(t, s->gid, ret);
}

static int look_at_account(struct run *run, struct txn *txn, struct search *s)
{
	struct table *t = txn_table(txn, TABLE_PASSWD);
	struct row row;
	int r = user_shadow(run, txn, s->self->name, &row);

	if (r < 0)
		return -1;
	if (r > 0)
		s->join->no_password = row.column[SP_PASSWORD].n == 0;
	else if (t && table_find(t, s->self->name, &row))
		s->join->no_password = row.column[PW_PASSWORD].n == 0;
	return 0;
}

static int look(struct run *run, struct txn *txn, void *context)
{
	struct search *s = context;
	struct group_join *join = s->join;
	struct group_access group;
	struct row row;

	if (!join->root && look_at_account(run, txn, s) < 0)
		return -1;
	if (!find_row(txn_table(txn, TABLE_GROUP), s, &row))
		return 0;
	if (group_access_get(run, txn, str_dup(&run->arena, row.column[GR_NAME]), &group) < 0)
		return -1;
	join->name = group.name;
	join->gid = group.gid;
	join->password = group.password;
	join->member = str_list_has(group.members, str_of(s->self->name));
	s->found = true;
	s->has_row = group.has_row;
	return 0;
}

/* --- other sources --- */

static bool lists(char *const *members, const char *user)
{
	for (; members && *members; members++)
		if (strcmp(*members, user) == 0)
			return true;
	return false;
}

/* By the sources that know groups of a user without listing the members of each. */
static bool initial_groups_have(struct run *run, const struct self *self, gid_t gid)
{
	int count = 64, room, i;
	gid_t *groups;

	do {
		room = count;
		groups = arena_array(&run->arena, (size_t)room, sizeof(*groups));
	} while (getgrouplist(self->name, self->gid, groups, &count) < 0 && count > room);
	for (i = 0; i < count && i < room; i++)
		if (groups[i] == gid)
			return true;
	return false;
}

static void ask_others(struct run *run, struct search *s)
{
	struct group_join *join = s->join;
	struct group *gr = NULL;

	if (s->found) {
		/* A merged group (nsswitch.conf) has more members than the files say. */
		gr = s->has_row || join->member ? NULL : getgrnam(join->name);
		join->member |= gr && gr->gr_gid == join->gid && lists(gr->gr_mem, s->self->name);
		return;
	}
	if (s->text)
		gr = getgrnam(s->text);
	if (!gr && s->has_gid)
		gr = getgrgid(s->gid);
	if (!gr)
		return;
	s->found = true;
	join->name = arena_strdup(&run->arena, gr->gr_name);
	join->gid = gr->gr_gid;
	join->password = arena_strdup(&run->arena, gr->gr_passwd ? gr->gr_passwd : "x");
	join->member = lists(gr->gr_mem, s->self->name) ||
		       initial_groups_have(run, s->self, join->gid);
}

static bool has_now(struct run *run, gid_t gid)
{
	int count = getgroups(0, NULL), i;
	gid_t *groups;

	if (count <= 0)
		return false;
	groups = arena_array(&run->arena, (size_t)count, sizeof(*groups));
	count = getgroups(count, groups);
	for (i = 0; i < count; i++)
		if (groups[i] == gid)
			return true;
	return false;
}

int group_join_find(struct run *run, const char *text, const struct self *self,
		    struct group_join *ret)
{
	struct search s = { .self = self, .text = text, .has_gid = true, .gid = self->gid,
			    .join = ret };

	if (text) {
		s.is_name = getgrnam(text) != NULL;
		s.has_gid = schema_id(str_of(text), &s.gid);
	}
	*ret = (struct group_join){ .name = text ? text : "",
				    .root = caller_is_root(&run->caller) };
	/* Root of a user namespace may not read the secrets, and needs none. */
	if (run_look(run, ret->root ? TABLE_BIT(TABLE_GROUP) : TABLES, look, &s) < 0)
		return -1;
	ask_others(run, &s);
	if (!s.found && text)
		return err_set(&run->err, ERR_UNKNOWN, "group '%s' does not exist", text);
	if (!s.found)
		return err_set(&run->err, ERR_UNKNOWN, "GID '%lu' does not exist",
			       (unsigned long)self->gid);
	ret->primary = ret->gid == self->gid;
	ret->has_now = has_now(run, ret->gid);
	return 0;
}

bool group_join_asks(const struct group_join *facts)
{
	if (facts->root || facts->primary || facts->has_now)
		return false;
	if (!facts->member)
		return true;
	/* Whose account needs no password has to show that he is meant. */
	return facts->no_password && facts->password[0] != '\0';
}

const char *group_join_name(struct run *run, gid_t gid)
{
	const struct group *gr = getgrgid(gid);

	return gr ? arena_strdup(&run->arena, gr->gr_name) :
		    arena_printf(&run->arena, "%lu", (unsigned long)gid);
}
