/* SPDX-License-Identifier: BSD-3-Clause */
#include "batch.h"

#include <string.h>

#include "group.h"
#include "home.h"
#include "json.h"
#include "name.h"
#include "nss.h"
#include "password.h"
#include "text.h"

/* The password of a group that is made along: nobody has it. */
#define NO_GROUP_PASSWORD "*"

/* --- what is wrong with a line --- */

static int wrong(struct run *run, struct batch *b, const struct batch_line *l, const char *why)
{
	note_say(&run->note, "line %zu: %s", l->number, why);
	b->wrong++;
	return -1;
}

/* The cause stands in run->err, which is made free for the next line. */
static int wrong_by(struct run *run, struct batch *b, const struct batch_line *l, const char *why)
{
	note_say(&run->note, "%s", run->err.message);
	err_clear(&run->err);
	return wrong(run, b, l, why);
}

static int no_user(struct run *run, struct batch *b, const struct batch_line *l)
{
	return wrong_by(run, b, l, _("can't create user"));
}

static int no_group(struct run *run, struct batch *b, const struct batch_line *l)
{
	return wrong_by(run, b, l, _("can't create group"));
}

/* --- a new account --- */

static bool is_number(const char *text)
{
	return text[0] >= '0' && text[0] <= '9';
}

static const char *visible(struct run *run, const char *text)
{
	return str_visible(&run->arena, text);
}

/* A number, or the uid of the user of that name. */
static int take_uid(struct run *run, struct txn *txn, const char *text, struct account *a)
{
	struct user user;
	struct nss nss;
	uint64_t uid;

	if (!text[0])
		return 0;
	a->has_uid = true;
	if (is_number(text)) {
		if (!str_decimal(str_of(text), SCHEMA_ID_MAX, &uid))
			return err_set(&run->err, ERR_ARGUMENT, "invalid user ID '%s'",
				       visible(run, text));
		a->uid = (uid_t)uid;
		return 0;
	}
	if (user_find(run, txn, text, &user)) {
		a->uid = user.uid;
		return 0;
	}
	if (run_sources(run, &nss) < 0)
		return -1;
	if (nss_user(&nss, text, &a->uid, NULL))
		return 0;
	return err_set(&run->err, ERR_UNKNOWN, "user '%s' does not exist", visible(run, text));
}

static bool is_good(const struct batch *b, enum name_verdict verdict)
{
	return verdict == NAME_GOOD || (verdict == NAME_BAD && b->badname);
}

static int take_new_group(struct run *run, struct txn *txn, const struct batch *b,
			  const char *name, struct account *a)
{
	if (!is_good(b, name_group(profile_get(), name)))
		return err_set(&run->err, ERR_BAD_NAME, "invalid group name '%s'",
			       visible(run, name));
	a->own_group = true;
	a->group_name = name;
	a->group_password = NO_GROUP_PASSWORD;
	return group_check_new_name(run, txn, name);
}

/* A group that is there, by number or name; else a new one of that number or name; without any one
 * of the user's name. */
static int take_group(struct run *run, struct txn *txn, const struct batch *b,
		      const struct batch_line *l, struct account *a)
{
	uint64_t number;
	gid_t gid;
	int r;

	if (l->gid[0] && !is_number(l->gid)) {
		r = group_exists(run, txn, l->gid, &gid);
		if (r == 0)
			return take_new_group(run, txn, b, l->gid, a);
		a->group = l->gid;
		return r < 0 ? -1 : 0;
	}
	if (l->gid[0]) {
		if (!str_decimal(str_of(l->gid), SCHEMA_ID_MAX, &number))
			return err_set(&run->err, ERR_ARGUMENT, "invalid group ID '%s'",
				       visible(run, l->gid));
		if (group_check_new_gid(run, txn, (gid_t)number) < 0) {
			if (run->err.kind != ERR_ID_IN_USE)
				return -1;
			err_clear(&run->err);
			a->group = l->gid;
			return 0;
		}
		a->has_gid = true;
		a->gid = (gid_t)number;
	}
	return take_new_group(run, txn, b, l->name, a);
}

static int check_home(struct run *run, const struct batch_line *l)
{
	const struct home_new home = { .path = l->home };

	return l->home[0] ? home_check_new(run, &home) : 0;
}

/* newusers has always been silent in the log; the records of audit stay. */
static void drop_log_lines(struct run *run, size_t mark)
{
	struct events *ev = &run->events;
	size_t i, n = mark;

	for (i = mark; i < ev->count; i++) {
		ev->items[i].text = NULL;
		if (ev->items[i].audit != AUDIT_NONE)
			ev->items[n++] = ev->items[i];
	}
	events_rewind(ev, n);
}

static int add(struct run *run, struct txn *txn, struct batch *b, struct batch_line *l,
	       struct account *a)
{
	const struct pair *password = l->password;
	size_t mark = run->events.count;

	a->password = password && password->hash ? password->hash : profile_get()->locked;
	if (account_fill_in(run, txn, a) < 0)
		return a->lacking && strcmp(a->lacking, "GIDs") == 0 ? no_group(run, b, l) :
								       no_user(run, b, l);
	if (account_add(run, txn, a) < 0)
		return no_user(run, b, l);
	drop_log_lines(run, mark);
	l->made = true;
	l->settled_uid = a->uid;
	l->settled_gid = a->gid;
	return 0;
}

static int make_one(struct run *run, struct txn *txn, struct batch *b, struct batch_line *l)
{
	struct account a = { .many = &b->many, .name = l->name, .gecos = l->gecos,
			     .home = l->home, .shell = l->shell, .non_unique = true,
			     .sys = b->sys, .subids = !b->sys };

	user_aging_defaults(&run->defs, &a.aging);
	if (take_uid(run, txn, l->uid, &a) < 0)
		return no_user(run, b, l);
	if (take_group(run, txn, b, l, &a) < 0)
		return no_group(run, b, l);
	if (!is_good(b, name_user(profile_get(), l->name))) {
		err_set(&run->err, ERR_BAD_NAME, "invalid user name '%s'", visible(run, l->name));
		return no_user(run, b, l);
	}
	if (check_home(run, l) < 0)
		return wrong_by(run, b, l, _("can't create home directory"));
	return add(run, txn, b, l, &a);
}

/* --- an account that is there --- */

/* Its rows are changed later, in their order, which is cheap. */
static int note_change(struct run *run, struct txn *txn, struct batch *b, struct batch_line *l,
		       const struct row *row)
{
	struct user user;

	l->made = false;
	l->place = row->at;
	if (!user_find(run, txn, l->name, &user)) {
		err_set(&run->err, ERR_USER_FILE, "the row of user '%s' is malformed", l->name);
		return wrong_by(run, b, l, _("can't update entry"));
	}
	if (user_check_single(run, txn_table(txn, TABLE_PASSWD), l->name) < 0)
		return wrong_by(run, b, l, _("can't update entry"));
	if (check_home(run, l) < 0)
		return wrong_by(run, b, l, _("can't create home directory"));
	l->settled_uid = user.uid;
	l->settled_gid = user.gid;
	return 0;
}

/* In the order of the rows; of two for one row the later line counts. */
static int compare(const void *one, const void *two)
{
	const struct batch_line *a = *(struct batch_line *const *)one;
	const struct batch_line *b = *(struct batch_line *const *)two;

	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

static int set_column(struct run *run, struct table *t, struct row *row, int column,
		      const char *value)
{
	return value[0] ? table_set(t, row, column, value, &run->err) : 0;
}

static int change_passwd(struct run *run, struct txn *txn, const struct batch_line *l)
{
	struct table *t = txn_table(txn, TABLE_PASSWD);
	struct row row;

	if (!table_find(t, l->name, &row))
		return err_set(&run->err, ERR_UNKNOWN, "user '%s' does not exist", l->name);
	if (set_column(run, t, &row, PW_GECOS, l->gecos) < 0 ||
	    set_column(run, t, &row, PW_HOME, l->home) < 0)
		return -1;
	return set_column(run, t, &row, PW_SHELL, l->shell);
}

static int change_password(struct run *run, struct txn *txn, const struct batch_line *l)
{
	if (!l->password || !l->password->hash)
		return 0;
	if (password_set(run, txn, l->name, l->password->hash) < 0)
		return -1;
	event_audit(&run->events, &run->arena, AUDIT_TYPE_USER_CHAUTHTOK, "updating password",
		    AUDIT_TYPE_USER_CHAUTHTOK, "updating-password", NULL, l->name,
		    (long)l->settled_uid, true);
	return 0;
}

static void find_shadow(struct txn *txn, struct batch_line *l)
{
	struct table *t = txn_table(txn, TABLE_SHADOW);
	struct row row;

	if (t && table_find(t, l->name, &row))
		l->place = row.at;
}

static int change_all(struct run *run, struct txn *txn, struct batch *b)
{
	struct batch_line **list = arena_array(&run->arena, b->count + 1, sizeof(*list));
	size_t i, n = 0;

	for (i = 0; i < b->count; i++)
		if (!b->lines[i].made)
			list[n++] = &b->lines[i];
	if (n == 0)
		return 0;
	qsort(list, n, sizeof(*list), compare);
	for (i = 0; i < n; i++)
		if (change_passwd(run, txn, list[i]) < 0)
			return -1;
	for (i = 0; i < n; i++)
		find_shadow(txn, list[i]);
	qsort(list, n, sizeof(*list), compare);
	for (i = 0; i < n; i++)
		if (change_password(run, txn, list[i]) < 0)
			return -1;
	return 0;
}

/* --- all lines --- */

int batch_make(struct run *run, struct txn *txn, void *context)
{
	struct batch *b = context;
	struct table *users = txn_create(txn, TABLE_PASSWD);
	struct row row;
	unsigned id;
	size_t i;

	for (id = 0; id < TABLE_COUNT; id++)
		if (BATCH_TABLES & TABLE_BIT(id))
			table_expect_finds(txn_table(txn, id), b->count);
	b->wrong = 0;
	b->many = (struct account_many){ .busy_known = false };
	for (i = 0; i < b->count; i++) {
		struct batch_line *l = &b->lines[i];

		if (l->fault)
			wrong(run, b, l, l->fault);
		else if (table_find(users, l->name, &row))
			note_change(run, txn, b, l, &row);
		else
			make_one(run, txn, b, l);
	}
	if (b->wrong > 0)
		return err_set(&run->err, ERR_UNKNOWN, "error detected, changes ignored");
	return change_all(run, txn, b);
}

int batch_look(struct run *run, struct txn *txn, void *context)
{
	size_t mark = run->events.count;
	int r = batch_make(run, txn, context);

	events_rewind(&run->events, mark);
	return r;
}

/* --- afterwards --- */

void batch_homes(struct run *run, const struct batch *b)
{
	struct home_new home = { .mode = home_mode(run), .may_exist = true };
	struct note_progress progress;
	bool made;
	size_t i;

	note_progress_begin(&progress, &run->note, b->count);
	for (i = 0; i < b->count; i++) {
		const struct batch_line *l = &b->lines[i];

		home.path = l->home;
		home.uid = l->settled_uid;
		home.gid = l->settled_gid;
		if (l->home[0] && home_create(run, &home, &made) < 0) {
			note_progress_end(&progress);
			note_say(&run->note, "line %zu: %s", l->number, run->err.message);
			err_clear(&run->err);
			run->status = 1;
		}
		note_progress_show(&progress, i + 1);
	}
	note_progress_end(&progress);
}

void batch_print_json(const struct batch *b, FILE *out)
{
	size_t i;

	fputc('[', out);
	for (i = 0; i < b->count; i++) {
		const struct batch_line *l = &b->lines[i];

		fputs(i ? ",\n{" : "{", out);
		json_member(out, true, "name", l->name);
		fprintf(out, ",\"new\":%s,\"uid\":%lu,\"gid\":%lu}", l->made ? "true" : "false",
			(unsigned long)l->settled_uid, (unsigned long)l->settled_gid);
	}
	fputs("]\n", out);
}
