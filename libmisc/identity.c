/* SPDX-License-Identifier: BSD-3-Clause */
#include "identity.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

static bool is_copied(const char *name)
{
	static const char smack[] = "security.SMACK64";

	return strcmp(name, "system.posix_acl_access") == 0 || strncmp(name, "user.", 5) == 0 ||
	       strncmp(name, smack, sizeof(smack) - 1) == 0;
}

/* A file system without attributes has none to copy; only a filter on calls forbids to list
 * them. */
static bool is_unsupported(int error)
{
	return error == ENOTSUP || error == ENOSYS || error == EPERM;
}

static int copy_attribute(int from, int to, const char *name)
{
	ssize_t size = fgetxattr(from, name, NULL, 0);
	char *value;
	int r = -1;

	if (size < 0)
		return errno == ENODATA ? 0 : -1;
	value = malloc((size_t)size + 1);
	if (!value)
		return -1;
	size = fgetxattr(from, name, value, (size_t)size);
	if (size >= 0)
		r = fsetxattr(to, name, value, (size_t)size, 0);
	free(value);
	return r;
}

static int copy_attributes(int from, int to)
{
	ssize_t size = flistxattr(from, NULL, 0);
	char *names, *p;
	int r = 0;

	if (size == 0 || (size < 0 && is_unsupported(errno)))
		return 0;
	if (size < 0)
		return -1;
	names = malloc((size_t)size + 1);
	if (!names)
		return -1;
	size = flistxattr(from, names, (size_t)size);
	if (size < 0)
		r = -1;
	for (p = names; r == 0 && p < names + size; p += strlen(p) + 1)
		if (is_copied(p))
			r = copy_attribute(from, to, p);
	free(names);
	return r;
}

int identity_copy(int from, const struct stat *st, int to)
{
	mode_t mode = st->st_mode & 07777;
	struct stat now;

	if (fstat(to, &now) < 0)
		return -1;
	if ((now.st_uid != st->st_uid || now.st_gid != st->st_gid) &&
	    fchown(to, st->st_uid, st->st_gid) < 0)
		return -1;
	/* The ACL first: it sets group bits, which the mode then puts right. */
	if (copy_attributes(from, to) < 0 || fchmod(to, mode) < 0 || fstat(to, &now) < 0)
		return -1;
	if (now.st_uid != st->st_uid || now.st_gid != st->st_gid ||
	    (now.st_mode & 07777) != mode) {
		errno = EPERM;
		return -1;
	}
	return 0;
}
