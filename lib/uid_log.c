/* SPDX-License-Identifier: BSD-3-Clause */
#include "uid_log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utmp.h>

#include "beneath.h"
#include "day.h"
#include "faillog.h"
#include "fd.h"

struct log_file {
	const char *path;
	size_t size;
};

/* Sizes of the structures on this architecture are interface. */
static const struct log_file files[] = {
	[UID_LOG_LOGINS] = { "/var/log/lastlog", sizeof(struct lastlog) },
	[UID_LOG_FAILURES] = { "/var/log/faillog", sizeof(struct faillog) },
};

_Static_assert(sizeof(struct lastlog) <= UID_LOG_RECORD_MAX, "room for a record");
_Static_assert(sizeof(struct faillog) <= UID_LOG_RECORD_MAX, "room for a record");

const char *uid_log_path(enum uid_log_id which)
{
	return files[which].path;
}

size_t uid_log_record(enum uid_log_id which)
{
	return files[which].size;
}

static off_t place_of(const struct uid_log *log, uint64_t uid)
{
	return (off_t)(log->size * uid);
}

static int look(struct uid_log *log, struct run *run, bool write)
{
	struct stat st;

	if (fstat(log->fd, &st) < 0)
		return err_sys(&run->err, ERR_IO, "Cannot open %s", log->path);
	if (!S_ISREG(st.st_mode))
		return err_set(&run->err, ERR_IO, "%s is not a regular file", log->path);
	if (write && st.st_nlink != 1)
		return err_set(&run->err, ERR_IO, "%s has another name: not written", log->path);
	log->count = (uint64_t)st.st_size / log->size;
	log->rest = (unsigned)((uint64_t)st.st_size % log->size);
	return 0;
}

int uid_log_open(struct uid_log *ret, struct run *run, enum uid_log_id which, bool write)
{
	const char *path = files[which].path;
	struct uid_log log = { .fd = -1, .which = which, .size = files[which].size };
	struct stat st;

	log.path = root_show(&run->root, &run->arena, path);
	/* Opening may be all that a device needs. */
	if (beneath_stat(run->root.fd, path, 1, &st) < 0)
		return err_sys(&run->err, ERR_IO, "Cannot open %s", log.path);
	if (!S_ISREG(st.st_mode))
		return err_set(&run->err, ERR_IO, "%s is not a regular file", log.path);
	log.fd = root_openat(&run->root, path,
			     (write ? O_RDWR : O_RDONLY) | O_NONBLOCK | O_NOCTTY, 0);
	if (log.fd < 0)
		return err_sys(&run->err, ERR_IO, "Cannot open %s", log.path);
	if (look(&log, run, write) < 0) {
		uid_log_close(&log);
		return -1;
	}
	if (log.rest)
		note_say(&run->note, "%s: %u bytes after the last whole record of %zu: "
			 "it was cut off, or is of another architecture", log.path, log.rest,
			 log.size);
	*ret = log;
	return 0;
}

void uid_log_close(struct uid_log *log)
{
	fd_close(&log->fd);
	log->fd = -1;
}

int uid_log_read(const struct uid_log *log, uint32_t uid, void *ret, struct err *e)
{
	char record[UID_LOG_RECORD_MAX];
	ssize_t n = 0;

	if (uid < log->count)
		do
			n = pread(log->fd, record, log->size, place_of(log, uid));
		while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(e, ERR_IO, "cannot read %s", log->path);
	/* What is there of a record in part is no record. */
	if ((size_t)n < log->size)
		memset(ret, 0, log->size);
	else
		memcpy(ret, record, log->size);
	return 0;
}

/* As the first `size` bytes were, and the file as long as it was. */
static void take_back(int fd, off_t at, const char *old, size_t size, size_t written, off_t length)
{
	(void)!pwrite(fd, old, written < size ? written : size, at);
	if (at + (off_t)written > length)
		(void)!ftruncate(fd, length);
}

int uid_log_put(int fd, enum uid_log_id which, uint32_t uid, const void *record)
{
	const size_t size = files[which].size;
	const off_t at = (off_t)(size * (uint64_t)uid);
	char old[UID_LOG_RECORD_MAX];
	struct stat st;
	ssize_t had, n;

	if (fstat(fd, &st) < 0)
		return -1;
	do
		had = pread(fd, old, size, at);
	while (had < 0 && errno == EINTR);
	if (had < 0)
		return -1;
	do
		n = pwrite(fd, record, size, at);
	while (n < 0 && errno == EINTR);
	if (n < 0 || (size_t)n == size)
		return n < 0 ? -1 : 0;
	take_back(fd, at, old, (size_t)had, (size_t)n, st.st_size);
	errno = ENOSPC;
	return -1;
}

int uid_log_write(struct uid_log *log, uint32_t uid, const void *record, struct err *e)
{
	if (uid_log_put(log->fd, log->which, uid, record) < 0)
		return err_sys(e, ERR_IO, "cannot write %s", log->path);
	if (uid >= log->count)
		log->count = (uint64_t)uid + 1;
	if (day_fix_times(log->fd) < 0)
		return err_sys(e, ERR_IO, "cannot set the time of %s", log->path);
	return 0;
}

/* Where there is data at or after uid's place; count when nowhere. */
static uint64_t skip_hole(const struct uid_log *log, uint64_t uid)
{
	off_t at = lseek(log->fd, place_of(log, uid), SEEK_DATA);

	/* A file system that knows no holes: all is data. */
	if (at < 0)
		return errno == ENXIO ? log->count : uid;
	/* Data begins at a block, which may be in the midst of a record. */
	return (uint64_t)at / log->size > uid ? (uint64_t)at / log->size : uid;
}

int uid_log_next(const struct uid_log *log, uint32_t *uid, struct err *e)
{
	static const char zeros[UID_LOG_RECORD_MAX];
	char record[UID_LOG_RECORD_MAX];
	uint64_t i;

	for (i = *uid; i < log->count && i <= SCHEMA_ID_MAX; i++) {
		i = skip_hole(log, i);
		if (i >= log->count || i > SCHEMA_ID_MAX)
			break;
		if (uid_log_read(log, (uint32_t)i, record, e) < 0)
			return -1;
		if (memcmp(record, zeros, log->size) != 0) {
			*uid = (uint32_t)i;
			return 1;
		}
	}
	return 0;
}
