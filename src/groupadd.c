/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * groupadd - make a group.
 *
 * The pattern of all tools: the options as they are given, what they come to, the decisions under
 * the lock, what follows from the change, and what a failure leaves in the logs.
 */
#include <syslog.h>

#include "flush.h"
#include "group.h"
#include "hook.h"
#include "json.h"
#include "name.h"
#include "new_id.h"
#include "text.h"
#include "tools.h"

struct groupadd {
	bool force, non_unique, sys;
	const char *gid, *password, *users;
	const char *name; /* the operand, once the options are in order */
	bool settled;     /* nothing spoke against the group: a failure now is worth a log line */
};

#define AT(member) offsetof(struct groupadd, member)

static const struct opt groupadd_opts[] = {
	{ 'f', "force", NULL,
	  N_("it is fine if the group exists; choose another GID if -g is in use"),
	  OPT_FLAG, AT(force) },
	{ 'g', "gid", "GID", N_("use GID for the new group"), OPT_STRING, AT(gid) },
	{ 'o', "non-unique", NULL,
	  N_("take a GID that another group has"), OPT_FLAG, AT(non_unique) },
	{ 'p', "password", "HASH", N_("hashed password"), OPT_STRING, AT(password) },
	{ 'r', "system", NULL, N_("make a system group"), OPT_FLAG, AT(sys) },
	{ 'U', "users", "USER,...", N_("members of the new group"), OPT_STRING, AT(users) },
	{ 0 }
};

/* What the options come to. */
struct plan {
	struct groupadd *o;
	bool has_gid, exists;
	gid_t gid;
	struct group_new group;
};

static int take_options(struct run *run, struct plan *plan, const char *name)
{
	struct groupadd *o = plan->o;

	if (o->non_unique && !o->gid)
		return err_set(&run->err, ERR_USAGE, "-o needs -g");
	if (o->gid && group_parse_gid(run, o->gid, &plan->gid) < 0)
		return -1;
	plan->has_gid = o->gid != NULL;
	if (o->password &&
	    name_check_field(NAME_FIELD_TEXT, N_("field"), o->password, &run->err) < 0)
		return -1;
	o->name = name;
	if (name_group(profile_get(), name) != NAME_GOOD)
		return err_set(&run->err, ERR_BAD_NAME, "'%s' is not a valid group name", name);
	plan->group = (struct group_new){ .name = name, .password = o->password,
					  .members = o->users };
	return 0;
}

/* --- under the lock --- */

/* The GID as given, if it may be used. */
static int take_gid(struct run *run, struct txn *txn, struct plan *plan)
{
	plan->group.gid = plan->gid;
	if (!plan->o->non_unique && group_check_new_gid(run, txn, plan->gid) < 0)
		return -1;
	new_id_warn(run, txn, IDS_GID, plan->gid);
	return 0;
}

/* All decisions.  1: the group exists, and that is fine. */
static int settle(struct run *run, struct txn *txn, void *context)
{
	struct plan *plan = context;
	struct groupadd *o = plan->o;
	bool has_gid = plan->has_gid;

	plan->exists = false;
	if (group_check_new_name(run, txn, o->name) < 0) {
		if (!o->force || run->err.kind != ERR_EXISTS)
			return -1;
		err_clear(&run->err);
		plan->exists = true;
		return group_exists(run, txn, o->name, &plan->group.gid);
	}
	if (has_gid && take_gid(run, txn, plan) < 0) {
		if (!o->force || run->err.kind != ERR_ID_IN_USE)
			return -1;
		err_clear(&run->err);
		has_gid = false;
	}
	o->settled = true;
	if (!has_gid && group_choose_gid(run, txn, o->sys, IDS_NONE, NULL, &plan->group.gid) < 0)
		return -1;
	return o->users ? group_check_members(run, txn, o->users) : 0;
}

static int change(struct run *run, struct txn *txn, void *context)
{
	struct plan *plan = context;

	switch (settle(run, txn, plan)) {
	case 0:
		return group_add(run, txn, &plan->group);
	case 1:
		return 0;
	default:
		return -1;
	}
}

/* --- what follows --- */

static void print_json(const struct plan *plan)
{
	putchar('{');
	json_member(stdout, true, "name", plan->group.name);
	printf(",\"gid\":%lu,\"made\":%s}\n", (unsigned long)plan->group.gid,
	       plan->exists ? "false" : "true");
}

static int work(struct run *run, void *options, const char *const *operands)
{
	struct plan plan = { .o = options };
	unsigned tables = TABLE_BIT(TABLE_GROUP) | TABLE_BIT(TABLE_GSHADOW) |
			  TABLE_BIT(TABLE_IDMARKS) | TABLE_LOOK(TABLE_SUBGID);
	const char *name = operands[0];

	if (!run_operands(run, operands, 1) || take_options(run, &plan, name) < 0)
		return -1;
	if (plan.o->users)
		tables |= TABLE_BIT(TABLE_PASSWD);
	if (hook_run_if(run, "groupadd-pre.d", "groupadd", name, tables, settle, &plan) < 0 ||
	    run_transaction(run, tables, change, &plan) < 0)
		return -1;
	if (run->opt.dry_run)
		return 0;
	if (run->opt.json)
		print_json(&plan);
	if (plan.exists)
		return 0;
	flush_caches(run, FLUSH_GROUPS);
	return hook_run(run, "groupadd-post.d", "groupadd", name);
}

static void failed(struct run *run, void *options, int status)
{
	const struct groupadd *o = options;
	struct events *ev = &run->events;

	(void)status;
	if (!o->name)
		return;
	if (run->err.kind == ERR_NO_ID)
		event_log_at(ev, &run->arena, LOG_WARNING, "no more available GIDs on the system");
	if (o->settled)
		event_log_at(ev, &run->arena, LOG_ERR, "failed to add group %s", o->name);
	event_audit(ev, &run->arena, o->settled ? AUDIT_TYPE_ADD_GROUP : AUDIT_NONE,
		    "adding group", AUDIT_TYPE_ADD_GROUP, "add-group", NULL, o->name, EVENT_NO_ID,
		    false);
}

static const struct tool groupadd_tool = {
	.name = "groupadd",
	.synopsis = N_("[options] GROUP"),
	.summary = N_("Make a group."),
	.options = groupadd_opts,
	.takes_keys = true,
	.status = {
		[ERR_USAGE] = 2, [ERR_ARGUMENT] = 3, [ERR_BAD_NAME] = 3, [ERR_ID_IN_USE] = 4,
		[ERR_NO_ID] = 4, [ERR_EXISTS] = 9, [ERR_LOCK] = 10, [ERR_USER_FILE] = 10,
		[ERR_GROUP_FILE] = 10, [ERR_IO] = 10,
	},
	.work = work,
	.failed = failed,
};

int groupadd_main(int argc, char **argv)
{
	struct groupadd o = { .force = false };

	return run_main(&groupadd_tool, &o, argc, argv);
}
