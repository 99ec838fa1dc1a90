/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * chsh - change the login shell of a user.
 */
#include <string.h>
#include <syslog.h>

#include "flush.h"
#include "json.h"
#include "login_shell.h"
#include "may.h"
#include "prompt.h"
#include "target.h"
#include "text.h"

#define SERVICE "chsh"

struct chsh {
	const char *shell;
};

static const struct opt chsh_opts[] = {
	{ 's', "shell", "SHELL",
	  N_("the new login shell"), OPT_STRING, offsetof(struct chsh, shell) },
	{ 0 }
};

struct plan {
	struct target user;
	const char *shell; /* NULL: stays as it is */
	struct shells shells;
	bool listed;       /* users may choose the new shell */
	bool changed;
};

/* --- who may, and what is good --- */

/* Ours and his shell alone: the new one is not known yet, or was looked at. */
static int check_caller(struct run *run, const struct plan *plan, bool new_shell_listed)
{
	const struct may_caller caller = { .root = caller_is_root(&run->caller) };
	const struct may_target target = {
		.own = plan->user.own,
		.shell_listed = shells_have(&plan->shells, plan->user.shell),
		.new_shell_listed = new_shell_listed,
	};

	switch (may_change(&caller, &target, MAY_SHELL)) {
	case MAY_YES:
		return 0;
	case MAY_NOT_TO_SHELL:
		return err_set(&run->err, ERR_BAD_NAME, "%s is an invalid shell", plan->shell);
	default:
		event_log_at(&run->events, &run->arena, LOG_WARNING, "can't change shell for '%s'",
			     plan->user.name);
		return err_set(&run->err, ERR_PERMISSION,
			       "You may not change the shell for '%s'.", plan->user.name);
	}
}

static int check_shell(struct run *run, struct plan *plan)
{
	if (!plan->shell)
		return 0;
	if (!login_shell_is_text(plan->shell))
		return err_set(&run->err, ERR_BAD_NAME, "Invalid entry: %s",
			       str_visible(&run->arena, plan->shell));
	plan->listed = login_shell_is_for_users(run, &plan->shells, plan->shell);
	if (check_caller(run, plan, plan->listed) < 0)
		return -1;
	if (caller_is_root(&run->caller))
		login_shell_warn(run, plan->shell, plan->listed);
	return 0;
}

/* --- the dialogue --- */

static int ask(struct run *run, struct plan *plan)
{
	const char *current = str_visible(&run->arena, plan->user.shell), *answer;

	printf(_("Changing the login shell for %s\n"
		 "Enter the new value, or press ENTER for the default\n"),
	       str_visible(&run->arena, plan->user.name));
	if (prompt_value("Login Shell", current, &run->arena, &answer, &run->err) < 0)
		return -1;
	if (answer != current)
		plan->shell = answer;
	return 0;
}

/* --- under the lock --- */

static int change(struct run *run, struct txn *txn, void *context)
{
	struct plan *plan = context;
	const char *shell;
	struct row row;

	if (target_row(run, txn, &plan->user, &row) < 0)
		return -1;
	/* The list is the one that was read; the shell that he has may be another by now. */
	if (check_caller(run, plan, !plan->shell || plan->listed) < 0)
		return -1;
	shell = plan->shell ? plan->shell : plan->user.shell;
	if (strcmp(shell, plan->user.shell) != 0 &&
	    table_set(txn_table(txn, TABLE_PASSWD), &row, PW_SHELL, shell, &run->err) < 0)
		return -1;
	event_log(&run->events, &run->arena, "changed user '%s' shell to '%s'", plan->user.name,
		  shell);
	plan->changed = txn_changed(txn);
	return 0;
}

/* --- the run --- */

static void print_json(const struct plan *plan)
{
	putchar('{');
	json_member(stdout, true, "name", plan->user.name);
	json_member(stdout, false, "shell", plan->shell ? plan->shell : plan->user.shell);
	printf(",\"changed\":%s}\n", plan->changed ? "true" : "false");
}

static int work(struct run *run, void *options, const char *const *operands)
{
	const struct chsh *o = options;
	struct plan plan = { .shell = o->shell };

	if ((operands[0] && !run_operands(run, operands, 1)) ||
	    target_find(run, operands[0], &plan.user) < 0 ||
	    shells_load(&plan.shells, &run->root, &run->arena, &run->err) < 0)
		return -1;
	if (check_caller(run, &plan, true) < 0 ||
	    target_authenticate(run, SERVICE, "CHSH_AUTH") < 0)
		return -1;
	if ((!plan.shell && ask(run, &plan) < 0) || check_shell(run, &plan) < 0)
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

static const struct tool chsh_tool = {
	.name = "chsh",
	.synopsis = N_("[options] [LOGIN]"),
	.summary = N_("Change the login shell of a user."),
	.options = chsh_opts,
	.elevated = true,
	.permission = "chsh",
	.status = { [ERR_USAGE] = 2, [ERR_ARGUMENT] = 3 },
	.work = work,
};

int main(int argc, char **argv)
{
	struct chsh o = { .shell = NULL };

	return run_main(&chsh_tool, &o, argc, argv);
}
