/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lastlog - a user's records in /var/log/lastlog and /var/log/faillog, arrays by uid.
 *
 * What follows a change of an account never extends a file: a record past its end is not there and
 * need not be reset.  What cannot be done is no reason to stop.
 */
#ifndef LIB_LASTLOG_H
#define LIB_LASTLOG_H

#include <sys/types.h>

#include "run.h"
#include "uid_log.h"

/* So that a new user does not inherit another's last login.  Not for uids above LASTLOG_UID_MAX. */
void lastlog_reset(struct run *run, uid_t uid);
/* A user got another uid. */
void lastlog_move(struct run *run, uid_t from, uid_t to);
/* Above LASTLOG_UID_MAX. */
bool lastlog_is_beyond(struct run *run, uid_t uid);

/* A record of /var/log/lastlog, opened by uid_log.h.  time 0: never logged in. */
struct lastlog_entry {
	int64_t time;
	char line[33], host[257];
};
int lastlog_read(const struct uid_log *log, uint32_t uid, struct lastlog_entry *ret,
		 struct err *e);
/* ERR_ARGUMENT: the file's time has 32 bits, which end in 2106. */
int lastlog_write(struct uid_log *log, uint32_t uid, const struct lastlog_entry *entry,
		  struct err *e);

#endif
