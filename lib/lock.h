/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lock - nobody else changes the account files while we hold it.
 *
 * The truth is a write lock on ROOT/etc/.pwd.lock, which lckpwdf(3) takes too: the distributions'
 * tools, PAM, systemd-sysusers.  The kernel drops it when we die.  FILE.lock is made as well, for
 * tools that look at nothing else; one that is found is waited for only while it can be true: an
 * empty or odd one that is old, one of a dead process, of a process that began after it, or of a
 * process that is no account tool, is removed.
 *
 * We wait for at most timeout seconds, with one note after the first second; then ERR_LOCK.  Who
 * waits has nothing: neither lock nor file is kept meanwhile.
 */
#ifndef LIB_LOCK_H
#define LIB_LOCK_H

#include <signal.h>

#include "err.h"
#include "note.h"
#include "root.h"

/* Seconds; what lckpwdf(3) waits. */
#define LOCK_TIMEOUT_DEFAULT 15

struct lock;

/* tables: whose FILE.lock is made, TABLE_BIT.  The error names the first of them, or .pwd.lock.
 * signals: the mask to wait with; all are blocked once the lock is had, and stay so, that no
 * FILE.lock is left by a run that was interrupted.  NULL: the mask is left alone. */
int lock_take(struct lock **ret, const struct root *root, unsigned tables, long timeout,
	      const sigset_t *signals, const struct note *note, struct err *e);
/* FILE.lock of more tables, for recovery. */
int lock_add(struct lock *l, const struct root *root, unsigned tables, long timeout,
	     const struct note *note, struct err *e);
void lock_release(struct lock **lock);

#endif
