/* SPDX-License-Identifier: BSD-3-Clause */
#include "password_change.h"

#include <signal.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "day.h"
#include "password.h"
#include "prompt.h"
#include "self.h"

#define TABLES (TABLE_BIT(TABLE_PASSWD) | TABLE_BIT(TABLE_SHADOW))

/* A try that is wrong costs this much. */
static const struct timespec wrong_delay = { .tv_sec = 1 };

int password_change_unknown(struct run *run, const char *user)
{
	uid_t uid;

	if (run->root.live && !run->opt.local && self_find(user, &uid))
		return err_set(&run->err, ERR_UNKNOWN,
			       "user '%s' does not exist in %s (another source has it)", user,
			       root_show(&run->root, &run->arena, schema_get(TABLE_PASSWD)->path));
	return err_set(&run->err, ERR_UNKNOWN, "user '%s' does not exist", user);
}

void password_change_audit(struct run *run, const char *user, bool success)
{
	event_audit(&run->events, &run->arena, AUDIT_NONE, "", AUDIT_TYPE_USER_CHAUTHTOK,
		    "attempted-to-change-password", NULL, user, EVENT_NO_ID, success);
}

/* --- may he, now? --- */

static int refuse(struct run *run, const char *user)
{
	event_log_at(&run->events, &run->arena, LOG_WARNING, "password locked for '%s'", user);
	return err_set(&run->err, ERR_PERMISSION, "The password for %s cannot be changed.", user);
}

static int refuse_yet(struct run *run, const char *user)
{
	event_log_at(&run->events, &run->arena, LOG_WARNING, "now < minimum age for '%s'", user);
	return err_set(&run->err, ERR_PERMISSION, "The password for %s cannot be changed yet.",
		       user);
}

static bool is_too_early(const struct user_aging *aging)
{
	/* Day 0 asks for a change. */
	return aging->last_change > 0 && aging->min > 0 &&
	       day_today() - aging->last_change < aging->min;
}

static int check_time(const struct password_change *c, struct run *run)
{
	enum aging_state state = aging_state(&c->aging, day_today(), NULL);

	if (caller_is_root(&run->caller))
		return 0;
	if (c->hash[0] == '!' || state == AGING_INACTIVE || state == AGING_ACCOUNT_OVER)
		return refuse(run, c->user);
	if (is_too_early(&c->aging))
		return refuse_yet(run, c->user);
	return 0;
}

/* The row as it stands in the tables. */
static int read_row(struct run *run, struct txn *txn, struct password_change *c)
{
	const struct user_aging none = { DAY_NONE, DAY_NONE, DAY_NONE, DAY_NONE, DAY_NONE,
					 DAY_NONE };
	struct user user;
	struct row row;
	int found;

	if (!user_find(run, txn, c->user, &user))
		return password_change_unknown(run, c->user);
	if (!caller_is_root(&run->caller) && user.uid != run->caller.uid)
		return err_set(&run->err, ERR_PERMISSION, "Permission denied.");
	found = user_shadow(run, txn, c->user, &row);
	if (found < 0 || password_get(run, txn, c->user, &c->hash) < 0)
		return -1;
	if (!c->hash)
		return password_change_unknown(run, c->user);
	c->aging = none;
	if (found > 0)
		aging_of(&row, &c->aging);
	return 0;
}

static int look(struct run *run, struct txn *txn, void *context)
{
	return read_row(run, txn, context);
}

int password_change_begin(struct password_change *ret, struct run *run, const char *user)
{
	struct password_change c = { .user = user, .changer = self_label(run) };

	if (run_look(run, TABLES, look, &c) < 0 || check_time(&c, run) < 0)
		return -1;
	c.due = aging_state(&c.aging, day_today(), NULL) >= AGING_EXPIRED;
	*ret = c;
	return 0;
}

/* --- the old password --- */

void password_change_wrong(struct run *run, const char *user)
{
	sigset_t all, before;

	event_log_at(&run->events, &run->arena, LOG_WARNING, "incorrect password for %s", user);
	run_send(run);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	nanosleep(&wrong_delay, NULL);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static int punish(struct run *run, const char *user)
{
	password_change_audit(run, user, false);
	password_change_wrong(run, user);
	note_say(&run->note, "Incorrect password for %s.", user);
	return err_set(&run->err, ERR_PERMISSION, "The password for %s is unchanged.", user);
}

int password_change_prove(const struct password_change *c, struct run *run, struct secret *old)
{
	if (caller_is_root(&run->caller) || c->hash[0] == '\0')
		return 0;
	if (prompt_secret(PROMPT_STANDARD, "Old password: ", old, &run->err) < 0)
		return -1;
	return pwhash_check(old, c->hash) ? 0 : punish(run, c->user);
}

/* --- the new one --- */

struct work {
	const struct password_change *seen;
	const char *hash;
};

static int store(struct run *run, struct txn *txn, void *context)
{
	const struct work *w = context;
	struct password_change now = { .user = w->seen->user };

	if (read_row(run, txn, &now) < 0)
		return -1;
	/* What was proved is the password that was there then. */
	if (!caller_is_root(&run->caller) && strcmp(now.hash, w->seen->hash) != 0)
		return err_set(&run->err, ERR_PERMISSION,
			       "somebody else changed the password of %s meanwhile", now.user);
	if (check_time(&now, run) < 0 || password_set(run, txn, now.user, w->hash) < 0)
		return -1;
	event_log(&run->events, &run->arena, "password for '%s' changed by '%s'", now.user,
		  w->seen->changer);
	password_change_audit(run, now.user, true);
	return 0;
}

int password_change_commit(const struct password_change *c, struct run *run,
			   const struct secret *new)
{
	struct pwhash_method method;
	char hash[PWHASH_SIZE];
	struct work w = { c, hash };

	if (password_method(run, NULL, NULL, &method) < 0 ||
	    pwhash_make(&method, new, hash, &run->err) < 0)
		return -1;
	return run_transaction(run, TABLES, store, &w);
}
