/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * groupdel - remove a group.
 */
#include <syslog.h>

#include "flush.h"
#include "group.h"
#include "hook.h"
#include "json.h"
#include "text.h"
#include "tools.h"

struct groupdel {
	bool force;
	const char *name; /* the operand */
	bool settled;     /* nothing spoke against it */
};

static const struct opt groupdel_opts[] = {
	{ 'f', "force", NULL, N_("even if it is the primary group of a user"), OPT_FLAG,
	  offsetof(struct groupdel, force) },
	{ 0 }
};

struct plan {
	struct groupdel *o;
	struct group_id group;
};

static int settle(struct run *run, struct txn *txn, void *context)
{
	struct plan *plan = context;

	if (group_find(run, txn, plan->o->name, &plan->group) < 0 ||
	    (!plan->o->force && group_check_not_primary(run, txn, plan->group.gid) < 0))
		return -1;
	plan->o->settled = true;
	return 0;
}

static int change(struct run *run, struct txn *txn, void *context)
{
	struct plan *plan = context;

	if (settle(run, txn, plan) < 0)
		return -1;
	return group_remove(run, txn, &plan->group);
}

static void print_json(const struct plan *plan)
{
	putchar('{');
	json_member(stdout, true, "name", plan->group.name);
	printf(",\"gid\":%lu}\n", (unsigned long)plan->group.gid);
}

static int work(struct run *run, void *options, const char *const *operands)
{
	const unsigned tables = TABLE_BIT(TABLE_PASSWD) | TABLE_BIT(TABLE_GROUP) |
				TABLE_BIT(TABLE_GSHADOW) | TABLE_BIT(TABLE_IDMARKS);
	struct plan plan = { .o = options };
	const char *name = operands[0];

	if (!run_operands(run, operands, 1))
		return -1;
	plan.o->name = name;
	if (hook_run_if(run, "groupdel-pre.d", "groupdel", name, tables, settle, &plan) < 0 ||
	    run_transaction(run, tables, change, &plan) < 0)
		return -1;
	if (run->opt.dry_run)
		return 0;
	if (run->opt.json)
		print_json(&plan);
	flush_caches(run, FLUSH_GROUPS);
	return hook_run(run, "groupdel-post.d", "groupdel", name);
}

static void failed(struct run *run, void *options, int status)
{
	const struct groupdel *o = options;

	(void)status;
	if (!o->name)
		return;
	if (o->settled)
		event_log_at(&run->events, &run->arena, LOG_ERR, "failed to remove group %s",
			     o->name);
	event_audit(&run->events, &run->arena, o->settled ? AUDIT_TYPE_DEL_GROUP : AUDIT_NONE,
		    "deleting group", AUDIT_TYPE_GRP_MGMT, "delete-group", NULL, o->name,
		    EVENT_NO_ID, false);
}

static const struct tool groupdel_tool = {
	.name = "groupdel",
	.synopsis = N_("[options] GROUP"),
	.summary = N_("Remove a group."),
	.options = groupdel_opts,
	.status = {
		[ERR_USAGE] = 2, [ERR_ARGUMENT] = 3, [ERR_UNKNOWN] = 6, [ERR_BUSY] = 8,
		[ERR_LOCK] = 10, [ERR_USER_FILE] = 10, [ERR_GROUP_FILE] = 10, [ERR_IO] = 10,
	},
	.work = work,
	.failed = failed,
};

int groupdel_main(int argc, char **argv)
{
	struct groupdel o = { .force = false };

	return run_main(&groupdel_tool, &o, argc, argv);
}
