/* SPDX-License-Identifier: BSD-3-Clause */
#include "idmap_why.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <sys/xattr.h>

#include "fd.h"

/* Of <linux/nsfs.h>, which is newer than the oldest kernel headers. */
#define IDMAP_NS_GET_PARENT _IO(0xb7, 0x2)
#define IDMAP_NS_GET_OWNER_UID _IO(0xb7, 0x4)

/* Rows of our own map that are looked at: all that the kernel takes. */
#define OWN_SIZE (64 * 1024)
/* Of a map that is compared. */
#define MAP_HEAD 512

#define SELF "/proc/self/exe"

/* How a file of root's looks where root has no number. */
#define OVERFLOW_UID 65534

/* Up to size - 1 bytes of a small file, as a string. */
static ssize_t read_small(int fd, char *text, size_t size)
{
	size_t used = 0;
	ssize_t n;

	while (used < size - 1 && (n = read(fd, text + used, size - 1 - used)) > 0)
		used += (size_t)n;
	text[used] = '\0';
	return (ssize_t)used;
}

static struct idmap_limit sysctl_value(const char *path)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct idmap_limit limit = { .known = false };
	char text[32];

	if (fd >= 0 && read_small(fd, text, sizeof(text)) > 0) {
		limit.value = strtoul(text, NULL, 10);
		limit.known = true;
	}
	return limit;
}

/* Its first rows, "" where there are none. */
static void read_map(const struct idmap_target *target, enum subid_table table, char *text,
		     size_t size)
{
	_cleanup_fd_ int fd = idmap_target_openat(
		target, table == SUBID_UIDS ? "uid_map" : "gid_map", O_RDONLY);

	text[0] = '\0';
	if (fd >= 0)
		read_small(fd, text, size);
}

static int open_own_map(enum subid_table table)
{
	return open(table == SUBID_UIDS ? "/proc/self/uid_map" : "/proc/self/gid_map",
		    O_RDONLY | O_CLOEXEC);
}

/* Seen from ours no other namespace has a map with just our rows. */
static bool has_our_map(const char *text, enum subid_table table)
{
	_cleanup_fd_ int fd = open_own_map(table);
	char own[MAP_HEAD];

	return fd >= 0 && read_small(fd, own, sizeof(own)) > 0 && strcmp(own, text) == 0;
}

static bool setgroups_is_denied(const struct idmap_target *target)
{
	_cleanup_fd_ int fd = idmap_target_openat(target, "setgroups", O_RDONLY);
	char text[16];

	return fd >= 0 && read_small(fd, text, sizeof(text)) > 0 && strncmp(text, "deny", 4) == 0;
}

/* The directory shows whose the process is, the files whose they are. */
static bool is_hidden(const struct idmap_target *target)
{
	struct stat dir, file;

	return fstat(target->dir, &dir) == 0 &&
	       fstatat(target->dir, "uid_map", &file, AT_SYMLINK_NOFOLLOW) == 0 &&
	       dir.st_uid != file.st_uid;
}

/* What is said, no more: the kernel decides by the map that was opened. */
static void look_at_place(struct idmap_facts *ret, const struct idmap_target *target,
			  const char *map)
{
	_cleanup_fd_ int parent = -1, theirs = -1;
	struct stat ours, st;

	theirs = openat(target->dir, "ns/user", O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	/* It is beside or above us; or it is root's and has rights that we gave up. */
	if (theirs < 0 && errno == EACCES && !ret->hidden)
		ret->place = has_our_map(map, ret->table) ? IDMAP_PLACE_OURS :
							    IDMAP_PLACE_OTHER;
	if (theirs < 0 || stat("/proc/self/ns/user", &ours) < 0 || fstat(theirs, &st) < 0)
		return;
	if (st.st_ino == ours.st_ino && st.st_dev == ours.st_dev) {
		ret->place = IDMAP_PLACE_OURS;
		return;
	}
	ret->has_owner = ioctl(theirs, IDMAP_NS_GET_OWNER_UID, &ret->owner) == 0;
	parent = ioctl(theirs, IDMAP_NS_GET_PARENT);
	if (parent < 0 && errno == EPERM)
		ret->place = IDMAP_PLACE_OTHER;
	if (parent >= 0 && fstat(parent, &st) == 0)
		ret->place = st.st_ino == ours.st_ino && st.st_dev == ours.st_dev ?
				     IDMAP_PLACE_CHILD : IDMAP_PLACE_OTHER;
}

static bool has_file_capability(unsigned right)
{
	struct vfs_ns_cap_data data;

	return getxattr(SELF, "security.capability", &data, sizeof(data)) >=
		       (ssize_t)XATTR_CAPS_SZ_1 &&
	       (le32toh(data.data[0].permitted) & 1U << right) != 0;
}

/* By the file that runs; where nothing stands against it, its rights do not reach here. */
static enum idmap_bits look_at_bits(enum subid_table table)
{
	unsigned right = table == SUBID_UIDS ? CAP_SETUID : CAP_SETGID;
	struct statvfs fs;
	struct stat st;

	if (stat(SELF, &st) < 0)
		return IDMAP_BITS_UNKNOWN;
	if (!((st.st_mode & S_ISUID) && (st.st_uid == 0 || st.st_uid == OVERFLOW_UID)) &&
	    !has_file_capability(right))
		return IDMAP_BITS_MISSING;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return IDMAP_BITS_NO_NEW_PRIVS;
	if (statvfs(SELF, &fs) == 0 && (fs.f_flag & ST_NOSUID))
		return IDMAP_BITS_NOSUID;
	if (prctl(PR_CAPBSET_READ, right, 0, 0, 0) == 0)
		return IDMAP_BITS_BOUNDED;
	return IDMAP_BITS_FOREIGN;
}

static bool lies_in(const struct idmap_row *row, const char *own)
{
	unsigned long inside, outside, count;
	int n;

	while (sscanf(own, " %lu %lu %lu%n", &inside, &outside, &count, &n) == 3) {
		if (row->lower >= inside && row->lower - inside < count &&
		    count - (row->lower - inside) >= row->count)
			return true;
		own += n;
	}
	return false;
}

static void look_at_own_map(struct idmap_facts *ret, const struct idmap *map, struct arena *a)
{
	_cleanup_fd_ int fd = open_own_map(map->table);
	char *own = arena_alloc(a, OWN_SIZE);
	size_t i;

	if (fd < 0 || read_small(fd, own, OWN_SIZE) <= 0)
		return;
	for (i = 0; i < map->count && !ret->has_unmapped; i++)
		if (!lies_in(&map->rows[i], own)) {
			ret->has_unmapped = true;
			ret->unmapped = map->rows[i];
		}
}

static bool is_old_kernel(void)
{
	struct utsname name;
	int major, minor;

	return uname(&name) == 0 && sscanf(name.release, "%d.%d", &major, &minor) == 2 &&
	       (major < 4 || (major == 4 && minor < 15));
}

void idmap_look(struct idmap_facts *ret, const struct idmap *map, const struct idmap_caller *who,
		const struct idmap_rights *rights, const struct idmap_target *target)
{
	char text[MAP_HEAD];
	struct arena a = { NULL };

	read_map(target, map->table, text, sizeof(text));
	*ret = (struct idmap_facts){
		.table = map->table,
		.rows = map->count,
		.caller = who->uid,
		.written = text[0] != '\0',
		.hidden = is_hidden(target),
		.has_right = idmap_rights_has(rights, IDMAP_RIGHT_MAP),
		.has_zero = idmap_rights_has(rights, IDMAP_RIGHT_ZERO),
		.zero = idmap_has_zero(map),
		.own_alone = map->count == 1 && map->rows[0].count == 1 &&
			     map->rows[0].lower == idmap_own_id(map->table, who),
		.denied = setgroups_is_denied(target),
		.old_kernel = is_old_kernel(),
		.namespaces = sysctl_value("/proc/sys/user/max_user_namespaces"),
		.clone = sysctl_value("/proc/sys/kernel/unprivileged_userns_clone"),
		.apparmor =
			sysctl_value("/proc/sys/kernel/apparmor_restrict_unprivileged_userns"),
	};
	look_at_place(ret, target, text);
	ret->bits = look_at_bits(map->table);
	look_at_own_map(ret, map, &a);
	arena_free(&a);
}
