/* SPDX-License-Identifier: BSD-3-Clause */
#include "aging.h"

#include <limits.h>

#include "day.h"
#include "json.h"

/* A password that is good for so many days never expires. */
#define MAX_FOREVER 10000

/* As the C library reads it: blanks and a "+" may stand before it, a leading 0 means nothing. */
static long day_of(const struct row *row, int column)
{
	struct str text;
	uint64_t day;

	if (column >= row->columns)
		return DAY_NONE;
	text = row->column[column];
	while (text.n > 0 && (*text.p == ' ' || *text.p == '\t')) {
		text.p++;
		text.n--;
	}
	if (text.n > 0 && *text.p == '+') {
		text.p++;
		text.n--;
	}
	return str_decimal(text, DAY_LAST, &day) ? (long)day : DAY_NONE;
}

void aging_of(const struct row *shadow, struct user_aging *ret)
{
	ret->last_change = day_of(shadow, SP_LAST);
	ret->min = day_of(shadow, SP_MIN);
	ret->max = day_of(shadow, SP_MAX);
	ret->warn = day_of(shadow, SP_WARN);
	ret->inactive = day_of(shadow, SP_INACTIVE);
	ret->expire = day_of(shadow, SP_EXPIRE);
}

/* Where a long is no wider than a day of the files, the sum has no room. */
static long later(long day, long days)
{
	return days > LONG_MAX - day ? LONG_MAX : day + days;
}

/* The day from which the password is expired; DAY_NONE: never. */
static long password_end(const struct user_aging *aging)
{
	if (aging->last_change < 0 || aging->max < 0 || aging->max >= MAX_FOREVER)
		return DAY_NONE;
	return later(aging->last_change, aging->max);
}

static long inactive_from(const struct user_aging *aging)
{
	long end = password_end(aging);

	return end < 0 || aging->inactive < 0 ? DAY_NONE : later(end, aging->inactive);
}

/* Without the account's own day. */
static enum aging_state password_state(const struct user_aging *aging, long today, long *ret_days)
{
	long end = password_end(aging), inactive = inactive_from(aging);

	*ret_days = end < 0 ? LONG_MAX : end - today;
	if (aging->last_change == 0) {
		/* Somebody asked for a new password: that it is old too does not matter. */
		*ret_days = 0;
		return AGING_EXPIRED;
	}
	if (inactive >= 0 && today >= inactive)
		return AGING_INACTIVE;
	if (*ret_days <= 0)
		return AGING_EXPIRED;
	return *ret_days <= aging->warn ? AGING_WARN : AGING_GOOD;
}

enum aging_state aging_state(const struct user_aging *aging, long today, long *ret_days)
{
	long days;
	enum aging_state state = password_state(aging, today, &days);

	if (ret_days)
		*ret_days = days;
	/* Day 0 is no day: programs do not agree on whether it means 1970 or never. */
	return aging->expire > 0 && today >= aging->expire ? AGING_ACCOUNT_OVER : state;
}

/* --- changing --- */

/* 1: found or made. */
static int make_row(struct run *run, struct txn *txn, const char *user, struct row *ret)
{
	struct table *passwd = txn_table(txn, TABLE_PASSWD);
	struct table *shadow = txn_table(txn, TABLE_SHADOW);
	const char *values[SP_COLUMNS] = { "", "", "", "", "", "", "", "", "" };
	struct row row;

	if (user_check_single(run, passwd, user) < 0 || !table_find(passwd, user, &row))
		return -1;
	values[SP_NAME] = user;
	values[SP_PASSWORD] = str_dup(&run->arena, row.column[PW_PASSWORD]);
	if (table_add(shadow, values, &run->err) < 0 ||
	    table_set(passwd, &row, PW_PASSWORD, "x", &run->err) < 0)
		return -1;
	return table_find(shadow, user, ret);
}

static int set_days(struct run *run, struct table *t, struct row *row,
		    const struct aging_change *change)
{
	const struct {
		bool has;
		int column;
		long day;
	} fields[] = {
		{ change->has_last, SP_LAST, change->to.last_change },
		{ change->has_min, SP_MIN, change->to.min },
		{ change->has_max, SP_MAX, change->to.max },
		{ change->has_warn, SP_WARN, change->to.warn },
		{ change->has_inactive, SP_INACTIVE, change->to.inactive },
		{ change->has_expire, SP_EXPIRE, change->to.expire },
	};
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (fields[i].has && table_set(t, row, fields[i].column,
					       user_day(&run->arena, fields[i].day),
					       &run->err) < 0)
			return -1;
	return 0;
}

int aging_set(struct run *run, struct txn *txn, const char *user, const struct aging_change *change,
	      bool *ret_changed)
{
	struct table *passwd = txn_table(txn, TABLE_PASSWD);
	struct table *shadow = txn_table(txn, TABLE_SHADOW);
	struct row row;
	struct str before = { "", 0 };
	int found;

	if (!passwd || !table_find(passwd, user, &row))
		return err_set(&run->err, ERR_UNKNOWN, "user '%s' does not exist in %s", user,
			       root_show(&run->root, &run->arena,
					 schema_get(TABLE_PASSWD)->path));
	if (!shadow)
		return err_set(&run->err, ERR_MISSING,
			       "the shadow password file is not present");
	found = user_shadow(run, txn, user, &row);
	if (found > 0)
		before = row.line;
	else if (found == 0)
		found = make_row(run, txn, user, &row);
	if (found <= 0 || set_days(run, shadow, &row, change) < 0)
		return -1;
	if (ret_changed)
		*ret_changed = !str_eq(row.line, before);
	return 0;
}

/* --- showing --- */

const char *aging_password_status(struct str password)
{
	if (password.n == 0)
		return "NP";
	return *password.p == '!' || *password.p == '*' ? "L" : "P";
}

void aging_print_status(struct arena *a, const char *user, struct str password,
			const struct user_aging *aging, FILE *out)
{
	const char *status = aging_password_status(password);
	char last[32];

	user = str_visible(a, user);
	if (!aging) {
		fprintf(out, "%s %s\n", user, status);
		return;
	}
	day_format(aging->last_change, last, sizeof(last));
	fprintf(out, "%s %s %s %ld %ld %ld %ld\n", user, status, last, aging->min, aging->max,
		aging->warn, aging->inactive);
}

static void json_days(FILE *out, const char *key, long days)
{
	if (days < 0)
		fprintf(out, ",\"%s\":null", key);
	else
		fprintf(out, ",\"%s\":%ld", key, days);
}

static void json_date(FILE *out, const char *key, long day)
{
	char text[32];

	day_format(day, text, sizeof(text));
	json_member(out, false, key, day < 0 ? NULL : text);
}

static void json_password_days(FILE *out, const struct user_aging *aging)
{
	bool must = aging->last_change == 0;

	json_date(out, "last_change", must ? DAY_NONE : aging->last_change);
	fprintf(out, ",\"must_change\":%s", must ? "true" : "false");
	json_days(out, "min_days", aging->min);
	json_days(out, "max_days", aging->max);
	json_days(out, "warn_days", aging->warn);
	json_days(out, "inactive_days", aging->inactive);
}

void aging_print_status_json(const char *user, struct str password, const struct user_aging *aging,
			     FILE *out)
{
	fputc('{', out);
	json_member(out, true, "name", user);
	json_member(out, false, "status", aging_password_status(password));
	if (aging)
		json_password_days(out, aging);
	fputc('}', out);
}

/* The dates that follow from the days of the password; last_change 0 shows as must. */
static const char *date(long day, bool must, bool iso, char buffer[32])
{
	if (must)
		return "password must be changed";
	if (iso)
		day_format(day, buffer, 32);
	else
		day_format_words(day, buffer, 32);
	return buffer;
}

void aging_print_list(const struct user_aging *aging, bool iso, FILE *out)
{
	bool must = aging->last_change == 0;
	char text[32];

	fprintf(out, "Last password change\t\t\t\t\t: %s\n",
		date(aging->last_change, must, iso, text));
	fprintf(out, "Password expires\t\t\t\t\t: %s\n",
		date(password_end(aging), must, iso, text));
	fprintf(out, "Password inactive\t\t\t\t\t: %s\n",
		date(inactive_from(aging), must, iso, text));
	fprintf(out, "Account expires\t\t\t\t\t\t: %s\n",
		date(aging->expire, false, iso, text));
	fprintf(out, "Minimum number of days between password change\t\t: %ld\n", aging->min);
	fprintf(out, "Maximum number of days between password change\t\t: %ld\n", aging->max);
	fprintf(out, "Number of days of warning before password expires\t: %ld\n", aging->warn);
}

void aging_print_list_json(const char *user, const struct user_aging *aging, FILE *out)
{
	bool must = aging->last_change == 0;

	fputc('{', out);
	json_member(out, true, "name", user);
	json_password_days(out, aging);
	json_date(out, "password_expires", must ? DAY_NONE : password_end(aging));
	json_date(out, "password_inactive", must ? DAY_NONE : inactive_from(aging));
	json_date(out, "account_expires", aging->expire);
	fputs("}\n", out);
}
