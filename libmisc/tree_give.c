/* SPDX-License-Identifier: BSD-3-Clause */
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "fd.h"
#include "mount.h"
#include "tree_walk.h"

struct giving {
	struct tree_walk walk;
	const struct tree_ids *ids;
	unsigned limits; /* TREE_ONE_... */
	uint64_t mount;
	dev_t dev;
	bool failed; /* with TREE_TRY */
	struct err *e;
};

void tree_ids_map(const struct tree_ids *ids, uid_t *uid, gid_t *gid)
{
	if (ids->to_uid != TREE_NO_ID && (ids->from_uid == TREE_NO_ID || *uid == ids->from_uid))
		*uid = ids->to_uid;
	if (ids->to_gid != TREE_NO_ID && (ids->from_gid == TREE_NO_ID || *gid == ids->from_gid))
		*gid = ids->to_gid;
}

/* Whether the file changes hands, and to whom. */
static bool wants(const struct giving *g, const struct stat *st, uid_t *uid, gid_t *gid)
{
	*uid = st->st_uid;
	*gid = st->st_gid;
	/* A name that the tree's owner gave to somebody else's file. */
	if (!S_ISDIR(st->st_mode) && st->st_nlink > 1 &&
	    ((g->limits & TREE_ONE_NAME) ||
	     (st->st_uid != g->ids->from_uid && st->st_uid != g->ids->to_uid)))
		return false;
	tree_ids_map(g->ids, uid, gid);
	return *uid != st->st_uid || *gid != st->st_gid;
}

static int fail(struct giving *g, const char *name)
{
	return err_sys(g->e, ERR_HOME, "cannot change the owner of %s",
		       tree_walk_path(&g->walk, name));
}

/* The file itself, whatever its name leads to by now. */
static int give(struct giving *g, int fd, const char *name)
{
	struct stat st;
	uid_t uid;
	gid_t gid;

	if (fstat(fd, &st) < 0)
		return fail(g, name);
	if (!wants(g, &st, &uid, &gid) || fchownat(fd, "", uid, gid, AT_EMPTY_PATH) == 0)
		return 0;
	fail(g, name);
	g->failed = true;
	return g->limits & TREE_TRY ? 0 : -1;
}

/* fd is O_PATH. */
static int enter(struct giving *g, int fd, const char *name)
{
	struct stat st;
	uint64_t id;
	int dir;

	if ((g->limits & TREE_ONE_FILE_SYSTEM) &&
	    (mount_id(fd, &id) == 0 ? id != g->mount
				    : fstat(fd, &st) == 0 && st.st_dev != g->dev))
		return 0;
	dir = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || tree_walk_enter(&g->walk, dir, name) < 0)
		return fail(g, dir < 0 ? name : NULL);
	return 0;
}

static int give_entry(struct giving *g, const char *name)
{
	int dirfd = tree_walk_fd(&g->walk);
	_cleanup_fd_ int fd = -1;
	struct stat st;
	uid_t uid;
	gid_t gid;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : fail(g, name);
	if (!S_ISDIR(st.st_mode) && !wants(g, &st, &uid, &gid))
		return 0;
	/* Decided again on what is then given away. */
	fd = openat(dirfd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : fail(g, name);
	if (give(g, fd, name) < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		return fail(g, name);
	return S_ISDIR(st.st_mode) ? enter(g, fd, name) : 0;
}

static int give_all(struct giving *g, int dir)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const char *name;

	if (fd < 0 || tree_walk_enter(&g->walk, fd, NULL) < 0)
		return fail(g, NULL);
	g->dev = tree_walk_here(&g->walk)->st.st_dev;
	if (mount_id(dir, &g->mount) < 0)
		g->mount = 0;
	while (g->walk.depth > 0) {
		name = tree_walk_next(&g->walk);
		if (name ? give_entry(g, name) < 0 : tree_walk_leave(&g->walk) < 0 && fail(g, NULL))
			return -1;
	}
	/* The top last: it says whose home this is until all of it is given away. */
	return give(g, dir, NULL) < 0 || g->failed ? -1 : 0;
}

int tree_give(int dir, const struct tree_ids *ids, unsigned limits, const char *shown,
	      struct err *e)
{
	struct giving g = { .ids = ids, .limits = limits, .e = e };
	int r;

	if (tree_walk_start(&g.walk, shown) < 0)
		return err_sys(e, ERR_HOME, "cannot change the owner of %s", shown);
	r = give_all(&g, dir);
	tree_walk_end(&g.walk);
	return r;
}
