/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * run_confine - what an elevated run on the running system can still write to once it is root.
 *
 * The directories of the account files (real ones, where a table is a symbolic link), /dev/null,
 * what labelling writes to in /proc and selinuxfs, and what the program that empties sssd's cache
 * writes to.  By confine.h; where the kernel refuses, that is a warning in the log and no more.
 *
 * Called by run_transaction, once, after run_labels.
 */
#ifndef LIB_RUN_CONFINE_H
#define LIB_RUN_CONFINE_H

#include "run.h"

void run_confine(struct run *run);

#endif
