/* SPDX-License-Identifier: BSD-3-Clause */
#include "lock_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fd.h"
#include "str.h"

/* Clocks and file times are compared with this much room, in seconds. */
#define SLACK 2

/* Who makes such files. */
static const char *const account_tools[] = {
	"useradd",  "userdel",   "usermod",  "groupadd", "groupdel", "groupmod", "groupmems",
	"gpasswd",  "passwd",    "chage",    "chfn",     "chsh",     "chpasswd", "chgpasswd",
	"newusers", "pwck",      "grpck",    "pwconv",   "pwunconv", "grpconv",  "grpunconv",
	"vipw",     "vigr",      "cppw",     "cpgr",     "expiry",   "newgrp",   "sg",
	"adduser",  "addgroup",  "deluser",  "delgroup",
};

void lock_file_path(const char *path, char *buffer, size_t size)
{
	snprintf(buffer, size, "%s.lock", path);
}

static int read_small(int dirfd, const char *path, char *buffer, size_t size)
{
	_cleanup_fd_ int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	ssize_t n;

	if (fd < 0)
		return -1;
	do
		n = read(fd, buffer, size - 1);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -1;
	buffer[n] = '\0';
	return 0;
}

bool lock_process_name(pid_t pid, char *buffer, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%ld/comm", (long)pid);
	if (read_small(AT_FDCWD, path, buffer, size) < 0)
		return false;
	buffer[strcspn(buffer, "\n")] = '\0';
	return true;
}

static bool is_account_tool(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(account_tools) / sizeof(*account_tools); i++)
		if (strcmp(name, account_tools[i]) == 0)
			return true;
	return false;
}

/* When a process began, on the clock of file times.  false: not known. */
static bool process_start(pid_t pid, time_t *ret)
{
	char path[64], text[1024], *p;
	struct timespec now, since_boot;
	long ticks = sysconf(_SC_CLK_TCK);
	int column;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	if (ticks <= 0 || read_small(AT_FDCWD, path, text, sizeof(text)) < 0)
		return false;
	/* The name in parentheses may hold anything; start time is the 20th column after it. */
	p = strrchr(text, ')');
	for (column = 0; p && column < 20; column++)
		p = strchr(p + 1, ' ');
	if (!p || clock_gettime(CLOCK_REALTIME, &now) < 0 ||
	    clock_gettime(CLOCK_BOOTTIME, &since_boot) < 0)
		return false;
	*ret = now.tv_sec - since_boot.tv_sec +
	       (time_t)(strtoull(p + 1, NULL, 10) / (uint64_t)ticks);
	return true;
}

static bool is_old(const struct stat *st, long patience)
{
	return time(NULL) - st->st_mtime >= patience;
}

/* Can the lock file still be true?  *ret_holder is its pid, or 0. */
static bool is_held(int dirfd, const char *name, const struct stat *st, long patience,
		    pid_t *ret_holder)
{
	char text[32], comm[32];
	uint64_t pid;
	time_t start;

	*ret_holder = 0;
	if (!S_ISREG(st->st_mode) || read_small(dirfd, name, text, sizeof(text)) < 0)
		return !is_old(st, patience);
	text[strcspn(text, "\n")] = '\0';
	if (!str_decimal(str_of(text), INT_MAX, &pid) || pid == 0)
		return !is_old(st, patience);
	if ((pid_t)pid == getpid() || (kill((pid_t)pid, 0) < 0 && errno == ESRCH))
		return false;
	if (lock_process_name((pid_t)pid, comm, sizeof(comm))) {
		if (!is_account_tool(comm))
			return false;
	} else if (is_old(st, patience)) {
		/* No /proc to ask; whoever locks as we do has let go of .pwd.lock. */
		return false;
	}
	if (process_start((pid_t)pid, &start) && start > st->st_mtime + SLACK)
		return false;
	*ret_holder = (pid_t)pid;
	return true;
}

/* Where there are no hard links the file itself is made; it is short of its pid for a moment. */
static int make_plain(int dirfd, const char *name, const char *text, size_t size)
{
	_cleanup_fd_ int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return -1;
	if (fd_write_all(fd, text, size) < 0) {
		unlinkat(dirfd, name, 0);
		return -1;
	}
	return 0;
}

static int make_linked(int dirfd, const char *name, const char *temporary, const char *text,
		       size_t size)
{
	int saved, r;

	unlinkat(dirfd, temporary, 0);
	if (make_plain(dirfd, temporary, text, size) < 0)
		return -1;
	r = linkat(dirfd, temporary, dirfd, name, 0);
	saved = errno;
	if (unlinkat(dirfd, temporary, 0) < 0)
		unlinkat(dirfd, temporary, 0);
	errno = saved;
	if (r < 0 && errno != EEXIST)
		return make_plain(dirfd, name, text, size);
	return r;
}

int lock_file_make(int dirfd, const char *file, long patience, pid_t *ret_holder)
{
	char name[NAME_MAX + 1], temporary[NAME_MAX + 1], text[24];
	int attempt, size;

	snprintf(name, sizeof(name), "%s.lock", file);
	/* Not by our pid, as peers name it: whoever is killed here leaves a file that the next
	 * run takes away. */
	snprintf(temporary, sizeof(temporary), "%s.lock+", file);
	size = snprintf(text, sizeof(text), "%ld", (long)getpid()) + 1;
	for (attempt = 0; attempt < 8; attempt++) {
		struct stat st;

		if (make_linked(dirfd, name, temporary, text, (size_t)size) == 0)
			return 0;
		if (errno != EEXIST)
			return -1;
		if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (is_held(dirfd, name, &st, patience, ret_holder))
			return 1;
		/* A directory of that name is in nobody's way but ours. */
		if (unlinkat(dirfd, name, S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0) < 0 &&
		    errno != ENOENT && errno != EINTR)
			return -1;
	}
	*ret_holder = 0;
	return 1;
}

pid_t lock_file_holder(int dirfd, const char *file)
{
	char name[NAME_MAX + 1];
	struct stat st;
	pid_t holder;

	snprintf(name, sizeof(name), "%s.lock", file);
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !is_held(dirfd, name, &st, LONG_MAX, &holder))
		return 0;
	return holder;
}

void lock_file_remove(int dirfd, const char *file)
{
	char name[NAME_MAX + 1];

	snprintf(name, sizeof(name), "%s.lock", file);
	if (unlinkat(dirfd, name, 0) < 0)
		unlinkat(dirfd, name, 0);
}
