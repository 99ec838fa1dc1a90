/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * gpasswd - members, administrators and the password of a group.
 */
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "flush.h"
#include "group_access.h"
#include "group_deed.h"
#include "json.h"
#include "may.h"
#include "password.h"
#include "prompt.h"
#include "self.h"
#include "text.h"

/* How often a new password is asked for. */
#define TRIES 3

struct gpasswd {
	bool remove_password, restrict_access;
	const char *add, *remove, *admins, *members;
	const char *group; /* the operand */
	const char *by;    /* the caller's name */
	bool denied, writing;
};

#define AT(member) offsetof(struct gpasswd, member)

static const struct opt gpasswd_opts[] = {
	{ 'a', "add", "USER", N_("add a member"), OPT_STRING, AT(add) },
	{ 'd', "delete", "USER", N_("remove a member"), OPT_STRING, AT(remove) },
	{ 'r', "remove-password", NULL, N_("remove the group's password"), OPT_FLAG,
	  AT(remove_password) },
	{ 'R', "restrict", NULL,
	  N_("let only members use the group"), OPT_FLAG, AT(restrict_access) },
	{ 'A', "administrators", "USER,...",
	  N_("set who may change members and password"), OPT_STRING,
	  AT(admins) },
	{ 'M', "members", "USER,...", N_("set the members"), OPT_STRING, AT(members) },
	{ 0 }
};

/* -R is taken. */
static const struct opt gpasswd_common[] = {
	{ 'Q', "root", "DIR", N_("change the system in DIR"), OPT_STRING,
	  offsetof(struct run_opts, root) },
	{ 0 }
};

#define TABLES (TABLE_BIT(TABLE_PASSWD) | TABLE_BIT(TABLE_GROUP) | TABLE_BIT(TABLE_GSHADOW))

struct plan {
	struct gpasswd *o;
	struct group_access group;
	struct group_access_change change;
	bool changed;
};

static int take_options(struct run *run, struct plan *plan)
{
	const struct gpasswd *o = plan->o;
	int acts = (o->add != NULL) + (o->remove != NULL) + o->remove_password +
		   o->restrict_access + (o->admins || o->members);

	if (acts > 1)
		return err_set(&run->err, ERR_USAGE,
			       "only -A and -M can be used together (see gpasswd --help)");
	plan->change = (struct group_access_change){
		.add = o->add, .remove = o->remove, .admins = o->admins, .members = o->members,
		.password = o->remove_password ? "" : o->restrict_access ? "!" : NULL,
	};
	return 0;
}

static bool asks_password(const struct gpasswd *o)
{
	return !o->add && !o->remove && !o->remove_password && !o->restrict_access && !o->admins &&
	       !o->members;
}

/* --- the logs --- */

/* Returns how many. */
static size_t list_deeds(const struct gpasswd *o, struct group_deed ret[2])
{
	struct group_deed deed = { .group = o->group, .by = o->by };
	size_t n = 0;

	if (o->admins) {
		deed.kind = GROUP_DEED_ADMINS;
		deed.what = o->admins;
		ret[n++] = deed;
	}
	if (o->members) {
		deed.kind = GROUP_DEED_MEMBERS;
		deed.what = o->members;
		ret[n++] = deed;
	}
	if (n > 0)
		return n;
	deed.kind = o->add		? GROUP_DEED_ADD :
		    o->remove		? GROUP_DEED_REMOVE :
		    o->remove_password	? GROUP_DEED_REMOVE_PASSWORD :
		    o->restrict_access	? GROUP_DEED_RESTRICT :
					  GROUP_DEED_PASSWORD;
	deed.what = o->add ? o->add : o->remove;
	ret[n++] = deed;
	return n;
}

static void failed(struct run *run, void *options, int status)
{
	const struct gpasswd *o = options;
	enum err_kind kind = run->err.kind;
	struct group_deed deeds[2];
	const char *why;
	size_t n, i;

	(void)status;
	if (o->denied)
		why = ": Permission denied";
	else if (o->writing && (kind == ERR_GROUP_FILE || kind == ERR_IO))
		why = arena_printf(&run->arena, " in %s",
				   root_show(&run->root, &run->arena,
					     schema_get(TABLE_GROUP)->path));
	else
		return;
	n = list_deeds(o, deeds);
	for (i = 0; i < n; i++)
		group_deed_failed(run, &deeds[i], why);
}

/* --- may he, and can it be done: looked at before, and again under the lock --- */

static int check_may(struct run *run, const struct plan *plan)
{
	struct gpasswd *o = plan->o;
	const struct may_caller caller = { .root = caller_is_root(&run->caller) };
	const struct may_target target = {
		.group_admin = str_list_has(plan->group.admins, str_of(o->by)),
	};
	enum may_field field = o->admins || o->members ? MAY_GROUP_ADMIN :
			       o->add || o->remove     ? MAY_GROUP_MEMBERS :
							 MAY_GROUP_PASSWORD;

	if (may_change(&caller, &target, field) == MAY_YES)
		return 0;
	o->denied = true;
	return err_set(&run->err, ERR_PERMISSION, "Permission denied.");
}

static int check_users(struct run *run, struct txn *txn, const struct gpasswd *o)
{
	if ((o->add && group_access_check_user(run, txn, o->add) < 0) ||
	    (o->admins && group_access_check_users(run, txn, o->admins) < 0))
		return -1;
	return o->members ? group_access_check_users(run, txn, o->members) : 0;
}

static int check(struct run *run, struct txn *txn, void *context)
{
	struct plan *plan = context;
	const struct gpasswd *o = plan->o;

	if (o->admins && !txn_table(txn, TABLE_GSHADOW))
		return err_set(&run->err, ERR_MISSING, "shadow group passwords required for -A");
	if (check_users(run, txn, o) < 0 ||
	    group_access_get(run, txn, o->group, &plan->group) < 0)
		return -1;
	return check_may(run, plan);
}

static int change(struct run *run, struct txn *txn, void *context)
{
	struct plan *plan = context;
	struct group_deed deeds[2];
	size_t n, i;

	if (check(run, txn, plan) < 0 ||
	    group_access_set(run, txn, &plan->group, &plan->change) < 0)
		return -1;
	plan->changed = txn_changed(txn);
	n = list_deeds(plan->o, deeds);
	for (i = 0; i < n; i++)
		group_deed_done(run, &deeds[i]);
	return 0;
}

/* --- the new password --- */

static int ask_twice(struct run *run, struct secret *ret)
{
	_cleanup_secret_ struct secret again = SECRET_NONE;
	int tries;

	for (tries = 0; tries < TRIES; tries++) {
		if (prompt_secret(PROMPT_TERMINAL, "New Password: ", ret, &run->err) < 0 ||
		    prompt_secret(PROMPT_TERMINAL, "Re-enter new password: ", &again,
				  &run->err) < 0)
			return -1;
		if (secret_eq(ret, &again))
			return 0;
		if (tries + 1 < TRIES)
			puts(_("They don't match; try again"));
		fflush(stdout);
	}
	return err_set(&run->err, ERR_IO, "Try again later");
}

static int ask_password(struct run *run, struct plan *plan)
{
	_cleanup_secret_ struct secret typed = SECRET_NONE;
	struct pwhash_method method;
	char hash[PWHASH_SIZE];

	if (!isatty(0) || !isatty(1))
		return err_set(&run->err, ERR_IO, "Not a tty");
	printf(_("Changing the password for group %s\n"), str_visible(&run->arena, plan->o->group));
	fflush(stdout);
	if (ask_twice(run, &typed) < 0 || password_method(run, NULL, NULL, &method) < 0 ||
	    pwhash_make(&method, &typed, hash, &run->err) < 0)
		return -1;
	plan->change.password = arena_strdup(&run->arena, hash);
	return 0;
}

/* --- --- */

static void tell(struct run *run, const struct gpasswd *o)
{
	struct arena *a = &run->arena;
	const char *group = str_visible(a, o->group);

	if (run->opt.json || run->opt.dry_run)
		return;
	if (o->add)
		printf(_("Adding user %s to group %s\n"), str_visible(a, o->add), group);
	else if (o->remove)
		printf(_("Removing user %s from group %s\n"), str_visible(a, o->remove), group);
	fflush(stdout);
}

static void print_json(const struct plan *plan)
{
	putchar('{');
	json_member(stdout, true, "name", plan->group.name);
	printf(",\"gid\":%lu,\"changed\":%s}\n", (unsigned long)plan->group.gid,
	       plan->changed ? "true" : "false");
}

/* Root may have no name in a bare container. */
static int who_calls(struct run *run, struct gpasswd *o)
{
	o->by = caller_is_root(&run->caller) ? self_label(run) : self_name(run);
	if (o->by)
		return 0;
	event_log_at(&run->events, &run->arena, LOG_WARNING,
		     "Cannot determine the user name of the caller (UID %lu)",
		     (unsigned long)run->caller.uid);
	return -1;
}

static int work(struct run *run, void *options, const char *const *operands)
{
	struct plan plan = { .o = options };

	if (take_options(run, &plan) < 0 || !run_operands(run, operands, 1))
		return -1;
	plan.o->group = operands[0];
	if (who_calls(run, plan.o) < 0 || run_look(run, TABLES, check, &plan) < 0 ||
	    (asks_password(plan.o) && ask_password(run, &plan) < 0))
		return -1;
	tell(run, plan.o);
	plan.o->writing = true;
	if (run_transaction(run, TABLES, change, &plan) < 0)
		return -1;
	if (run->opt.dry_run)
		return 0;
	if (run->opt.json)
		print_json(&plan);
	if (plan.changed)
		flush_caches(run, FLUSH_GROUPS);
	return 0;
}

static const struct tool gpasswd_tool = {
	.name = "gpasswd",
	.synopsis = N_("[options] GROUP"),
	.summary = N_("Change the members, the administrators or the password of a group."),
	.options = gpasswd_opts,
	.common = gpasswd_common,
	.elevated = true,
	.status = { [ERR_USAGE] = 2, [ERR_ARGUMENT] = 3, [ERR_MISSING] = 17 },
	.work = work,
	.failed = failed,
};

int main(int argc, char **argv)
{
	struct gpasswd o = { .group = NULL };

	return run_main(&gpasswd_tool, &o, argc, argv);
}
