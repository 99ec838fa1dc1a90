/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cppw, cpgr - put a file in the place of an account file, under the lock.
 *
 * One program; the name that it was called by tells which.
 */
#include <string.h>

#include "fd.h"
#include "flush.h"
#include "text.h"
#include "tools.h"

/* Far above any account file. */
#define SIZE_MAX_READ ((size_t)1 << 32)

struct cppw {
	bool shadow, passwd, group;
	bool cpgr; /* the name of the program */
};

#define AT(member) offsetof(struct cppw, member)

static const struct opt cppw_opts[] = {
	{ 'g', "group", NULL, N_("put it in the place of group"), OPT_FLAG, AT(group) },
	{ 'p', "passwd", NULL, N_("put it in the place of passwd"), OPT_FLAG, AT(passwd) },
	{ 's', "shadow", NULL,
	  N_("put it in the place of shadow or gshadow"), OPT_FLAG, AT(shadow) },
	{ 0 }
};

struct plan {
	enum table_id id;
	const char *shown;
	struct str text;
};

static bool has_rows(struct run *run, const struct plan *plan)
{
	struct row row = ROW_START;

	return table_next(table_anew(plan->id, plan->text, &run->arena), &row);
}

static int change(struct run *run, struct txn *txn, void *context)
{
	const struct plan *plan = context;

	if (!txn_table(txn, plan->id))
		return err_set(&run->err, ERR_MISSING, "%s: No such file or directory",
			       plan->shown);
	txn_replace(txn, plan->id, plan->text);
	event_log(&run->events, &run->arena, "file %s edited", plan->shown);
	return 0;
}

static int work(struct run *run, void *options, const char *const *operands)
{
	const struct cppw *o = options;
	bool groups = o->passwd ? false : o->group || o->cpgr;
	struct plan plan = {
		.id = groups ? (o->shadow ? TABLE_GSHADOW : TABLE_GROUP) :
			       (o->shadow ? TABLE_SHADOW : TABLE_PASSWD),
	};

	if (!operands[0] || operands[1])
		return err_set(&run->err, ERR_ARGUMENT, "wrong number of arguments, -h for usage");
	if (run->opt.dry_run)
		return err_set(&run->err, ERR_USAGE, "there is no --dry-run: compare the files");
	plan.shown = root_show(&run->root, &run->arena, schema_get(plan.id)->path);
	if (fd_read_path(operands[0], SIZE_MAX_READ, &run->arena, &plan.text) < 0)
		return err_sys(&run->err, ERR_IO, "%s", operands[0]);
	if (!has_rows(run, &plan))
		return err_set(&run->err, ERR_IO,
			       "%s: no line of it is an entry of %s; %s is unchanged",
			       operands[0], schema_get(plan.id)->file, plan.shown);
	if (run_transaction(run, TABLE_BIT(plan.id), change, &plan) < 0)
		return -1;
	flush_caches(run, groups ? FLUSH_GROUPS : FLUSH_USERS);
	return 0;
}

#define STATUSES { [ERR_USAGE] = 2, [ERR_ARGUMENT] = 1 }

static const struct tool cppw_tool = {
	.name = "cppw", .synopsis = N_("[options] FILE"),
	.summary = N_("Put a file in the place of passwd or shadow."),
	.options = cppw_opts, .status = STATUSES, .work = work,
};

static const struct tool cpgr_tool = {
	.name = "cpgr", .synopsis = N_("[options] FILE"),
	.summary = N_("Put a file in the place of group or gshadow."),
	.options = cppw_opts, .status = STATUSES, .work = work,
};

int cppw_main(int argc, char **argv)
{
	struct cppw o = { .cpgr = run_called(argc, argv, cpgr_tool.name) };

	return run_main(o.cpgr ? &cpgr_tool : &cppw_tool, &o, argc, argv);
}
