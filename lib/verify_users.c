/* SPDX-License-Identifier: BSD-3-Clause */
#include <limits.h>
#include <string.h>
#include <time.h>

#include "aging.h"
#include "beneath.h"
#include "ids.h"
#include "name.h"
#include "text.h"
#include "user.h"
#include "verify_private.h"

/* What is the same for all rows. */
struct users {
	struct verify *v;
	struct table *users, *shadow, *groups;
	struct names names, shadow_names;
	struct twin shadow_of, user_of;
	struct idset gids;
	bool malformed; /* there are lines of passwd that are no rows */
	bool unreadable; /* a row of shadow has no days in its columns */
	struct str shell; /* the last one, which exists */
	const char *nonexistent; /* a home that nobody expects to exist, or NULL */
	struct ids_range homeless; /* whose homes nobody expects either; empty when max < min */
	long today;
};

static bool exists(struct users *u, const char *path, int follow)
{
	struct stat st;

	return beneath_stat(u->v->run->root.fd, path, follow, &st) == 0;
}

static void check_name(struct users *u, const struct verify_walk *w)
{
	const char *name;
	enum name_verdict verdict;

	if (verify_is_plain(w->row.column[PW_NAME]))
		return;
	name = verify_column(u->v, &w->row, PW_NAME);
	verdict = name_user(profile_get(), name);

	if (verdict == NAME_IMPOSSIBLE)
		verify_tell(u->v, VERIFY_NAME, w,
			    verify_text(u->v, "invalid user name '%s'", name), NULL);
	else if (verdict == NAME_BAD && !u->v->badname)
		verify_tell(u->v, VERIFY_NAME, w,
			    verify_text(u->v, "invalid user name '%s': use --badname to ignore",
					name),
			    NULL);
}

static bool is_group(struct users *u, gid_t gid)
{
	struct row group;

	if (!u->groups || idset_has(&u->gids, gid))
		return true;
	return (gid > u->gids.high && table_find_id(u->groups, gid, &group)) ||
	       nss_gid(&u->v->nss, gid, NULL);
}

static void check_ids(struct users *u, const struct verify_walk *w)
{
	struct verify *v = u->v;
	uint32_t uid = 0, gid = 0;

	if (!schema_id(w->row.column[PW_UID], &uid) || uid > SCHEMA_ID_MAX)
		verify_tell(v, VERIFY_ID, w,
			    verify_text(v, "invalid user ID '%s'",
					verify_column(v, &w->row, PW_UID)),
			    NULL);
	if (!schema_id(w->row.column[PW_GID], &gid))
		return;
	if (!v->quiet && !is_group(u, gid))
		verify_tell(v, VERIFY_PRIMARY_GROUP, w,
			    verify_text(v, "user '%s': no group %lu",
					verify_column(v, &w->row, PW_NAME), (unsigned long)gid),
			    NULL);
}

static bool is_system(struct users *u, const struct verify_walk *w)
{
	uint32_t uid = 0;

	return schema_id(w->row.column[PW_UID], &uid) && uid >= u->homeless.min &&
	       uid <= u->homeless.max;
}

static void check_home(struct users *u, const struct verify_walk *w)
{
	struct verify *v = u->v;
	const char *home = verify_column(v, &w->row, PW_HOME);

	if (home[0] && !is_system(u, w) && !(u->nonexistent && strcmp(home, u->nonexistent) == 0) &&
	    (home[0] != '/' || !exists(u, home, 1)))
		verify_tell(v, VERIFY_HOME, w,
			    verify_text(v, "user '%s': directory '%s' does not exist",
					verify_column(v, &w->row, PW_NAME), home),
			    NULL);
}

static void check_shell(struct users *u, const struct verify_walk *w)
{
	struct verify *v = u->v;
	const char *shell;

	/* Most users have the same. */
	if (str_eq(w->row.column[PW_SHELL], u->shell))
		return;
	shell = verify_column(v, &w->row, PW_SHELL);
	if (!shell[0] || (shell[0] == '/' && exists(u, shell, 1)))
		u->shell = w->row.column[PW_SHELL];
	else
		verify_tell(v, VERIFY_SHELL, w,
			    verify_text(v, "user '%s': program '%s' does not exist",
					verify_column(v, &w->row, PW_NAME), shell),
			    NULL);
}

/* Warnings all: with quiet a million homes are not looked at. */
static void check_paths(struct users *u, const struct verify_walk *w)
{
	struct verify *v = u->v;

	if (v->quiet)
		return;
	if (!verify_ignores(v, VERIFY_HOME))
		check_home(u, w);
	if (!verify_ignores(v, VERIFY_SHELL))
		check_shell(u, w);
}

static int add_shadow(struct users *u, struct row *user)
{
	struct run *run = u->v->run;

	if (user_add_shadow(run, u->shadow, verify_column(u->v, user, PW_NAME),
			    verify_column(u->v, user, PW_PASSWORD)) < 0)
		return -1;
	twin_added(&u->shadow_of, user->column[PW_NAME]);
	return table_set(u->users, user, PW_PASSWORD, "x", &run->err);
}

/* The days, too: whoever reads a row that has other text there reads none. */
static bool is_shadow_row(const struct row *row)
{
	uint64_t day;
	int i;

	if (row->columns == 0)
		return false;
	for (i = SP_LAST; i < row->columns && i < SP_FLAG; i++)
		if (row->column[i].n > 0 && !str_number(row->column[i], LONG_MAX, &day) &&
		    !str_is(row->column[i], "-1"))
			return false;
	return true;
}

static int check_shadow(struct users *u, struct verify_walk *w)
{
	struct verify *v = u->v;
	const char *name, *path;
	struct row shadow;
	bool found, readable;

	if (!u->shadow)
		return 0;
	found = twin_find(&u->shadow_of, w->row.column[PW_NAME], &shadow);
	/* A row that nobody can read is told of where it stands. */
	readable = found && is_shadow_row(&shadow);
	u->unreadable |= found && !readable;
	if (readable && str_is(w->row.column[PW_PASSWORD], "x"))
		return 0;
	name = verify_column(v, &w->row, PW_NAME);
	path = txn_show(v->txn, TABLE_SHADOW);
	if (!readable) {
		const char *text = verify_text(v, "no matching password file entry in %s", path);
		const char *question = verify_text(v, "add user '%s' in %s?", name, path);
		bool add = found ? verify_ask(v, VERIFY_NO_SHADOW, w, text, question) :
				   verify_tell(v, VERIFY_NO_SHADOW, w, text, question);

		return add ? add_shadow(u, &w->row) : 0;
	}
	verify_tell(v, VERIFY_NOT_SHADOWED, w,
		    verify_text(v,
				"user %s has an entry in %s, but its password field in %s is not "
				"set to 'x'",
				name, path,
				txn_show(v->txn, TABLE_PASSWD)),
		    NULL);
	return 0;
}

static int check_users(struct users *u)
{
	struct verify_walk w = verify_walk(u->users);

	while (verify_next(&w)) {
		if (w.row.columns < PW_COLUMNS) {
			u->malformed = true;
			verify_tell_line(u->v, VERIFY_MALFORMED, &w,
					 _("invalid password file entry"));
			continue;
		}
		if (verify_tell_double(u->v, &u->names, &w, _("duplicate password entry")))
			continue;
		check_name(u, &w);
		check_ids(u, &w);
		check_paths(u, &w);
		if (check_shadow(u, &w) < 0)
			return -1;
	}
	return 0;
}

/* Every row of shadow is readable, of a user and of no other row's name: with quiet there is
 * nothing more to be said. */
static bool is_shadow_done(const struct users *u)
{
	return u->v->quiet && u->names.doubles == 0 && !u->unreadable &&
	       twin_is_through(&u->shadow_of);
}

static void check_shadow_rows(struct users *u)
{
	struct verify *v = u->v;
	struct verify_walk w = verify_walk(u->shadow);
	const char *orphan = verify_text(v, "no matching password file entry in %s",
					 txn_show(v->txn, TABLE_PASSWD));
	struct user_aging aging;
	struct row user;

	names_of(u->shadow, &v->run->arena, &u->shadow_names);
	u->user_of = (struct twin){ .table = u->users, .asked = &u->shadow_names,
				    .arena = &v->run->arena, .names = u->names, .named = true };
	while (verify_next(&w)) {
		if (!is_shadow_row(&w.row)) {
			verify_tell_line(v, VERIFY_MALFORMED, &w,
					 _("invalid shadow password file entry"));
			continue;
		}
		if (verify_tell_double(v, &u->shadow_names, &w,
				       _("duplicate shadow password entry")))
			continue;
		if (!twin_find(&u->user_of, w.row.column[SP_NAME],
			       u->malformed ? &user : NULL) &&
		    verify_tell_line(v, VERIFY_ORPHAN, &w, orphan))
			continue;
		if (v->quiet)
			continue;
		aging_of(&w.row, &aging);
		if (aging.last_change > u->today)
			verify_tell(v, VERIFY_FUTURE, &w,
				    verify_text(v, "user %s: last password change in the future",
						verify_column(v, &w.row, SP_NAME)),
				    NULL);
	}
}

int verify_users(struct verify *v)
{
	struct run *run = v->run;
	struct err ignored = { 0 };
	struct users u = {
		.v = v,
		.users = txn_table(v->txn, TABLE_PASSWD),
		.shadow = txn_table(v->txn, TABLE_SHADOW),
		.groups = txn_table(v->txn, TABLE_GROUP),
		.nonexistent = defs_string(&run->defs, "NONEXISTENT"),
		/* Of now, whatever SOURCE_DATE_EPOCH says: dates of other tools are judged. */
		.today = (long)(time(NULL) / (24 * 60 * 60)),
	};

	v->findings = 0;
	if (ids_range_get(&u.homeless, &run->defs, IDS_UID, true, &ignored) < 0)
		u.homeless = (struct ids_range){ .min = 1 };
	if (!u.users)
		return err_set(&run->err, ERR_MISSING, "cannot open %s",
			       txn_show(v->txn, TABLE_PASSWD));
	if (nss_load(&v->nss, &run->root, run->opt.local, &run->arena, &run->err) < 0)
		return -1;
	names_of(u.users, &run->arena, &u.names);
	u.shadow_of = (struct twin){ .table = u.shadow, .asked = &u.names, .arena = &run->arena };
	if (u.groups && !v->quiet)
		table_ids(u.groups, 0, IDSET_WIDTH_MAX - 1, &run->arena, &u.gids);
	if (check_users(&u) < 0)
		return -1;
	if (u.shadow && !is_shadow_done(&u))
		check_shadow_rows(&u);
	if (!v->quiet) {
		verify_ranges(v, TABLE_SUBUID);
		verify_ranges(v, TABLE_SUBGID);
	}
	verify_marks(v);
	return 0;
}
