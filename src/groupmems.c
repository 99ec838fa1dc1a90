/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * groupmems - the members of a group; without -g, of the caller's own.
 */
#include <string.h>

#include "flush.h"
#include "group_access.h"
#include "json.h"
#include "self.h"
#include "text.h"

struct groupmems {
	bool list, purge;
	const char *add, *remove, *group;
};

#define AT(member) offsetof(struct groupmems, member)

static const struct opt groupmems_opts[] = {
	{ 'a', "add", "USER", N_("add a member"), OPT_STRING, AT(add) },
	{ 'd', "delete", "USER", N_("remove a member"), OPT_STRING, AT(remove) },
	{ 'g', "group", "GROUP", N_("this group instead of the one of your own name"), OPT_STRING,
	  AT(group) },
	{ 'l', "list", NULL, N_("list the members"), OPT_FLAG, AT(list) },
	{ 'p', "purge", NULL, N_("remove all members"), OPT_FLAG, AT(purge) },
	{ 0 }
};

#define TABLES (TABLE_BIT(TABLE_GROUP) | TABLE_BIT(TABLE_GSHADOW))

struct plan {
	const struct groupmems *o;
	const char *group;
	bool changed;
};

static const char *own_group(struct run *run, const char *asked)
{
	if (!asked)
		return self_name(run);
	if (caller_is_root(&run->caller) || !run->root.live)
		return asked;
	err_set(&run->err, ERR_PERMISSION, "only root can use the -g/--group option");
	return NULL;
}

static void print_members(struct run *run, const struct group_access *group)
{
	struct str rest = group->listed, name;
	const char *between = "";

	while (str_next(&rest, ',', &name)) {
		if (name.n == 0)
			continue;
		if (run->opt.json) {
			printf("%s", between);
			json_string(stdout, str_dup(&run->arena, name));
			between = ",";
		} else {
			printf("%s%.*s ", between, (int)name.n, name.p);
			between = " ";
		}
	}
	if (!run->opt.json && between[0])
		putchar('\n');
}

static int list(struct run *run, struct txn *txn, void *context)
{
	const struct plan *plan = context;
	struct group_access group;

	if (group_access_get(run, txn, plan->group, &group) < 0)
		return -1;
	if (run->opt.json) {
		printf("{");
		json_member(stdout, true, "name", group.name);
		printf(",\"members\":[");
	}
	print_members(run, &group);
	if (run->opt.json)
		puts("]}");
	return 0;
}

/* The statuses tell these apart. */
static int check_member(struct run *run, struct txn *txn, const struct groupmems *o,
			const struct group_access *group)
{
	if (o->add && group_access_check_user(run, txn, o->add) < 0) {
		run->err.kind = ERR_UNKNOWN;
		return -1;
	}
	if (o->add && str_list_has(group->listed, str_of(o->add)))
		return err_set(&run->err, ERR_EXISTS, "user '%s' is already a member of '%s'",
			       o->add, group->name);
	if (o->remove && !str_list_has(group->listed, str_of(o->remove)))
		return err_set(&run->err, ERR_BUSY, "user '%s' is not a member of '%s'", o->remove,
			       group->name);
	return 0;
}

static int change(struct run *run, struct txn *txn, void *context)
{
	struct plan *plan = context;
	const struct groupmems *o = plan->o;
	struct group_access_change c = { .add = o->add, .remove = o->remove };
	struct group_access group;

	if (group_access_get(run, txn, plan->group, &group) < 0 ||
	    check_member(run, txn, o, &group) < 0)
		return -1;
	if (o->purge) {
		c.members = "";
		c.admins = group.has_row ? "" : NULL;
	}
	/* Who is no member is no administrator. */
	if (o->remove && str_list_has(group.admins, str_of(o->remove)))
		c.admins = str_dup(&run->arena, str_list_remove(&run->arena, group.admins,
								 str_of(o->remove)));
	if (group_access_set(run, txn, &group, &c) < 0)
		return -1;
	plan->changed = txn_changed(txn);
	return 0;
}

static int work(struct run *run, void *options, const char *const *operands)
{
	struct plan plan = { .o = options };
	const struct groupmems *o = options;
	int deeds = (o->add != NULL) + (o->remove != NULL) + o->list + o->purge;

	if (!run_operands(run, operands, 0))
		return -1;
	if (deeds > 1)
		return err_set(&run->err, ERR_USAGE, "only one of -a, -d, -l and -p can be given");
	plan.group = own_group(run, o->group);
	if (!plan.group)
		return -1;
	if (deeds == 0)
		return 0;
	if (o->list)
		return run_look(run, TABLES, list, &plan);
	if (run_transaction(run, TABLES | TABLE_BIT(TABLE_PASSWD), change, &plan) < 0)
		return -1;
	if (plan.changed && !run->opt.dry_run)
		flush_caches(run, FLUSH_GROUPS);
	return 0;
}

static const struct tool groupmems_tool = {
	.name = "groupmems",
	.synopsis = N_("[options]"),
	.summary = N_("List or change the members of a group."),
	.options = groupmems_opts,
	.status = {
		[ERR_USAGE] = 1, [ERR_BUSY] = 6, [ERR_EXISTS] = 7, [ERR_UNKNOWN] = 8,
		[ERR_ARGUMENT] = 9, [ERR_LOCK] = 10, [ERR_GROUP_FILE] = 10, [ERR_USER_FILE] = 10,
		[ERR_IO] = 10,
	},
	.work = work,
};

int main(int argc, char **argv)
{
	struct groupmems o = { .list = false };

	return run_main(&groupmems_tool, &o, argc, argv);
}
