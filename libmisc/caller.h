/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * caller - who called a set-uid or set-gid program, and the privileges it has at each moment.
 *
 *	caller_begin(&caller, &arena, e); first thing in main: from here on the effective ids
 *	                                  are the real ones
 *	... options, prompts, may_change() ...
 *	caller_raise(&caller, e);       effective ids only: PAM, which looks at the real uid
 *	caller_lower(&caller, e);
 *	caller_become_root(&caller, e); for good; then the transaction
 *
 * or, where nothing but the caller's own rights shall count (--root, --prefix, a child):
 *
 *	caller_drop(&caller, e);        for good
 *
 * The real uid decides what is allowed, never the effective one.  After caller_become_root nothing
 * is read from the environment or the command line.
 */
#ifndef LIBMISC_CALLER_H
#define LIBMISC_CALLER_H

#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "arena.h"
#include "err.h"

#define CALLER_LIMITS 8

struct caller {
	uid_t uid, effective_uid; /* real, and as the program was started */
	gid_t gid, effective_gid;
	bool elevated;            /* the kernel marks this run as secure (AT_SECURE) */
	bool raised;              /* caller_raise was called: memory may have what is not his */
	bool dropped;             /* caller_drop was called: the kernel alone decides */
	bool is_root;             /* caller_become_root was called */
	char **environment;       /* as it was given: for a child that runs as the caller */
	struct rlimit limits[CALLER_LIMITS]; /* as they were, for children; see caller.c */
	bool limits_lifted;
};

/*
 * Remembers who called, rebuilds the environment from nothing, makes the process untraceable and
 * its core undumpable where it is elevated, and lowers the effective ids to the real ones.  Of the
 * environment stay LANG, LANGUAGE, LC_* (short values without "/") and TERM, and, where
 * they count (env.h), SOURCE_DATE_EPOCH, SHADOW_SELINUX and SHADOW_IMAGE; PATH is set.
 *
 * RLIMIT_FSIZE, CPU, AS, DATA, STACK, NOFILE and MEMLOCK are lifted as far as the kernel allows, so
 * that no limit of the caller's stops a write in the middle.  The new environment is in the arena.
 * ERR_PERMISSION: the rights cannot be lowered, or the stack is too small to end what is begun;
 * nothing may be done then.
 */
int caller_begin(struct caller *ret, struct arena *a, struct err *e);
/* For a program that is never elevated: who called, no more. */
void caller_note(struct caller *ret);

/* Root called, or the run has no rights but the caller's own: all that the kernel lets us do is
 * allowed. */
bool caller_is_root(const struct caller *c);

/* Nothing after caller_become_root or caller_drop.  ERR_PERMISSION. */
int caller_raise(struct caller *c, struct err *e);
int caller_lower(const struct caller *c, struct err *e);
/* All ids are root's from now on (where the program is set-gid only: that group's, the uid stays),
 * and no key of the caller's terminal stops us: the lock would stay with us.  ERR_PERMISSION. */
int caller_become_root(struct caller *c, struct err *e);
/* All ids are the caller's from now on; there is no way back.  Memory stays hidden from him where
 * the rights were raised before.  ERR_PERMISSION. */
int caller_drop(struct caller *c, struct err *e);
/* The limits as they were, for a child. */
void caller_restore_limits(const struct caller *c);

#endif
