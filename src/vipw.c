/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * vipw, vigr - edit an account file with the lock held.
 *
 * One program; the name that it was called by tells which files.  What comes back from the editor
 * is looked at before it is published.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "edit_file.h"
#include "fd.h"
#include "flush.h"
#include "prompt.h"
#include "session.h"
#include "text.h"
#include "tools.h"

struct vipw {
	bool group, passwd, quiet, shadow;
	bool vigr; /* the name of the program */
};

#define AT(member) offsetof(struct vipw, member)

static const struct opt vipw_opts[] = {
	{ 'g', "group", NULL, N_("edit the files of groups"), OPT_FLAG, AT(group) },
	{ 'p', "passwd", NULL, N_("edit the files of users"), OPT_FLAG, AT(passwd) },
	{ 'q', "quiet", NULL, N_("say nothing of a file that is unchanged"), OPT_FLAG, AT(quiet) },
	{ 's', "shadow", NULL, N_("edit shadow or gshadow"), OPT_FLAG, AT(shadow) },
	{ 0 }
};

struct editing {
	const struct vipw *o;
	enum table_id id;
	const char *shown;       /* the file's path for messages */
	struct edit_file file;
	bool edited;             /* the editor was there */
	bool changed, dropped;
};

/* --- the editor --- */

static const char *choose_editor(void)
{
	const char *editor = secure_getenv("VISUAL");

	if (!editor || !editor[0])
		editor = secure_getenv("EDITOR");
	if (editor && editor[0])
		return editor;
	return access("/usr/bin/sensible-editor", X_OK) == 0 ? "sensible-editor" : "vi";
}

/* A path as one word of the shell. */
static const char *quoted(struct arena *a, const char *path)
{
	const char *text = "'";

	for (; *path; path++)
		text = *path == '\'' ? arena_printf(a, "%s'\\''", text) :
				       arena_printf(a, "%s%c", text, *path);
	return arena_printf(a, "%s'", text);
}

/* An editor with arguments, or a line of the shell, has always been fine.  1: it failed, or a
 * signal came, and run->status says how. */
static int run_editor(struct run *run, const struct edit_file *f)
{
	const char *editor = choose_editor();
	const char *const argv[] = {
		"sh", "-c",
		arena_printf(&run->arena, "%s %s", editor, quoted(&run->arena, f->path)), NULL
	};
	const struct session session = { .origin = &run->origin, .caller = &run->caller,
					 .gid = run->caller.gid, .path = "/bin/sh", .argv = argv,
					 .environment = environ };
	int status = 0, signal = 0;

	if (session_run(&session, &status, &signal, &run->err) < 0)
		return -1;
	/* Whoever wanted us gone wants no change. */
	if (signal != 0 && status == 0)
		note_say(&run->note, "ended by signal %d", signal);
	if (status > 128)
		note_say(&run->note, "%s killed by signal %d", editor, status - 128);
	else if (status != 0)
		note_say(&run->note, "%s returned with status %d", editor, status);
	run->status = status > 128 || (signal != 0 && status == 0) ? 1 : status;
	return run->status != 0;
}

/* --- what came back --- */

static bool is_harmless(struct str line)
{
	return line.n == 0 || line.p[0] == '#' || line.p[0] == '+' || line.p[0] == '-';
}

/* Malformed ones too. */
static bool has_line(struct table *t, struct str line)
{
	struct row row;

	for (row = ROW_START; table_next_line(t, &row);)
		if (str_eq(row.line, line))
			return true;
	return false;
}

/* Shows what would keep people from logging in; true: there is something. */
static bool show_faults(struct run *run, const struct editing *e, struct table *old,
			struct str text)
{
	struct table *new = table_anew(e->id, text, &run->arena);
	struct row row, first;
	size_t line = 0;
	bool faults = false;

	for (row = ROW_START; table_next_line(new, &row);) {
		const char *what = NULL;

		line++;
		if (is_harmless(row.line))
			continue;
		if (schema_split(e->id, row.line, row.column) == 0)
			what = _("malformed");
		else if (table_find(new, str_dup(&run->arena, row.column[0]), &first) &&
			 first.at != row.at)
			what = _("the name is there already");
		/* What was there before is no fault of this edit. */
		if (!what || has_line(old, row.line))
			continue;
		note_say(&run->note, "%s:%zu: %s: '%s'", e->shown, line, what,
			 str_visible(&run->arena, str_dup(&run->arena, row.line)));
		faults = true;
	}
	if (e->id == TABLE_PASSWD && table_find_id(old, 0, &row) && !table_find_id(new, 0, &row)) {
		note_say(&run->note, "%s: no user has the UID 0", e->shown);
		faults = true;
	}
	return faults;
}

enum choice { CHOICE_EDIT, CHOICE_KEEP, CHOICE_DROP, CHOICE_NONE };

static enum choice ask(struct run *run)
{
	static const int ends[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP };
	struct err end = { .kind = ERR_NONE };
	char *line = NULL;
	sigset_t signals;
	size_t i;
	int signal;

	sigemptyset(&signals);
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		sigaddset(&signals, ends[i]);
	while (isatty(0)) {
		if (prompt_line_until("Edit again, keep or drop the change (e/k/d)? ", &signals,
				      &run->arena, &line, &signal, &end) < 0) {
			if (signal != SIGTSTP)
				break;
			/* The other one is blocked, as all are after an editor. */
			kill(getpid(), SIGSTOP);
			continue;
		}
		switch (line[0]) {
		case 'e': case 'E':
			return CHOICE_EDIT;
		case 'k': case 'K':
			return CHOICE_KEEP;
		case 'd': case 'D':
			return CHOICE_DROP;
		}
	}
	return CHOICE_NONE;
}

/* 1: the file stays as it is, run->status says why. */
static int edit(struct run *run, struct editing *e, struct table *old, struct str *ret)
{
	for (;;) {
		int r = run_editor(run, &e->file);

		e->edited = true;
		if (r < 0 || edit_file_read(&e->file, run, ret) < 0)
			return -1;
		if (str_eq(*ret, table_bytes(old)))
			return 1;
		if (r > 0) {
			note_say(&run->note, "the edit is kept in %s", e->file.path);
			e->file.dirfd = -1;
			return 1;
		}
		if (!show_faults(run, e, old, *ret))
			return 0;
		switch (ask(run)) {
		case CHOICE_EDIT:
			continue;
		case CHOICE_KEEP:
			return 0;
		case CHOICE_DROP:
			return 1;
		case CHOICE_NONE:
			break;
		}
		return err_set(&run->err, ERR_IO, "%s is unchanged; the edit is kept in %s",
			       e->shown, e->file.path);
	}
}

static int change(struct run *run, struct txn *txn, void *context)
{
	struct editing *e = context;
	struct table *t = txn_table(txn, e->id);
	struct str text;
	int r;

	if (!t)
		return err_set(&run->err, ERR_MISSING, "%s: No such file or directory", e->shown);
	/* Somebody wrote although we have the lock. */
	if (e->edited)
		return err_set(&run->err, ERR_LOCK,
			       "%s was changed by another program; the edit is kept in %s",
			       e->shown, e->file.path);
	if (edit_file_make(&e->file, run, e->id, table_bytes(t)) < 0)
		return -1;
	r = edit(run, e, t, &text);
	if (r != 0)
		return r < 0 ? -1 : 0;
	txn_replace(txn, e->id, text);
	event_log(&run->events, &run->arena, "file %s.edit edited", e->shown);
	e->changed = true;
	return 0;
}

/* --- */

static void tell_about_other(struct run *run, const struct editing *e)
{
	const struct vipw *o = e->o;
	bool groups = e->id == TABLE_GROUP || e->id == TABLE_GSHADOW;
	enum table_id other = groups ? (o->shadow ? TABLE_GROUP : TABLE_GSHADOW) :
				       (o->shadow ? TABLE_PASSWD : TABLE_SHADOW);
	_cleanup_fd_ int fd = root_openat(&run->root, schema_get(other)->path, O_PATH, 0);

	if (fd < 0)
		return;
	printf(_("You have modified %s.\nYou may need to modify %s for consistency.\n"
		 "Please use the command '%s%s' to do so.\n"),
	       e->shown, root_show(&run->root, &run->arena, schema_get(other)->path),
	       groups ? "vigr" : "vipw", o->shadow ? "" : " -s");
}

static int work(struct run *run, void *options, const char *const *operands)
{
	const struct vipw *o = options;
	bool groups = o->passwd ? false : o->group || o->vigr;
	struct editing e = {
		.o = o, .file = EDIT_FILE_NONE,
		.id = groups ? (o->shadow ? TABLE_GSHADOW : TABLE_GROUP) :
			       (o->shadow ? TABLE_SHADOW : TABLE_PASSWD),
	};
	int r;

	if (!run_operands(run, operands, 0))
		return -1;
	if (run->opt.dry_run)
		return err_set(&run->err, ERR_USAGE, "--dry-run is not for an editor");
	e.shown = root_show(&run->root, &run->arena, schema_get(e.id)->path);
	r = run_transaction(run, TABLE_BIT(e.id), change, &e);
	/* After a failure the edit stays; the message names it, or this does. */
	if (r < 0) {
		if (e.edited && !strstr(run->err.message, e.file.path))
			note_say(&run->note, "the edit is kept in %s", e.file.path);
		return -1;
	}
	edit_file_remove(&e.file);
	if (e.changed) {
		flush_caches(run, groups ? FLUSH_GROUPS : FLUSH_USERS);
		tell_about_other(run, &e);
	} else if (!o->quiet) {
		printf(_("%s: %s is unchanged\n"), run->tool->name, e.shown);
	}
	return 0;
}

#define STATUSES { [ERR_USAGE] = 2, [ERR_ARGUMENT] = 3 }

static const struct tool vipw_tool = {
	.name = "vipw", .synopsis = N_("[options]"), .summary = N_("Edit the files of users."),
	.options = vipw_opts, .status = STATUSES, .work = work,
};

static const struct tool vigr_tool = {
	.name = "vigr", .synopsis = N_("[options]"), .summary = N_("Edit the files of groups."),
	.options = vipw_opts, .status = STATUSES, .work = work,
};

int vipw_main(int argc, char **argv)
{
	struct vipw o = { .vigr = run_called(argc, argv, vigr_tool.name) };

	return run_main(o.vigr ? &vigr_tool : &vipw_tool, &o, argc, argv);
}
