/* SPDX-License-Identifier: BSD-3-Clause */
#include "user_change.h"

#include <string.h>

#include "aging.h"
#include "day.h"

/* A change at work. */
struct work {
	struct run *run;
	struct txn *txn;
	const struct user_change *change;
	const struct user *before;
	struct user after;
	struct row passwd, shadow;
	bool has_shadow;
};

static void audit(struct work *w, const char *old, const char *verb)
{
	event_audit(&w->run->events, &w->run->arena, AUDIT_TYPE_USER_CHAUTHTOK, old,
		    AUDIT_TYPE_USER_MGMT, verb, NULL, w->after.name, (long)w->after.uid, true);
}

static void audit_password(struct work *w, const char *old, const char *verb)
{
	event_audit(&w->run->events, &w->run->arena, AUDIT_TYPE_USER_CHAUTHTOK, old,
		    AUDIT_TYPE_USER_CHAUTHTOK, verb, NULL, w->after.name, (long)w->after.uid, true);
}

static struct table *table_of(struct work *w, enum table_id id)
{
	return txn_table(w->txn, id);
}

static int set(struct work *w, struct row *row, enum table_id id, int column, const char *value)
{
	return table_set(table_of(w, id), row, column, value, &w->run->err);
}

static const char *number(struct work *w, unsigned long n)
{
	return arena_printf(&w->run->arena, "%lu", n);
}

static int settle_name(struct work *w)
{
	const char *name = w->change->name;
	struct row row;

	if (!name || strcmp(name, w->before->name) == 0)
		return 0;
	if (table_find(table_of(w, TABLE_PASSWD), name, &row))
		return err_set(&w->run->err, ERR_EXISTS, "user '%s' already exists", name);
	if (table_of(w, TABLE_SHADOW) && table_find(table_of(w, TABLE_SHADOW), name, &row))
		return err_set(&w->run->err, ERR_EXISTS, "user '%s' already exists in %s", name,
			       root_show(&w->run->root, &w->run->arena, "/etc/shadow"));
	w->after.name = name;
	return 0;
}

static int settle_uid(struct work *w)
{
	const struct user_change *c = w->change;
	struct row row;

	if (!c->has_uid || c->uid == w->before->uid)
		return 0;
	if (!c->non_unique && table_find_id(table_of(w, TABLE_PASSWD), c->uid, &row))
		return err_set(&w->run->err, ERR_ID_IN_USE, "UID '%lu' already exists",
			       (unsigned long)c->uid);
	w->after.uid = c->uid;
	return 0;
}

static int settle(struct work *w)
{
	const struct user_change *c = w->change;

	w->after = *w->before;
	if (settle_name(w) < 0 || settle_uid(w) < 0)
		return -1;
	if (c->has_gid)
		w->after.gid = c->gid;
	if (c->gecos)
		w->after.gecos = c->gecos;
	if (c->home)
		w->after.home = c->home;
	if (c->shell)
		w->after.shell = c->shell;
	return 0;
}

static int change_name(struct work *w)
{
	const char *name = w->after.name;

	if (strcmp(w->before->name, name) == 0)
		return 0;
	event_log(&w->run->events, &w->run->arena, "change user name '%s' to '%s'",
		  w->before->name, name);
	audit(w, "changing name", "changing-name");
	if (set(w, &w->passwd, TABLE_PASSWD, PW_NAME, name) < 0)
		return -1;
	return w->has_shadow ? set(w, &w->shadow, TABLE_SHADOW, SP_NAME, name) : 0;
}

static int change_ids(struct work *w)
{
	const struct user *was = w->before, *now = &w->after;
	struct events *ev = &w->run->events;

	if (was->uid != now->uid) {
		event_log(ev, &w->run->arena, "change user '%s' UID from '%lu' to '%lu'", now->name,
			  (unsigned long)was->uid, (unsigned long)now->uid);
		audit(w, "changing uid", "changing-uid");
		if (set(w, &w->passwd, TABLE_PASSWD, PW_UID, number(w, now->uid)) < 0)
			return -1;
	}
	if (was->gid != now->gid) {
		event_log(ev, &w->run->arena, "change user '%s' GID from '%lu' to '%lu'", now->name,
			  (unsigned long)was->gid, (unsigned long)now->gid);
		audit(w, "changing primary group", "changing-primary-group");
		if (set(w, &w->passwd, TABLE_PASSWD, PW_GID, number(w, now->gid)) < 0)
			return -1;
	}
	return 0;
}

static int change_texts(struct work *w)
{
	const struct user *was = w->before, *now = &w->after;
	struct events *ev = &w->run->events;

	if (strcmp(was->gecos, now->gecos) != 0) {
		audit(w, "changing comment", "changing-comment");
		if (set(w, &w->passwd, TABLE_PASSWD, PW_GECOS, now->gecos) < 0)
			return -1;
	}
	if (strcmp(was->home, now->home) != 0) {
		event_log(ev, &w->run->arena, "change user '%s' home from '%s' to '%s'", now->name,
			  was->home, now->home);
		audit(w, "changing home directory", "changing-home-dir");
		if (set(w, &w->passwd, TABLE_PASSWD, PW_HOME, now->home) < 0)
			return -1;
	}
	if (strcmp(was->shell, now->shell) != 0) {
		event_log(ev, &w->run->arena, "change user '%s' shell from '%s' to '%s'", now->name,
			  was->shell, now->shell);
		audit(w, "changing user shell", "changing-shell");
		if (set(w, &w->passwd, TABLE_PASSWD, PW_SHELL, now->shell) < 0)
			return -1;
	}
	return 0;
}

/* Ageing needs a shadow row: where there is none one is made, and the password goes there. */
static int need_shadow_row(struct work *w)
{
	struct table *t = table_of(w, TABLE_SHADOW);

	if (w->has_shadow || !t)
		return 0;
	if (user_add_shadow(w->run, t, w->after.name,
			    str_dup(&w->run->arena, w->passwd.column[PW_PASSWORD])) < 0)
		return -1;
	w->has_shadow = table_find(t, w->after.name, &w->shadow);
	return set(w, &w->passwd, TABLE_PASSWD, PW_PASSWORD, "x");
}

static int change_aging(struct work *w)
{
	const struct user_change *c = w->change;
	struct arena *a = &w->run->arena;
	struct user_aging was = { .inactive = DAY_NONE, .expire = DAY_NONE };
	char from[32], to[32];

	if ((c->has_inactive || c->has_expire) && need_shadow_row(w) < 0)
		return -1;
	if (w->has_shadow)
		aging_of(&w->shadow, &was);
	if (c->has_inactive && c->inactive != was.inactive) {
		event_log(&w->run->events, a, "change user '%s' inactive from '%ld' to '%ld'",
			  w->after.name, was.inactive, c->inactive);
		audit(w, "changing inactive days", "changing-inactive-days");
		if (set(w, &w->shadow, TABLE_SHADOW, SP_INACTIVE, user_day(a, c->inactive)) < 0)
			return -1;
	}
	if (c->has_expire && c->expire != was.expire) {
		day_format(was.expire, from, sizeof(from));
		day_format(c->expire, to, sizeof(to));
		event_log(&w->run->events, a, "change user '%s' expiration from '%s' to '%s'",
			  w->after.name, from, to);
		audit(w, "changing expiration date", "changing-expiration-date");
		if (set(w, &w->shadow, TABLE_SHADOW, SP_EXPIRE, user_day(a, c->expire)) < 0)
			return -1;
	}
	return 0;
}

static int refuse_unlock(struct work *w)
{
	note_say(&w->run->note,
		 "unlocking the user's password would result in a passwordless account.");
	return err_set(&w->run->err, ERR_NO_PASSWORD,
		       "You should set a password with usermod -p to unlock this user's password.");
}

/* The new password, or NULL when it stays. */
static int new_password(struct work *w, struct str old, const char **ret)
{
	const struct user_change *c = w->change;
	struct arena *a = &w->run->arena;
	bool locked = old.n > 0 && old.p[0] == '!';

	*ret = NULL;
	if (c->password) {
		*ret = c->password;
		event_log(&w->run->events, a, "change user '%s' password", w->after.name);
		audit_password(w, "updating password", "updating-password");
	} else if (c->lock && !locked) {
		*ret = arena_printf(a, "!%s", str_dup(a, old));
		event_log(&w->run->events, a, "lock user '%s' password", w->after.name);
		audit_password(w, "updating passwd", "updating-passwd");
	} else if (c->unlock && locked) {
		if (old.n == 1)
			return refuse_unlock(w);
		*ret = str_dup(a, (struct str){ old.p + 1, old.n - 1 });
		event_log(&w->run->events, a, "unlock user '%s' password", w->after.name);
		audit_password(w, "updating password", "updating-password");
	}
	return 0;
}

/* Where the password is: in shadow if there is a row, else in passwd; "x" there means elsewhere. */
static int change_password(struct work *w)
{
	struct str old = w->has_shadow ? w->shadow.column[SP_PASSWORD] :
					 w->passwd.column[PW_PASSWORD];
	struct user_aging aging;
	const char *password;

	if (!w->has_shadow && w->change->lock && str_is(old, "x"))
		return 0;
	if (new_password(w, old, &password) < 0)
		return -1;
	if (!password)
		return 0;
	if (!w->has_shadow)
		return set(w, &w->passwd, TABLE_PASSWD, PW_PASSWORD, password);
	if (set(w, &w->shadow, TABLE_SHADOW, SP_PASSWORD, password) < 0)
		return -1;
	if (!w->change->password)
		return 0;
	user_aging_defaults(&w->run->defs, &aging);
	return set(w, &w->shadow, TABLE_SHADOW, SP_LAST,
		   user_day(&w->run->arena, aging.last_change));
}

/* A change of passwd alone leaves the shadow file unread. */
static bool touches_shadow(const struct user_change *c)
{
	return c->name || c->password || c->lock || c->unlock || c->has_expire || c->has_inactive;
}

int user_change_rows(struct run *run, struct txn *txn, const struct user *before,
		     const struct user_change *change, struct user *ret_after)
{
	struct work w = { .run = run, .txn = txn, .change = change, .before = before };
	struct table *passwd = txn_table(txn, TABLE_PASSWD);
	int shadow = 0;

	if (user_check_single(run, passwd, before->name) < 0 ||
	    !table_find(passwd, before->name, &w.passwd))
		return -1;
	if (touches_shadow(change))
		shadow = user_shadow(run, txn, before->name, &w.shadow);
	if (shadow < 0 || settle(&w) < 0)
		return -1;
	w.has_shadow = shadow > 0;
	if (change_name(&w) < 0 || change_ids(&w) < 0 || change_texts(&w) < 0 ||
	    change_aging(&w) < 0 || change_password(&w) < 0)
		return -1;
	*ret_after = w.after;
	return 0;
}
