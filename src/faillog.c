/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * faillog - failed logins, and after how many an account is closed.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "day.h"
#include "faillog.h"
#include "json.h"
#include "text.h"
#include "uid_log.h"

struct fail {
	const char *lock, *max, *time, *user;
	bool all, reset;
};

#define AT(member) offsetof(struct fail, member)

static const struct opt fail_opts[] = {
	{ 'a', "all", NULL,
	  N_("also users without failures; with -l, -m, -r: all records"), OPT_FLAG,
	  AT(all) },
	{ 'l', "lock-secs", "SECONDS",
	  N_("close an account for SECONDS after a failure"), OPT_STRING,
	  AT(lock) },
	{ 'm', "maximum", "COUNT",
	  N_("close an account after COUNT failures"), OPT_STRING, AT(max) },
	{ 'r', "reset", NULL, N_("set the counts of failures to 0"), OPT_FLAG, AT(reset) },
	{ 't', "time", "DAYS", N_("print only failures of the last DAYS"), OPT_STRING, AT(time) },
	{ 'u', "user", "USER", N_("only this user: a name, a UID or a range of UIDs"), OPT_STRING,
	  AT(user) },
	{ 0 }
};

struct failures {
	struct run *run;
	const struct fail *o;
	struct uid_log log;
	struct uid_pick pick;
	struct faillog_change change;
	int64_t now, within; /* seconds */
	size_t shown, left_out; /* left_out: their records lie past the end */
};

/* --- showing --- */

static bool is_wanted(const struct failures *f, const struct faillog *record)
{
	int64_t age;

	/* A time that overflows is no recent one. */
	if (f->o->time && (__builtin_sub_overflow(f->now, (int64_t)record->time, &age) ||
			   age > f->within))
		return false;
	/* A count that was reset leaves the time of the last failure. */
	return f->o->all || f->pick.single || record->count != 0 || record->time != 0;
}

/* As strftime's "%D %H:%M:%S %z" has it.  A damaged record must not hide the others. */
static const char *show_time(struct arena *a, long seconds)
{
	const time_t when = (time_t)seconds;
	char zone[16];
	struct tm tm;

	if (!localtime_r(&when, &tm) || strftime(zone, sizeof(zone), "%z", &tm) == 0)
		return arena_printf(a, "%ld s", seconds);
	return arena_printf(a, "%02d/%02d/%02d %02d:%02d:%02d %s", tm.tm_mon + 1, tm.tm_mday,
			    (tm.tm_year % 100 + 100) % 100, tm.tm_hour, tm.tm_min, tm.tm_sec, zone);
}

static void print_row(struct failures *f, const char *name, const struct faillog *record)
{
	struct arena *a = &f->run->arena;
	char line[FAILLOG_LINE_SIZE];
	long left = faillog_left(record, f->now);

	faillog_line(record, line);
	if (f->shown == 0)
		puts("Login       Failures Maximum Latest                   On\n");
	printf("%-9s   %5d    %5d   %s  %s", str_visible(a, name), record->count, record->max,
	       show_time(a, record->time), str_visible(a, line));
	if (left > 0)
		printf(" [%lds left]", left);
	else if (record->lock_time != 0)
		printf(" [%lds lock]", record->lock_time);
	putchar('\n');
}

static void print_json(struct failures *f, const char *name, uint32_t uid,
		       const struct faillog *record)
{
	char line[FAILLOG_LINE_SIZE];

	printf(f->shown ? ",\n{" : "\n{");
	json_member(stdout, true, "name", name);
	printf(",\"uid\":%lu,\"failures\":%d,\"maximum\":%d,\"time\":%ld,\"lock_seconds\":%ld",
	       (unsigned long)uid, record->count, record->max, record->time, record->lock_time);
	faillog_line(record, line);
	json_member(stdout, false, "line", line);
	printf("}");
}

static int show(void *context, const char *name, uint32_t uid)
{
	struct failures *f = context;
	struct faillog record;

	if (uid_log_read(&f->log, uid, &record, &f->run->err) < 0)
		return -1;
	if (!is_wanted(f, &record))
		return 0;
	if (f->run->opt.json)
		print_json(f, name, uid, &record);
	else
		print_row(f, name, &record);
	f->shown++;
	return 0;
}

/* --- changing --- */

static void tell(struct failures *f, const char *name, uint32_t uid,
		 const struct faillog *record)
{
	struct run *run = f->run;

	if (run->opt.json)
		print_json(f, name, uid, record);
	else if (run->opt.dry_run)
		run_show(arena_printf(&run->arena, "%s: the record of %s (UID %lu) becomes "
				      "%d failures, maximum %d, lock %ld s\n", f->log.path,
				      name ? str_visible(&run->arena, name) : "no user",
				      (unsigned long)uid, record->count, record->max,
				      record->lock_time));
	f->shown++;
}

static int change(void *context, const char *name, uint32_t uid)
{
	struct failures *f = context;
	struct faillog record;

	if (uid_log_read(&f->log, uid, &record, &f->run->err) < 0)
		return -1;
	if (!faillog_apply(&record, &f->change))
		return 0;
	/* The record of one of many users is not worth a longer file. */
	if (uid >= f->log.count && !f->pick.single) {
		f->left_out++;
		return 0;
	}
	if (!f->run->opt.dry_run && uid_log_write(&f->log, uid, &record, &f->run->err) < 0)
		return -1;
	tell(f, name, uid, &record);
	return 0;
}

/* Records of users who are gone, or to come. */
static int change_rest(struct failures *f, struct txn *txn)
{
	uint32_t uid = f->pick.low;
	int found;

	for (; f->o->all || f->pick.single; uid++) {
		found = f->pick.single ? 1 : uid_log_next(&f->log, &uid, &f->run->err);
		if (found < 0)
			return -1;
		if (found == 0 || uid > f->pick.high)
			return 0;
		if (!uid_log_has_user(f->run, txn, uid) && change(f, NULL, uid) < 0)
			return -1;
	}
	return 0;
}

/* --- */

static int look(struct run *run, struct txn *txn, void *context)
{
	struct failures *f = context;
	bool write = f->change.has_lock || f->change.has_max || f->change.reset;
	int r;

	if (uid_pick(&f->pick, run, txn, f->o->user) < 0 ||
	    uid_log_open(&f->log, run, UID_LOG_FAILURES, write && !run->opt.dry_run) < 0)
		return -1;
	if (run->opt.json)
		printf(write ? "{\"changed\":[" : "{\"users\":[");
	r = uid_log_users(&f->log, run, txn, &f->pick, write ? change : show, f);
	if (r == 0 && write)
		r = change_rest(f, txn);
	if (run->opt.json)
		puts(f->shown ? "\n]}" : "]}");
	if (f->left_out)
		note_say(&run->note, "%s ends before their records, users left out: %zu; "
			 "-u with one name or UID makes it longer", f->log.path, f->left_out);
	uid_log_close(&f->log);
	return r;
}

static int take_number(struct run *run, const char *text, long min, long max, bool *ret_has,
		       long *ret)
{
	char *end;

	*ret_has = text != NULL;
	if (!text)
		return 0;
	errno = 0;
	*ret = strtol(text, &end, 0);
	if (errno == 0 && end != text && !*end && *ret >= min && *ret <= max)
		return 0;
	return err_set(&run->err, ERR_ARGUMENT, "invalid numeric argument '%s'", text);
}

static int work(struct run *run, void *options, const char *const *operands)
{
	struct failures f = { .run = run, .o = options, .log = UID_LOG_CLOSED,
			      .now = day_now(NULL) };
	const struct fail *o = options;
	struct faillog_change *c = &f.change;
	long max = 0;

	if (operands[0])
		return err_set(&run->err, ERR_COMBINATION, "unexpected argument: %s", operands[0]);
	if (take_number(run, o->lock, LONG_MIN, LONG_MAX, &c->has_lock, &c->lock_time) < 0 ||
	    take_number(run, o->max, SHRT_MIN, SHRT_MAX, &c->has_max, &max) < 0)
		return -1;
	c->max = (short)max;
	c->reset = o->reset;
	if (o->time && !uid_log_days(o->time, &f.within))
		return err_set(&run->err, ERR_ARGUMENT, "invalid numeric argument '%s'", o->time);
	if (o->time && (o->lock || o->max || o->reset))
		return err_set(&run->err, ERR_USAGE, "-t cannot be used with -l, -m or -r");
	return run_look(run, TABLE_BIT(TABLE_PASSWD), look, &f);
}

static const struct tool fail_tool = {
	.name = "faillog", .synopsis = N_("[options]"),
	.summary =
		N_("Show failed logins, or set how many close an account."), .options = fail_opts,
	.status = { [ERR_USAGE] = 2, [ERR_ARGUMENT] = 3, [ERR_UNKNOWN] = 3 }, .work = work,
};

int main(int argc, char **argv)
{
	struct fail o = { .user = NULL };

	return run_main(&fail_tool, &o, argc, argv);
}
