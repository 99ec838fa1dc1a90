/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * chfn - change the name, room and phones of a user.
 */
#include "flush.h"
#include "gecos.h"
#include "json.h"
#include "may.h"
#include "prompt.h"
#include "target.h"
#include "text.h"

#define SERVICE "chfn"

struct chfn {
	const char *given[GECOS_PARTS]; /* options; NULL: not given */
};

#define AT(part) (offsetof(struct chfn, given) + (part) * sizeof(const char *))

/* -h is a phone here, so that -u stands for --help. */
static const struct opt chfn_opts[] = {
	{ 'f', "full-name", "NAME", N_("change the full name"), OPT_STRING, AT(GECOS_NAME) },
	{ 'h', "home-phone", "PHONE",
	  N_("change the home phone number"), OPT_STRING, AT(GECOS_HOME) },
	{ 'o', "other", "TEXT", N_("change all else in the field; for root"), OPT_STRING,
	  AT(GECOS_OTHER) },
	{ 'r', "room", "ROOM", N_("change the room number"), OPT_STRING, AT(GECOS_ROOM) },
	{ 'w', "work-phone", "PHONE", N_("change the work phone number"), OPT_STRING,
	  AT(GECOS_WORK) },
	{ 'u', "help", NULL, N_("display this help message and exit"), OPT_HELP, 0 },
	{ 0 }
};

static const struct {
	enum may_field field;
	const char *label; /* of the dialogue */
	const char *wrong; /* of a message */
} parts[GECOS_PARTS] = {
	[GECOS_NAME] = { MAY_GECOS_NAME, N_("Full Name"), N_("name") },
	[GECOS_ROOM] = { MAY_GECOS_ROOM, N_("Room Number"), N_("room number") },
	[GECOS_WORK] = { MAY_GECOS_WORK, N_("Work Phone"), N_("work phone") },
	[GECOS_HOME] = { MAY_GECOS_HOME, N_("Home Phone"), N_("home phone") },
	[GECOS_OTHER] = { MAY_GECOS_OTHER, N_("Other"), NULL },
};

struct plan {
	struct target user;
	const char *to[GECOS_PARTS]; /* NULL: stays as it is */
	bool whole_other;            /* the items before the rest of OTHER were shown, and go */
	const char *text;            /* as it will be */
	bool changed;
};

/* --- who may, and what is good --- */

static bool may(struct run *run, const struct target *user, size_t part)
{
	const struct may_caller caller = { .root = caller_is_root(&run->caller) };
	const struct may_target target = {
		.own = user->own,
		.chfn_restrict = defs_string(&run->defs, "CHFN_RESTRICT"),
	};

	return may_change(&caller, &target, parts[part].field) == MAY_YES;
}

static int check_caller(struct run *run, const struct plan *plan)
{
	bool allowed = caller_is_root(&run->caller) || plan->user.own;
	size_t i;

	for (i = 0; allowed && i < GECOS_PARTS; i++)
		allowed = !plan->to[i] || may(run, &plan->user, i);
	return allowed ? 0 : err_set(&run->err, ERR_PERMISSION, "Permission denied.");
}

static int check_values(struct run *run, const struct plan *plan)
{
	size_t i;

	for (i = 0; i < GECOS_PARTS; i++) {
		const char *value = plan->to[i], *shown;

		if (!value || gecos_is_good((enum gecos_part)i, value))
			continue;
		shown = str_visible(&run->arena, value);
		if (i == GECOS_OTHER)
			return err_set(&run->err, ERR_BAD_NAME, "'%s' contains illegal characters",
				       shown);
		return err_set(&run->err, ERR_BAD_NAME, "invalid %s: '%s'",
			       _(parts[i].wrong), shown);
	}
	return 0;
}

/* --- the dialogue --- */

static int ask(struct run *run, struct plan *plan, const struct gecos *now, size_t part)
{
	const char *current = str_visible(&run->arena, now->part[part]), *answer;

	if (part == GECOS_OTHER && !caller_is_root(&run->caller))
		return 0;
	if (!may(run, &plan->user, part)) {
		printf("\t%s: %s\n", _(parts[part].label), current);
		return 0;
	}
	if (prompt_value(parts[part].label, current, &run->arena, &answer, &run->err) < 0)
		return -1;
	/* What was not answered stays as it is then, whoever changes it meanwhile. */
	if (answer != current)
		plan->to[part] = answer;
	return 0;
}

static int ask_all(struct run *run, struct plan *plan)
{
	struct gecos now;
	size_t i;

	gecos_split(plan->user.gecos, &run->arena, &now);
	printf(_("Changing the user information for %s\n"
		 "Enter the new value, or press ENTER for the default\n"),
	       str_visible(&run->arena, plan->user.name));
	for (i = 0; i < GECOS_PARTS; i++)
		if (ask(run, plan, &now, i) < 0)
			return -1;
	plan->whole_other = true;
	return 0;
}

/* --- under the lock --- */

static int settle(struct run *run, struct plan *plan)
{
	struct gecos g;
	size_t i;

	gecos_split(plan->user.gecos, &run->arena, &g);
	for (i = 0; i < GECOS_OTHER; i++)
		if (plan->to[i])
			g.part[i] = plan->to[i];
	if (plan->to[GECOS_OTHER] && plan->whole_other)
		g.part[GECOS_OTHER] = plan->to[GECOS_OTHER];
	else if (plan->to[GECOS_OTHER])
		gecos_set_other(&g, plan->to[GECOS_OTHER], &run->arena);
	if (gecos_length(&g) > GECOS_LENGTH)
		return err_set(&run->err, ERR_BAD_NAME, "fields too long");
	plan->text = gecos_join(&g, &run->arena);
	return 0;
}

static int change(struct run *run, struct txn *txn, void *context)
{
	struct plan *plan = context;
	struct row row;

	if (target_row(run, txn, &plan->user, &row) < 0 || check_caller(run, plan) < 0 ||
	    settle(run, plan) < 0)
		return -1;
	if (!str_is(row.column[PW_GECOS], plan->text) &&
	    table_set(txn_table(txn, TABLE_PASSWD), &row, PW_GECOS, plan->text, &run->err) < 0)
		return -1;
	event_log(&run->events, &run->arena, "changed user '%s' information", plan->user.name);
	plan->changed = txn_changed(txn);
	return 0;
}

/* --- the run --- */

static void print_json(const struct plan *plan)
{
	putchar('{');
	json_member(stdout, true, "name", plan->user.name);
	json_member(stdout, false, "gecos", plan->text);
	printf(",\"changed\":%s}\n", plan->changed ? "true" : "false");
}

static bool take_options(const struct chfn *o, struct plan *plan)
{
	bool any = false;
	size_t i;

	for (i = 0; i < GECOS_PARTS; i++) {
		plan->to[i] = o->given[i];
		any = any || o->given[i];
	}
	return any;
}

static int work(struct run *run, void *options, const char *const *operands)
{
	struct plan plan = { .text = NULL };
	bool any = take_options(options, &plan);

	if (operands[0] && !run_operands(run, operands, 1))
		return -1;
	if (target_find(run, operands[0], &plan.user) < 0 || check_caller(run, &plan) < 0 ||
	    target_authenticate(run, SERVICE, "CHFN_AUTH") < 0)
		return -1;
	if ((!any && ask_all(run, &plan) < 0) || check_values(run, &plan) < 0)
		return -1;
	if (run_transaction(run, TABLE_BIT(TABLE_PASSWD), change, &plan) < 0)
		return -1;
	if (run->opt.dry_run)
		return 0;
	if (run->opt.json)
		print_json(&plan);
	if (plan.changed)
		flush_caches(run, FLUSH_USERS);
	return 0;
}

static const struct tool chfn_tool = {
	.name = "chfn",
	.synopsis = N_("[options] [LOGIN]"),
	.summary = N_("Change the full name, the room and the phones of a user."),
	.options = chfn_opts,
	.elevated = true,
	.permission = "chfn",
	.status = { [ERR_USAGE] = 2, [ERR_ARGUMENT] = 3 },
	.work = work,
};

int main(int argc, char **argv)
{
	struct chfn o = { .given = { NULL } };

	return run_main(&chfn_tool, &o, argc, argv);
}
