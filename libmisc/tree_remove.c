/* SPDX-License-Identifier: BSD-3-Clause */
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "btrfs.h"
#include "fd.h"
#include "mount.h"
#include "tree_walk.h"

enum { REFILLS_MAX = 100 };

struct removal {
	struct tree_walk walk;
	bool mount_known;
	uint64_t mount;
	dev_t dev;
	int refills; /* directories that got new files while we emptied them */
	struct err *e;
};

/* Is the directory on another mount than the tree's top? */
static bool is_elsewhere(const struct removal *r, int fd)
{
	struct stat st;
	uint64_t id;

	if (r->mount_known && mount_id(fd, &id) == 0)
		return id != r->mount;
	/* Subvolumes have a device number each. */
	return fstat(fd, &st) == 0 && st.st_dev != r->dev && !btrfs_is_subvolume(fd);
}

static int refuse_mount(const struct removal *r, const char *path)
{
	return err_set(r->e, ERR_HOME, "cannot remove %s: it is a mount point", path);
}

static int fail(struct removal *r, const char *name)
{
	return err_sys(r->e, ERR_HOME, "cannot remove %s", tree_walk_path(&r->walk, name));
}

static int remove_entry(struct removal *r, const char *name)
{
	int dirfd = tree_walk_fd(&r->walk), fd;

	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR)
		return fail(r, name);
	fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : fail(r, name);
	if (is_elsewhere(r, fd)) {
		close(fd);
		return refuse_mount(r, tree_walk_path(&r->walk, name));
	}
	if (btrfs_is_subvolume(fd) && btrfs_destroy(dirfd, name) == 0) {
		close(fd);
		return 0;
	}
	return tree_walk_enter(&r->walk, fd, name) < 0 ? fail(r, NULL) : 0;
}

static int remove_empty(int dirfd, const char *name)
{
	if (unlinkat(dirfd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	/* Before Linux 4.18 rmdir(2) does not do for an empty subvolume. */
	return errno == EPERM && btrfs_destroy(dirfd, name) == 0 ? 0 : -1;
}

/* The directory that we are in is empty: goes to the one above and removes it there. */
static int remove_here(struct removal *r)
{
	const char *path = tree_walk_path(&r->walk, NULL), *slash = strrchr(path, '/');
	char name[NAME_MAX + 1];

	snprintf(name, sizeof(name), "%.*s", NAME_MAX, slash ? slash + 1 : path);
	if (tree_walk_leave(&r->walk) < 0)
		return err_sys(r->e, ERR_HOME, "cannot remove %s: it was moved meanwhile", path);
	/* The top has its name elsewhere. */
	if (r->walk.depth == 0 || remove_empty(tree_walk_fd(&r->walk), name) == 0)
		return 0;
	if (errno == ENOTEMPTY && r->refills++ < REFILLS_MAX)
		return remove_entry(r, name);
	return fail(r, name);
}

static int empty(struct removal *r, int dir)
{
	const char *name;
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || tree_walk_enter(&r->walk, fd, NULL) < 0)
		return fail(r, NULL);
	while (r->walk.depth > 0) {
		name = tree_walk_next(&r->walk);
		if (name ? remove_entry(r, name) < 0 : remove_here(r) < 0)
			return -1;
	}
	return 0;
}

static int remove_all(struct removal *r, int dirfd, const char *name, int dir)
{
	do {
		if (empty(r, dir) < 0)
			return -1;
		if (remove_empty(dirfd, name) == 0)
			return 0;
	} while (errno == ENOTEMPTY && r->refills++ < REFILLS_MAX);
	return fail(r, NULL);
}

/* That name is dir, and what would stop us later, before anything goes. */
static int check_top(struct removal *r, int dirfd, const char *name, int dir, const char *shown)
{
	char below[PATH_MAX];
	struct stat st, other;
	uint64_t above;

	if (fstat(dir, &st) < 0 || fstatat(dirfd, name, &other, AT_SYMLINK_NOFOLLOW) < 0)
		return fail(r, NULL);
	if (st.st_ino != other.st_ino || st.st_dev != other.st_dev)
		return err_set(r->e, ERR_HOME, "cannot remove %s: it was moved meanwhile", shown);
	r->dev = st.st_dev;
	r->mount_known = mount_id(dir, &r->mount) == 0;
	if (r->mount_known && mount_id(dirfd, &above) == 0) {
		if (above != r->mount)
			return refuse_mount(r, shown);
	} else if (fstat(dirfd, &other) == 0 && other.st_dev != st.st_dev &&
		   !btrfs_is_subvolume(dir)) {
		return refuse_mount(r, shown);
	}
	if (mount_below(dir, below, sizeof(below)) == 1)
		return err_set(r->e, ERR_HOME, "cannot remove %s%s: it is a mount point", shown,
			       below);
	return 0;
}

int tree_remove(int dirfd, const char *name, int dir, const char *shown, struct err *e)
{
	struct removal r = { .e = e };
	int result;

	if (tree_walk_start(&r.walk, shown) < 0)
		return err_sys(e, ERR_HOME, "cannot remove %s", shown);
	result = check_top(&r, dirfd, name, dir, shown);
	if (result == 0 && !(btrfs_is_subvolume(dir) && btrfs_destroy(dirfd, name) == 0))
		result = remove_all(&r, dirfd, name, dir);
	tree_walk_end(&r.walk);
	return result;
}
