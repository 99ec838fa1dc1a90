/* SPDX-License-Identifier: BSD-3-Clause */
#include "mount.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fd.h"

/* Our own, for C libraries and kernel headers before 5.8. */
struct statx_answer {
	uint32_t mask;
	uint32_t skipped[35];
	uint64_t mount;
	uint64_t rest[13];
};
_Static_assert(offsetof(struct statx_answer, mount) == 144, "statx is fixed");
_Static_assert(sizeof(struct statx_answer) == 256, "statx is fixed");

enum { STATX_MOUNT = 0x1000 };

static int id_by_statx(int fd, uint64_t *ret)
{
#ifdef SYS_statx
	struct statx_answer answer;

	if (syscall(SYS_statx, fd, "", AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT,
		    STATX_MOUNT, &answer) < 0)
		return -1;
	if (answer.mask & STATX_MOUNT) {
		*ret = answer.mount;
		return 0;
	}
#else
	(void)fd, (void)ret;
#endif
	errno = ENOSYS;
	return -1;
}

static int id_by_fdinfo(int fd, uint64_t *ret)
{
	long long id;

	if (fd_info(fd, "mnt_id", &id) < 0)
		return -1;
	*ret = (uint64_t)id;
	return 0;
}

static int id_by_handle(int fd, uint64_t *ret)
{
	struct file_handle handle = { .handle_bytes = 0 };
	int id = -1;

	/* With no room for the handle only the number comes. */
	if (name_to_handle_at(fd, "", &handle, &id, AT_EMPTY_PATH) < 0 && errno != EOVERFLOW)
		return -1;
	if (id < 0) {
		errno = ENOSYS;
		return -1;
	}
	*ret = (uint64_t)id;
	return 0;
}

int mount_id(int fd, uint64_t *ret)
{
	if (id_by_statx(fd, ret) == 0 || id_by_fdinfo(fd, ret) == 0)
		return 0;
	return id_by_handle(fd, ret);
}

/* The fifth field of a line of mountinfo, its \040 and the like put back; NULL: no such line. */
static char *mount_point(char *line)
{
	char *field = line, *in, *out;
	int i;

	for (i = 0; i < 4; i++) {
		field = strchr(field, ' ');
		if (!field)
			return NULL;
		field++;
	}
	field[strcspn(field, " \n")] = '\0';
	for (in = out = field; *in; in++, out++) {
		*out = *in;
		if (in[0] == '\\' && in[1] && in[2] && in[3]) {
			*out = (char)((in[1] - '0') * 64 + (in[2] - '0') * 8 + (in[3] - '0'));
			in += 3;
		}
	}
	*out = '\0';
	return field;
}

int mount_below(int dirfd, char *below, size_t size)
{
	_cleanup_file_ FILE *mounts = NULL;
	char link[64], dir[PATH_MAX], *line = NULL;
	size_t room = 0, n;
	ssize_t got;
	int found = 0;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", dirfd);
	got = readlink(link, dir, sizeof(dir) - 1);
	mounts = fopen("/proc/self/mountinfo", "re");
	if (got <= 0 || dir[0] != '/' || !mounts)
		return -1;
	n = (size_t)got;
	if (n == 1)
		n = 0; /* all mounts are below "/" */
	dir[n] = '\0';
	while (!found && getline(&line, &room, mounts) > 0) {
		const char *point = mount_point(line);

		found = point && strncmp(point, dir, n) == 0 && (!point[n] || point[n] == '/');
		if (found)
			snprintf(below, size, "%s", point + n);
	}
	free(line);
	return found;
}
