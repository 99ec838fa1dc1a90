/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * trace: run one command under ptrace(2) and disturb it at its Nth system call.
 *
 * Calls are counted from the start of main() when the program's symbol table has it, else from
 * its ELF entry point; the dynamic loader and library constructors come before both.  Children
 * of the command run untraced.  A plan may limit the count to calls made from one mapped image
 * ("libc.so"), so that the calls of a sanitizer's run time are left alone.
 *
 *	struct trace_plan plan = { .what = TRACE_FAIL, .at = 17, .error = ENOSPC };
 *	struct trace_end end;
 *	trace_run(&command, &plan, &end);
 *
 * A failure of the tracer itself ends the process with status 125: there is no result to trust.
 */
#ifndef FAULT_TRACE_H
#define FAULT_TRACE_H

#include <stdbool.h>
#include <stdint.h>

struct trace_command {
	char **argv;
	const char *root;	/* chroot(2) there first, or NULL */
	const char *input;	/* the file that is standard input; NULL: ours */
	int output;		/* standard output and error go there; -1: ours */
	bool same_salts;	/* without getrandom(2) libcrypt reads /dev/urandom; see roots.py */
	uint64_t start_offset;	/* from the entry point to main; found by the first run */
	bool start_known;
};

enum trace_what {
	TRACE_NOTHING,		/* run, do not stop at any call */
	TRACE_COUNT,
	TRACE_PRINT,		/* count, and name each call on stderr */
	TRACE_FAIL,		/* the call is not made and fails with `error` */
	TRACE_KILL,		/* SIGKILL at the entry of the call */
	TRACE_TERM,		/* SIGTERM there; the command may go on */
};

/* The counted calls of one run, as numbers. */
struct trace_calls {
	long *numbers;
	long count, room;
	bool forks;
};

struct trace_plan {
	enum trace_what what;
	long at;		/* first call is 1 */
	int error;
	struct trace_calls *record;	/* filled by TRACE_COUNT, or NULL */
	/* From an undisturbed run: with them only calls of the disturbed one's number stop, which
	 * is many times as fast.  NULL: every call does. */
	const struct trace_calls *calls;
	const char *image;	/* count calls from mappings of this name only; NULL: all */
};

struct trace_end {
	int status;		/* as from waitpid */
	long calls;		/* counted, up to the disturbed one */
	long number;		/* system call number of the disturbed one */
	bool reached;		/* the plan's call was there */
	bool exempt;		/* it cannot fail (exit, getpid), so it was left alone */
	bool hung;		/* was ended by us after trace_limit_seconds */
};

enum { trace_limit_seconds = 60 };

void trace_run(struct trace_command *command, const struct trace_plan *plan,
	       struct trace_end *ret_end);

/* "openat", or "call-999" in storage that the next call reuses. */
const char *trace_call_name(long number);

/* Says why and ends the process with status 125. */
_Noreturn void trace_die(const char *what);

#endif
