/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * groupmod - change a group.
 */
#include <string.h>
#include <syslog.h>

#include "flush.h"
#include "group.h"
#include "json.h"
#include "name.h"
#include "text.h"
#include "tools.h"

struct groupmod {
	bool append, non_unique;
	const char *gid, *new_name, *password, *users;
	const char *name;    /* the operand */
	const char *settled; /* the change as text, once nothing spoke against it */
};

#define AT(member) offsetof(struct groupmod, member)

static const struct opt groupmod_opts[] = {
	{ 'a', "append", NULL, N_("add the users of -U, remove no other"), OPT_FLAG, AT(append) },
	{ 'g', "gid", "GID", N_("change the group ID; users whose primary group it is follow"),
	  OPT_STRING, AT(gid) },
	{ 'n', "new-name", "NAME", N_("change the name"), OPT_STRING, AT(new_name) },
	{ 'o', "non-unique", NULL,
	  N_("take a GID that another group has"), OPT_FLAG, AT(non_unique) },
	{ 'p', "password", "HASH", N_("change the hashed password"), OPT_STRING, AT(password) },
	{ 'U', "users", "USER,...", N_("change the members"), OPT_STRING, AT(users) },
	{ 0 }
};

struct plan {
	struct groupmod *o;
	struct group_id group;
	struct group_change change;
	bool changed;
};

static int take_options(struct run *run, struct plan *plan)
{
	const struct groupmod *o = plan->o;

	if (o->non_unique && !o->gid)
		return err_set(&run->err, ERR_USAGE, "-o needs -g");
	if (o->gid && group_parse_gid(run, o->gid, &plan->change.gid) < 0)
		return -1;
	plan->change.has_gid = o->gid != NULL;
	plan->change.name = o->new_name;
	plan->change.password = o->password;
	plan->change.members = o->users;
	plan->change.append = o->append;
	if (!o->password)
		return 0;
	return name_check_field(NAME_FIELD_TEXT, N_("field"), o->password, &run->err);
}

/* --- under the lock --- */

static int check_gid(struct run *run, struct txn *txn, const struct plan *plan)
{
	if (!plan->change.has_gid || plan->o->non_unique || plan->change.gid == plan->group.gid)
		return 0;
	return group_check_new_gid(run, txn, plan->change.gid);
}

static int check_name(struct run *run, struct txn *txn, const struct plan *plan)
{
	const char *name = plan->change.name;

	if (!name || strcmp(name, plan->group.name) == 0)
		return 0;
	if (name_group(profile_get(), name) != NAME_GOOD)
		return err_set(&run->err, ERR_BAD_NAME, "invalid group name '%s'", name);
	return group_check_new_name(run, txn, name);
}

static int change(struct run *run, struct txn *txn, void *context)
{
	struct plan *plan = context;
	struct groupmod *o = plan->o;

	if (group_find(run, txn, o->name, &plan->group) < 0 || check_gid(run, txn, plan) < 0 ||
	    check_name(run, txn, plan) < 0)
		return -1;
	o->settled = group_change_text(run, &plan->group, &plan->change, TABLE_GROUP);
	if ((o->users && group_check_members(run, txn, o->users) < 0) ||
	    group_change(run, txn, &plan->group, &plan->change) < 0)
		return -1;
	plan->changed = txn_changed(txn);
	return 0;
}

/* --- what follows --- */

static void print_json(const struct plan *plan)
{
	const struct group_change *c = &plan->change;

	putchar('{');
	json_member(stdout, true, "name", c->name ? c->name : plan->group.name);
	printf(",\"gid\":%lu,\"changed\":%s}\n",
	       (unsigned long)(c->has_gid ? c->gid : plan->group.gid),
	       plan->changed ? "true" : "false");
}

static int work(struct run *run, void *options, const char *const *operands)
{
	struct plan plan = { .o = options };
	unsigned tables = TABLE_BIT(TABLE_GROUP) | TABLE_BIT(TABLE_GSHADOW) |
			  TABLE_BIT(TABLE_IDMARKS);

	if (!run_operands(run, operands, 1) || take_options(run, &plan) < 0)
		return -1;
	plan.o->name = operands[0];
	if (plan.o->gid || plan.o->users)
		tables |= TABLE_BIT(TABLE_PASSWD);
	if (run_transaction(run, tables, change, &plan) < 0)
		return -1;
	if (run->opt.dry_run)
		return 0;
	if (run->opt.json)
		print_json(&plan);
	if (plan.changed)
		flush_caches(run, plan.o->gid ? FLUSH_GROUPS | FLUSH_USERS : FLUSH_GROUPS);
	return 0;
}

static void failed(struct run *run, void *options, int status)
{
	const struct groupmod *o = options;
	struct arena *a = &run->arena;
	const char *path, *text;

	(void)status;
	if (!o->settled)
		return;
	path = root_show(&run->root, a, schema_get(TABLE_GROUP)->path);
	text = arena_printf(a, "changing %s; %s", path, o->settled);
	event_log_at(&run->events, a, LOG_ERR, "failed to change %s (%s)", path, o->settled);
	event_audit(&run->events, a, AUDIT_TYPE_USER_ACCT, text, AUDIT_TYPE_GRP_MGMT, text, NULL,
		    o->name, EVENT_NO_ID, false);
}

static const struct tool groupmod_tool = {
	.name = "groupmod",
	.synopsis = N_("[options] GROUP"),
	.summary = N_("Change a group."),
	.options = groupmod_opts,
	.status = {
		[ERR_USAGE] = 2, [ERR_ARGUMENT] = 3, [ERR_BAD_NAME] = 3, [ERR_ID_IN_USE] = 4,
		[ERR_UNKNOWN] = 6, [ERR_EXISTS] = 9, [ERR_LOCK] = 10, [ERR_USER_FILE] = 10,
		[ERR_GROUP_FILE] = 10, [ERR_IO] = 10,
	},
	.work = work,
	.failed = failed,
};

int groupmod_main(int argc, char **argv)
{
	struct groupmod o = { .append = false };

	return run_main(&groupmod_tool, &o, argc, argv);
}
