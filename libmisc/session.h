/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * session - a program that runs as the caller of a set-uid tool, in our place or while we wait.
 *
 *	session_join(&caller, gid, &arena, &why, e);    the group joins the caller's list
 *	session_exec(&session, e);                      in our place: returns only on failure
 *	session_run(&session, &status, &signal, e);     or as a child
 *
 * All rights but the caller's are gone before the program starts, and what we changed is as he had
 * it: limits, umask, signals.  Descriptors of ours are O_CLOEXEC; his own stay.
 */
#ifndef LIBMISC_SESSION_H
#define LIBMISC_SESSION_H

#include "caller.h"
#include "proc.h"

struct session {
	const struct proc_origin *origin;
	const struct caller *caller;
	gid_t gid;                /* real and effective from then on */
	const char *path;
	const char *const *argv;  /* ended by NULL */
	char *const *environment; /* ended by NULL */
};

/* Statuses of a program that did not start, as shells have them. */
enum { SESSION_CANNOT_RUN = 126, SESSION_NOT_FOUND = 127 };

/* Adds a group to the supplementary ones.  *ret_why: why it could not be, which does no harm (no
 * room, a user namespace that forbids it); else NULL.  ERR_PERMISSION. */
int session_join(struct caller *c, gid_t gid, struct arena *a, const char **ret_why,
		 struct err *e);

/* ERR_IO: "Cannot execute PATH: ..."; *ret_status is one of the two above. */
int session_exec(const struct session *s, int *ret_status, struct err *e);

/*
 * *ret_status is the exit status, 128 and the signal's number for one that was killed.
 *
 * Keys of the terminal are the program's, not ours.  When it stops we stop, so that our caller's
 * shell has the terminal back; when we are continued it is.  A SIGTERM or SIGHUP that somebody
 * sends to us is passed on; *ret_signal is the last one that came, from whomever, or 0.
 *
 * All signals are blocked from then on.
 */
int session_run(const struct session *s, int *ret_status, int *ret_signal, struct err *e);

#endif
