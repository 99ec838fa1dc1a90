/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * judge: what one disturbed run left behind, held against what it may leave.
 *
 * Verdicts are lines on standard output, as sweep.h says; the tally counts them.
 */
#ifndef FAULT_JUDGE_H
#define FAULT_JUDGE_H

#include "state.h"
#include "sweep.h"

/* What the undisturbed runs leave, to compare with. */
struct expected {
	struct state before, after;		/* the command's own work */
	struct state end_before, end_after;	/* the same with between and next */
	struct state end_other;			/* with the other form of between */
	char *tree_before, *tree_after, *tree_other;	/* homes and mail, at the end */
	int between_status[3];
	long calls;
};

struct run {
	struct trace_end end, second;
	struct state middle, final;
	bool known;		/* what it left has been judged already */
	bool journal;		/* the commit was under way when the command ended */
	int between_status, next_status;
	char *output;		/* what command, between and next said */
	size_t next_at;		/* where next's part begins */
};

struct tally {
	long runs, bad, between, unreached;
};

void judge(const struct sweep *sweep, const struct expected *x, const struct run *run,
	   struct tally *tally);

#endif
