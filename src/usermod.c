/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * usermod - change a user account.
 *
 * The new row is settled and all tables are changed under the lock; a home directory is moved there
 * too, before the commit, and moved back if that fails.  Owners of files, the mail spool and the
 * login mapping follow the commit.
 */
#include <string.h>

#include "account.h"
#include "day.h"
#include "flush.h"
#include "group.h"
#include "home.h"
#include "json.h"
#include "lastlog.h"
#include "mail.h"
#include "name.h"
#include "new_id.h"
#include "seuser.h"
#include "text.h"
#include "tools.h"
#include "user_change.h"

struct usermod {
	bool add_subids, append, badname, lock, move_home, no_chown, non_unique, one_file_system,
		remove, unlock;
	const char *chown, *comment, *expire, *gid, *groups, *home, *inactive, *login, *password,
		*seuser, *serange, *shell, *uid;
	struct opt_list add_subuids, del_subuids, add_subgids, del_subgids;
};

#define AT(member) offsetof(struct usermod, member)

static const struct opt usermod_opts[] = {
	{ 'a', "append", NULL, N_("add the groups of -G, leave no other"), OPT_FLAG, AT(append) },
	{ 'b', "badname", NULL,
	  N_("do not check the name against the rules"), OPT_FLAG, AT(badname) },
	{ 0, "badnames", NULL, NULL, OPT_FLAG, AT(badname) },
	{ 'c', "comment", "TEXT", N_("comment (GECOS) field"), OPT_STRING, AT(comment) },
	{ 0, "chown", "WHEN", N_("give files to the user: always, try or never"), OPT_STRING,
	  AT(chown) },
	{ 'd', "home", "DIR", N_("home directory"), OPT_STRING, AT(home) },
	{ 'e', "expiredate", "DATE", N_("day on which the account ends"), OPT_STRING, AT(expire) },
	{ 'f', "inactive", "DAYS", N_("days between expiry of the password and of the account"),
	  OPT_STRING, AT(inactive) },
	{ 'g', "gid", "GROUP", N_("primary group, name or number"), OPT_STRING, AT(gid) },
	{ 'G', "groups", "GROUP,...", N_("further groups; all others are left"), OPT_STRING,
	  AT(groups) },
	{ 'l', "login", "NAME", N_("login name"), OPT_STRING, AT(login) },
	{ 'L', "lock", NULL, N_("lock the password"), OPT_FLAG, AT(lock) },
	{ 'm', "move-home", NULL, N_("move the home directory to that of -d"), OPT_FLAG,
	  AT(move_home) },
	{ 0, "no-chown", NULL, N_("the same as --chown=never"), OPT_FLAG, AT(no_chown) },
	{ 'o', "non-unique", NULL,
	  N_("take a UID that another user has"), OPT_FLAG, AT(non_unique) },
	{ 0, "one-file-system", NULL, N_("do not enter what is mounted below the home directory"),
	  OPT_FLAG, AT(one_file_system) },
	{ 'p', "password", "HASH", N_("hashed password"), OPT_STRING, AT(password) },
	{ 'r', "remove", NULL, N_("leave the groups of -G only"), OPT_FLAG, AT(remove) },
	{ 's', "shell", "SHELL", N_("login shell"), OPT_STRING, AT(shell) },
	{ 'S', "add-subids", NULL, N_("give free ranges of subordinate ids"), OPT_FLAG,
	  AT(add_subids) },
	{ 'u', "uid", "UID", N_("user id"), OPT_STRING, AT(uid) },
	{ 'U', "unlock", NULL, N_("unlock the password"), OPT_FLAG, AT(unlock) },
	{ 'v', "add-subuids", "FIRST-LAST", N_("add a range of subordinate UIDs"), OPT_LIST,
	  AT(add_subuids) },
	{ 'V', "del-subuids", "FIRST-LAST", N_("take a range of subordinate UIDs away"), OPT_LIST,
	  AT(del_subuids) },
	{ 'w', "add-subgids", "FIRST-LAST", N_("add a range of subordinate GIDs"), OPT_LIST,
	  AT(add_subgids) },
	{ 'W', "del-subgids", "FIRST-LAST", N_("take a range of subordinate GIDs away"), OPT_LIST,
	  AT(del_subgids) },
	{ 'Z', "selinux-user", "SEUSER", N_("SELinux user for the login"), OPT_STRING, AT(seuser) },
	{ 0, "selinux-range", "RANGE", N_("SELinux range for the login"), OPT_STRING, AT(serange) },
	{ 0 }
};

struct plan {
	const struct usermod *o;
	const char *login;          /* the operand */
	struct user_change change;  /* what the options ask for */
	struct user before, after;
	enum tree_chown chown;
	struct home_move *move;
	bool changed, map_login;
};

/* --- the command line --- */

static bool has_subid_options(const struct usermod *o)
{
	return o->add_subids || o->add_subuids.count || o->del_subuids.count ||
	       o->add_subgids.count || o->del_subgids.count;
}

/* Options that rewrite the files even if nothing differs in the end. */
static bool has_other_options(const struct usermod *o)
{
	return o->groups || o->lock || o->unlock || o->password || o->seuser ||
	       has_subid_options(o);
}

static bool has_options(const struct usermod *o)
{
	return has_other_options(o) || o->comment || o->expire || o->gid || o->home ||
	       o->inactive || o->login || o->shell || o->uid || o->append || o->remove ||
	       o->move_home || o->non_unique || o->serange;
}

static int check_combination(struct run *run, const struct usermod *o)
{
	struct err *e = &run->err;

	if (!has_options(o))
		return err_set(e, ERR_USAGE, "no options");
	if (o->append && !o->groups)
		return err_set(e, ERR_USAGE, "-a flag is only allowed with the -G flag");
	if (o->remove && !o->groups)
		return err_set(e, ERR_USAGE, "-r flag is only allowed with the -G flag");
	if (o->append && o->remove)
		return err_set(e, ERR_USAGE, "-r and -a are mutually exclusive flags");
	if (o->lock + o->unlock + (o->password != NULL) > 1)
		return err_set(e, ERR_USAGE, "the -L, -p, and -U flags are exclusive");
	if (o->non_unique && !o->uid)
		return err_set(e, ERR_USAGE, "-o flag is only allowed with the -u flag");
	if (o->move_home && !o->home)
		return err_set(e, ERR_USAGE, "-m flag is only allowed with the -d flag");
	if (o->serange && !o->seuser)
		return err_set(e, ERR_USAGE,
			       "--selinux-range flag is only allowed with the --selinux-user flag");
	return 0;
}

static int check_texts(struct run *run, const struct usermod *o)
{
	struct err *e = &run->err;

	if (o->comment && name_check_field(NAME_FIELD_TEXT, N_("field"), o->comment, e) < 0)
		return -1;
	if (o->home && !name_is_field(NAME_FIELD_TEXT, o->home))
		return err_set(e, ERR_ARGUMENT, "invalid field '%s'", o->home);
	if (o->home && !name_is_field(NAME_FIELD_PATH, o->home))
		return err_set(e, ERR_ARGUMENT, "homedir must be an absolute path");
	if (o->shell && name_check_field(NAME_FIELD_SHELL, N_("shell"), o->shell, e) < 0)
		return -1;
	if (o->password && name_check_field(NAME_FIELD_TEXT, N_("field"), o->password, e) < 0)
		return -1;
	return 0;
}

static int check_ranges(struct run *run, const struct opt_list *list, const char *what)
{
	struct subid_range range;
	size_t i;

	for (i = 0; i < list->count; i++)
		if (!subid_parse(list->items[i], &range))
			return err_set(&run->err, ERR_ARGUMENT,
				       "invalid subordinate %s range '%s'", what, list->items[i]);
	return 0;
}

/* A path as it is stored: without slashes at its end. */
static const char *cut_slashes(struct arena *a, const char *path)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	return arena_strndup(a, path, n);
}

static int take_values(struct run *run, const struct usermod *o, struct user_change *c)
{
	uint64_t uid;

	if (o->uid) {
		if (!str_decimal(str_of(o->uid), SCHEMA_ID_MAX, &uid))
			return err_set(&run->err, ERR_ARGUMENT, "invalid user ID '%s'", o->uid);
		c->has_uid = true;
		c->uid = (uid_t)uid;
	}
	if (o->expire) {
		c->has_expire = true;
		if (!day_parse(o->expire, &c->expire))
			return err_set(&run->err, ERR_ARGUMENT, "invalid date '%s'", o->expire);
	}
	if (o->inactive) {
		c->has_inactive = true;
		if (!user_parse_days(o->inactive, &c->inactive))
			return err_set(&run->err, ERR_ARGUMENT, "invalid numeric argument '%s'",
				       o->inactive);
	}
	c->name = o->login;
	c->non_unique = o->non_unique;
	c->gecos = o->comment;
	c->home = o->home ? cut_slashes(&run->arena, o->home) : NULL;
	c->shell = o->shell;
	c->password = o->password;
	c->lock = o->lock;
	c->unlock = o->unlock;
	return 0;
}

static int take_options(struct run *run, struct plan *plan)
{
	const struct usermod *o = plan->o;

	if (take_values(run, o, &plan->change) < 0 || check_texts(run, o) < 0 ||
	    check_ranges(run, &o->add_subuids, "uid") < 0 ||
	    check_ranges(run, &o->del_subuids, "uid") < 0 ||
	    check_ranges(run, &o->add_subgids, "gid") < 0 ||
	    check_ranges(run, &o->del_subgids, "gid") < 0)
		return -1;
	if (o->login && name_check_user(o->login, o->badname, &run->err) < 0)
		return -1;
	if (o->no_chown)
		plan->chown = TREE_CHOWN_NEVER;
	else if (home_parse_chown(run, o->chown, &plan->chown) < 0)
		return -1;
	if (!o->seuser)
		return 0;
	return seuser_check(run->root.live, run->mode, &run->note, &plan->map_login, &run->err);
}

/* --- under the lock --- */

static int check_files(struct run *run, struct txn *txn, const struct usermod *o)
{
	const char *provider = has_subid_options(o) ? subid_provider(run) : NULL;

	if ((o->expire || o->inactive) && !txn_table(txn, TABLE_SHADOW))
		return err_set(&run->err, ERR_USAGE, "shadow passwords required for -e and -f");
	if (provider)
		return err_set(&run->err, ERR_USAGE,
			       "subordinate ids come from '%s' of nsswitch.conf, "
			       "you cannot use the flags -S, -v, -V, -w or -W",
			       provider);
	if ((o->add_subuids.count || o->del_subuids.count) && !txn_table(txn, TABLE_SUBUID))
		return err_set(&run->err, ERR_USAGE,
			       "/etc/subuid does not exist, you cannot use the flags -v or -V");
	if ((o->add_subgids.count || o->del_subgids.count) && !txn_table(txn, TABLE_SUBGID))
		return err_set(&run->err, ERR_USAGE,
			       "/etc/subgid does not exist, you cannot use the flags -w or -W");
	return 0;
}

/* Who has processes keeps name, id and home. */
static int check_busy(struct run *run, const struct plan *plan)
{
	const struct user *was = &plan->before, *now = &plan->after;
	bool moves = plan->o->move_home && strcmp(was->home, now->home) != 0;

	if (!run->root.live ||
	    (was->uid == now->uid && strcmp(was->name, now->name) == 0 && !moves))
		return 0;
	return user_check_idle(run, was->name, was->uid);
}

static int change_groups(struct run *run, struct txn *txn, const struct plan *plan)
{
	const struct usermod *o = plan->o;
	struct group_memberships wish = {
		.user = plan->before.name,
		.new_name = plan->after.name,
		.groups = o->groups,
		.how = o->append ? GROUP_ADD : o->remove ? GROUP_REMOVE : GROUP_SET,
	};

	if (!o->groups && strcmp(wish.user, wish.new_name) == 0)
		return 0;
	return group_set_memberships(run, txn, &wish);
}

static int each_range(struct run *run, struct txn *txn, enum table_id which,
		      const struct opt_list *list, const struct user *user,
		      int (*work)(struct run *run, struct txn *txn, enum table_id which,
				  const char *owner, uid_t uid, struct subid_range range))
{
	struct subid_range range;
	size_t i;

	/* The last first, as it has always been. */
	for (i = list->count; i-- > 0;)
		if (!subid_parse(list->items[i], &range) ||
		    work(run, txn, which, user->name, user->uid, range) < 0)
			return -1;
	return 0;
}

static int add_free_range(struct run *run, struct txn *txn, enum table_id which,
			  const struct user *user)
{
	struct subid_range range;

	if (subid_choose(run, txn, which, user->name, user->uid, &range) < 0)
		return -1;
	if (range.count == 0)
		return 0;
	return subid_add(run, txn, which, user->name, user->uid, range);
}

/* The rows go with their owner, whichever way they name him. */
static int follow_owner(struct run *run, struct txn *txn, enum table_id which,
			const struct plan *plan)
{
	const struct user *was = &plan->before, *now = &plan->after;

	if (strcmp(was->name, now->name) != 0 &&
	    subid_rename(run, txn, which, was->name, now->name) < 0)
		return -1;
	if (was->uid == now->uid)
		return 0;
	return subid_renumber(run, txn, which, now->name, was->uid, now->uid);
}

static int change_subids(struct run *run, struct txn *txn, const struct plan *plan)
{
	const struct usermod *o = plan->o;
	const struct user *was = &plan->before, *now = &plan->after;

	if ((was->uid != now->uid || strcmp(was->name, now->name) != 0) && !subid_provider(run) &&
	    (follow_owner(run, txn, TABLE_SUBUID, plan) < 0 ||
	     follow_owner(run, txn, TABLE_SUBGID, plan) < 0))
		return -1;
	if (each_range(run, txn, TABLE_SUBUID, &o->del_subuids, now, subid_take) < 0 ||
	    each_range(run, txn, TABLE_SUBUID, &o->add_subuids, now, subid_give) < 0 ||
	    each_range(run, txn, TABLE_SUBGID, &o->del_subgids, now, subid_take) < 0 ||
	    each_range(run, txn, TABLE_SUBGID, &o->add_subgids, now, subid_give) < 0)
		return -1;
	if (!o->add_subids)
		return 0;
	if (add_free_range(run, txn, TABLE_SUBUID, now) < 0)
		return -1;
	return add_free_range(run, txn, TABLE_SUBGID, now);
}

static struct tree_ids changed_ids(const struct plan *plan)
{
	return (struct tree_ids){ .from_uid = plan->before.uid, .to_uid = plan->after.uid,
				  .from_gid = plan->before.gid, .to_gid = plan->after.gid };
}

/* The move comes before the commit, so that passwd never names a home that is not there. */
static int move_home(struct run *run, struct plan *plan)
{
	const struct home_move_spec spec = { .from = plan->before.home, .to = plan->after.home,
					     .ids = changed_ids(plan), .chown = plan->chown,
					     .one_file_system = plan->o->one_file_system };

	home_move_undo(run, &plan->move);
	if (!plan->o->move_home || strcmp(spec.from, spec.to) == 0)
		return 0;
	return home_move_prepare(run, &spec, &plan->move);
}

static int change(struct run *run, struct txn *txn, void *context)
{
	struct plan *plan = context;
	const struct usermod *o = plan->o;

	if (!user_find(run, txn, plan->login, &plan->before))
		return err_set(&run->err, ERR_UNKNOWN, "user '%s' does not exist", plan->login);
	if (check_files(run, txn, o) < 0)
		return -1;
	if (o->gid && group_gid(run, txn, o->gid, &plan->change.gid) < 0)
		return -1;
	plan->change.has_gid = o->gid != NULL;
	if (plan->change.has_uid && plan->change.uid != plan->before.uid)
		new_id_warn(run, txn, IDS_UID, plan->change.uid);
	if (user_change_rows(run, txn, &plan->before, &plan->change, &plan->after) < 0 ||
	    check_busy(run, plan) < 0 || change_groups(run, txn, plan) < 0 ||
	    change_subids(run, txn, plan) < 0)
		return -1;
	plan->changed = txn_changed(txn) || has_other_options(o);
	return move_home(run, plan);
}

/* --- what follows --- */

static int give_files(struct run *run, struct plan *plan)
{
	const struct tree_ids ids = changed_ids(plan);
	bool given;

	if (plan->move)
		return home_move_finish(run, &plan->move);
	if (plan->chown == TREE_CHOWN_NEVER ||
	    (ids.from_uid == ids.to_uid && ids.from_gid == ids.to_gid))
		return 0;
	return home_give(run, plan->before.home, &ids, plan->chown, plan->o->one_file_system,
			 &given);
}

static int move_mail(struct run *run, const struct plan *plan)
{
	const struct user *was = &plan->before, *now = &plan->after;
	const struct mail_change change = { .user = was->name, .new_user = now->name,
					    .home = now->home, .uid = was->uid,
					    .new_uid = now->uid };
	unsigned done;

	if (was->uid == now->uid && strcmp(was->name, now->name) == 0)
		return 0;
	return mail_update(run, &change, &done);
}

static int map_login(struct run *run, const struct plan *plan)
{
	const char *seuser = plan->o->seuser;
	struct seuser_change change = { .login = plan->after.name, .range = plan->o->serange };
	bool removes;
	int r;

	if (!plan->map_login)
		return 0;
	removes = seuser[0] == '\0';
	change.seuser = removes ? NULL : seuser;
	r = seuser_apply(&change, &run->err);
	event_audit(&run->events, &run->arena, AUDIT_TYPE_USER_CHAUTHTOK,
		    removes ? "removing SELinux user mapping" : "changing SELinux user mapping",
		    removes ? AUDIT_TYPE_ROLE_REMOVE : AUDIT_TYPE_ROLE_ASSIGN,
		    removes ? "delete-selinux-user-mapping" : "change-selinux-user-mapping", NULL,
		    plan->after.name, (long)plan->after.uid, r == 0);
	return r;
}

static void print_json(const struct plan *plan)
{
	const struct user *u = &plan->after;

	putchar('{');
	json_member(stdout, true, "name", u->name);
	printf(",\"uid\":%lu,\"gid\":%lu", (unsigned long)u->uid, (unsigned long)u->gid);
	json_member(stdout, false, "home", u->home);
	json_member(stdout, false, "shell", u->shell);
	printf(",\"changed\":%s}\n", plan->changed ? "true" : "false");
}

static int effects(struct run *run, struct plan *plan)
{
	if (plan->before.uid != plan->after.uid)
		lastlog_move(run, plan->before.uid, plan->after.uid);
	flush_caches(run, FLUSH_USERS | FLUSH_GROUPS);
	/* What cannot be done for one keeps nobody from the others; the first error is told. */
	give_files(run, plan);
	move_mail(run, plan);
	map_login(run, plan);
	return run->err.kind == ERR_NONE ? 0 : -1;
}

static int work(struct run *run, void *options, const char *const *operands)
{
	struct plan plan = { .o = options };

	if (!run_operands(run, operands, 1) || check_combination(run, plan.o) < 0 ||
	    take_options(run, &plan) < 0)
		return -1;
	plan.login = operands[0];
	user_warn_shell(run, plan.o->shell);
	if (run_transaction(run, TABLE_ALL, change, &plan) < 0) {
		home_move_undo(run, &plan.move);
		return -1;
	}
	if (run->opt.json && !run->opt.dry_run)
		print_json(&plan);
	else if (!run->opt.json && !plan.changed)
		puts("usermod: no changes");
	if (!plan.changed || run->opt.dry_run)
		return 0;
	return effects(run, &plan);
}

static const struct tool usermod_tool = {
	.name = "usermod",
	.synopsis = N_("[options] LOGIN"),
	.summary = N_("Change a user account."),
	.options = usermod_opts,
	.status = {
		[ERR_USAGE] = 2, [ERR_ARGUMENT] = 3, [ERR_BAD_NAME] = 3, [ERR_ID_IN_USE] = 4,
		[ERR_UNKNOWN] = 6, [ERR_BUSY] = 8, [ERR_EXISTS] = 9, [ERR_GROUP_FILE] = 10,
		[ERR_HOME] = 12, [ERR_MAIL] = 12, [ERR_SEUSER] = 13, [ERR_SUBUID_FILE] = 16,
		[ERR_SUBGID_FILE] = 18, [ERR_NO_PASSWORD] = 20,
	},
	.work = work,
};

int usermod_main(int argc, char **argv)
{
	struct usermod o = { .append = false };

	return run_main(&usermod_tool, &o, argc, argv);
}
