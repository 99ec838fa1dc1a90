/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * env - what the environment says, where that may count.
 *
 * Nothing counts in a run that the kernel marks as secure (AT_SECURE): set-uid, set-gid, a file
 * with capabilities, a change of domain by a policy.  Root who calls a set-gid program is marked,
 * too, and gains nothing by its bit, so what he says counts, unless a policy changed the domain or
 * that cannot be told.
 */
#ifndef LIBMISC_ENV_H
#define LIBMISC_ENV_H

#include <stdbool.h>

bool env_trusted(void);
/* NULL: not set, or it does not count. */
const char *env_get(const char *name);

#endif
