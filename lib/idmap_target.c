/* SPDX-License-Identifier: BSD-3-Clause */
#include "idmap_target.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "fd.h"
#include "mount.h"
#include "str.h"

/* Since 5.1, on every architecture under this number. */
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif

static bool is_procfs(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

static int cannot_open(long pid, struct err *e)
{
	return err_sys(e, ERR_UNKNOWN, "Could not open proc directory for target %ld", pid);
}

/* In our own /proc, which is root's to mount. */
static int open_pid(long pid, struct idmap_target *ret, struct err *e)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%ld", pid);
	ret->pid = pid;
	ret->dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (ret->dir < 0)
		return cannot_open(pid, e);
	if (!is_procfs(ret->dir))
		return err_set(e, ERR_UNKNOWN,
			       "Could not open proc directory for target %ld: /proc is not procfs",
			       pid);
	return 0;
}

/* The line "Pid:" is in no other fdinfo. */
static int pid_of(int fd, long *ret)
{
	long long pid;

	if (fd_info(fd, "Pid", &pid) < 0)
		return -1;
	errno = ESRCH;
	*ret = (long)pid;
	return pid > 0 ? 0 : -1;
}

/* The number is that of the process for as long as a signal still reaches it. */
static int open_pidfd(int fd, struct idmap_target *ret, struct err *e)
{
	long pid;

	if (pid_of(fd, &pid) < 0)
		return err_sys(e, ERR_UNKNOWN, "Could not open proc directory for fd:%d", fd);
	if (open_pid(pid, ret, e) < 0)
		return -1;
	if (syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0) == 0)
		return 0;
	return err_sys(e, ERR_UNKNOWN, "Could not open proc directory for fd:%d", fd);
}

static int open_fd(int fd, struct idmap_target *ret, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(e, ERR_UNKNOWN, "Could not open proc directory for fd:%d", fd);
	if (!S_ISDIR(st.st_mode))
		return open_pidfd(fd, ret, e);
	if (!is_procfs(fd))
		return err_set(e, ERR_UNKNOWN,
			       "Could not open proc directory for fd:%d: it is not in /proc", fd);
	ret->dir = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (ret->dir < 0)
		return err_sys(e, ERR_UNKNOWN, "Could not open proc directory for fd:%d", fd);
	if (mount_id(ret->dir, &ret->mount) < 0)
		return err_sys(e, ERR_UNKNOWN,
			       "Could not open proc directory for fd:%d: its mount is not known",
			       fd);
	ret->has_mount = true;
	return 0;
}

int idmap_target_open(const char *word, struct idmap_target *ret, struct err *e)
{
	bool is_fd = strncmp(word, "fd:", 3) == 0;
	uint64_t number;

	*ret = (struct idmap_target)IDMAP_TARGET_NONE;
	if (!str_decimal(str_of(is_fd ? word + 3 : word), INT_MAX, &number))
		return err_set(e, ERR_USAGE, "'%.64s' is not a process", word);
	if (is_fd)
		return open_fd((int)number, ret, e);
	if (open_pid((long)number, ret, e) < 0)
		return -1;
	ret->has_mount = mount_id(ret->dir, &ret->mount) == 0;
	return 0;
}

void idmap_target_close(struct idmap_target *t)
{
	fd_close(&t->dir);
	t->dir = -1;
}

int idmap_target_owner(const struct idmap_target *t, uid_t *ret_uid, gid_t *ret_gid,
		       struct err *e)
{
	struct stat st;

	/* Asked of the process each time; one that is gone looks like root's, and has no files. */
	if (fstat(t->dir, &st) < 0)
		return err_sys(e, ERR_UNKNOWN, "Could not stat proc directory of the target");
	*ret_uid = st.st_uid;
	*ret_gid = st.st_gid;
	return 0;
}

/* Is it of the directory's mount?  Where the kernel does not number mounts the directory is one
 * of our own /proc. */
static bool belongs(const struct idmap_target *t, int fd)
{
	uint64_t mount;

	return !t->has_mount || (mount_id(fd, &mount) == 0 && mount == t->mount);
}

/* What is mounted there instead would be opened with no more than the caller's rights to it. */
int idmap_target_openat(const struct idmap_target *t, const char *name, int flags)
{
	int fd = openat(t->dir, name, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd >= 0 && !(belongs(t, fd) && is_procfs(fd))) {
		errno = EXDEV;
		fd_close(&fd);
		return -1;
	}
	return fd;
}

int idmap_target_namespace(const struct idmap_target *t, unsigned long long *ret)
{
	/* The link itself is read, "user:[4026531837]": what it leads to may be mounted over. */
	_cleanup_fd_ int dir = idmap_target_openat(t, "ns", O_RDONLY | O_DIRECTORY), link = -1;
	char text[64], *end;
	ssize_t n;

	if (dir < 0)
		return -1;
	link = openat(dir, "user", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (link < 0)
		return -1;
	n = readlinkat(link, "", text, sizeof(text) - 1);
	if (n < 0)
		return -1;
	text[n] = '\0';
	if (belongs(t, link) && strncmp(text, "user:[", 6) == 0) {
		*ret = strtoull(text + 6, &end, 10);
		if (*end == ']')
			return 0;
	}
	errno = EXDEV;
	return -1;
}
