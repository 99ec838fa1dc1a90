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
#include <stdio.h>
#include <unistd.h>

#include "arena.h"
#include "caller.h"
#include "defs.h"
#include "err.h"
#include "err_log.h"
#include "fd.h"
#include "idmap.h"
#include "idmap_rights.h"
#include "idmap_set.h"
#include "idmap_target.h"
#include "log.h"
#include "note.h"
#include "opt.h"
#include "root.h"
#include "self.h"
#include "str.h"
#include "text.h"

#ifdef NEWGIDMAP
#define IDMAP_TABLE SUBID_GIDS
#define TOOL "newgidmap"
#define MAP_FILE "gid_map"
#define SYNOPSIS N_("[options] PID|fd:N GID LOWERGID COUNT [GID LOWERGID COUNT ...]")
#define SUMMARY N_("Set the gid map of the user namespace that a process of yours is in.")
#else
#define IDMAP_TABLE SUBID_UIDS
#define TOOL "newuidmap"
#define MAP_FILE "uid_map"
#define SYNOPSIS N_("[options] PID|fd:N UID LOWERUID COUNT [UID LOWERUID COUNT ...]")
#define SUMMARY N_("Set the uid map of the user namespace that a process of yours is in.")
#endif

struct options {
	bool check;
};

static const struct opt idmap_opts[] = {
	{ 0, "check", NULL, N_("tell whether the map could be set, do not set it"), OPT_FLAG,
	  offsetof(struct options, check) },
	{ 'h', "help", NULL, N_("display this help message and exit"), OPT_HELP, 0 },
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
	struct idmap_caller who;
	struct idmap_target target;
};

/* --- who asks, and for which process */

/* GRANT_AUX_GROUP_SUBIDS: may the caller's group be another than that of his account? */
static int other_group_may(struct idmap_run *run, bool *ret)
{
	const struct note note = { .prog = TOOL };
	struct root root = { .fd = -1 };
	struct defs defs = { .count = 0 };
	int r;

	if (root_open(&root, NULL, NULL, &run->arena, &run->err) < 0)
		return -1;
	r = defs_load(&defs, &root, &run->arena, &note, &run->err);
	if (r == 0)
		*ret = defs_bool(&defs, "GRANT_AUX_GROUP_SUBIDS", false);
	root_close(&root);
	return r;
}

static int find_account(struct idmap_run *run)
{
	uid_t uid;

	/* Of two rows with one name only the one that is found by the name counts. */
	if (!self_lookup(run->caller.uid, &run->arena, &run->self) ||
	    !self_find(run->self.name, &uid) || uid != run->caller.uid) {
		log_say(LOG_WARNING, "Cannot determine the user name of the caller (UID %lu)",
			(unsigned long)run->caller.uid);
		return err_set(&run->err, ERR_PERMISSION, "Cannot determine your user name.");
	}
	run->who = (struct idmap_caller){ run->self.name, run->caller.uid, run->caller.gid };
	return 0;
}

static int check_owner(struct idmap_run *run)
{
	const struct caller *c = &run->caller;
	bool own, may = c->gid == run->self.gid;
	const char *number;
	uid_t uid;
	gid_t gid;

	if (idmap_target_owner(&run->target, &uid, &gid, &run->err) < 0)
		return -1;
	own = uid == c->uid && gid == c->gid;
	if (own && !may && other_group_may(run, &may) < 0)
		return -1;
	if (own && may)
		return 0;
	number = run->target.pid < 0 ? "" : arena_printf(&run->arena, " %ld", run->target.pid);
	return err_set(&run->err, ERR_PERMISSION,
		       "Target process%s is owned by a different user: "
		       "uid:%lu pw_uid:%lu st_uid:%lu, gid:%lu pw_gid:%lu st_gid:%lu%s", number,
		       (unsigned long)c->uid, (unsigned long)run->self.uid, (unsigned long)uid,
		       (unsigned long)c->gid, (unsigned long)run->self.gid, (unsigned long)gid,
		       own ? _(": login.defs has no GRANT_AUX_GROUP_SUBIDS yes") : "");
}

/* --- the map */

static int ask_source(struct idmap_run *run, struct idmap_grant *ret)
{
	struct subid_source source;
	int r;

	if (subid_source_open(&source, "", &run->err) < 0)
		return -1;
	r = idmap_grant(&run->map, &run->who, &source, ret, &run->err);
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

static int work(struct idmap_run *run, const char *const *operands)
{
	struct idmap_set set = { &run->map, &run->who, &run->rights, &run->target, false,
				 run->options.check };
	struct idmap_grant grant;

	if (!operands[0])
		return err_set(&run->err, ERR_USAGE,
			       "usage: %s %s (see %s --help)", TOOL, _(SYNOPSIS), TOOL);
	if (idmap_parse(IDMAP_TABLE, operands + 1, &run->arena, &run->map, &run->err) < 0 ||
	    idmap_target_open(operands[0], &run->target, &run->err) < 0 ||
	    find_account(run) < 0 || check_owner(run) < 0 || find_grant(run, &grant) < 0)
		return -1;
	set.granted = grant.granted;
	return idmap_set(&set, &run->arena, &run->err);
}

/* --- the end */

static void log_refusal(struct idmap_run *run)
{
	if (run->err.kind == ERR_PERMISSION && run->self.name && !run->options.check)
		log_say(LOG_WARNING, "%s (refused to %s, UID %lu)",
			err_log_text(&run->err, &run->arena), run->self.name,
			(unsigned long)run->caller.uid);
}

static int end(struct idmap_run *run)
{
	if (fflush(stdout) != 0)
		err_sys(&run->err, ERR_IO, "cannot write the output");
	if (run->err.kind != ERR_NONE)
		fprintf(stderr, "%s: %s\n", TOOL, str_visible(&run->arena, run->err.message));
	log_refusal(run);
	idmap_target_close(&run->target);
	/* What is left of the environment is in the arena. */
	environ = NULL;
	arena_free(&run->arena);
	return run->err.kind == ERR_NONE ? 0 : 1;
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
	    idmap_rights_begin(&run.rights, IDMAP_TABLE, run.caller.uid, &run.err) < 0)
		return end(&run);
	text_begin();
	if (opt_parse(groups, argc, argv, &run.arena, &operands, &help, &run.err) < 0)
		return end(&run);
	if (help)
		opt_help(groups, TOOL, SYNOPSIS, SUMMARY, stdout);
	else
		work(&run, operands);
	return end(&run);
}
