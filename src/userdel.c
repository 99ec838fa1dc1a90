/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * userdel - remove a user account.
 *
 * All rows go in one commit; only then files are removed, so that a failure never leaves an account
 * without its home.  What may be removed is decided before.
 */
#include <unistd.h>

#include "flush.h"
#include "group.h"
#include "home.h"
#include "hook.h"
#include "json.h"
#include "mail.h"
#include "seuser.h"
#include "subid.h"
#include "text.h"
#include "tools.h"
#include "user.h"

struct userdel {
	bool force, remove, seuser;
};

#define AT(member) offsetof(struct userdel, member)

static const struct opt userdel_opts[] = {
	{ 'f', "force", NULL,
	  N_("even if the user has processes or does not own the files"), OPT_FLAG,
	  AT(force) },
	{ 'r', "remove", NULL, N_("remove the home directory and the mail spool"), OPT_FLAG,
	  AT(remove) },
	{ 'Z', "selinux-user", NULL, N_("remove the SELinux mapping of the login"), OPT_FLAG,
	  AT(seuser) },
	{ 0 }
};

struct plan {
	const struct userdel *o;
	const char *login;
	struct user user;
	struct home_removal *home;
	bool home_removed, mail_removed;
	bool map_login;
};

static int check_busy(struct run *run, const struct plan *plan)
{
	if (!run->root.live)
		return 0;
	if (user_check_idle(run, plan->user.name, plan->user.uid) == 0)
		return 0;
	if (!plan->o->force)
		return -1;
	note_say(&run->note, "%s", run->err.message);
	err_clear(&run->err);
	return 0;
}

static int change(struct run *run, struct txn *txn, void *context)
{
	struct plan *plan = context;
	struct events *ev = &run->events;
	const struct userdel *o = plan->o;

	if (!user_find(run, txn, plan->login, &plan->user))
		return err_set(&run->err, ERR_UNKNOWN, "user '%s' does not exist", plan->login);
	if (check_busy(run, plan) < 0)
		return -1;
	if (o->remove && home_plan_removal(run, txn_table(txn, TABLE_PASSWD), plan->user.name,
					   plan->user.home, plan->user.uid, o->force,
					   &plan->home) < 0)
		return -1;
	if (user_remove(run, txn, plan->login) < 0)
		return -1;
	event_log(ev, &run->arena, "delete user '%s'", plan->user.name);
	event_audit(ev, &run->arena, AUDIT_TYPE_DEL_USER, "deleting user entries",
		    AUDIT_TYPE_DEL_USER, "delete-user", NULL, plan->user.name,
		    (long)plan->user.uid, true);
	if (group_forget_user(run, txn, &plan->user, o->force) < 0)
		return -1;
	if (subid_provider(run))
		return 0;
	subid_forget(run, txn, TABLE_SUBUID, plan->user.name, plan->user.uid);
	subid_forget(run, txn, TABLE_SUBGID, plan->user.name, plan->user.uid);
	return 0;
}

/* --- before --- */

struct peek {
	const char *login;
	struct user user;
};

static int look(struct run *run, struct txn *txn, void *context)
{
	struct peek *peek = context;

	if (!user_find(run, txn, peek->login, &peek->user))
		return err_set(&run->err, ERR_UNKNOWN, "user '%s' does not exist", peek->login);
	return 0;
}

/* USERDEL_CMD may remove jobs and the like; what becomes of it stops nothing. */
static void run_command(struct run *run, const char *login)
{
	const char *command = defs_string(&run->defs, "USERDEL_CMD");
	const struct proc_program program = { .argv = { command, login },
					      .environment = (const char *const *)environ };
	int status;

	if (command && command[0])
		proc_run(&run->origin, &program, &status);
}

/* Programs of the administrator are run without the lock, and only for a user that there is. */
static int run_programs(struct run *run, const char *login)
{
	struct peek peek = { .login = login };

	if (!run->root.live || run->opt.dry_run)
		return 0;
	if (run_look(run, TABLE_BIT(TABLE_PASSWD), look, &peek) < 0)
		return -1;
	run_command(run, login);
	return hook_run(run, "userdel-pre.d", "userdel", login);
}

/* --- after --- */

static int remove_files(struct run *run, struct plan *plan)
{
	const struct user *u = &plan->user;
	struct err first = { .kind = ERR_NONE };

	if (!plan->o->remove)
		return 0;
	/* A mail spool that stays is no reason to leave the home. */
	if (mail_remove(run, u->name, u->home, u->uid, plan->o->force, &plan->mail_removed) < 0) {
		first = run->err;
		err_clear(&run->err);
	}
	if (home_remove(run, plan->home, &plan->home_removed) < 0 && first.kind != ERR_NONE)
		note_say(&run->note, "%s", first.message);
	else if (first.kind != ERR_NONE)
		run->err = first;
	return run->err.kind == ERR_NONE ? 0 : -1;
}

static int unmap_login(struct run *run, const struct plan *plan)
{
	const struct seuser_change change = { .login = plan->user.name };
	int r;

	if (!plan->map_login)
		return 0;
	r = seuser_apply(&change, &run->err);
	event_audit(&run->events, &run->arena, AUDIT_TYPE_ADD_USER, "removing SELinux user mapping",
		    AUDIT_TYPE_ROLE_REMOVE, "delete-selinux-user-mapping", NULL, plan->user.name,
		    (long)plan->user.uid, r == 0);
	return r;
}

static void print_json(const struct plan *plan)
{
	const struct user *u = &plan->user;

	putchar('{');
	json_member(stdout, true, "name", u->name);
	printf(",\"uid\":%lu,\"gid\":%lu", (unsigned long)u->uid, (unsigned long)u->gid);
	json_member(stdout, false, "home", u->home);
	printf(",\"home_removed\":%s,\"mail_removed\":%s}\n", plan->home_removed ? "true" : "false",
	       plan->mail_removed ? "true" : "false");
}

static int work(struct run *run, void *options, const char *const *operands)
{
	struct plan plan = { .o = options };
	int r;

	if (!run_operands(run, operands, 1))
		return -1;
	plan.login = operands[0];
	if (plan.o->seuser &&
	    seuser_check(run->root.live, run->mode, &run->note, &plan.map_login, &run->err) < 0)
		return -1;
	if (run_programs(run, plan.login) < 0 ||
	    run_transaction(run, TABLE_ALL, change, &plan) < 0)
		return -1;
	if (run->opt.dry_run)
		return 0;
	flush_caches(run, FLUSH_USERS | FLUSH_GROUPS);
	r = remove_files(run, &plan);
	if (r == 0)
		r = unmap_login(run, &plan);
	if (run->opt.json)
		print_json(&plan);
	return r < 0 ? r : hook_run(run, "userdel-post.d", "userdel", plan.login);
}

static const struct tool userdel_tool = {
	.name = "userdel",
	.synopsis = N_("[options] LOGIN"),
	.summary = N_("Remove a user account."),
	.options = userdel_opts,
	.status = {
		[ERR_USAGE] = 2, [ERR_ARGUMENT] = 3, [ERR_UNKNOWN] = 6, [ERR_BUSY] = 8,
		[ERR_GROUP_FILE] = 10, [ERR_HOME] = 12, [ERR_MAIL] = 12, [ERR_SEUSER] = 14,
		[ERR_SUBUID_FILE] = 16, [ERR_SUBGID_FILE] = 18,
	},
	.work = work,
};

int userdel_main(int argc, char **argv)
{
	struct userdel o = { .force = false };

	return run_main(&userdel_tool, &o, argc, argv);
}
