/* SPDX-License-Identifier: BSD-3-Clause */
#include "fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

void fd_close(const int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	errno = saved;
}

void fd_fclose(FILE **file)
{
	int saved = errno;

	if (*file)
		fclose(*file);
	errno = saved;
}

void fd_closedir(DIR **dir)
{
	int saved = errno;

	if (*dir)
		closedir(*dir);
	errno = saved;
}

int fd_write_all(int fd, const void *data, size_t size)
{
	const char *p = data;

	while (size > 0) {
		ssize_t n = write(fd, p, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		p += n;
		size -= (size_t)n;
	}
	return 0;
}

int fd_read_all(int fd, size_t limit, struct arena *a, struct str *ret)
{
	size_t room, used = 0;
	struct stat st;
	char *p;

	if (fstat(fd, &st) < 0)
		return -1;
	if (S_ISREG(st.st_mode) && (uint64_t)st.st_size > limit) {
		errno = EFBIG;
		return -1;
	}
	room = S_ISREG(st.st_mode) && st.st_size > 0 ? (size_t)st.st_size : 4096;
	p = arena_alloc(a, room + 1);
	for (;;) {
		ssize_t n;

		if (used > limit) {
			errno = EFBIG;
			return -1;
		}
		if (used == room + 1) {
			p = arena_grow(a, p, used, 2 * room + 1, 1);
			room = 2 * room;
		}
		n = read(fd, p + used, room + 1 - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		used += (size_t)n;
	}
	*ret = (struct str){ p, used };
	return 0;
}

int fd_read_path(const char *path, size_t limit, struct arena *a, struct str *ret)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	if (!S_ISREG(st.st_mode)) {
		errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
		return -1;
	}
	return fd_read_all(fd, limit, a, ret);
}

int fd_sync(int fd)
{
	int r;

	do
		r = fsync(fd);
	while (r < 0 && errno == EINTR);
	if (r < 0 && (errno == EINVAL || errno == EROFS || errno == ENOTSUP))
		return 0;
	return r;
}

#define DEVICE_NULL 3
#define DEVICE_FULL 7

/* In a set-uid program libc has opened what was closed, for the wrong direction, so that each use
 * of it fails: a change would be made and then be reported as failed. */
static bool is_stand_in(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	struct stat st;

	return flags >= 0 && (flags & O_ACCMODE) == (fd == 0 ? O_WRONLY : O_RDONLY) &&
	       fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) && major(st.st_rdev) == 1 &&
	       minor(st.st_rdev) == (fd == 0 ? DEVICE_FULL : DEVICE_NULL);
}

int fd_open_standard(void)
{
	int fd;

	for (fd = 0; fd <= 2; fd++) {
		if (is_stand_in(fd))
			close(fd);
		else if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		/* The lowest free number is fd: those below are open by now. */
		if (open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd)
			return -1;
	}
	return 0;
}

int fd_info(int fd, const char *key, long long *ret)
{
	_cleanup_fd_ int info = -1;
	char text[1024], line[64], *p;
	ssize_t n;

	snprintf(text, sizeof(text), "/proc/self/fdinfo/%d", fd);
	info = open(text, O_RDONLY | O_CLOEXEC);
	if (info < 0)
		return -1;
	n = read(info, text, sizeof(text) - 1);
	if (n < 0)
		return -1;
	text[n] = '\0';
	snprintf(line, sizeof(line), "\n%s:", key);
	p = strstr(text, line);
	if (!p) {
		errno = EINVAL;
		return -1;
	}
	*ret = strtoll(p + strlen(line), NULL, 10);
	return 0;
}
