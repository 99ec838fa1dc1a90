/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * run - one run of a tool: the options common to all, the start and the end.
 *
 *	int main(int argc, char **argv)
 *	{
 *		struct groupdel o = { 0 };
 *
 *		return run_main(&groupdel_tool, &o, argc, argv);
 *	}
 *
 * run_main parses the command line, opens the root, reads login.defs, calls the tool's work and
 * ends the run: one error line on stderr, events to syslog and audit, the status.
 *
 * work looks at the options, calls run_transaction with a function that changes rows in memory, and
 * then does what follows from the change (home, mail, caches, hooks).  It returns 0, or -1 with
 * run->err filled; what was committed before stays.
 */
#ifndef LIB_RUN_H
#define LIB_RUN_H

#include <stdbool.h>

#include "arena.h"
#include "caller.h"
#include "defs.h"
#include "err.h"
#include "event.h"
#include "note.h"
#include "opt.h"
#include "proc.h"
#include "root.h"
#include "selinux.h"
#include "txn.h"

/* Values of the common options, as given. */
struct run_opts {
	const char *root;         /* -R, --root DIR */
	const char *prefix;       /* -P, --prefix DIR */
	const char *selinux;      /* --selinux MODE */
	const char *lock_timeout; /* --lock-timeout SECONDS */
	bool local;               /* --local: the files alone, no NSS */
	bool dry_run;             /* --dry-run: show the plan as diffs, write nothing */
	bool json;                /* --json: what was made */
	bool no_backup;           /* --no-backup: leave no FILE- */
	struct opt_list keys;     /* -K, --key KEY=VALUE, where the tool takes it */
};

struct run;
struct nss;

/* A status that differs between distributions: profile.h has it. */
#define RUN_STATUS_BY_PROFILE 255

struct tool {
	const char *name;
	const char *synopsis; /* of --help, after the name */
	const char *summary;
	const struct opt *options; /* of the tool's own struct; ends with a row of zeros */
	bool takes_keys;           /* -K */
	bool elevated;             /* installed set-uid or set-gid: two phases, see below */
	const char *permission;    /* of SELinux's class passwd; see run_permit */
	bool raw;                  /* the command line is not parsed: all of it is operands */
	const struct opt *common;  /* goes before run.c's common options; may be NULL */
	unsigned char status[ERR_KINDS]; /* 0 is 1 */
	int (*work)(struct run *run, void *options, const char *const *operands);
	/* Notes what a failed run leaves in the logs; NULL: nothing. */
	void (*failed)(struct run *run, void *options, int status);
};

struct run {
	const struct tool *tool;
	struct arena arena;
	struct err err;
	struct note note;
	struct run_opts opt;
	struct root root;
	struct defs defs;
	struct events events;
	enum selinux_mode mode;
	struct selinux *labels; /* made by run_labels at first use */
	struct nss *sources;    /* made by run_sources at first use */
	long lock_timeout;      /* seconds */
	struct proc_origin origin; /* for the programs that we start */
	struct caller caller;
	bool confined; /* see run_confine.h */
	const char *const *paths; /* as in txn_spec */
	int status;    /* of a run without an error: the answer of a tool that has more than one */
};

/*
 * A tool that is elevated runs with the caller's ids at first (caller.h).  With --root or --prefix
 * the caller's ids are all that it has from then on.  Else run_look raises them while it reads, and
 * run_transaction becomes root for good and confines writing to the directories of the account
 * files; PAM, which the tool calls itself, comes before.  --selinux, --local, --no-backup and
 * --dry-run are for root.
 */

/* Returns the exit status. */
int run_main(const struct tool *tool, void *options, int argc, char **argv);

/* The labelling decision of this run, sampled once.  NULL: run->err is filled. */
struct selinux *run_labels(struct run *run);

/* The sources beyond the files (nss.h), looked at once. */
int run_sources(struct run *run, struct nss *ret);

/*
 * What root may do to accounts on the running system is for the policy to say, too
 * (selinux_permit.h): the tool's permission is "passwd", "chfn", "chsh", or "rootok" for all else.
 * run_transaction asks; a tool in which PAM makes the change asks itself, before.  ERR_PERMISSION.
 */
int run_permit(struct run *run);

/*
 * Locks, reads the tables named (TABLE_BIT), calls change, commits.  change returns 0, or -1 with
 * run->err filled; it may leave everything as it is.  It is called again from the start when
 * somebody else wrote a file meanwhile, so it must decide all anew.  What it noted in run->events
 * is taken back unless the commit stands.  With --dry-run the diffs are printed instead of the
 * commit, and the caller does nothing of what follows from the change.  Where TABLE_IDMARKS is
 * named the ids that change hands are noted (idmarks.h), if login.defs says so.
 */
int run_transaction(struct run *run, unsigned tables,
		    int (*change)(struct run *run, struct txn *txn, void *context), void *context);

/* Reads the tables without the lock and calls look: for what must be known before programs are run,
 * and is looked at again in the transaction. */
int run_look(struct run *run, unsigned tables,
	     int (*look)(struct run *run, struct txn *txn, void *context), void *context);

/* Sends what was noted so far: for who waits or is replaced by a program before the run ends. */
void run_send(struct run *run);

/* Prints what --dry-run shows of a change to any other file. */
void run_show(const char *text);

/* Was the program called by this name?  For one that has several; one that was put aside as
 * NAME.distrib, as dpkg-divert(1) does, is still NAME. */
bool run_called(int argc, char **argv, const char *name);

/* True when there are exactly count operands; else run->err is filled (ERR_USAGE). */
bool run_operands(struct run *run, const char *const *operands, size_t count);

#endif
