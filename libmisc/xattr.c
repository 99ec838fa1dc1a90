/* SPDX-License-Identifier: BSD-3-Clause */
#include "xattr.h"

#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#if defined(WITH_ACL) || defined(WITH_ATTR)

/* The file system, or the policy of who made it, has no such attribute, or a filter on calls lets
 * nobody at them. */
static bool is_unsupported(int error)
{
	return error == ENOTSUP || error == ENOSYS || error == ENODATA || error == EPERM;
}

/* *ret is the caller's to free; NULL when there is no such attribute. */
static int get(int fd, const char *name, char **ret, size_t *ret_size)
{
	ssize_t size;
	char *value;

	*ret = NULL;
	*ret_size = 0;
	size = fgetxattr(fd, name, NULL, 0);
	if (size < 0)
		return is_unsupported(errno) ? 0 : -1;
	value = malloc((size_t)size + 1);
	if (!value)
		return -1;
	size = fgetxattr(fd, name, value, (size_t)size);
	if (size < 0) {
		free(value);
		return is_unsupported(errno) ? 0 : -1;
	}
	*ret = value;
	*ret_size = (size_t)size;
	return 0;
}

#endif

#ifdef WITH_ACL

#define ACL_ACCESS "system.posix_acl_access"
#define ACL_DEFAULT "system.posix_acl_default"

/* An ACL as the kernel takes it: a version, then these. */
struct acl_entry {
	uint16_t tag, permissions;
	uint32_t id;
};
enum { ACL_TAG_GROUP = 0x04 };

/* With an ACL the group bits of the mode are its mask: the group itself may have less. */
static mode_t without_mask(mode_t mode, const char *acl, size_t size)
{
	struct acl_entry entry;
	size_t at;

	for (at = sizeof(uint32_t); at + sizeof(entry) <= size; at += sizeof(entry)) {
		memcpy(&entry, acl + at, sizeof(entry));
		if (le16toh(entry.tag) == ACL_TAG_GROUP)
			mode &= ~(mode_t)070 | (mode_t)(le16toh(entry.permissions) & 7) << 3;
	}
	return mode;
}

static int copy_acl(int from, int to, mode_t mode)
{
	size_t size;
	char *acl;
	int r;

	if (get(from, ACL_ACCESS, &acl, &size) < 0)
		return -1;
	if (!acl)
		return fremovexattr(to, ACL_ACCESS) < 0 && !is_unsupported(errno) ? -1 : 0;
	r = fsetxattr(to, ACL_ACCESS, acl, size, 0);
	if (r < 0 && is_unsupported(errno))
		r = fchmod(to, without_mask(mode, acl, size));
	free(acl);
	return r;
}

static int copy_default_acl(int from, int to)
{
	size_t size;
	char *acl;
	int r = 0;

	if (get(from, ACL_DEFAULT, &acl, &size) < 0)
		return -1;
	if (acl && fsetxattr(to, ACL_DEFAULT, acl, size, 0) < 0 && !is_unsupported(errno))
		r = -1;
	free(acl);
	return r;
}

static int copy_acls(int from, int to, mode_t mode)
{
	struct stat st;

	if (copy_acl(from, to, mode) < 0 || fstat(to, &st) < 0)
		return -1;
	return S_ISDIR(st.st_mode) ? copy_default_acl(from, to) : 0;
}

#else

static int copy_acls(int from, int to, mode_t mode)
{
	(void)from, (void)to, (void)mode;
	return 0;
}

#endif

#ifdef WITH_ATTR

static int copy_attribute(int from, int to, const char *name)
{
	size_t size;
	char *value;
	int r = 0;

	if (strncmp(name, "user.", 5) != 0)
		return 0;
	if (get(from, name, &value, &size) < 0)
		return -1;
	if (value && fsetxattr(to, name, value, size, 0) < 0 && !is_unsupported(errno))
		r = -1;
	free(value);
	return r;
}

static int copy_attributes(int from, int to)
{
	ssize_t size = flistxattr(from, NULL, 0);
	char *names, *p;
	int r = 0;

	if (size <= 0)
		return size == 0 || is_unsupported(errno) ? 0 : -1;
	names = malloc((size_t)size + 1);
	if (!names)
		return -1;
	size = flistxattr(from, names, (size_t)size);
	if (size < 0)
		r = -1;
	for (p = names; r == 0 && p < names + size; p += strlen(p) + 1)
		r = copy_attribute(from, to, p);
	free(names);
	return r;
}

#else

static int copy_attributes(int from, int to)
{
	(void)from, (void)to;
	return 0;
}

#endif

int xattr_copy(int from, int to, mode_t mode)
{
	return copy_acls(from, to, mode) < 0 ? -1 : copy_attributes(from, to);
}
