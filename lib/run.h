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
 * The work calls run_transaction with a function that changes rows in memory; it is called again
 * from the start when somebody else wrote a file meanwhile, so it must decide all anew.
 */
#ifndef LIB_RUN_H
#define LIB_RUN_H

#include <stdbool.h>

#include "arena.h"
#include "defs.h"
#include "err.h"
#include "event.h"
#include "note.h"
#include "opt.h"
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
	struct opt_list keys;     /* -K, --key, where the tool has it */
};

struct run;

struct tool {
	const char *name;
	const char *synopsis; /* of --help, after the name */
	const char *summary;
	const struct opt *options; /* of the tool's own struct; ends with a row of zeros */
	unsigned char status[ERR_KINDS];
	/* 0 or -1 with run->err filled. */
	int (*work)(struct run *run, void *options, const char *const *operands);
	/* What a failed run leaves in the logs; NULL: nothing. */
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
	struct selinux *labels; /* made by run_labels at first use */
	long lock_timeout;      /* seconds */
};

int run_main(const struct tool *tool, void *options, int argc, char **argv);

/* The labelling decision of this run, sampled once.  NULL: an error. */
struct selinux *run_labels(struct run *run);

/*
 * Locks, reads the tables named (TABLE_BIT), calls change, commits.  With --dry-run the diffs are
 * printed instead of the commit.  change may leave everything as it is.
 */
int run_transaction(struct run *run, unsigned tables,
		    int (*change)(struct run *run, struct txn *txn, void *context), void *context);

/* Leaves the tool with a status of its own although all went well (groupadd -f). */
bool run_operands(struct run *run, const char *const *operands, size_t count);

#endif
