/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * proc - programs that we start, and processes of a user.
 *
 *	struct proc_origin origin;
 *
 *	proc_begin(&origin);                                     first thing in main
 *	status = proc_run(&origin, argv, environment, e);
 */
#ifndef LIBMISC_PROC_H
#define LIBMISC_PROC_H

#include <signal.h>
#include <sys/types.h>

/* What our caller gave us and the programs that we start get again. */
struct proc_origin {
	sigset_t signals; /* blocked ones */
	mode_t umask;
};

/* Remembers that, sets the umask to 022 and ignores SIGPIPE and SIGXFSZ, so that a write fails instead
 * of ending us in the middle. */
void proc_begin(struct proc_origin *ret);

#endif
