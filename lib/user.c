/* SPDX-License-Identifier: BSD-3-Clause */
#include "user.h"

#include <string.h>
#include <unistd.h>

#include "beneath.h"
#include "day.h"
#include "profile.h"

const char *user_day(struct arena *a, long day)
{
	return day < 0 ? "" : arena_printf(a, "%ld", day);
}

bool user_parse_days(const char *text, long *ret)
{
	uint64_t days;

	if (strcmp(text, "-1") == 0) {
		*ret = DAY_NONE;
		return true;
	}
	text += strspn(text, " \t");
	text += *text == '+';
	if (!str_number(str_of(text), DAY_LAST, &days))
		return false;
	*ret = (long)days;
	return true;
}

/* Nobody is meant to run it, so that small images do without. */
static bool is_nologin(const char *shell)
{
	return strcmp(shell, "/sbin/nologin") == 0 ||
	       (profile_get()->usr_nologin && strcmp(shell, "/usr/sbin/nologin") == 0);
}

void user_warn_shell(struct run *run, const char *shell)
{
	struct stat st;

	if (!shell || shell[0] != '/' || is_nologin(shell))
		return;
	if (beneath_stat(run->root.fd, shell, 1, &st) < 0 || !S_ISREG(st.st_mode) ||
	    !(st.st_mode & 0111))
		note_say(&run->note, "Warning: missing or non-executable shell '%s'", shell);
}

static bool is_uid(const void *context, uid_t uid)
{
	return *(const uid_t *)context == uid;
}

bool user_is_busy(uid_t uid, pid_t *ret_pid)
{
	pid_t pid;

	/* Where /proc cannot be read nobody can be found. */
	return proc_find(is_uid, &uid, ret_pid ? ret_pid : &pid) > 0;
}

int user_check_idle(struct run *run, const char *name, uid_t uid)
{
	pid_t pid;

	if (!user_is_busy(uid, &pid))
		return 0;
	return err_set(&run->err, ERR_BUSY, "user %s is currently used by process %ld", name,
		       (long)pid);
}

void user_aging_defaults(const struct defs *defs, struct user_aging *ret)
{
	long today = day_today();

	/* Day 0 would mean "must change now". */
	ret->last_change = today > 0 ? today : DAY_NONE;
	ret->min = defs_days(defs, "PASS_MIN_DAYS");
	ret->max = defs_days(defs, "PASS_MAX_DAYS");
	ret->warn = defs_days(defs, "PASS_WARN_AGE");
	ret->inactive = ret->expire = DAY_NONE;
}

bool user_find(struct run *run, struct txn *txn, const char *name, struct user *ret)
{
	struct table *t = txn_table(txn, TABLE_PASSWD);
	struct arena *a = &run->arena;
	uint64_t uid, gid;
	struct row row;

	if (!t || !table_find(t, name, &row) ||
	    !str_decimal(row.column[PW_UID], UINT32_MAX, &uid) ||
	    !str_decimal(row.column[PW_GID], UINT32_MAX, &gid))
		return false;
	*ret = (struct user){ .name = str_dup(a, row.column[PW_NAME]),
			      .gecos = str_dup(a, row.column[PW_GECOS]),
			      .home = str_dup(a, row.column[PW_HOME]),
			      .shell = str_dup(a, row.column[PW_SHELL]),
			      .uid = (uid_t)uid,
			      .gid = (gid_t)gid };
	return true;
}

static int add_shadow(struct run *run, struct table *t, const char *name, const char *password,
		      const struct user_aging *aging)
{
	struct arena *a = &run->arena;
	const char *values[SP_COLUMNS] = {
		[SP_NAME] = name,
		[SP_PASSWORD] = password,
		[SP_LAST] = user_day(a, aging->last_change),
		[SP_MIN] = user_day(a, aging->min),
		[SP_MAX] = user_day(a, aging->max),
		[SP_WARN] = user_day(a, aging->warn),
		[SP_INACTIVE] = user_day(a, aging->inactive),
		[SP_EXPIRE] = user_day(a, aging->expire),
		[SP_FLAG] = "",
	};
	struct row row;
	int i;

	if (!table_find(t, name, &row))
		return table_add(t, values, &run->err);
	for (i = 1; i < SP_COLUMNS; i++)
		if (table_set(t, &row, i, values[i], &run->err) < 0)
			return -1;
	return 0;
}

/* Where the caller sits, as the log has it. */
static const char *caller_terminal(void)
{
	const char *name = ttyname(STDIN_FILENO);

	return name ? name : "none";
}

int user_add_shadow(struct run *run, struct table *shadow, const char *name, const char *password)
{
	struct arena *a = &run->arena;
	struct user_aging aging;
	const char *values[SP_COLUMNS];

	user_aging_defaults(&run->defs, &aging);
	values[SP_NAME] = name;
	values[SP_PASSWORD] = password;
	values[SP_LAST] = user_day(a, aging.last_change);
	values[SP_MIN] = user_day(a, aging.min);
	values[SP_MAX] = user_day(a, aging.max);
	values[SP_WARN] = user_day(a, aging.warn);
	values[SP_INACTIVE] = values[SP_EXPIRE] = values[SP_FLAG] = "";
	return table_add(shadow, values, &run->err);
}

int user_add(struct run *run, struct txn *txn, const struct user *user, const char *password,
	     const struct user_aging *aging)
{
	struct table *passwd = txn_create(txn, TABLE_PASSWD);
	struct table *shadow = txn_table(txn, TABLE_SHADOW);
	struct arena *a = &run->arena;
	const char *values[PW_COLUMNS] = {
		[PW_NAME] = user->name,
		[PW_PASSWORD] = shadow ? "x" : password,
		[PW_UID] = arena_printf(a, "%lu", (unsigned long)user->uid),
		[PW_GID] = arena_printf(a, "%lu", (unsigned long)user->gid),
		[PW_GECOS] = user->gecos,
		[PW_HOME] = user->home,
		[PW_SHELL] = user->shell,
	};

	if (shadow && add_shadow(run, shadow, user->name, password, aging) < 0)
		return -1;
	if (table_add(passwd, values, &run->err) < 0)
		return -1;
	event_log(&run->events, a, "new user: name=%s, UID=%u, GID=%u, home=%s, shell=%s, from=%s",
		  user->name, (unsigned)user->uid, (unsigned)user->gid, user->home, user->shell,
		  caller_terminal());
	event_audit(&run->events, a, AUDIT_TYPE_ADD_USER, "adding user", AUDIT_TYPE_ADD_USER,
		    "add-user", NULL, user->name, (long)user->uid, true);
	return 0;
}

int user_check_single(struct run *run, struct table *t, const char *name)
{
	const struct schema *s = schema_get(table_which(t));
	struct row row;

	if (!table_find(t, name, &row) || !table_find_again(t, &row))
		return 0;
	return err_set(&run->err, s->error,
		       "Multiple entries named '%s' in %s. Please fix this with pwck or grpck.",
		       name, root_show(&run->root, &run->arena, s->path));
}

int user_shadow(struct run *run, struct txn *txn, const char *name, struct row *ret)
{
	struct table *t = txn_table(txn, TABLE_SHADOW);

	if (!t)
		return 0;
	if (user_check_single(run, t, name) < 0)
		return -1;
	return table_find(t, name, ret);
}

static int remove_row(struct run *run, struct table *t, const char *name)
{
	struct row row;

	if (!t || !table_find(t, name, &row))
		return 0;
	if (user_check_single(run, t, name) < 0)
		return -1;
	table_remove(t, &row);
	return 0;
}

int user_remove(struct run *run, struct txn *txn, const char *name)
{
	if (remove_row(run, txn_table(txn, TABLE_PASSWD), name) < 0)
		return -1;
	return remove_row(run, txn_table(txn, TABLE_SHADOW), name);
}
