/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * expiry - has the caller's own password expired?
 */
#include <limits.h>

#include "aging.h"
#include "day.h"
#include "json.h"
#include "self.h"
#include "session.h"
#include "text.h"

/* That of the running system: never looked for in PATH. */
#define PASSWD_PROGRAM "/usr/bin/passwd"

struct expiry {
	bool check, force;
};

#define AT(member) offsetof(struct expiry, member)

static const struct opt expiry_opts[] = {
	{ 'c', "check", NULL, N_("tell whether the password has expired"), OPT_FLAG, AT(check) },
	{ 'f', "force", NULL, N_("have it changed if it has"), OPT_FLAG, AT(force) },
	{ 0 }
};

/* Statuses of -c. */
static const int statuses[] = {
	[AGING_GOOD] = 0, [AGING_WARN] = 0, [AGING_EXPIRED] = 1, [AGING_INACTIVE] = 2,
	[AGING_ACCOUNT_OVER] = 3,
};

struct plan {
	const char *name; /* the caller's; NULL: it is looked for by the uid */
	struct user_aging aging;
	long days; /* until the password expires */
	enum aging_state state;
};

/* By the tree's passwd: names of the running system mean nothing there. */
static const char *name_in_tree(struct run *run, struct txn *txn)
{
	struct table *t = txn_table(txn, TABLE_PASSWD);
	struct row row;

	if (!t || !table_find_id(t, (uint32_t)run->caller.uid, &row)) {
		err_set(&run->err, ERR_PERMISSION, "Cannot determine your user name.");
		return NULL;
	}
	return str_dup(&run->arena, row.column[PW_NAME]);
}

static int look(struct run *run, struct txn *txn, void *context)
{
	struct plan *plan = context;
	const struct row none = { .columns = 0 };
	struct row row;
	int found;

	if (!plan->name && !(plan->name = name_in_tree(run, txn)))
		return -1;
	found = user_shadow(run, txn, plan->name, &row);
	if (found < 0)
		return -1;
	/* Who has no row has no days: nothing of his expires. */
	aging_of(found ? &row : &none, &plan->aging);
	plan->state = aging_state(&plan->aging, day_today(), &plan->days);
	return 0;
}

static void warn(const struct plan *plan)
{
	const struct user_aging *aging = &plan->aging;

	if (aging->warn < 0 || aging->max < 0)
		return;
	if (aging->last_change == 0)
		puts(_("You must change your password."));
	else if (plan->days > 1 && plan->days <= aging->warn)
		printf(_("Your password will expire in %ld days.\n"), plan->days);
	else if (plan->days == 1 && aging->warn >= 1)
		puts(_("Your password will expire tomorrow."));
	else if (plan->days == 0)
		puts(_("Your password will expire today."));
}

static void print_json(const struct plan *plan)
{
	static const char *const states[] = {
		[AGING_GOOD] = "good", [AGING_WARN] = "warning", [AGING_EXPIRED] = "expired",
		[AGING_INACTIVE] = "inactive", [AGING_ACCOUNT_OVER] = "account expired",
	};

	putchar('{');
	json_member(stdout, true, "name", plan->name);
	json_member(stdout, false, "state", states[plan->state]);
	if (plan->days == LONG_MAX)
		printf(",\"days\":null}\n");
	else
		printf(",\"days\":%ld}\n", plan->days);
}

/* In our place, as the caller: passwd is set-uid itself and needs nothing of ours. */
static int change_password(struct run *run, const struct plan *plan)
{
	const char *const argv[] = { "passwd", plan->name, NULL };
	const struct session session = {
		.origin = &run->origin,
		.caller = &run->caller,
		.gid = run->caller.gid,
		.path = PASSWD_PROGRAM,
		.argv = argv,
		.environment = environ,
	};

	return session_exec(&session, &run->status, &run->err);
}

static int force(struct run *run, const struct plan *plan)
{
	static const char *const texts[] = {
		[AGING_EXPIRED] = N_("Your password has expired.  Choose a new password."),
		[AGING_INACTIVE] =
			N_("Your password is inactive.  Contact the system administrator."),
		[AGING_ACCOUNT_OVER] =
			N_("Your login has expired.  Contact the system administrator."),
	};

	if (statuses[plan->state] == 0)
		return 0;
	puts(_(texts[plan->state]));
	fflush(stdout);
	if (plan->state == AGING_EXPIRED)
		return change_password(run, plan);
	run->status = 1;
	return 0;
}

static int check_options(struct run *run, const struct expiry *o)
{
	if (o->check && o->force)
		return err_set(&run->err, ERR_USAGE, "options -c and -f conflict");
	if (!o->check && !o->force)
		return err_set(&run->err, ERR_USAGE, "one of -c and -f is needed");
	if (o->force && !run->root.live)
		return err_set(&run->err, ERR_USAGE, "-f is for the running system");
	return 0;
}

static int work(struct run *run, void *options, const char *const *operands)
{
	const struct expiry *o = options;
	struct plan plan = { .name = NULL };

	if (operands[0])
		return err_set(&run->err, ERR_USAGE, "unexpected argument: %s", operands[0]);
	if (check_options(run, o) < 0)
		return -1;
	if (run->root.live && !(plan.name = self_name(run)))
		return -1;
	if (run_look(run, TABLE_BIT(TABLE_PASSWD) | TABLE_BIT(TABLE_SHADOW), look, &plan) < 0)
		return -1;
	if (o->force)
		return force(run, &plan);
	if (run->opt.json)
		print_json(&plan);
	else
		warn(&plan);
	run->status = statuses[plan.state];
	return 0;
}

static const struct tool expiry_tool = {
	.name = "expiry",
	.synopsis = N_("-c | -f"),
	.summary = N_("Tell whether your password has expired, or have it changed then."),
	.options = expiry_opts,
	.elevated = true,
	.status = {
		[ERR_USAGE] = 2, [ERR_ARGUMENT] = 2, [ERR_PERMISSION] = 10, [ERR_LOCK] = 10,
		[ERR_USER_FILE] = 10, [ERR_IO] = 10,
	},
	.work = work,
};

int main(int argc, char **argv)
{
	struct expiry o = { .check = false };

	return run_main(&expiry_tool, &o, argc, argv);
}
