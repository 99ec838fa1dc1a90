/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lastlog - when each user last logged in.
 */
#include <stdio.h>
#include <time.h>

#include "day.h"
#include "json.h"
#include "lastlog.h"
#include "text.h"

struct last {
	const char *before, *time, *user;
	bool active, clear, set;
};

#define AT(member) offsetof(struct last, member)

static const struct opt last_opts[] = {
	{ 'a', "active", NULL, N_("print only users who have logged in"), OPT_FLAG, AT(active) },
	{ 'b', "before", "DAYS", N_("print only records older than DAYS"), OPT_STRING, AT(before) },
	{ 'C', "clear", NULL, N_("clear the record of the user of -u"), OPT_FLAG, AT(clear) },
	{ 'S', "set", NULL, N_("set the record of the user of -u to now"), OPT_FLAG, AT(set) },
	{ 't', "time", "DAYS", N_("print only records of the last DAYS"), OPT_STRING, AT(time) },
	{ 'u', "user", "USER", N_("only this user: a name, a UID or a range of UIDs"), OPT_STRING,
	  AT(user) },
	{ 0 }
};

struct listing {
	struct run *run;
	const struct last *o;
	struct uid_log log;
	struct uid_pick pick;
	int64_t now, before, within; /* seconds */
	size_t shown, left_out;      /* left_out: their records lie past the end */
};

/* --- showing --- */

static bool is_wanted(const struct listing *l, const struct lastlog_entry *entry)
{
	const struct last *o = l->o;

	if (o->active && entry->time == 0)
		return false;
	if (o->time && l->now - entry->time > l->within)
		return false;
	return !o->before || l->now - entry->time >= l->before;
}

static void print_row(struct listing *l, const char *name, const struct lastlog_entry *entry)
{
	struct arena *a = &l->run->arena;
	const time_t when = (time_t)entry->time;
	char text[64] = "**Never logged in**";
	struct tm tm;

	if (entry->time != 0 && (!localtime_r(&when, &tm) ||
				 strftime(text, sizeof(text), "%a %b %e %H:%M:%S %z %Y", &tm) == 0))
		snprintf(text, sizeof(text), "%lld s", (long long)entry->time);
	if (l->shown == 0)
		printf("%-16s %-8s %-42s %s\n", "Username", "Port", "From", "Latest");
	printf("%-16s %-8.8s %-41s %s\n", str_visible(a, name),
	       entry->time ? str_visible(a, entry->line) : "",
	       entry->time ? str_visible(a, entry->host) : "", text);
}

static void print_json(struct listing *l, const char *name, uint32_t uid,
		       const struct lastlog_entry *entry)
{
	printf(l->shown ? ",\n{" : "\n{");
	json_member(stdout, true, "name", name);
	printf(",\"uid\":%lu", (unsigned long)uid);
	if (entry->time)
		printf(",\"time\":%lld", (long long)entry->time);
	else
		printf(",\"time\":null");
	json_member(stdout, false, "line", entry->line);
	json_member(stdout, false, "host", entry->host);
	printf("}");
}

static int show(void *context, const char *name, uint32_t uid)
{
	struct listing *l = context;
	struct lastlog_entry entry;

	if (lastlog_read(&l->log, uid, &entry, &l->run->err) < 0)
		return -1;
	if (!is_wanted(l, &entry))
		return 0;
	if (l->run->opt.json)
		print_json(l, name, uid, &entry);
	else
		print_row(l, name, &entry);
	l->shown++;
	return 0;
}

/* --- changing --- */

static void tell(struct listing *l, const char *name, uint32_t uid)
{
	struct run *run = l->run;
	const char *verb = l->o->set ? "set" : "cleared";

	if (run->opt.json) {
		printf(l->shown ? ",\n{" : "\n{");
		json_member(stdout, true, "name", name);
		printf(",\"uid\":%lu}", (unsigned long)uid);
	} else if (run->opt.dry_run) {
		run_show(arena_printf(&run->arena, "%s: the record of %s (UID %lu) is %s\n",
				      l->log.path, str_visible(&run->arena, name),
				      (unsigned long)uid, verb));
	}
	l->shown++;
}

static int change(void *context, const char *name, uint32_t uid)
{
	struct listing *l = context;
	struct run *run = l->run;
	struct lastlog_entry entry = { 0 };
	const struct event done = { .audit = AUDIT_TYPE_ACCT_UNLOCK,
				    .operation = l->o->set ? "refreshing-lastlog" :
							     "clearing-lastlog",
				    .name = name, .id = (long)uid, .success = true };

	if (lastlog_is_beyond(run, uid))
		return 0;
	/* A record that is not there need not be cleared; one of many users' is not worth a longer
	 * file. */
	if (uid >= l->log.count && (l->o->clear || !l->pick.single)) {
		l->left_out += l->o->set;
		return 0;
	}
	if (l->o->set)
		entry = (struct lastlog_entry){ l->now, "lastlog", "localhost" };
	if (!run->opt.dry_run) {
		if (lastlog_write(&l->log, uid, &entry, &run->err) < 0)
			return -1;
		events_add(&run->events, &run->arena, &done);
	}
	tell(l, name, uid);
	return 0;
}

/* --- */

static int look(struct run *run, struct txn *txn, void *context)
{
	struct listing *l = context;
	bool write = l->o->clear || l->o->set;
	uint32_t highest;
	int r;

	if (uid_pick(&l->pick, run, txn, l->o->user) < 0 ||
	    uid_log_open(&l->log, run, UID_LOG_LOGINS, write && !run->opt.dry_run) < 0)
		return -1;
	highest = l->pick.high < SCHEMA_ID_MAX ? l->pick.high : l->pick.low;
	if (l->pick.given && lastlog_is_beyond(run, highest))
		note_say(&run->note, "Selected uid(s) are higher than LASTLOG_UID_MAX (%lld), %s",
			 defs_number(&run->defs, "LASTLOG_UID_MAX", -1),
			 write ? _("they will not be updated.") :
				 _("the output might be incorrect."));
	if (run->opt.json)
		printf(write ? "{\"changed\":[" : "{\"users\":[");
	r = uid_log_users(&l->log, run, txn, &l->pick, write ? change : show, l);
	if (run->opt.json)
		puts(l->shown ? "\n]}" : "]}");
	if (l->left_out)
		note_say(&run->note, "%s ends before their records, users left out: %zu; "
			 "-u with one name or UID makes it longer", l->log.path, l->left_out);
	uid_log_close(&l->log);
	return r;
}

static int work(struct run *run, void *options, const char *const *operands)
{
	struct listing l = { .run = run, .o = options, .log = UID_LOG_CLOSED,
			     .now = day_now(NULL) };
	const struct last *o = options;

	if (operands[0])
		return err_set(&run->err, ERR_USAGE, "unexpected argument: %s", operands[0]);
	if (o->clear && o->set)
		return err_set(&run->err, ERR_USAGE,
			       "Option -C cannot be used together with option -S");
	if ((o->clear || o->set) && !o->user)
		return err_set(&run->err, ERR_USAGE,
			       "Options -C and -S require option -u to specify the user");
	if (o->before && !uid_log_days(o->before, &l.before))
		return err_set(&run->err, ERR_ARGUMENT, "invalid numeric argument '%s'",
			       o->before);
	if (o->time && !uid_log_days(o->time, &l.within))
		return err_set(&run->err, ERR_ARGUMENT, "invalid numeric argument '%s'", o->time);
	return run_look(run, TABLE_BIT(TABLE_PASSWD), look, &l);
}

static const struct tool last_tool = {
	.name = "lastlog", .synopsis = N_("[options]"),
	.summary = N_("Show when users last logged in."), .options = last_opts, .work = work,
};

int main(int argc, char **argv)
{
	struct last o = { .user = NULL };

	return run_main(&last_tool, &o, argc, argv);
}
