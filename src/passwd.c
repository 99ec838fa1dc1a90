/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * passwd - change a password, or what goes with it.
 *
 * On the running system PAM changes passwords, and it alone does so for ordinary users where this
 * build has it: without its rules a user could choose what the administrator forbids.  All else is
 * a transaction of ours.
 */
#include <string.h>
#include <syslog.h>

#include "aging.h"
#include "auth.h"
#include "flush.h"
#include "json.h"
#include "may.h"
#include "password.h"
#include "password_change.h"
#include "password_mark.h"
#include "password_status.h"
#include "profile.h"
#include "prompt.h"
#include "self.h"
#include "text.h"

#define SERVICE "passwd"
#define TABLES (TABLE_BIT(TABLE_PASSWD) | TABLE_BIT(TABLE_SHADOW))

struct passwd_given {
	bool all, remove, expire, keep, lock, quiet, from_stdin, status, unlock;
	const char *inactive, *min, *max, *warn, *repository;
	const char *user; /* the operand, or the caller; NULL with -a */
};

#define AT(member) offsetof(struct passwd_given, member)

static const struct opt passwd_opts[] = {
	{ 'a', "all", NULL, N_("with -S, show all accounts"), OPT_FLAG, AT(all) },
	{ 'd', "delete", NULL, N_("delete the password: none is needed"), OPT_FLAG, AT(remove) },
	{ 'e', "expire", NULL, N_("have the password changed at the next login"), OPT_FLAG,
	  AT(expire) },
	{ 'i', "inactive", "DAYS", N_("lock the account so long after the password expired"),
	  OPT_STRING, AT(inactive) },
	{ 'k', "keep-tokens", NULL, N_("change the password only if it has expired"), OPT_FLAG,
	  AT(keep) },
	{ 'l', "lock", NULL, N_("lock the password"), OPT_FLAG, AT(lock) },
	{ 'n', "mindays", "DAYS", N_("how long a password must be kept"), OPT_STRING, AT(min) },
	{ 'q', "quiet", NULL, N_("say less"), OPT_FLAG, AT(quiet) },
	{ 'r', "repository", "NAME", N_("where the password is: \"files\""), OPT_STRING,
	  AT(repository) },
	{ 's', "stdin", NULL, N_("read the new password from standard input"), OPT_FLAG,
	  AT(from_stdin) },
	{ 'S', "status", NULL, N_("show the state of the password"), OPT_FLAG, AT(status) },
	{ 'u', "unlock", NULL, N_("unlock the password"), OPT_FLAG, AT(unlock) },
	{ 'w', "warndays", "DAYS", N_("how long before it expires a user is warned"), OPT_STRING,
	  AT(warn) },
	{ 'x', "maxdays", "DAYS", N_("how long a password is good"), OPT_STRING, AT(max) },
	{ 0 }
};

/* A change of the rows other than a new password. */
struct plan {
	struct passwd_given *o;
	struct password_mark mark;
	struct aging_change aging;
	const char *changer;
	bool changed;
};

/* --- options --- */

static int take_days(struct run *run, const char *text, bool *ret_has, long *ret)
{
	if (!text)
		return 0;
	*ret_has = true;
	if (user_parse_days(text, ret))
		return 0;
	return err_set(&run->err, ERR_USAGE, "invalid numeric argument '%s'", text);
}

static int take_options(struct run *run, struct plan *plan)
{
	const struct passwd_given *o = plan->o;
	struct aging_change *aging = &plan->aging;

	plan->mark = (struct password_mark){ o->remove, o->unlock, o->lock };
	aging->has_last = o->expire;
	if (take_days(run, o->min, &aging->has_min, &aging->to.min) < 0 ||
	    take_days(run, o->max, &aging->has_max, &aging->to.max) < 0 ||
	    take_days(run, o->warn, &aging->has_warn, &aging->to.warn) < 0 ||
	    take_days(run, o->inactive, &aging->has_inactive, &aging->to.inactive) < 0)
		return -1;
	if (o->repository && strcmp(o->repository, "files") != 0)
		return err_set(&run->err, ERR_USAGE, "repository %s not supported", o->repository);
	if (o->from_stdin && !caller_is_root(&run->caller))
		return err_set(&run->err, ERR_USAGE, "only root can use --stdin/-s option");
	return 0;
}

static bool changes_password(const struct passwd_given *o)
{
	return o->remove || o->lock || o->unlock;
}

static bool changes_aging(const struct passwd_given *o)
{
	return o->expire || o->inactive || o->min || o->max || o->warn;
}

static int check_together(struct run *run, const struct passwd_given *o,
			  const char *const *operands)
{
	bool changes = changes_password(o) || changes_aging(o);
	const char *wrong = NULL;

	if (operands[0] && operands[1])
		wrong = _("one user at a time");
	else if (o->all && !o->status)
		wrong = _("-a needs -S");
	else if (o->all && operands[0])
		wrong = _("-a shows all users: name none");
	else if (o->status && (changes || o->keep || o->from_stdin))
		wrong = _("-S changes nothing: only -a and -q can go with it");
	else if (changes && (o->keep || o->from_stdin))
		wrong = _("-k and -s are for a new password: -d, -e, -i, -l, -n, -u, -w and "
			  "-x cannot go with them");
	else if (changes && !operands[0])
		wrong = _("these options need the name of a user");
	if (!wrong)
		return 0;
	return err_set(&run->err, ERR_COMBINATION, "%s (see passwd --help)", wrong);
}

/* --- whose password, and may he --- */

static int find_caller(struct run *run, struct txn *txn, void *context)
{
	struct passwd_given *o = context;
	struct table *t = txn_table(txn, TABLE_PASSWD);
	struct row row;

	if (!t || !table_find_id(t, run->caller.uid, &row))
		return err_set(&run->err, ERR_PERMISSION, "Cannot determine your user name.");
	o->user = str_dup(&run->arena, row.column[PW_NAME]);
	return 0;
}

/* Another system's users are in its own files. */
static int name_caller(struct run *run, struct passwd_given *o)
{
	if (!run->root.live)
		return run_look(run, TABLE_BIT(TABLE_PASSWD), find_caller, o);
	o->user = self_name(run);
	if (o->user)
		return 0;
	event_log_at(&run->events, &run->arena, LOG_WARNING,
		     "Cannot determine the user name of the caller (UID %lu)",
		     (unsigned long)run->caller.uid);
	return -1;
}

struct owner {
	const char *user;
	uid_t uid;
	bool found;
};

static int find_owner(struct run *run, struct txn *txn, void *context)
{
	struct owner *owner = context;
	struct user user;

	owner->found = user_find(run, txn, owner->user, &user);
	if (owner->found)
		owner->uid = user.uid;
	return 0;
}

static int refuse(struct run *run, enum may_verdict verdict, const char *user)
{
	if (verdict != MAY_NOT_OTHERS)
		return err_set(&run->err, ERR_PERMISSION, "Permission denied.");
	event_log_at(&run->events, &run->arena, LOG_WARNING, "%s %s",
		     profile_get()->passwd_log, user);
	return err_set(&run->err, ERR_PERMISSION,
		       "You may not view or modify password information for %s.", user);
}

/*
 * Whose it is matters for what everybody may do with his own; root's new password goes to a name
 * that exists.  Of a name in no file other sources are asked.
 */
static int permit(struct run *run, const struct passwd_given *o, enum may_field field)
{
	const struct may_caller caller = { caller_is_root(&run->caller) };
	struct owner owner = { .user = o->user };
	struct may_target target = { .own = false };
	enum may_verdict verdict;

	if (run->root.live && (caller.root ? field == MAY_PASSWORD : field != MAY_PASSWORD_ADMIN)) {
		if (run_look(run, TABLE_BIT(TABLE_PASSWD), find_owner, &owner) < 0)
			return -1;
		if (!owner.found && !self_find(o->user, &owner.uid))
			return password_change_unknown(run, o->user);
		target.own = owner.uid == run->caller.uid;
	}
	verdict = may_change(&caller, &target, field);
	return verdict == MAY_YES ? 0 : refuse(run, verdict, o->user);
}

static int show(struct run *run, struct txn *txn, void *context)
{
	const struct passwd_given *o = context;

	return password_status_show(run, txn, o->all ? NULL : o->user, stdout);
}

/* --- everything but a new password --- */

static void say_changed(const struct run *run, const struct passwd_given *o, bool changed)
{
	if (run->opt.json) {
		putchar('{');
		json_member(stdout, true, "name", o->user);
		printf(",\"changed\":%s}\n", changed ? "true" : "false");
	} else if (!o->quiet) {
		printf(_("%s: password changed.\n"), run->tool->name);
	}
}

static void note_events(struct run *run, const struct plan *plan)
{
	const struct passwd_given *o = plan->o;
	const struct {
		bool done;
		enum audit_type type;
		const char *verb;
	} kinds[] = {
		{ o->remove, AUDIT_TYPE_USER_CHAUTHTOK, "deleted-password" },
		{ o->unlock && !o->lock, AUDIT_TYPE_ACCT_UNLOCK, "unlocked-password" },
		{ o->lock, AUDIT_TYPE_ACCT_LOCK, "locked-password" },
		{ o->expire, AUDIT_TYPE_USER_MGMT, "expired-password" },
	};
	size_t i;

	event_log(&run->events, &run->arena, "password for '%s' changed by '%s'", o->user,
		  plan->changer);
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].done)
			event_audit(&run->events, &run->arena, AUDIT_NONE, "", kinds[i].type,
				    kinds[i].verb, NULL, o->user, EVENT_NO_ID, true);
}

static int change(struct run *run, struct txn *txn, void *context)
{
	struct plan *plan = context;
	const struct passwd_given *o = plan->o;
	struct user user;

	if (!user_find(run, txn, o->user, &user))
		return password_change_unknown(run, o->user);
	if (changes_password(o) && password_mark_set(run, txn, o->user, &plan->mark) < 0)
		return -1;
	if (changes_aging(o) && aging_set(run, txn, o->user, &plan->aging, NULL) < 0)
		return -1;
	note_events(run, plan);
	plan->changed = txn_changed(txn);
	return 0;
}

static int change_rows(struct run *run, struct plan *plan)
{
	plan->changer = self_label(run);
	if (run_transaction(run, TABLES, change, plan) < 0)
		return -1;
	if (run->opt.dry_run)
		return 0;
	if (plan->changed)
		flush_caches(run, FLUSH_USERS);
	say_changed(run, plan->o, plan->changed);
	return 0;
}

/* --- a new password --- */

static int read_secret(struct run *run, struct secret *ret)
{
	if (secret_make(ret, SECRET_SIZE, &run->err) < 0 ||
	    prompt_secret(PROMPT_STANDARD, NULL, ret, &run->err) < 0)
		return -1;
	if (ret->n > 0)
		return 0;
	return err_set(&run->err, ERR_USAGE, "the password on standard input is empty");
}

/* With raised ids. */
static int talk_to_pam(struct run *run, const struct passwd_given *o, const struct secret *given)
{
	enum auth_talk talk = o->from_stdin ? AUTH_TALK_SECRET : AUTH_TALK_PERSON;
	struct auth *auth = NULL;
	int r;

	if (auth_begin(&auth, run->tool->name, SERVICE, o->user, talk, given, &run->err) < 0)
		return -1;
	r = auth_change_password(auth, o->keep, o->quiet, &run->err);
	if (r < 0) {
		note_say(&run->note, "%s", auth_text(auth));
		err_clear(&run->err);
		err_set(&run->err, ERR_PAM, "password unchanged");
	}
	auth_end(&auth);
	return r;
}

static int change_by_pam(struct run *run, const struct passwd_given *o)
{
	_cleanup_secret_ struct secret given = SECRET_NONE;
	int r;

	if (run->opt.dry_run)
		return err_set(&run->err, ERR_COMBINATION,
			       "--dry-run is not for new passwords: PAM would change them");
	if (o->from_stdin && read_secret(run, &given) < 0)
		return -1;
	if (run_permit(run) < 0 || caller_raise(&run->caller, &run->err) < 0)
		return -1;
	r = talk_to_pam(run, o, &given);
	password_change_audit(run, o->user, r == 0);
	if (r < 0 || caller_become_root(&run->caller, &run->err) < 0)
		return -1;
	flush_caches(run, FLUSH_USERS);
	if (run->opt.json)
		say_changed(run, o, true);
	else if (!o->from_stdin)
		note_say(&run->note, "password updated successfully");
	return 0;
}

static int ask(struct run *run, const struct passwd_given *o, const struct password_change *c,
	       struct secret *ret)
{
	_cleanup_secret_ struct secret old = SECRET_NONE;

	if (secret_make(&old, SECRET_SIZE, &run->err) < 0 ||
	    password_change_prove(c, run, &old) < 0)
		return -1;
	if (o->from_stdin)
		return read_secret(run, ret);
	if (secret_make(ret, SECRET_SIZE, &run->err) < 0)
		return -1;
	if (password_ask(run, o->user, old.n > 0 ? &old : NULL, ret) == 0)
		return 0;
	/* Status 1, as everybody has it. */
	run->err.kind = ERR_PERMISSION;
	return -1;
}

static int change_by_ourselves(struct run *run, const struct passwd_given *o)
{
	_cleanup_secret_ struct secret new = SECRET_NONE;
	struct password_change c;

	if (run_permit(run) < 0 || password_change_begin(&c, run, o->user) < 0)
		return -1;
	if (o->keep && !c.due) {
		if (run->opt.json)
			say_changed(run, o, false);
		return 0;
	}
	if (!o->quiet && !run->opt.json) {
		printf(_("Changing password for %s\n"), str_visible(&run->arena, o->user));
		fflush(stdout);
	}
	if (ask(run, o, &c, &new) < 0 || password_change_commit(&c, run, &new) < 0)
		return -1;
	if (run->opt.dry_run)
		return 0;
	flush_caches(run, FLUSH_USERS);
	if (run->opt.json || !o->from_stdin)
		say_changed(run, o, true);
	return 0;
}

static int new_password(struct run *run, const struct passwd_given *o)
{
	const char *why = NULL;
	bool usable;

	if (!run->root.live || !auth_built_in())
		return change_by_ourselves(run, o);
	if (caller_raise(&run->caller, &run->err) < 0)
		return -1;
	usable = auth_usable(SERVICE, &run->arena, &why);
	if (caller_lower(&run->caller, &run->err) < 0)
		return -1;
	if (usable)
		return change_by_pam(run, o);
	if (!caller_is_root(&run->caller))
		return err_set(&run->err, ERR_PAM,
			       "PAM cannot be used: %s; only root can change passwords", why);
	note_say(&run->note, "PAM cannot be used: %s; the password is changed without it", why);
	return change_by_ourselves(run, o);
}

/* --- */

static int work(struct run *run, void *options, const char *const *operands)
{
	struct passwd_given *o = options;
	struct plan plan = { .o = o };

	if (take_options(run, &plan) < 0 || check_together(run, o, operands) < 0)
		return -1;
	o->user = operands[0];
	if (!o->user && !o->all && name_caller(run, o) < 0)
		return -1;
	if (o->status)
		return permit(run, o, o->all ? MAY_PASSWORD_ADMIN : MAY_PASSWORD_STATUS) < 0 ?
			       -1 :
			       run_look(run, TABLES, show, o);
	if (changes_password(o) || changes_aging(o))
		return permit(run, o, MAY_PASSWORD_ADMIN) < 0 ? -1 : change_rows(run, &plan);
	return permit(run, o, MAY_PASSWORD) < 0 ? -1 : new_password(run, o);
}

static const struct tool passwd_tool = {
	.name = "passwd",
	.synopsis = N_("[options] [LOGIN]"),
	.summary = N_("Change a password, or show and change what goes with it."),
	.options = passwd_opts,
	.elevated = true,
	.permission = "passwd",
	.status = {
		[ERR_USAGE] = 6, [ERR_ARGUMENT] = 3, [ERR_COMBINATION] = 2, [ERR_UNKNOWN] = 1,
		[ERR_PERMISSION] = 1, [ERR_NO_PASSWORD] = 3, [ERR_USER_FILE] = 3,
		[ERR_IO] = 3, [ERR_MISSING] = 4, [ERR_LOCK] = 5, [ERR_PAM] = 10,
	},
	.work = work,
};

int main(int argc, char **argv)
{
	struct passwd_given o = { .all = false };

	return run_main(&passwd_tool, &o, argc, argv);
}
