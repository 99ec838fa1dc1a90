/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * hook - the programs of the administrator in /etc/shadow-maint/DIR, before and after a change.
 *
 * Every file there that is no directory is run, in order of the names, with ACTION and SUBJECT in
 * the environment and without arguments.  The first that fails ends it.  On the running system
 * only, and not with --dry-run.
 */
#ifndef LIB_HOOK_H
#define LIB_HOOK_H

#include "run.h"

/* dir is "useradd-pre.d", action the tool, subject the name.  -1 (ERR_HOOK): one failed. */
int hook_run(struct run *run, const char *dir, const char *action, const char *subject);
/*
 * The same before a change that may be refused: where there are hooks, look is called first, as by
 * run_look.  None is run if it fails, nor if it returns 1: there will be no change.
 */
int hook_run_if(struct run *run, const char *dir, const char *action, const char *subject,
		unsigned tables, int (*look)(struct run *run, struct txn *txn, void *context),
		void *context);

#endif
