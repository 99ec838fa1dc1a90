/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * flush - tells nscd and sssd to forget what they know of users and groups.
 *
 * On the running system only, after a commit.  Costs nothing where there is no nscd or sssd.  What
 * goes wrong is a warning in the log and no more.
 */
#ifndef LIB_FLUSH_H
#define LIB_FLUSH_H

#include "run.h"

#define FLUSH_USERS 1u
#define FLUSH_GROUPS 2u

void flush_caches(struct run *run, unsigned what);

#endif
