/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * uid_log - /var/log/lastlog and /var/log/faillog: arrays of records by uid.
 *
 *	struct uid_log log = UID_LOG_CLOSED;
 *
 *	if (uid_log_open(&log, run, UID_LOG_FAILURES, true) < 0)
 *		return -1;
 *	uid_log_read(&log, uid, &record, e);
 *	uid_log_write(&log, uid, &record, e);
 *	uid_log_close(&log);
 *
 * The files are sparse: a uid has its place whether others lie below it or not.  What is not there,
 * in a hole or past the end, reads as zeros.  Neither file is ever made; uid_log_write writes past
 * the end when it is asked to, and whoever may not make the file longer looks at count before.
 */
#ifndef LIB_UID_LOG_H
#define LIB_UID_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "run.h"

enum uid_log_id { UID_LOG_LOGINS, UID_LOG_FAILURES };

/* Bytes of the larger record. */
#define UID_LOG_RECORD_MAX 512

struct uid_log {
	int fd;
	enum uid_log_id which;
	const char *path; /* as messages show it */
	size_t size;      /* bytes of a record */
	uint64_t count;   /* whole records of the file, holes included */
	unsigned rest;    /* bytes after the last whole record: the file is damaged, or foreign */
};
#define UID_LOG_CLOSED ((struct uid_log){ .fd = -1 })

const char *uid_log_path(enum uid_log_id which);
size_t uid_log_record(enum uid_log_id which);

/*
 * ERR_IO: it is not there, or is no regular file; to be written, it must have no other name, which
 * could be that of any file.  A note tells of bytes that are no whole record.
 */
int uid_log_open(struct uid_log *ret, struct run *run, enum uid_log_id which, bool write);
void uid_log_close(struct uid_log *log);
#define _cleanup_uid_log_ __attribute__((cleanup(uid_log_close)))

int uid_log_read(const struct uid_log *log, uint32_t uid, void *ret, struct err *e);
int uid_log_write(struct uid_log *log, uint32_t uid, const void *record, struct err *e);
/* The same for a descriptor; -1 sets errno.  Where there is room for a part of the record only, it
 * and the file's length stay as they were. */
int uid_log_put(int fd, enum uid_log_id which, uint32_t uid, const void *record);

/* The first record from *uid on with a byte that is not zero: 1, and *uid is its; 0 none; -1.
 * Holes are skipped, however large (lseek(2), SEEK_DATA). */
int uid_log_next(const struct uid_log *log, uint32_t *uid, struct err *e);

/* --- whom it is about --- */

struct uid_pick {
	bool given;         /* by -u; else all */
	bool single;        /* a name or one uid, not a range */
	uint32_t low, high;
};

/* A name, UID, UID-UID, -UID or UID-; NULL picks all.  ERR_UNKNOWN: "Unknown user or range: X". */
int uid_pick(struct uid_pick *ret, struct run *run, struct txn *txn, const char *text);

/*
 * Calls each for the users picked: the rows of passwd in their order, then, where other sources are
 * asked, users of theirs that have a record or were picked singly.  each returns 0 or -1.
 */
int uid_log_users(const struct uid_log *log, struct run *run, struct txn *txn,
		  const struct uid_pick *pick,
		  int (*each)(void *context, const char *name, uint32_t uid), void *context);

/* Is it the uid of a user whom uid_log_users would find? */
bool uid_log_has_user(struct run *run, struct txn *txn, uint32_t uid);

/* A number of days, as strtol(3)'s base 0 has it, as the seconds that it is.  false: no number. */
bool uid_log_days(const char *text, int64_t *ret_seconds);

#endif
