/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sweep: disturb a command at each of its system calls in turn and judge what is left.
 *
 * For every Nth call: put the root back, run the command with that call failed or the process
 * killed there, then run `between` (another tool that comes first, or none), then `next` (the
 * run that recovers, or none), and look at the six files.  They must be as `next` leaves them
 * after a run that never was, or after a run that was whole.  Each verdict that is not so is one
 * line on standard output:
 *
 *	VERDICT call N NAME status S: why | what was said
 *
 * and the last line is the sum.  The commands run at the place of the disturbed one: words are
 * split at blanks, a command that begins with in:DIR: is run in that chroot.
 */
#ifndef FAULT_SWEEP_H
#define FAULT_SWEEP_H

#include <stdbool.h>

#include "trace.h"

enum { sweep_late_max = 4, sweep_excuses_max = 4 };

struct sweep {
	const char *base;	/* the small root, read only */
	const char *work;	/* where a copy of it is made for each run */
	struct trace_plan plan;
	struct trace_calls calls, next_calls;	/* of the undisturbed commands */
	long first, every;	/* calls FIRST, FIRST + EVERY, ... */
	struct trace_command command, next, between, other;
	bool has_next, has_between, has_other;
	const char *states;	/* directory for distinct final states, or NULL */
	const char *refused;	/* text by which `next` says that it left a foreign change alone */
	const char *log;	/* where to listen for log lines, which count as output; or NULL */
	int log_fd;
	const char *peer; /* the account that `between` makes: must be there, with ids of its own */
	const char *ours;	/* the account that the command makes */
	struct trace_plan second;	/* disturb `next` too, after each death within a commit */
	long second_every;	/* 0: do not */
	bool may_be_torn;	/* a file is written in place: readers may meet it half done */
	bool home_may_differ;	/* a kill may leave the home half made, or with its old owner */
	bool home_must_be;	/* but where passwd says, always */
	int late[sweep_late_max];	/* statuses of failures after the commit */
	int late_count;
	const char *excuses[sweep_excuses_max];	/* messages of such failures */
	int excuse_count;
};

/* Number of bad verdicts. */
long sweep_run(struct sweep *sweep);

#endif
