/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * newuidmap, newgidmap - set the uid or gid map of a user namespace.
 *
 * One source, two programs: which of them it is (NEWGIDMAP) is compiled in, for argv[0] is the
 * caller's to choose.
 *
 * The frame of run.h is not used: it is made for changing account files and brings PAM, audit,
 * labels and the lock into the process.  What is needed here is one capability at two moments (see
 * idmap_rights.h), and the program links nothing but the C library.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "caller.h"
#include "defs.h"
#include "err.h"
#include "fd.h"
#include "idmap.h"
#include "idmap_rights.h"
#include "idmap_target.h"
#include "idmap_why.h"
#include "log.h"
#include "note.h"
#include "opt.h"
#include "root.h"
#include "self.h"
#include "str.h"

#ifdef NEWGIDMAP
#define IDMAP_TABLE SUBID_GIDS
#define TOOL "newgidmap"
#define MAP_FILE "gid_map"
#define SYNOPSIS "[options] PID|fd:N GID LOWERGID COUNT [GID LOWERGID COUNT ...]"
#define SUMMARY "Set the gid map of the user namespace that a process of yours is in."
#else
#define IDMAP_TABLE SUBID_UIDS
#define TOOL "newuidmap"
#define MAP_FILE "uid_map"
#define SYNOPSIS "[options] PID|fd:N UID LOWERUID COUNT [UID LOWERUID COUNT ...]"
#define SUMMARY "Set the uid map of the user namespace that a process of yours is in."
#endif

struct options {
	bool check;
};

static const struct opt idmap_opts[] = {
	{ 0, "check", NULL, "tell whether the map could be set, do not set it", OPT_FLAG,
	  offsetof(struct options, check) },
	{ 'h', "help", NULL, "display this help message and exit", OPT_HELP, 0 },
	{ 0 },
};

struct idmap_run {
	struct arena arena;
	struct err err;
	struct caller caller;
	struct idmap_rights rights;
	struct options options;
	struct self self; /* the caller's account */
	struct idmap map;
	struct idmap_target target;
	unsigned long long namespace;
	bool has_namespace;
};

/* --- who asks, and for which process */

static int find_account(struct idmap_run *run)
{
	uid_t uid;

	/* Of two rows with one name only the one that is found by the name counts. */
	if (self_lookup(run->caller.uid, &run->arena, &run->self) &&
	    self_find(run->self.name, &uid) && uid == run->caller.uid)
		return 0;
	log_say(LOG_WARNING, "Cannot determine the user name of the caller (UID %lu)",
		(unsigned long)run->caller.uid);
	return err_set(&run->err, ERR_PERMISSION, "Cannot determine your user name.");
}

/* GRANT_AUX_GROUP_SUBIDS: may the caller's group be another than that of his account?  Where
 * login.defs is not there, or cannot be read, it may not. */
static int other_group_may(struct idmap_run *run, bool *ret)
{
	const struct note note = { .prog = TOOL };
	struct root root = { .fd = -1 };
	struct defs defs = { .count = 0 };
	int r;

	*ret = false;
	if (root_open(&root, NULL, NULL, &run->arena, &run->err) < 0)
		return -1;
	r = defs_load(&defs, &root, &run->arena, &note, &run->err);
	if (r == 0)
		*ret = defs_bool(&defs, "GRANT_AUX_GROUP_SUBIDS", false);
	root_close(&root);
	return r;
}

static int check_owner(struct idmap_run *run)
{
	const struct caller *c = &run->caller;
	bool may = c->gid == run->self.gid;
	const char *number;
	uid_t uid;
	gid_t gid;

	if (idmap_target_owner(&run->target, &uid, &gid, &run->err) < 0)
		return -1;
	if (uid == c->uid && gid == c->gid && !may && other_group_may(run, &may) < 0)
		return -1;
	if (uid == c->uid && gid == c->gid && may)
		return 0;
	number = run->target.pid < 0 ? "" : arena_printf(&run->arena, " %ld", run->target.pid);
	return err_set(&run->err, ERR_PERMISSION,
		       "Target process%s is owned by a different user: "
		       "uid:%lu pw_uid:%lu st_uid:%lu, gid:%lu pw_gid:%lu st_gid:%lu%s", number,
		       (unsigned long)c->uid, (unsigned long)run->self.uid, (unsigned long)uid,
		       (unsigned long)c->gid, (unsigned long)run->self.gid, (unsigned long)gid,
		       uid == c->uid && gid == c->gid ?
			       ": login.defs has no GRANT_AUX_GROUP_SUBIDS yes" : "");
}

/* --- the map */

static struct idmap_caller who(const struct idmap_run *run)
{
	return (struct idmap_caller){
		.name = run->self.name,
		.uid = run->caller.uid,
		.id = IDMAP_TABLE == SUBID_UIDS ? run->caller.uid : run->caller.gid,
	};
}

static unsigned rights_for(const struct idmap *map)
{
	return IDMAP_RIGHT_MAP | (idmap_has_zero(map) ? IDMAP_RIGHT_ZERO : 0);
}

static int ask_source(struct idmap_run *run, struct idmap_grant *ret)
{
	const struct idmap_caller caller = who(run);
	struct subid_source source;
	int r;

	if (subid_source_open(&source, "", &run->err) < 0)
		return -1;
	r = idmap_grant(&run->map, &caller, &source, ret, &run->err);
	subid_source_close(&source);
	return r;
}

/* As the caller; where subuid is closed to him, as who may read any file. */
static int find_grant(struct idmap_run *run, struct idmap_grant *ret)
{
	struct err *e = &run->err;
	int r;

	if (ask_source(run, ret) == 0)
		return 0;
	if ((e->kind != ERR_SUBUID_FILE && e->kind != ERR_SUBGID_FILE) ||
	    !idmap_rights_has(&run->rights, IDMAP_RIGHT_READ))
		return -1;
	err_clear(e);
	if (idmap_rights_raise(&run->rights, IDMAP_RIGHT_READ, e) < 0)
		return -1;
	r = ask_source(run, ret);
	return idmap_rights_lower(&run->rights, e) < 0 ? -1 : r;
}

static const char *why(struct idmap_run *run, int error)
{
	const struct idmap_caller caller = who(run);
	struct idmap_facts facts;

	idmap_look(&facts, &run->map, &caller, &run->rights, &run->target);
	facts.error = error;
	return idmap_why(&facts, &run->arena);
}

/* what: "open of uid_map failed". */
static int refused(struct idmap_run *run, const char *what, int error)
{
	const char *reason = why(run, error);

	return err_set(&run->err, ERR_IO, "%s: %s%s%s", what, strerror(error), reason ? ": " : "",
		       reason ? reason : "");
}

static int would_be_refused(struct idmap_run *run)
{
	const char *reason = why(run, 0);

	if (!reason)
		return 0;
	return err_set(&run->err, ERR_IO, "write to " MAP_FILE " would fail: %s", reason);
}

/* The capability has to be the opener's, too. */
static int open_map(struct idmap_run *run)
{
	int fd, error;

	if (idmap_rights_raise(&run->rights, rights_for(&run->map), &run->err) < 0)
		return -1;
	fd = idmap_target_openat(&run->target, MAP_FILE, O_WRONLY);
	error = errno;
	if (idmap_rights_lower(&run->rights, &run->err) < 0) {
		fd_close(&fd);
		return -1;
	}
	if (fd < 0)
		refused(run, "open of " MAP_FILE " failed", error);
	return fd;
}

static int open_setgroups(struct idmap_run *run)
{
	int fd = idmap_target_openat(&run->target, "setgroups", O_RDWR);

	if (fd < 0)
		refused(run, "failed to open setgroups", errno);
	return fd;
}

/* The process still is who it was, and in the namespace that it was in when the first of the files
 * was opened. */
static int check_again(struct idmap_run *run, bool strict)
{
	unsigned long long now;

	if (check_owner(run) < 0)
		return -1;
	if (!run->has_namespace && strict)
		return err_set(&run->err, ERR_PERMISSION,
			       "the user namespace of the process cannot be told");
	if (!run->has_namespace)
		return 0;
	if (idmap_target_namespace(&run->target, &now) == 0 && now == run->namespace)
		return 0;
	return err_set(&run->err, ERR_PERMISSION,
		       "the process does not stay in its user namespace");
}

static int deny_setgroups(struct idmap_run *run, int fd)
{
	char text[8] = "";
	ssize_t n = read(fd, text, sizeof(text) - 1);

	if (n >= 4 && strncmp(text, "deny", 4) == 0)
		return 0;
	if (n >= 0 && lseek(fd, 0, SEEK_SET) == 0 && write(fd, "deny\n", 5) == 5)
		return 0;
	return refused(run, "failed to setgroups deny policy", errno);
}

static int write_map(struct idmap_run *run, int fd, const char *text, size_t length)
{
	ssize_t n;
	int error;

	if (idmap_rights_raise(&run->rights, rights_for(&run->map), &run->err) < 0)
		return -1;
	n = write(fd, text, length);
	error = errno;
	if (idmap_rights_lower(&run->rights, &run->err) < 0)
		return -1;
	if (n == (ssize_t)length)
		return 0;
	return refused(run, "write to " MAP_FILE " failed", n < 0 ? error : EIO);
}

/*
 * Who maps his own gid alone was granted nothing: he must not become able to leave groups that deny
 * him a file (CVE-2018-7169).  Both files are opened before either is written, and the namespace
 * looked at again after, so that what is denied is denied where the map is set.
 */
static int set_map(struct idmap_run *run, bool granted)
{
	bool deny = IDMAP_TABLE == SUBID_GIDS && !granted;
	_cleanup_fd_ int map = -1, setgroups = -1;
	const char *text;
	size_t length;

	text = idmap_text(&run->map, (size_t)sysconf(_SC_PAGESIZE), &run->arena, &length,
			  &run->err);
	if (!text)
		return -1;
	run->has_namespace = idmap_target_namespace(&run->target, &run->namespace) == 0;
	if (check_owner(run) < 0)
		return -1;
	map = open_map(run);
	if (map < 0 || (deny && (setgroups = open_setgroups(run)) < 0) ||
	    check_again(run, deny) < 0)
		return -1;
	if (run->options.check)
		return would_be_refused(run);
	if (deny && deny_setgroups(run, setgroups) < 0)
		return -1;
	return write_map(run, map, text, length);
}

static int work(struct idmap_run *run, const char *const *operands)
{
	struct idmap_grant grant;

	if (!operands[0])
		return err_set(&run->err, ERR_USAGE,
			       "usage: " TOOL " " SYNOPSIS " (see " TOOL " --help)");
	if (idmap_parse(IDMAP_TABLE, operands + 1, &run->arena, &run->map, &run->err) < 0 ||
	    idmap_target_open(operands[0], &run->target, &run->err) < 0 ||
	    find_account(run) < 0 || check_owner(run) < 0)
		return -1;
	if (find_grant(run, &grant) < 0)
		return -1;
	return set_map(run, grant.granted);
}

/* --- the end */

static void log_refusal(const struct idmap_run *run)
{
	if (run->err.kind == ERR_PERMISSION && run->self.name && !run->options.check)
		log_say(LOG_WARNING, "%s (refused to %s, UID %lu)", run->err.message,
			run->self.name, (unsigned long)run->caller.uid);
}

static int end(struct idmap_run *run)
{
	int status = run->err.kind == ERR_NONE ? 0 : 1;

	if (fflush(stdout) != 0)
		status = 1;
	if (run->err.kind != ERR_NONE)
		fprintf(stderr, "%s: %s\n", TOOL, str_visible(&run->arena, run->err.message));
	log_refusal(run);
	idmap_target_close(&run->target);
	/* What is left of the environment is in the arena. */
	environ = NULL;
	arena_free(&run->arena);
	return status;
}

int main(int argc, char **argv)
{
	struct idmap_run run = { .target = IDMAP_TARGET_NONE };
	const struct opt_group groups[] = { { idmap_opts, &run.options }, { NULL, NULL } };
	const char *const *operands = NULL;
	bool help = false;

	if (fd_open_standard() < 0)
		return 1;
	log_open(TOOL);
	if (caller_begin(&run.caller, &run.arena, &run.err) < 0 ||
	    idmap_rights_begin(&run.rights, IDMAP_TABLE, run.caller.uid, &run.err) < 0 ||
	    opt_parse(groups, argc, argv, &run.arena, &operands, &help, &run.err) < 0)
		return end(&run);
	if (help)
		opt_help(groups, TOOL, SYNOPSIS, SUMMARY, stdout);
	else
		work(&run, operands);
	return end(&run);
}
