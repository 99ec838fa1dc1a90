/* SPDX-License-Identifier: BSD-3-Clause */
#include "account.h"

#include <string.h>

#include "group.h"
#include "ids.h"
#include "nss.h"

static int check_name(struct run *run, struct txn *txn, const struct account *a,
		      const struct nss *nss)
{
	const char *group = a->group_name ? a->group_name : a->name;
	struct table *users = txn_create(txn, TABLE_PASSWD);
	struct table *groups = txn_table(txn, TABLE_GROUP);
	struct row row;

	if (table_find(users, a->name, &row) || nss_user(nss, a->name, NULL, NULL))
		return err_set(&run->err, ERR_EXISTS, "user '%s' already exists", a->name);
	if (a->own_group && ((groups && table_find(groups, group, &row)) ||
			     nss_group(nss, group, NULL)))
		return err_set(&run->err, ERR_EXISTS,
			       "group %s exists - if you want to add this user to that group, "
			       "use -g.",
			       group);
	return 0;
}

/* -1; remembers what there is no more of, if that is the reason. */
static int lacks(struct account *a, bool lacking, const char *what)
{
	if (lacking)
		a->lacking = what;
	return -1;
}

struct claims {
	struct run *run;
	struct nss *nss;
	struct account_many *many;
};

/* proc_find hands its context on as it is; ours leads to what may be changed. */
struct busy {
	struct account_many *many;
};

static bool gather_busy(const void *context, uid_t uid)
{
	struct account_many *m = ((const struct busy *)context)->many;
	size_t i;

	for (i = 0; i < m->busy_count; i++)
		if (m->busy[i] == uid)
			return false;
	if (m->busy_count == m->busy_room) {
		size_t room = m->busy_room ? 2 * m->busy_room : 64;

		m->busy = arena_grow(m->arena, m->busy, m->busy_count, room, sizeof(*m->busy));
		m->busy_room = room;
	}
	m->busy[m->busy_count++] = uid;
	return false;
}

/* For many accounts all processes are looked at once. */
static bool is_busy(const struct claims *c, uid_t uid)
{
	struct account_many *m = c->many;
	const struct busy busy = { m };
	pid_t pid;
	size_t i;

	if (!m)
		return user_is_busy(uid, NULL);
	if (!m->busy_known) {
		m->arena = &c->run->arena;
		m->busy_known = true;
		(void)proc_find(gather_busy, &busy, &pid);
	}
	for (i = 0; i < m->busy_count; i++)
		if (m->busy[i] == uid)
			return true;
	return false;
}

/* Other sources may have a uid; and one that still has processes is not given to somebody new, who
 * could be meddled with by what a removed user left running. */
static bool is_claimed(void *context, uint32_t uid)
{
	const struct claims *c = context;

	return nss_takes_uid(c->nss, uid) || (c->run->root.live && is_busy(c, (uid_t)uid));
}

static int settle_uid(struct run *run, struct txn *txn, struct account *a, struct nss *nss,
		      struct account_many *m)
{
	struct claims claims = { run, nss, a->many };
	const struct ids_others others = { .taken = is_claimed, .context = &claims };
	struct table *users = txn_table(txn, TABLE_PASSWD);
	struct row row;
	uint32_t uid;

	if (!a->has_uid) {
		if (new_id_choose(run, txn, IDS_UID, a->sys, IDS_NONE, &others, &m->uids,
				  &uid) < 0)
			return lacks(a, run->err.kind == ERR_NO_ID, "UIDs");
		a->uid = uid;
		return 0;
	}
	if (!a->non_unique && (table_find_id(users, a->uid, &row) || nss_uid(nss, a->uid, NULL)))
		return err_set(&run->err, ERR_ID_IN_USE, "UID %lu is not unique",
			       (unsigned long)a->uid);
	if (!a->many)
		new_id_warn(run, txn, IDS_UID, a->uid);
	return 0;
}

static int settle_gid(struct run *run, struct txn *txn, struct account *a, struct account_many *m)
{
	uint64_t gid;

	if (a->group)
		return group_gid(run, txn, a->group, &a->gid);
	if (a->own_group && a->has_gid)
		return 0;
	if (a->own_group)
		return group_choose_gid(run, txn, a->sys, a->uid, &m->gids, &a->gid) < 0 ?
			       lacks(a, run->err.kind == ERR_NO_ID, "GIDs") :
			       0;
	/* The default is a number, and an image may be too young to have a group of it. */
	if (!str_decimal(str_of(a->default_group), SCHEMA_ID_MAX, &gid))
		return group_gid(run, txn, a->default_group, &a->gid);
	a->gid = (gid_t)gid;
	return 0;
}

/* Ranges are for people, unless the caller wishes it otherwise; another source may give them. */
static bool wants_subids(struct run *run, const struct account *a, const struct nss *nss)
{
	long long min = defs_number(&run->defs, "UID_MIN", 1000);
	long long max = defs_number(&run->defs, "UID_MAX", 60000);
	bool normal = (long long)a->uid >= min && (long long)a->uid <= max;

	return a->subids && !nss->subid && (normal || a->sys);
}

static int settle_subids(struct run *run, struct txn *txn, struct account *a,
			 const struct nss *nss, struct account_many *m)
{
	a->subuids.count = a->subgids.count = 0;
	if (!wants_subids(run, a, nss))
		return 0;
	m->subuids.own = a->uid;
	m->subgids.own = a->gid;
	if (subid_choose_next(run, txn, TABLE_SUBUID, a->name, a->uid, &m->subuids,
			      &a->subuids) < 0)
		return lacks(a, m->subuids.none_left, "subordinate UIDs");
	if (subid_choose_next(run, txn, TABLE_SUBGID, a->name, a->uid, &m->subgids,
			      &a->subgids) < 0)
		return lacks(a, m->subgids.none_left, "subordinate GIDs");
	return 0;
}

int account_fill_in(struct run *run, struct txn *txn, struct account *a)
{
	struct account_many alone = { .busy_known = false };
	struct account_many *m = a->many ? a->many : &alone;
	struct nss nss;

	if (run_sources(run, &nss) < 0)
		return -1;
	/* All ranges are gathered only where they are looked at again. */
	if (a->many || (a->subids && !nss.subid)) {
		m->uids.subids = &m->subuids;
		m->gids.subids = &m->subgids;
	}
	/* What the command line names is looked at before what it makes. */
	if (a->group && group_gid(run, txn, a->group, &a->gid) < 0)
		return -1;
	if (a->groups && group_list(run, txn, a->groups, &a->memberships) < 0)
		return -1;
	if (check_name(run, txn, a, &nss) < 0 || settle_uid(run, txn, a, &nss, m) < 0 ||
	    settle_gid(run, txn, a, m) < 0)
		return -1;
	return settle_subids(run, txn, a, &nss, m);
}

static int add_range(struct run *run, struct txn *txn, enum table_id which,
		     const struct account *a, struct subid_range range)
{
	if (range.count == 0)
		return 0;
	return subid_add(run, txn, which, a->name, a->uid, range);
}

int account_add(struct run *run, struct txn *txn, const struct account *a)
{
	const struct user user = { .name = a->name, .gecos = a->gecos, .home = a->home,
				   .shell = a->shell, .uid = a->uid, .gid = a->gid };
	const struct group_new group = { .name = a->group_name ? a->group_name : a->name,
					 .gid = a->gid,
					 .password = a->group_password,
					 .for_user = true };
	const struct group_memberships memberships = { .user = a->name, .groups = a->groups,
						       .how = GROUP_ADD, .by_useradd = true };

	if (a->own_group && group_add(run, txn, &group) < 0)
		return -1;
	if (user_add(run, txn, &user, a->password, &a->aging) < 0)
		return -1;
	if (a->groups && group_set_memberships(run, txn, &memberships) < 0)
		return -1;
	if (add_range(run, txn, TABLE_SUBUID, a, a->subuids) < 0)
		return -1;
	return add_range(run, txn, TABLE_SUBGID, a, a->subgids);
}
