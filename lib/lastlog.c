/* SPDX-License-Identifier: BSD-3-Clause */
#include "lastlog.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beneath.h"
#include "fd.h"

/* Sizes of struct lastlog and struct faillog on this architecture are interface. */
#define LASTLOG_RECORD 292
#define FAILLOG_RECORD (2 * sizeof(short) + 12 + 2 * sizeof(long))
#define RECORD_MAX 292

struct log_file {
	const char *path;
	size_t size;
};

static const struct log_file files[] = {
	{ "/var/log/lastlog", LASTLOG_RECORD },
	{ "/var/log/faillog", FAILLOG_RECORD },
};

/* The file, if the record of uid lies in it.  One with another name may be any file. */
static int open_at(struct run *run, const struct log_file *f, uid_t uid)
{
	struct stat st;
	int fd;

	if (beneath_stat(run->root.fd, f->path, 1, &st) < 0 || !S_ISREG(st.st_mode))
		return -1;
	fd = root_openat(&run->root, f->path, O_RDWR | O_NONBLOCK | O_NOCTTY, 0);
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1 &&
	    st.st_size >= (off_t)((uint64_t)f->size * ((uint64_t)uid + 1)))
		return fd;
	fd_close(&fd);
	return -1;
}

static void write_record(int fd, const struct log_file *f, uid_t uid, const char *record)
{
	(void)!pwrite(fd, record, f->size, (off_t)((uint64_t)f->size * uid));
}

static bool is_beyond(struct run *run, uid_t uid)
{
	long long max = defs_number(&run->defs, "LASTLOG_UID_MAX", -1);

	return max >= 0 && (long long)uid > max;
}

void lastlog_reset(struct run *run, uid_t uid)
{
	char zeros[RECORD_MAX] = { 0 };
	size_t i;

	if (is_beyond(run, uid))
		return;
	for (i = 0; i < sizeof(files) / sizeof(*files); i++) {
		_cleanup_fd_ int fd = open_at(run, &files[i], uid);

		if (fd >= 0)
			write_record(fd, &files[i], uid, zeros);
	}
}

void lastlog_move(struct run *run, uid_t from, uid_t to)
{
	size_t i;

	if (is_beyond(run, to))
		return;
	for (i = 0; i < sizeof(files) / sizeof(*files); i++) {
		char record[RECORD_MAX] = { 0 };
		_cleanup_fd_ int fd = open_at(run, &files[i], to);

		if (fd < 0)
			continue;
		if (pread(fd, record, files[i].size, (off_t)((uint64_t)files[i].size * from)) !=
		    (ssize_t)files[i].size)
			memset(record, 0, sizeof(record));
		write_record(fd, &files[i], to, record);
	}
}
