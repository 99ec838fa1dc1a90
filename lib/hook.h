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

/* dir is "useradd-pre.d", action the tool, subject the name.  -1 (ERR_IO): one failed. */
int hook_run(struct run *run, const char *dir, const char *action, const char *subject);

#endif
