/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lastlog - a user's records in /var/log/lastlog and /var/log/faillog, arrays by uid.
 *
 * Neither file is ever extended: a record past its end is not there and need not be reset.  What
 * cannot be done is no reason to stop; nothing here fails.
 */
#ifndef LIB_LASTLOG_H
#define LIB_LASTLOG_H

#include <sys/types.h>

#include "run.h"

/* So that a new user does not inherit another's last login.  Not for uids above LASTLOG_UID_MAX. */
void lastlog_reset(struct run *run, uid_t uid);
/* A user got another uid. */
void lastlog_move(struct run *run, uid_t from, uid_t to);

#endif
