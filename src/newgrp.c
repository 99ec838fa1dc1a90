/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * newgrp, sg - a shell or a command with another group.
 */
#include <errno.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "err_log.h"
#include "group_join.h"
#include "prompt.h"
#include "pwhash.h"
#include "secret.h"
#include "session.h"
#include "text.h"

#define SHELL "/bin/sh"
#define UNKNOWN "???"

static const struct timespec wrong_delay = { .tv_sec = 1 };

struct newgrp {
	bool help, login;
	bool is_sg;
	const char *group;   /* NULL: the primary one */
	const char *command; /* NULL: a shell */
	const char *shell;
	struct self self;
	struct group_join join;
};

/* --- the command line --- */

static int usage(struct run *run)
{
	return err_set(&run->err, ERR_USAGE, "usage: %s %s", run->tool->name,
		       _(run->tool->synopsis));
}

/* More operands than these are left alone, as they always were. */
static int take_operands(struct run *run, struct newgrp *o, const char *const *operands)
{
	if (*operands && (strcmp(*operands, "-") == 0 || strcmp(*operands, "-l") == 0)) {
		o->login = true;
		operands++;
	}
	if (*operands && (strcmp(*operands, "-h") == 0 || strcmp(*operands, "--help") == 0)) {
		o->help = true;
		return 0;
	}
	if (*operands && **operands == '-')
		return usage(run);
	o->group = *operands;
	if (!o->is_sg)
		return 0;
	if (!*operands)
		return usage(run);
	operands++;
	if (!*operands)
		return 0;
	if (strcmp(*operands, "-c") == 0)
		operands++;
	if (!*operands || **operands == '-')
		return usage(run);
	o->command = *operands;
	return 0;
}

static void print_help(const struct run *run)
{
	printf(_("Usage: %s %s\n"), run->tool->name, _(run->tool->synopsis));
	printf("%s\n", _(run->tool->summary));
}

/* --- may he --- */

/* What audit calls the change: by the name that was asked for, or the gid. */
static void note_change(struct run *run, const struct newgrp *o, bool success)
{
	struct arena *a = &run->arena;
	const char *name = o->join.name;
	unsigned long gid = (unsigned long)o->join.gid;
	const char *old = success ? arena_printf(a, "changing new-gid=%lu", gid) :
				    arena_printf(a, "changing new-group=%s", audit_word(a, name));

	event_audit(&run->events, a, AUDIT_TYPE_CHGRP_ID, old, AUDIT_TYPE_CHGRP_ID,
		    arena_printf(a, "changing new_group=%s", audit_value(a, name)), NULL, NULL,
		    (long)run->caller.uid, success);
}

static void note_proof(struct run *run, const struct newgrp *o, bool success)
{
	struct arena *a = &run->arena;
	unsigned long gid = (unsigned long)o->join.gid;

	event_audit(&run->events, a, AUDIT_TYPE_GRP_AUTH,
		    arena_printf(a, "authentication new-gid=%lu", gid), AUDIT_TYPE_GRP_AUTH,
		    arena_printf(a, "authentication new_gid=%lu", gid), NULL, NULL,
		    (long)run->caller.uid, success);
}

/* The log comes before the delay, so that nobody can end the process in between. */
static int refuse(struct run *run, const struct newgrp *o)
{
	event_log(&run->events, &run->arena, "Invalid password for group '%s' from '%s'",
		  o->join.name, o->self.name);
	note_change(run, o, false);
	run_send(run);
	nanosleep(&wrong_delay, NULL);
	return err_set(&run->err, ERR_PERMISSION, "Invalid password.");
}

static int prove(struct run *run, const struct newgrp *o)
{
	_cleanup_secret_ struct secret typed = SECRET_NONE;
	bool right;

	if (prompt_secret(PROMPT_TERMINAL, "Password: ", &typed, &run->err) < 0) {
		/* No answer is a wrong one. */
		err_clear(&run->err);
		note_proof(run, o, false);
		return refuse(run, o);
	}
	right = pwhash_check(&typed, o->join.password);
	note_proof(run, o, right);
	return right ? 0 : refuse(run, o);
}

static int join(struct run *run, struct newgrp *o)
{
	const char *why;

	if (group_join_find(run, o->group, &o->self, &o->join) < 0) {
		if (run->err.kind == ERR_UNKNOWN && o->group)
			note_change(run, o, false);
		else if (run->err.kind == ERR_UNKNOWN)
			event_log_at(&run->events, &run->arena, LOG_CRIT, "%s",
				     err_log_text(&run->err, &run->arena));
		return -1;
	}
	if ((group_join_asks(&o->join) && prove(run, o) < 0) ||
	    session_join(&run->caller, o->join.gid, &run->arena, &why, &run->err) < 0)
		return -1;
	if (why)
		note_say(&run->note, "%s", why);
	note_change(run, o, true);
	return 0;
}

/* --- the program --- */

static const char *given(char *const *environment, const char *name)
{
	size_t n = strlen(name);

	for (; environment && *environment; environment++)
		if (strncmp(*environment, name, n) == 0 && (*environment)[n] == '=')
			return *environment + n + 1;
	return NULL;
}

/* A login uses the account's shell, and a command the system's. */
static const char *choose_shell(const struct run *run, const struct newgrp *o)
{
	const char *shell = given(run->caller.environment, "SHELL");

	if (o->command)
		return SHELL;
	if (o->login || !shell || *shell != '/')
		shell = o->self.shell;
	return shell && *shell == '/' ? shell : SHELL;
}

static char **login_environment(struct run *run, const struct newgrp *o)
{
	bool super = run->caller.uid == 0;
	const char *path = defs_string(&run->defs, super ? "ENV_SUPATH" : "ENV_PATH");
	const char *term = given(run->caller.environment, "TERM");
	struct arena *a = &run->arena;
	char **list = arena_array(a, 8, sizeof(*list));
	size_t n = 0;

	if (!path)
		path = super ? "/sbin:/bin:/usr/sbin:/usr/bin" : "/bin:/usr/bin";
	if (strncmp(path, "PATH=", 5) == 0)
		path += 5;
	list[n++] = arena_printf(a, "HOME=%s", o->self.home);
	list[n++] = arena_printf(a, "SHELL=%s", o->shell);
	list[n++] = arena_printf(a, "USER=%s", o->self.name);
	list[n++] = arena_printf(a, "LOGNAME=%s", o->self.name);
	list[n++] = arena_printf(a, "PATH=%s", path);
	if (term)
		list[n++] = arena_printf(a, "TERM=%s", term);
	list[n] = NULL;
	return list;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static const char *tty_name(void)
{
	const char *tty = ttyname(0);

	if (tty && strncmp(tty, "/dev/", 5) == 0)
		tty += 5;
	return tty ? tty : UNKNOWN;
}

static void log_session(struct run *run, const struct newgrp *o, const char *what,
			const char *group)
{
	const char *login = getlogin();

	event_log(&run->events, &run->arena, "user '%s' (login '%s' on %s) %s to group '%s'",
		  o->self.name, login ? login : UNKNOWN, tty_name(), what, group);
}

/* Status 126 and 127 are not those of an error of ours. */
static int tell_failure(struct run *run)
{
	if (run->err.kind == ERR_PERMISSION)
		return -1;
	note_say(&run->note, "%s", run->err.message);
	err_clear(&run->err);
	return 0;
}

static int run_session(struct run *run, const struct newgrp *o, const struct session *session)
{
	const char *before = group_join_name(run, run->caller.gid);
	bool logs = defs_bool(&run->defs, "SYSLOG_SG_ENAB", false);
	int r, signal;

	if (logs)
		log_session(run, o, "switched", o->join.name);
	run_send(run);
	if (!logs) {
		session_exec(session, &run->status, &run->err);
		return tell_failure(run);
	}
	r = session_run(session, &run->status, &signal, &run->err);
	log_session(run, o, "returned", before);
	return r < 0 ? tell_failure(run) : 0;
}

static int start(struct run *run, const struct newgrp *o)
{
	const char *argv[4] = { base_name(o->shell) };
	struct session session = { .origin = &run->origin, .caller = &run->caller,
				   .gid = o->join.gid, .path = o->shell, .argv = argv,
				   .environment = run->caller.environment };

	if (o->command) {
		argv[1] = "-c";
		argv[2] = o->command;
	} else if (o->login) {
		argv[0] = arena_printf(&run->arena, "-%s", argv[0]);
		session.environment = login_environment(run, o);
		if (chdir(o->self.home) < 0)
			note_say(&run->note, "cannot change to %s: %s", o->self.home,
				 strerror(errno));
	}
	return run_session(run, o, &session);
}

static int work(struct run *run, void *options, const char *const *operands)
{
	struct newgrp *o = options;

	if (take_operands(run, o, operands) < 0)
		return -1;
	if (o->help) {
		print_help(run);
		return 0;
	}
	if (self_account(run, &o->self) < 0) {
		event_log_at(&run->events, &run->arena, LOG_WARNING,
			     "Cannot determine the user name of the caller (UID %lu)",
			     (unsigned long)run->caller.uid);
		return -1;
	}
	if (join(run, o) < 0)
		return -1;
	o->shell = choose_shell(run, o);
	return start(run, o);
}

static const struct tool newgrp_tool = {
	.name = "newgrp",
	.synopsis = N_("[-] [GROUP]"),
	.summary = N_("Start a shell with another group."),
	.elevated = true,
	.raw = true,
	.work = work,
};

static const struct tool sg_tool = {
	.name = "sg",
	.synopsis = N_("[-] GROUP [[-c] COMMAND]"),
	.summary = N_("Run a command, or a shell, with another group."),
	.elevated = true,
	.raw = true,
	.work = work,
};

int main(int argc, char **argv)
{
	struct newgrp o = { .is_sg = run_called(argc, argv, sg_tool.name) };

	return run_main(o.is_sg ? &sg_tool : &newgrp_tool, &o, argc, argv);
}
