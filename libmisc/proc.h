/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * proc - programs that we start, and processes of a user.
 *
 *	struct proc_origin origin;
 *	const struct proc_program nscd = { .argv = { "/usr/sbin/nscd", "-i", "passwd" } };
 *
 *	proc_begin(&origin);                    first thing in main
 *	if (proc_run(&origin, &nscd, &status) < 0)
 *		... errno says why it could not be started
 *
 * No shell is ever between us and a program.  Descriptors of ours close by O_CLOEXEC.
 */
#ifndef LIBMISC_PROC_H
#define LIBMISC_PROC_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

/* What our caller gave us and the programs that we start get again. */
struct proc_origin {
	sigset_t signals; /* blocked ones */
	mode_t umask;
	void (*on_pipe)(int), (*on_xfsz)(int), (*on_child)(int); /* SIG_DFL or SIG_IGN */
};

/*
 * Remembers that, sets the umask to 022 and ignores SIGPIPE and SIGXFSZ, so that a write fails
 * instead of ending us in the middle.  Children can be waited for, whatever our caller did to
 * SIGCHLD.
 */
void proc_begin(struct proc_origin *ret);
/* All of it as it was, for a program that takes our place or is our caller's own. */
void proc_restore(const struct proc_origin *o);

#define PROC_ARGS_MAX 7

struct proc_program {
	const char *argv[PROC_ARGS_MAX + 1]; /* a path first; ended by NULL */
	const char *const *environment;      /* ended by NULL; NULL itself is an empty one */
	bool quiet;                          /* all of its input and output is /dev/null */
};

/* Waits for the end.  *ret_status is the exit status, 128 and the signal's number for one that was
 * killed.  -1 and errno: it did not start. */
int proc_run(const struct proc_origin *o, const struct proc_program *program, int *ret_status);

/*
 * Looks for a process with a uid (of any kind, in any thread) that wanted says yes to.  1 and its
 * pid, 0 there is none, -1 and errno where /proc cannot be read.  Processes whose root directory is
 * not ours have users of their own (containers) and do not count.
 */
int proc_find(bool (*wanted)(const void *context, uid_t uid), const void *context, pid_t *ret_pid);

#endif
