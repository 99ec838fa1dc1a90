/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * pwconv, pwunconv, grpconv, grpunconv - move passwords to the shadow files and back.
 *
 * One program; the name that it was called by tells which.
 */
#include <string.h>

#include "convert.h"
#include "flush.h"
#include "text.h"
#include "tools.h"

static const struct opt no_opts[] = { { 0 } };

struct conversion {
	unsigned tables;
	unsigned caches;
	int (*convert)(struct run *run, struct txn *txn);
};

/* group tells who may read a new shadow file. */
#define USERS (TABLE_BIT(TABLE_PASSWD) | TABLE_BIT(TABLE_SHADOW) | TABLE_BIT(TABLE_GROUP))
#define GROUPS (TABLE_BIT(TABLE_GROUP) | TABLE_BIT(TABLE_GSHADOW))

struct plan {
	const struct conversion *what;
	bool changed;
};

static int change(struct run *run, struct txn *txn, void *context)
{
	struct plan *plan = context;

	if (plan->what->convert(run, txn) < 0)
		return -1;
	plan->changed = txn_changed(txn);
	return 0;
}

static int work(struct run *run, void *options, const char *const *operands)
{
	struct plan plan = { .what = options };

	if (!run_operands(run, operands, 0) ||
	    run_transaction(run, plan.what->tables, change, &plan) < 0)
		return -1;
	if (run->opt.json && !run->opt.dry_run)
		printf("{\"changed\":%s}\n", plan.changed ? "true" : "false");
	if (plan.changed && !run->opt.dry_run)
		flush_caches(run, plan.what->caches);
	return 0;
}

#define TOOL(NAME, SUMMARY) { \
	.name = NAME, .synopsis = N_("[options]"), .summary = SUMMARY, .options = no_opts, \
	.status = { [ERR_USAGE] = 2, [ERR_ARGUMENT] = 3, [ERR_MISSING] = 4, [ERR_LOCK] = 5, \
		    [ERR_USER_FILE] = 3, [ERR_GROUP_FILE] = 3, [ERR_IO] = 3 }, \
	.work = work, \
}

static const struct tool tools[] = {
	TOOL("pwconv", N_("Move the passwords of users to /etc/shadow.")),
	TOOL("pwunconv", N_("Move the passwords of users back to /etc/passwd.")),
	TOOL("grpconv", N_("Move the passwords of groups to /etc/gshadow.")),
	TOOL("grpunconv", N_("Move the passwords of groups back to /etc/group.")),
};

static const struct conversion conversions[] = {
	{ USERS, FLUSH_USERS, convert_to_shadow },
	{ USERS, FLUSH_USERS, convert_from_shadow },
	{ GROUPS, FLUSH_GROUPS, convert_to_gshadow },
	{ GROUPS, FLUSH_GROUPS, convert_from_gshadow },
};

int pwconv_main(int argc, char **argv)
{
	struct conversion what;
	size_t i, found = 0;

	for (i = 0; i < sizeof(tools) / sizeof(*tools); i++)
		if (run_called(argc, argv, tools[i].name))
			found = i;
	what = conversions[found];
	return run_main(&tools[found], &what, argc, argv);
}
