/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * faillog - a record of /var/log/faillog, see faillog(5).  uid_log.h reads and writes it.
 */
#ifndef LIB_FAILLOG_H
#define LIB_FAILLOG_H

#include <stdbool.h>
#include <stdint.h>

/* As it stands in the file. */
struct faillog {
	short count;    /* failures since the last login */
	short max;      /* then the account is closed; 0: never */
	char line[12];  /* of the last failure; ends in NUL where that has room */
	long time;      /* of the last failure */
	long lock_time; /* seconds for which the account is closed then */
};

/* What is to become of a record. */
struct faillog_change {
	bool has_max, has_lock, reset;
	short max;
	long lock_time;
};

/* false: it stays as it is. */
bool faillog_apply(struct faillog *record, const struct faillog_change *change);
/* The record as --json and a table show it.  buffer has room for line and a NUL. */
#define FAILLOG_LINE_SIZE 13
void faillog_line(const struct faillog *record, char buffer[FAILLOG_LINE_SIZE]);
/* Seconds for which the account is still closed at that time; 0: it is open. */
long faillog_left(const struct faillog *record, int64_t now);

#endif
