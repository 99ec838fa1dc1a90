/* SPDX-License-Identifier: BSD-3-Clause */
#include "lastlog.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utmp.h>

#include "beneath.h"
#include "fd.h"
#include "uid_log.h"

/* The file, if the record of uid lies in it.  One with another name may be any file. */
static int open_at(struct run *run, enum uid_log_id f, uid_t uid)
{
	struct stat st;
	int fd;

	if (beneath_stat(run->root.fd, uid_log_path(f), 1, &st) < 0 || !S_ISREG(st.st_mode))
		return -1;
	fd = root_openat(&run->root, uid_log_path(f), O_RDWR | O_NONBLOCK | O_NOCTTY, 0);
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1 &&
	    st.st_size >= (off_t)(uid_log_record(f) * ((uint64_t)uid + 1)))
		return fd;
	fd_close(&fd);
	return -1;
}

bool lastlog_is_beyond(struct run *run, uid_t uid)
{
	long long max = defs_number(&run->defs, "LASTLOG_UID_MAX", -1);

	return max >= 0 && (long long)uid > max;
}

void lastlog_reset(struct run *run, uid_t uid)
{
	char zeros[UID_LOG_RECORD_MAX] = { 0 };
	int i;

	if (lastlog_is_beyond(run, uid))
		return;
	for (i = UID_LOG_LOGINS; i <= UID_LOG_FAILURES; i++) {
		_cleanup_fd_ int fd = open_at(run, (enum uid_log_id)i, uid);

		if (fd >= 0)
			(void)!uid_log_put(fd, (enum uid_log_id)i, uid, zeros);
	}
}

void lastlog_move(struct run *run, uid_t from, uid_t to)
{
	int i;

	if (lastlog_is_beyond(run, to))
		return;
	for (i = UID_LOG_LOGINS; i <= UID_LOG_FAILURES; i++) {
		const enum uid_log_id f = (enum uid_log_id)i;
		const size_t size = uid_log_record(f);
		char record[UID_LOG_RECORD_MAX] = { 0 };
		_cleanup_fd_ int fd = open_at(run, f, to);

		if (fd < 0)
			continue;
		if (pread(fd, record, size, (off_t)(size * (uint64_t)from)) != (ssize_t)size)
			memset(record, 0, sizeof(record));
		(void)!uid_log_put(fd, f, to, record);
	}
}

/* Bytes of a record that end in NUL where they have room for it. */
static void take_text(char *ret, size_t room, const char *bytes, size_t size)
{
	size_t n = strnlen(bytes, size < room ? size : room - 1);

	memcpy(ret, bytes, n);
	ret[n] = '\0';
}

int lastlog_read(const struct uid_log *log, uint32_t uid, struct lastlog_entry *ret,
		 struct err *e)
{
	struct lastlog record;

	if (uid_log_read(log, uid, &record, e) < 0)
		return -1;
	/* Nobody logged in before 1970; 32 bits last until 2106 when they have no sign. */
	ret->time = sizeof(record.ll_time) == sizeof(uint32_t) ? (int64_t)(uint32_t)record.ll_time :
								 (int64_t)record.ll_time;
	take_text(ret->line, sizeof(ret->line), record.ll_line, sizeof(record.ll_line));
	take_text(ret->host, sizeof(ret->host), record.ll_host, sizeof(record.ll_host));
	return 0;
}

int lastlog_write(struct uid_log *log, uint32_t uid, const struct lastlog_entry *entry,
		  struct err *e)
{
	struct lastlog record = { 0 };

	if (sizeof(record.ll_time) == sizeof(uint32_t) &&
	    (entry->time < 0 || entry->time > UINT32_MAX))
		return err_set(e, ERR_ARGUMENT, "the time does not fit into a record of %s",
			       log->path);
	record.ll_time = (__typeof__(record.ll_time))entry->time;
	memcpy(record.ll_line, entry->line, strnlen(entry->line, sizeof(record.ll_line)));
	memcpy(record.ll_host, entry->host, strnlen(entry->host, sizeof(record.ll_host)));
	return uid_log_write(log, uid, &record, e);
}
