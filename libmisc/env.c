/* SPDX-License-Identifier: BSD-3-Clause */
#include "env.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "fd.h"

#define LABEL_MAX 4096

static ssize_t read_label(const char *path, char *buffer)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	do
		n = read(fd, buffer, LABEL_MAX);
	while (n < 0 && errno == EINTR);
	return n;
}

/* Has this run another domain than who called it?  Where that cannot be told: yes. */
static bool changed_domain(void)
{
	char before[LABEL_MAX], now[LABEL_MAX];
	ssize_t n = read_label("/proc/self/attr/prev", before);

	/* No module that has domains; a kernel without such modules. */
	if (n < 0 && errno == EINVAL)
		return false;
	if (n < 0 && errno == ENOENT)
		return access("/proc/self/status", F_OK) < 0;
	return n < 0 || read_label("/proc/self/attr/current", now) != n ||
	       memcmp(before, now, (size_t)n) != 0;
}

bool env_trusted(void)
{
	if (!getauxval(AT_SECURE))
		return true;
	return getauxval(AT_UID) == 0 && getauxval(AT_EUID) == 0 &&
	       getauxval(AT_GID) != getauxval(AT_EGID) && !changed_domain();
}

const char *env_get(const char *name)
{
	const char *value = getenv(name);

	return value && env_trusted() ? value : NULL;
}
