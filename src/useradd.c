/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * useradd - make a user account.
 *
 * Values are parsed first; what depends on the files is settled under the lock; the rows are
 * committed together; then home directory, mail spool, login mapping, caches and hooks follow.
 */
#include <string.h>
#include <syslog.h>

#include "account.h"
#include "day.h"
#include "defaults.h"
#include "flush.h"
#include "home.h"
#include "hook.h"
#include "json.h"
#include "lastlog.h"
#include "mail.h"
#include "name.h"
#include "profile.h"
#include "seuser.h"
#include "text.h"
#include "tools.h"

struct useradd {
	bool add_subids_for_system, badname, btrfs, create_home, defaults, no_chown, no_create_home,
		no_log_init, no_subids, no_user_group, non_unique, one_file_system, sys, user_group;
	const char *base_dir, *chown, *comment, *expire, *gid, *groups, *home, *inactive, *password,
		*seuser, *serange, *shell, *skel, *uid;
	/* No options, but what failed() tells the logs. */
	const char *login;   /* whom the work is about, once it is */
	const char *lacking; /* account.h */
};

#define AT(member) offsetof(struct useradd, member)

static const struct opt useradd_opts[] = {
	{ 0, "badname", NULL,
	  N_("do not check the name against the rules"), OPT_FLAG, AT(badname) },
	{ 0, "badnames", NULL, NULL, OPT_FLAG, AT(badname) },
	{ 'b', "base-dir", "DIR", N_("home directory is DIR/LOGIN"), OPT_STRING, AT(base_dir) },
	{ 0, "btrfs-subvolume-home", NULL,
	  N_("make the home directory a btrfs subvolume"), OPT_FLAG,
	  AT(btrfs) },
	{ 'c', "comment", "TEXT", N_("comment (GECOS) field"), OPT_STRING, AT(comment) },
	{ 0, "chown", "WHEN", N_("give copied files to the user: always, try or never"), OPT_STRING,
	  AT(chown) },
	{ 'd', "home-dir", "DIR", N_("home directory"), OPT_STRING, AT(home) },
	{ 'D', "defaults", NULL, N_("print or change the defaults"), OPT_FLAG, AT(defaults) },
	{ 'e', "expiredate", "DATE", N_("day on which the account ends"), OPT_STRING, AT(expire) },
	{ 'f', "inactive", "DAYS", N_("days between expiry of the password and of the account"),
	  OPT_STRING, AT(inactive) },
	{ 'F', "add-subids-for-system", NULL,
	  N_("subordinate ids for a system account too"), OPT_FLAG,
	  AT(add_subids_for_system) },
	{ 'g', "gid", "GROUP", N_("primary group, name or number"), OPT_STRING, AT(gid) },
	{ 'G', "groups", "GROUP,...", N_("further groups"), OPT_STRING, AT(groups) },
	{ 'k', "skel", "DIR", N_("copy DIR into the home directory"), OPT_STRING, AT(skel) },
	{ 'l', "no-log-init", NULL, N_("do not reset the lastlog and faillog records"), OPT_FLAG,
	  AT(no_log_init) },
	{ 'm', "create-home", NULL, N_("make the home directory"), OPT_FLAG, AT(create_home) },
	{ 'M', "no-create-home", NULL, N_("do not make the home directory"), OPT_FLAG,
	  AT(no_create_home) },
	{ 'n', NULL, NULL, NULL, OPT_FLAG, AT(no_user_group) },
	{ 'N', "no-user-group", NULL, N_("make no group of the user's name"), OPT_FLAG,
	  AT(no_user_group) },
	{ 0, "no-chown", NULL, N_("the same as --chown=never"), OPT_FLAG, AT(no_chown) },
	{ 0, "no-subids", NULL, N_("give no subordinate ids"), OPT_FLAG, AT(no_subids) },
	{ 'o', "non-unique", NULL,
	  N_("take a UID that another user has"), OPT_FLAG, AT(non_unique) },
	{ 0, "one-file-system", NULL,
	  N_("do not copy what is mounted below the skeleton"), OPT_FLAG,
	  AT(one_file_system) },
	{ 'p', "password", "HASH", N_("hashed password"), OPT_STRING, AT(password) },
	{ 'r', "system", NULL, N_("make a system account"), OPT_FLAG, AT(sys) },
	{ 's', "shell", "SHELL", N_("login shell"), OPT_STRING, AT(shell) },
	{ 'u', "uid", "UID", N_("user id"), OPT_STRING, AT(uid) },
	{ 'U', "user-group", NULL,
	  N_("make a group of the user's name"), OPT_FLAG, AT(user_group) },
	{ 'Z', "selinux-user", "SEUSER", N_("SELinux user for the login"), OPT_STRING, AT(seuser) },
	{ 0, "selinux-range", "RANGE", N_("SELinux range for the login"), OPT_STRING, AT(serange) },
	{ 0 }
};

/* What the options come to. */
struct plan {
	struct useradd *o;
	struct defaults defaults;
	struct account account;
	struct home_new home;
	bool make_home, home_made;
	bool map_login; /* -Z can be done */
};

/* --- the command line, before anything is looked at --- */

static int check_combination(struct run *run, const struct useradd *o)
{
	if (o->non_unique && !o->uid)
		return err_set(&run->err, ERR_USAGE, "-o flag is only allowed with the -u flag");
	if (o->skel && !o->create_home)
		return err_set(&run->err, ERR_USAGE, "-k flag is only allowed with the -m flag");
	if (o->user_group && o->gid)
		return err_set(&run->err, ERR_USAGE, "options -U and -g conflict");
	if (o->user_group && o->no_user_group)
		return err_set(&run->err, ERR_USAGE, "options -U and -N conflict");
	if (o->create_home && o->no_create_home)
		return err_set(&run->err, ERR_USAGE, "options -m and -M conflict");
	if (o->serange && !o->seuser)
		return err_set(&run->err, ERR_USAGE,
			       "--selinux-range flag is only allowed with the --selinux-user flag");
	return 0;
}

static int check_texts(struct run *run, const struct useradd *o)
{
	struct err *e = &run->err;

	if (o->home && name_check_field(NAME_FIELD_PATH, N_("home directory"), o->home, e) < 0)
		return -1;
	if (o->base_dir && name_check_field(NAME_FIELD_PATH, N_("base directory"), o->base_dir,
					    e) < 0)
		return -1;
	if (o->shell && name_check_field(NAME_FIELD_SHELL, N_("shell"), o->shell, e) < 0)
		return -1;
	if (o->comment && name_check_field(NAME_FIELD_TEXT, N_("comment"), o->comment, e) < 0)
		return -1;
	if (o->password && name_check_field(NAME_FIELD_TEXT, N_("field"), o->password, e) < 0)
		return -1;
	return 0;
}

static int take_uid(struct run *run, const char *text, struct account *account)
{
	uint64_t uid;

	if (!text)
		return 0;
	if (!str_decimal(str_of(text), SCHEMA_ID_MAX, &uid))
		return err_set(&run->err, ERR_ARGUMENT, "invalid user ID '%s'", text);
	account->has_uid = true;
	account->uid = (uid_t)uid;
	return 0;
}

static int take_days(struct run *run, const struct plan *plan, struct user_aging *aging)
{
	const struct useradd *o = plan->o;

	user_aging_defaults(&run->defs, aging);
	aging->inactive = plan->defaults.inactive;
	if (!day_parse(plan->defaults.expire, &aging->expire))
		aging->expire = DAY_NONE;
	if (o->expire && !day_parse(o->expire, &aging->expire))
		return err_set(&run->err, ERR_ARGUMENT, "invalid date '%s'", o->expire);
	if (o->inactive && !user_parse_days(o->inactive, &aging->inactive))
		return err_set(&run->err, ERR_ARGUMENT, "invalid numeric argument '%s'",
			       o->inactive);
	/* A system account does not age. */
	if (o->sys)
		aging->min = aging->max = aging->warn = aging->inactive = aging->expire = DAY_NONE;
	return 0;
}

static int take_chown(struct run *run, const struct useradd *o, enum tree_chown *ret)
{
	if (o->no_chown) {
		*ret = TREE_CHOWN_NEVER;
		return 0;
	}
	return home_parse_chown(run, o->chown, ret);
}

static void take_account(struct run *run, struct plan *plan)
{
	const struct useradd *o = plan->o;
	struct account *a = &plan->account;

	a->gecos = o->comment ? o->comment : "";
	a->home = o->home ? o->home :
			    arena_printf(&run->arena, "%s/%s",
					 o->base_dir ? o->base_dir : plan->defaults.home,
					 a->name);
	a->shell = o->shell ? o->shell : plan->defaults.shell;
	a->password = o->password ? o->password : profile_get()->locked;
	a->non_unique = o->non_unique;
	a->sys = o->sys;
	a->group = o->gid;
	a->own_group = !o->gid && !o->no_user_group &&
		       (o->user_group || defs_bool(&run->defs, "USERGROUPS_ENAB", false));
	a->default_group = plan->defaults.group;
	a->groups = o->groups;
	if (!a->groups && !o->sys)
		a->groups = plan->defaults.groups;
	a->subids = !o->no_subids && (!o->sys || o->add_subids_for_system);
}

static enum home_kind home_kind(const struct plan *plan)
{
	if (plan->o->btrfs)
		return HOME_SUBVOLUME;
	if (plan->o->sys ? plan->defaults.btrfs_system : plan->defaults.btrfs_home)
		return HOME_SUBVOLUME_TRY;
	return HOME_DIRECTORY;
}

static int take_home(struct run *run, struct plan *plan)
{
	const struct useradd *o = plan->o;

	plan->make_home = o->create_home || (!o->no_create_home && !o->sys &&
					     defs_bool(&run->defs, "CREATE_HOME", false));
	plan->home = (struct home_new){ .path = plan->account.home,
					.mode = home_mode(run),
					.skel = o->skel ? o->skel : plan->defaults.skel,
					.usrskel = plan->defaults.usrskel,
					.one_file_system = o->one_file_system,
					.kind = home_kind(plan) };
	return take_chown(run, o, &plan->home.chown);
}

static int take_options(struct run *run, struct plan *plan)
{
	const struct useradd *o = plan->o;
	const char *name = plan->account.name;

	if (take_uid(run, o->uid, &plan->account) < 0 ||
	    take_days(run, plan, &plan->account.aging) < 0 || check_texts(run, o) < 0 ||
	    name_check_user(name, o->badname, &run->err) < 0)
		return -1;
	take_account(run, plan);
	if (take_home(run, plan) < 0)
		return -1;
	if (!o->seuser)
		return 0;
	return seuser_check(run->root.live, run->mode, &run->note, &plan->map_login, &run->err);
}

/* --- under the lock --- */

/* Those that Debian Policy 9.2.2 gives to packages, in all systems the same. */
static bool is_policy_uid(uid_t uid)
{
	return profile_get()->policy_uids && uid >= 60000 && uid <= 64999;
}

static void warn_of_uid(struct run *run, const struct account *a)
{
	long long min = defs_number(&run->defs, "UID_MIN", 1000);
	long long max = defs_number(&run->defs, "UID_MAX", 60000);
	long long system_max = defs_number(&run->defs, "SYS_UID_MAX", min - 1);

	if (!a->has_uid)
		return;
	if (a->sys && (long long)a->uid > system_max && !is_policy_uid(a->uid))
		note_warn(&run->note, "%s's uid %lu is greater than SYS_UID_MAX %lld", a->name,
			     (unsigned long)a->uid, system_max);
	else if (!a->sys && ((long long)a->uid < min || (long long)a->uid > max))
		note_warn(&run->note,
			  "%s's uid %lu outside of the UID_MIN %lld and UID_MAX %lld range.",
			  a->name, (unsigned long)a->uid, min, max);
}

/* Where there is no shadow file nothing ages. */
static int check_shadow(struct run *run, struct txn *txn, const struct useradd *o)
{
	if ((!o->expire && !o->inactive) || txn_table(txn, TABLE_SHADOW))
		return 0;
	return err_set(&run->err, ERR_USAGE, "shadow passwords required for -%c",
		       o->expire ? 'e' : 'f');
}

static int change(struct run *run, struct txn *txn, void *context)
{
	struct plan *plan = context;

	if (check_shadow(run, txn, plan->o) < 0)
		return -1;
	if (account_fill_in(run, txn, &plan->account) < 0)
		return -1;
	plan->home.uid = plan->account.uid;
	plan->home.gid = plan->account.gid;
	if (plan->make_home && home_check_new(run, &plan->home) < 0)
		return -1;
	return account_add(run, txn, &plan->account);
}

/* --- what follows from the account --- */

static int make_home(struct run *run, struct plan *plan)
{
	const struct account *a = &plan->account;
	bool made = false;

	if (plan->make_home && home_create(run, &plan->home, &plan->home_made) < 0)
		return -1;
	if (!plan->defaults.create_mail_spool || plan->o->sys)
		return 0;
	return mail_create(run, a->name, a->home, a->uid, a->gid, &made);
}

static int map_login(struct run *run, const struct plan *plan)
{
	const struct account *a = &plan->account;
	struct seuser_change change = { .login = a->name, .seuser = plan->o->seuser,
					.range = plan->o->serange };
	int r;

	if (!plan->map_login)
		return 0;
	r = seuser_apply(&change, &run->err);
	event_audit(&run->events, &run->arena, AUDIT_TYPE_ADD_USER, "adding SELinux user mapping",
		    AUDIT_TYPE_ROLE_ASSIGN, "add-selinux-user-mapping", NULL, a->name,
		    (long)a->uid, r == 0);
	return r;
}

static void print_range(const char *key, struct subid_range range)
{
	if (range.count > 0)
		printf(",\"%s\":{\"start\":%lu,\"count\":%lu}", key, (unsigned long)range.first,
		       (unsigned long)range.count);
}

static void print_json(const struct plan *plan)
{
	const struct account *a = &plan->account;

	putchar('{');
	json_member(stdout, true, "name", a->name);
	printf(",\"uid\":%lu,\"gid\":%lu", (unsigned long)a->uid, (unsigned long)a->gid);
	json_member(stdout, false, "home", a->home);
	printf(",\"home_made\":%s", plan->home_made ? "true" : "false");
	json_member(stdout, false, "shell", a->shell);
	print_range("subuid", a->subuids);
	print_range("subgid", a->subgids);
	puts("}");
}

static int effects(struct run *run, struct plan *plan)
{
	const struct account *a = &plan->account;

	warn_of_uid(run, a);
	if (!plan->o->no_log_init && plan->defaults.log_init)
		lastlog_reset(run, a->uid);
	flush_caches(run, FLUSH_USERS | FLUSH_GROUPS);
	if (make_home(run, plan) < 0 || map_login(run, plan) < 0)
		return -1;
	if (run->opt.json)
		print_json(plan);
	return hook_run(run, "useradd-post.d", "useradd", a->name);
}

static int make_account(struct run *run, struct plan *plan)
{
	if (take_options(run, plan) < 0 ||
	    hook_run(run, "useradd-pre.d", "useradd", plan->account.name) < 0)
		return -1;
	user_warn_shell(run, plan->o->shell);
	plan->o->login = plan->account.name;
	if (run_transaction(run, ACCOUNT_TABLES, change, plan) < 0) {
		plan->o->lacking = plan->account.lacking;
		return -1;
	}
	return run->opt.dry_run ? 0 : effects(run, plan);
}

/* --- useradd -D --- */

static bool only_defaults(const struct useradd *o, const char *const *operands)
{
	return !operands[0] && !o->create_home && !o->comment && !o->groups && !o->home &&
	       !o->password && !o->skel && !o->uid && !o->seuser && !o->no_create_home;
}

static int set_default(struct run *run, struct defaults *d, enum defaults_key key,
		       const char *value, bool *changed)
{
	if (!value)
		return 0;
	*changed = true;
	return defaults_set(run, d, key, value);
}

static int work_defaults(struct run *run, const struct useradd *o, struct defaults *d,
			 const char *const *operands)
{
	bool changed = false;

	if (!only_defaults(o, operands))
		return err_set(&run->err, ERR_USAGE,
			       "usage: useradd -D [-b DIR] [-e DATE] [-f DAYS] [-g GROUP] "
			       "[-s SHELL] (see useradd --help)");
	if (set_default(run, d, DEFAULTS_GROUP, o->gid, &changed) < 0 ||
	    set_default(run, d, DEFAULTS_HOME, o->base_dir, &changed) < 0 ||
	    set_default(run, d, DEFAULTS_INACTIVE, o->inactive, &changed) < 0 ||
	    set_default(run, d, DEFAULTS_EXPIRE, o->expire, &changed) < 0 ||
	    set_default(run, d, DEFAULTS_SHELL, o->shell, &changed) < 0)
		return -1;
	if (changed) {
		user_warn_shell(run, o->shell);
		if (defaults_save(run, d) < 0)
			return -1;
	}
	if (run->opt.json && !run->opt.dry_run)
		defaults_print_json(d, stdout);
	else if (!changed)
		defaults_print(d, stdout);
	return 0;
}

static int work(struct run *run, void *options, const char *const *operands)
{
	struct useradd *o = options;
	struct plan plan = { .o = o };

	if (check_combination(run, o) < 0 || defaults_load(run, &plan.defaults) < 0)
		return -1;
	if (o->defaults)
		return work_defaults(run, o, &plan.defaults, operands);
	if (!run_operands(run, operands, 1))
		return -1;
	plan.account.name = operands[0];
	return make_account(run, &plan);
}

/* A failure that a look at the command line alone could have told is not logged. */
static void failed(struct run *run, void *options, int status)
{
	const struct useradd *o = options;
	enum err_kind kind = run->err.kind;

	if (!o->login || kind == ERR_UNKNOWN || kind == ERR_LOCK || kind == ERR_USAGE)
		return;
	if (o->lacking)
		event_log_at(&run->events, &run->arena, LOG_WARNING,
			     "no more available %s on the system", o->lacking);
	event_log(&run->events, &run->arena, "failed adding user '%s', exit code: %d", o->login,
		  status);
	event_audit(&run->events, &run->arena, AUDIT_TYPE_ADD_USER, "adding user",
		    AUDIT_TYPE_ADD_USER, "add-user", NULL, o->login, EVENT_NO_ID, false);
}

static const struct tool useradd_tool = {
	.name = "useradd",
	.synopsis = N_("[options] LOGIN"),
	.summary = N_("Make a user account, or show or change the defaults (-D)."),
	.options = useradd_opts,
	.takes_keys = true,
	.status = {
		[ERR_USAGE] = 2, [ERR_ARGUMENT] = 3, [ERR_BAD_NAME] = RUN_STATUS_BY_PROFILE,
		[ERR_ID_IN_USE] = 4, [ERR_NO_ID] = 4,
		[ERR_UNKNOWN] = 6, [ERR_EXISTS] = 9, [ERR_GROUP_FILE] = 10, [ERR_HOME] = 12,
		[ERR_MAIL] = 13, [ERR_SEUSER] = 14, [ERR_SUBUID_FILE] = 16, [ERR_SUBGID_FILE] = 18,
	},
	.work = work,
	.failed = failed,
};

int useradd_main(int argc, char **argv)
{
	struct useradd o = { .add_subids_for_system = false };

	return run_main(&useradd_tool, &o, argc, argv);
}
