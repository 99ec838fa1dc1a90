/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * chage - show and change the ageing of a user's password.
 */
#include <string.h>
#include <syslog.h>

#include "aging.h"
#include "day.h"
#include "flush.h"
#include "may.h"
#include "profile.h"
#include "prompt.h"
#include "text.h"

struct chage {
	bool iso, list;
	const char *last, *expire, *inactive, *min, *max, *warn;
	const char *user; /* the operand */
	long uid;         /* of the user, once it was found */
	bool tried;       /* the command line was right: from here on audit hears of a failure */
};

#define AT(member) offsetof(struct chage, member)

static const struct opt chage_opts[] = {
	{ 'd', "lastday", "DATE", N_("set the date of the last password change"), OPT_STRING,
	  AT(last) },
	{ 'E', "expiredate", "DATE", N_("set the date from which the account is of no use"),
	  OPT_STRING, AT(expire) },
	{ 'i', "iso8601", NULL, N_("print dates as YYYY-MM-DD"), OPT_FLAG, AT(iso) },
	{ 'I', "inactive", "DAYS", N_("set how long after its expiry the password can be changed"),
	  OPT_STRING, AT(inactive) },
	{ 'l', "list", NULL, N_("show the ageing information"), OPT_FLAG, AT(list) },
	{ 'm', "mindays", "DAYS",
	  N_("set the days that must pass before the next change"), OPT_STRING,
	  AT(min) },
	{ 'M', "maxdays", "DAYS", N_("set the days after which the password must be changed"),
	  OPT_STRING, AT(max) },
	{ 'W', "warndays", "DAYS",
	  N_("set how many days before that the user is warned"), OPT_STRING,
	  AT(warn) },
	{ 0 }
};

#define TABLES (TABLE_BIT(TABLE_PASSWD) | TABLE_BIT(TABLE_SHADOW))

struct plan {
	struct chage *o;
	struct aging_change change;
	struct user_aging aging; /* as it is, and after a change as it will be */
	bool all;                /* the values are answers */
	bool changed;
};

/* --- values --- */

static int take_days(struct run *run, const char *text, bool *ret_has, long *ret)
{
	*ret_has = text != NULL;
	if (!text || user_parse_days(text, ret))
		return 0;
	return err_set(&run->err, ERR_USAGE, "invalid numeric argument '%s'", text);
}

static int take_date(struct run *run, const char *text, bool *ret_has, long *ret)
{
	*ret_has = text != NULL;
	if (!text || day_parse(text, ret))
		return 0;
	return err_set(&run->err, ERR_USAGE, "invalid date '%s'", text);
}

static int take_options(struct run *run, struct plan *plan)
{
	const struct chage *o = plan->o;
	struct aging_change *c = &plan->change;
	bool any = o->last || o->expire || o->inactive || o->min || o->max || o->warn;

	plan->all = !o->list && !any;
	if (take_date(run, o->last, &c->has_last, &c->to.last_change) < 0 ||
	    take_date(run, o->expire, &c->has_expire, &c->to.expire) < 0 ||
	    take_days(run, o->inactive, &c->has_inactive, &c->to.inactive) < 0 ||
	    take_days(run, o->min, &c->has_min, &c->to.min) < 0 ||
	    take_days(run, o->max, &c->has_max, &c->to.max) < 0 ||
	    take_days(run, o->warn, &c->has_warn, &c->to.warn) < 0)
		return -1;
	if (o->list && any)
		return err_set(&run->err, ERR_USAGE, "do not include \"l\" with other flags");
	return 0;
}

static int check_caller(struct run *run, enum may_field field, bool own)
{
	const struct may_caller caller = { .root = caller_is_root(&run->caller) };
	const struct may_target target = { .own = own };

	if (may_change(&caller, &target, field) == MAY_YES)
		return 0;
	return err_set(&run->err, ERR_PERMISSION, "Permission denied.");
}

/* --- showing --- */

static void note_shown(struct run *run, const struct chage *o)
{
	const struct event shown = { .audit = AUDIT_TYPE_USER_CHAUTHTOK,
				     .operation = "display aging info", .name = o->user,
				     .id = o->uid, .success = true };

	/* Later versions say nothing of who looks. */
	if (!profile_get()->audit_verbs)
		events_add(&run->events, &run->arena, &shown);
}

/* The user as he is, for -l and for what the dialogue shows. */
static int look(struct run *run, struct txn *txn, void *context)
{
	struct plan *plan = context;
	struct chage *o = plan->o;
	const struct row none = { .columns = 0 };
	struct user user;
	struct row row;
	int found;

	if (!txn_table(txn, TABLE_SHADOW))
		return err_set(&run->err, ERR_MISSING, "the shadow password file is not present");
	if (!user_find(run, txn, o->user, &user))
		return err_set(&run->err, ERR_UNKNOWN, "user '%s' does not exist in %s", o->user,
			       root_show(&run->root, &run->arena,
					 schema_get(TABLE_PASSWD)->path));
	o->uid = (long)user.uid;
	if (o->list && check_caller(run, MAY_AGING, user.uid == run->caller.uid) < 0)
		return -1;
	found = user_shadow(run, txn, o->user, &row);
	if (found < 0)
		return -1;
	aging_of(found ? &row : &none, &plan->aging);
	return 0;
}

static void print_list(struct run *run, const struct plan *plan)
{
	if (run->opt.json)
		aging_print_list_json(plan->o->user, &plan->aging, stdout);
	else
		aging_print_list(&plan->aging, plan->o->iso, stdout);
}

/* --- the dialogue --- */

/* true in *ret_has: another value than the one shown. */
static int ask(struct run *run, const char *label, bool date, long now, bool *ret_has, long *ret)
{
	char current[32];
	const char *answer;

	if (date && now >= 0)
		day_format(now, current, sizeof(current));
	else
		snprintf(current, sizeof(current), "%ld", now);
	if (prompt_value(label, current, &run->arena, &answer, &run->err) < 0)
		return -1;
	/* What was not answered stays as it is then, whoever changes it meanwhile. */
	*ret_has = answer != current;
	if (!*ret_has || (date ? day_parse(answer, ret) : user_parse_days(answer, ret)))
		return 0;
	return err_set(&run->err, ERR_IO, "error changing fields");
}

static int ask_all(struct run *run, struct plan *plan)
{
	const struct user_aging *now = &plan->aging;
	struct aging_change *c = &plan->change;

	printf(_("Changing the aging information for %s\n"
		 "Enter the new value, or press ENTER for the default\n\n"),
	       str_visible(&run->arena, plan->o->user));
	if (ask(run, N_("Minimum Password Age"), false, now->min, &c->has_min, &c->to.min) < 0 ||
	    ask(run, N_("Maximum Password Age"), false, now->max, &c->has_max, &c->to.max) < 0 ||
	    ask(run, N_("Last Password Change (YYYY-MM-DD)"), true, now->last_change, &c->has_last,
		&c->to.last_change) < 0 ||
	    ask(run, N_("Password Expiration Warning"), false, now->warn, &c->has_warn,
		&c->to.warn) < 0 ||
	    ask(run, N_("Password Inactive"), false, now->inactive, &c->has_inactive,
		&c->to.inactive) < 0)
		return -1;
	return ask(run, N_("Account Expiration Date (YYYY-MM-DD)"), true, now->expire,
		   &c->has_expire, &c->to.expire);
}

/* --- under the lock --- */

static void audit(struct run *run, const struct chage *o, const char *old, const char *verb,
		  bool success)
{
	event_audit(&run->events, &run->arena, AUDIT_TYPE_USER_CHAUTHTOK, old,
		    AUDIT_TYPE_USER_MGMT, verb, NULL, o->user, o->uid, success);
}

static void note_change(struct run *run, const struct plan *plan)
{
	const struct aging_change *c = &plan->change;
	const struct {
		bool has;
		const char *old, *verb;
	} records[] = {
		{ plan->all, "change all aging information", "change-all-aging-information" },
		{ c->has_max, "change max age", "change-max-age" },
		{ c->has_min, "change min age", "change-min-age" },
		{ c->has_last, "change last change date", "change-last-change-date" },
		{ c->has_warn, "change passwd warning", "change-passwd-warning" },
		{ c->has_inactive, "change inactive days", "change-inactive-days" },
		{ c->has_expire, "change passwd expiration", "change-passwd-expiration" },
	};
	size_t i, count = plan->all ? 1 : sizeof(records) / sizeof(records[0]);

	event_log(&run->events, &run->arena, "changed password expiry for %s", plan->o->user);
	for (i = 0; i < count; i++)
		if (records[i].has)
			audit(run, plan->o, records[i].old, records[i].verb, true);
}

static int change(struct run *run, struct txn *txn, void *context)
{
	struct plan *plan = context;
	struct user user;
	struct row row;

	if (user_find(run, txn, plan->o->user, &user))
		plan->o->uid = (long)user.uid;
	if (aging_set(run, txn, plan->o->user, &plan->change, &plan->changed) < 0)
		return -1;
	if (user_shadow(run, txn, plan->o->user, &row) > 0)
		aging_of(&row, &plan->aging);
	note_change(run, plan);
	return 0;
}

/* --- the run --- */

static int show(struct run *run, struct plan *plan)
{
	if (run_look(run, TABLES, look, plan) < 0)
		return -1;
	print_list(run, plan);
	note_shown(run, plan->o);
	return 0;
}

static int work(struct run *run, void *options, const char *const *operands)
{
	struct plan plan = { .o = options };

	if (!run_operands(run, operands, 1))
		return -1;
	plan.o->user = operands[0];
	if (take_options(run, &plan) < 0)
		return -1;
	plan.o->tried = true;
	if (plan.o->list)
		return show(run, &plan);
	if (check_caller(run, MAY_PASSWORD_ADMIN, false) < 0)
		return -1;
	if (plan.all && (run_look(run, TABLES, look, &plan) < 0 || ask_all(run, &plan) < 0))
		return -1;
	if (run_transaction(run, TABLES, change, &plan) < 0)
		return -1;
	if (run->opt.dry_run)
		return 0;
	if (run->opt.json)
		aging_print_list_json(plan.o->user, &plan.aging, stdout);
	if (plan.changed)
		flush_caches(run, FLUSH_USERS);
	return 0;
}

static void failed(struct run *run, void *options, int status)
{
	const struct chage *o = options;

	(void)status;
	if (run->err.kind == ERR_MISSING)
		event_log_at(&run->events, &run->arena, LOG_WARNING,
			     "can't find the shadow password file");
	else if (o->tried)
		audit(run, o, "change age", "change-age", false);
}

static const struct tool chage_tool = {
	.name = "chage",
	.synopsis = N_("[options] USER"),
	.summary = N_("Show or change when a user's password and account expire."),
	.options = chage_opts,
	.elevated = true,
	.permission = "rootok",
	.status = { [ERR_USAGE] = 2, [ERR_ARGUMENT] = 3, [ERR_MISSING] = 15 },
	.work = work,
	.failed = failed,
};

int main(int argc, char **argv)
{
	struct chage o = { .uid = EVENT_NO_ID };

	return run_main(&chage_tool, &o, argc, argv);
}
