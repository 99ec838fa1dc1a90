/* SPDX-License-Identifier: BSD-3-Clause */
#include "run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "day.h"
#include "fd.h"
#include "idmarks.h"
#include "lock.h"
#include "nss.h"
#include "profile.h"
#include "run_confine.h"
#include "selinux_permit.h"
#include "text.h"

/* Seconds. */
#define LOCK_TIMEOUT_MAX (24 * 60 * 60)
/* How often we begin anew when somebody writes without taking the lock. */
#define ATTEMPTS 5

static const struct opt key_opts[] = {
	{ 'K', "key", "KEY=VALUE", N_("override a value of login.defs"), OPT_LIST,
	  offsetof(struct run_opts, keys) },
	/* What Debian's useradd called it up to 4.15. */
	{ 'O', NULL, NULL, NULL, OPT_LIST, offsetof(struct run_opts, keys) },
	{ 0 },
};

static const struct opt common_opts[] = {
	{ 'R', "root", "DIR", N_("change the system in DIR"), OPT_STRING,
	  offsetof(struct run_opts, root) },
	{ 'P', "prefix", "DIR", N_("the same; messages show paths with DIR"), OPT_STRING,
	  offsetof(struct run_opts, prefix) },
	{ 0, "local", NULL, N_("use the account files alone, no other source of NSS"), OPT_FLAG,
	  offsetof(struct run_opts, local) },
	{ 0, "lock-timeout", "SECONDS", N_("how long to wait for the lock (15)"), OPT_STRING,
	  offsetof(struct run_opts, lock_timeout) },
	{ 0, "selinux", "MODE", N_("label new files: auto, off or strict"), OPT_STRING,
	  offsetof(struct run_opts, selinux) },
	{ 0, "no-backup", NULL, N_("leave no copies of the old files"), OPT_FLAG,
	  offsetof(struct run_opts, no_backup) },
	{ 0, "dry-run", NULL, N_("show what would change, change nothing"), OPT_FLAG,
	  offsetof(struct run_opts, dry_run) },
	{ 0, "json", NULL, N_("print what was done as JSON"), OPT_FLAG,
	  offsetof(struct run_opts, json) },
	{ 'h', "help", NULL, N_("display this help message and exit"), OPT_HELP, 0 },
	{ 0 },
};

/* Parts of a run are tested without a tool. */
static bool is_elevated(const struct run *run)
{
	return run->tool && run->tool->elevated;
}

struct groups {
	struct opt_group list[5];
};

static struct groups groups_of(struct run *run, void *options)
{
	struct groups g = { .list = { { run->tool->options, options } } };
	size_t n = 1;

	if (run->tool->takes_keys)
		g.list[n++] = (struct opt_group){ key_opts, &run->opt };
	if (run->tool->common)
		g.list[n++] = (struct opt_group){ run->tool->common, &run->opt };
	g.list[n] = (struct opt_group){ common_opts, &run->opt };
	return g;
}

/* Whoever waits is a process of root's, which no limit of the caller's counts. */
static bool may_wait(const struct run *run)
{
	return !is_elevated(run) || caller_is_root(&run->caller) ||
	       run->lock_timeout <= LOCK_TIMEOUT_DEFAULT;
}

static int take_timeout(struct run *run)
{
	const char *text = run->opt.lock_timeout;
	uint64_t value;

	run->lock_timeout = LOCK_TIMEOUT_DEFAULT;
	if (!text)
		return 0;
	if (!str_decimal(str_of(text), LOCK_TIMEOUT_MAX, &value))
		return err_set(&run->err, ERR_ARGUMENT, "invalid lock timeout '%s'", text);
	run->lock_timeout = (long)value;
	if (may_wait(run))
		return 0;
	return err_set(&run->err, ERR_PERMISSION,
		       "only root may wait for the lock longer than %d seconds",
		       LOCK_TIMEOUT_DEFAULT);
}

/* Options that overrule what root decided for the system. */
static int check_options(struct run *run)
{
	const struct run_opts *o = &run->opt;
	const char *name = o->selinux   ? "selinux" :
			   o->local     ? "local" :
			   o->no_backup ? "no-backup" :
			   o->dry_run   ? "dry-run" :
					  NULL;

	if (!name || caller_is_root(&run->caller))
		return 0;
	return err_set(&run->err, ERR_PERMISSION, "only root may use --%s", name);
}

static int read_configuration(struct run *run)
{
	const char *epoch = day_ignored_epoch();
	enum selinux_source source;

	if (epoch)
		note_say(&run->note, "SOURCE_DATE_EPOCH is no time up to now, ignored: '%s'",
			 epoch);
	if (take_timeout(run) < 0 ||
	    root_open(&run->root, run->opt.root, run->opt.prefix, &run->arena, &run->err) < 0 ||
	    defs_load(&run->defs, &run->root, &run->arena, &run->note, &run->err) < 0 ||
	    defs_override(&run->defs, &run->opt.keys, &run->arena, &run->err) < 0)
		return -1;
	run->opt.no_backup |= run->root.image;
	return selinux_mode_choose(run->opt.selinux, defs_string(&run->defs, "SELINUX_LABELS"),
				   &run->note, &run->mode, &source, NULL, &run->err);
}

/* Of the running system the configuration is root's to read; of any other tree the caller reads
 * what he can. */
static int prepare(struct run *run)
{
	struct caller *c = &run->caller;
	int r;

	if (!is_elevated(run))
		return read_configuration(run);
	if (run->opt.root || run->opt.prefix)
		return caller_drop(c, &run->err) < 0 ? -1 : read_configuration(run);
	if (check_options(run) < 0 || caller_raise(c, &run->err) < 0)
		return -1;
	r = read_configuration(run);
	return caller_lower(c, &run->err) < 0 ? -1 : r;
}

/* Before the transaction an elevated run has the caller's ids. */
static bool is_lowered(const struct run *run)
{
	const struct caller *c = &run->caller;

	if (!is_elevated(run) || !run->root.live)
		return false;
	return c->uid != c->effective_uid ? geteuid() != c->effective_uid :
					    getegid() != c->effective_gid;
}

struct selinux *run_labels(struct run *run)
{
	bool lowered = !run->labels && is_lowered(run);

	/* What the caller may not read of policy must not be what the labels hang on. */
	if (lowered && caller_raise(&run->caller, &run->err) < 0)
		return NULL;
	if (!run->labels &&
	    selinux_begin(&run->labels, run->root.fd, run->root.live, run->mode, &run->note,
			  &run->err) < 0)
		run->labels = NULL;
	if (lowered && caller_lower(&run->caller, &run->err) < 0)
		return NULL;
	return run->labels;
}

int run_sources(struct run *run, struct nss *ret)
{
	if (!run->sources) {
		if (nss_load(ret, &run->root, run->opt.local, &run->arena, &run->err) < 0)
			return -1;
		run->sources = arena_alloc(&run->arena, sizeof(*run->sources));
		*run->sources = *ret;
	}
	*ret = *run->sources;
	return 0;
}

int run_permit(struct run *run)
{
	const char *permission = run->tool ? run->tool->permission : NULL;
	struct selinux *labels;

	if (!permission || !run->root.live || run->caller.uid != 0)
		return 0;
	labels = run_labels(run);
	return labels ? selinux_permit(labels, permission, &run->err) : -1;
}

void run_show(const char *text)
{
	fputs(text, stdout);
}

static void show_diffs(struct txn *txn)
{
	int id;

	for (id = 0; id < TABLE_COUNT; id++) {
		struct table *t = txn_table(txn, (enum table_id)id);

		const char *path = txn_show(txn, (enum table_id)id);

		if (txn_removes(txn, (enum table_id)id))
			printf("%s is removed\n", path);
		else if (t && table_edits(t) > 0)
			table_diff(t, path, stdout);
	}
}

static int attempt(struct run *run, const struct txn_spec *spec,
		   int (*change)(struct run *run, struct txn *txn, void *context), void *context)
{
	struct txn *txn = NULL;
	size_t mark;
	int r;

	if (txn_begin(&txn, spec, &run->err) < 0)
		return -1;
	/* The caller could stop his terminal now, and everybody else would wait for him. */
	if (is_elevated(run))
		note_hold(&run->note, &run->arena);
	/* What recovery noted stays, whatever becomes of this change. */
	mark = run->events.count;
	r = change(run, txn, context);
	if (r == 0 && (spec->tables & TABLE_BIT(TABLE_IDMARKS)))
		r = idmarks_note(run, txn);
	if (r == 0 && spec->read_only)
		show_diffs(txn);
	else if (r == 0)
		r = txn_commit(txn, &run->err);
	if (r != 0 || spec->read_only)
		events_rewind(&run->events, mark);
	txn_end(&txn);
	note_release(&run->note);
	return r;
}

int run_transaction(struct run *run, unsigned tables,
		    int (*change)(struct run *run, struct txn *txn, void *context), void *context)
{
	struct txn_spec spec = {
		.root = &run->root,
		.arena = &run->arena,
		.note = &run->note,
		.events = &run->events,
		.tables = idmarks_tables(&run->defs, tables),
		.lock_timeout = run->lock_timeout,
		/* Who interrupts a run with more rights than his own must leave nothing of it. */
		.signals = is_elevated(run) ? &run->origin.signals : NULL,
		.no_backup = run->opt.no_backup,
		.paths = run->paths,
		.read_only = run->opt.dry_run,
	};
	int tries, r;

	if (is_elevated(run) && caller_become_root(&run->caller, &run->err) < 0)
		return -1;
	if (!spec.read_only && (run_permit(run) < 0 || !(spec.labels = run_labels(run))))
		return -1;
	if (is_elevated(run) && !run->caller.dropped && !run->confined) {
		run_confine(run);
		run->confined = true;
	}
	for (tries = 0; tries < ATTEMPTS; tries++) {
		r = attempt(run, &spec, change, context);
		if (r != TXN_AGAIN)
			return r;
		/* The commit blocked all signals; waiting for the lock may be interrupted. */
		sigprocmask(SIG_SETMASK, &run->origin.signals, NULL);
	}
	return err_set(&run->err, ERR_LOCK,
		       "the account files are being changed by another program; try again later.");
}

int run_look(struct run *run, unsigned tables,
	     int (*look)(struct run *run, struct txn *txn, void *context), void *context)
{
	const struct txn_spec spec = { .root = &run->root, .arena = &run->arena,
				       .note = &run->note, .paths = run->paths,
				       .tables = idmarks_tables(&run->defs, tables),
				       .read_only = true };
	struct txn *txn = NULL;
	bool raised = is_elevated(run);
	int r = -1;

	if (raised && caller_raise(&run->caller, &run->err) < 0)
		return -1;
	if (txn_begin(&txn, &spec, &run->err) == 0)
		r = look(run, txn, context);
	txn_end(&txn);
	return raised && caller_lower(&run->caller, &run->err) < 0 ? -1 : r;
}

bool run_called(int argc, char **argv, const char *name)
{
	const char *called = argc > 0 ? argv[0] : "", *slash = strrchr(called, '/');
	size_t n = strlen(name);

	if (slash)
		called = slash + 1;
	return strncmp(called, name, n) == 0 && (called[n] == '\0' || called[n] == '.');
}

bool run_operands(struct run *run, const char *const *operands, size_t count)
{
	size_t given = 0;

	while (operands[given])
		given++;
	if (given == count)
		return true;
	err_set(&run->err, ERR_USAGE, "usage: %s %s (see %s --help)", run->tool->name,
		_(run->tool->synopsis), run->tool->name);
	return false;
}

static void note_labels(struct run *run)
{
	const char *warning;

	if (!run->labels)
		return;
	warning = selinux_warning(run->labels);
	if (warning)
		event_log_at(&run->events, &run->arena, LOG_WARNING, "%s", warning);
	else if (selinux_kernel(run->labels) && !selinux_active(run->labels))
		event_log_at(&run->events, &run->arena, LOG_DEBUG, "SELinux: %s",
			     selinux_reason(run->labels));
}

static int status_of(const struct tool *tool, enum err_kind kind)
{
	int status = tool->status[kind];

	if (status == RUN_STATUS_BY_PROFILE)
		status = profile_get()->status_bad_name;
	return status ? status : 1;
}

void run_send(struct run *run)
{
	struct err ignored = { .kind = ERR_NONE };
	bool lowered = is_lowered(run);

	/* The audit system hears root alone. */
	if (lowered)
		(void)caller_raise(&run->caller, &ignored);
	events_send(&run->events, run->tool->name, run->root.live);
	events_rewind(&run->events, 0);
	if (lowered)
		(void)caller_lower(&run->caller, &ignored);
}

static int run_end(struct run *run, void *options)
{
	const struct tool *tool = run->tool;
	bool failed = run->err.kind != ERR_NONE;
	int status = run->status;

	if (fflush(stdout) != 0)
		err_sys(&run->err, ERR_IO, "cannot write the output");
	else if (ferror(stdout))
		err_set(&run->err, ERR_IO, "cannot write the output");
	if (run->err.kind != ERR_NONE) {
		status = status_of(tool, run->err.kind);
		note_say(&run->note, "%s", run->err.message);
		/* The logs are about changes: none was tried, or it was made. */
		if (tool->failed && failed && !run->opt.dry_run)
			tool->failed(run, options, status);
	}
	note_labels(run);
	run_send(run);
	selinux_end(&run->labels);
	root_close(&run->root);
	/* An elevated run's environment is in the arena. */
	if (tool->elevated)
		environ = NULL;
	arena_free(&run->arena);
	return status;
}

/* *ret_help as opt_parse has it. */
static int take_arguments(struct run *run, const struct opt_group *groups, int argc, char **argv,
			  const char *const **ret_operands, bool *ret_help)
{
	if (!run->tool->raw)
		return opt_parse(groups, argc, argv, &run->arena, ret_operands, ret_help,
				 &run->err);
	*ret_operands = (const char *const *)argv + (argc > 0);
	return 0;
}

int run_main(const struct tool *tool, void *options, int argc, char **argv)
{
	struct run run = { .tool = tool, .note = { .prog = tool->name }, .root = { .fd = -1 } };
	const char *const *operands = NULL;
	struct groups g = groups_of(&run, options);
	bool help = false;

	proc_begin(&run.origin);
	if (fd_open_standard() < 0)
		return 1;
	if (!tool->elevated)
		caller_note(&run.caller);
	else if (caller_begin(&run.caller, &run.arena, &run.err) < 0)
		return run_end(&run, options);
	text_begin();
	if (take_arguments(&run, g.list, argc, argv, &operands, &help) == 0) {
		if (help)
			opt_help(g.list, tool->name, tool->synopsis, tool->summary, stdout);
		else if (prepare(&run) == 0)
			tool->work(&run, options, operands);
	}
	return run_end(&run, options);
}
