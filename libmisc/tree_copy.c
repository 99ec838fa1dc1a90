/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "fd.h"
#include "mount.h"
#include "tree_copying.h"

static bool is_elsewhere(const struct copying *c, int fd, const struct stat *st)
{
	uint64_t id;

	if (c->mount != 0 && mount_id(fd, &id) == 0)
		return id != c->mount;
	return st->st_dev != c->dev;
}

/* 1: what is there is no directory, and stays. */
static int make_dir(struct copying *c, const char *name, int *ret_fd, bool *ret_kept)
{
	struct selinux *labels = copying_labels(c, name);
	int dirfd = tree_walk_fd(&c->to);

	*ret_kept = false;
	if (selinux_mkdir(labels, c->label, dirfd, name, 0700, c->e) < 0) {
		if (!copying_is_there(c))
			return copying_fail_to(c, name);
		*ret_kept = true;
	}
	*ret_fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*ret_fd >= 0)
		return 0;
	if (*ret_kept && (errno == ENOTDIR || errno == ELOOP))
		return 1;
	return copying_fail_to(c, name);
}

static int copy_dir(struct copying *c, const char *name)
{
	_cleanup_fd_ int in = -1;
	int out = -1, taken, r;
	struct stat st;
	bool kept;

	in = openat(tree_walk_fd(&c->from), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (in < 0 || fstat(in, &st) < 0)
		return copying_fail_from(c, name);
	if (st.st_ino == c->top_st.st_ino && st.st_dev == c->top_st.st_dev)
		return err_set(c->e, ERR_HOME, "cannot copy %s into itself",
			       tree_walk_path(&c->from, NULL));
	r = make_dir(c, name, &out, &kept);
	if (r != 0)
		return r < 0 ? -1 : 0;
	if (c->how->one_file_system && is_elsewhere(c, in, &st)) {
		r = kept ? 0 : copying_finish(c, in, out, &st, name);
		close(out);
		return r;
	}
	if (tree_walk_enter_blind(&c->to, out, name) < 0)
		return copying_fail_to(c, NULL);
	tree_walk_here(&c->to)->kept = kept;
	taken = in;
	in = -1;
	return tree_walk_enter(&c->from, taken, name) < 0 ? copying_fail_from(c, NULL) : 0;
}

static int copy_entry(struct copying *c, const char *name)
{
	struct stat st;

	if (fstatat(tree_walk_fd(&c->from), name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		/* Whoever works in the tree meanwhile may remove things. */
		return errno == ENOENT ? 0 : copying_fail_from(c, name);
	return S_ISDIR(st.st_mode) ? copy_dir(c, name) : copying_file(c, name, &st);
}

/* A directory gets its owner, mode and times when all is in it. */
static int leave(struct copying *c)
{
	if ((c->to.depth > 1 || c->how->with_top) && !tree_walk_here(&c->to)->kept &&
	    copying_finish(c, tree_walk_fd(&c->from), tree_walk_fd(&c->to),
			   &tree_walk_here(&c->from)->st, NULL) < 0)
		return -1;
	if (tree_walk_leave(&c->from) < 0)
		return copying_fail_from(c, NULL);
	return tree_walk_leave(&c->to) < 0 ? copying_fail_to(c, NULL) : 0;
}

static int start(struct copying *c, int from, int to)
{
	int fd;

	if (fstat(to, &c->top_st) < 0)
		return copying_fail_to(c, NULL);
	fd = openat(to, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || tree_walk_enter_blind(&c->to, fd, NULL) < 0)
		return copying_fail_to(c, NULL);
	fd = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || tree_walk_enter(&c->from, fd, NULL) < 0)
		return copying_fail_from(c, NULL);
	c->dev = tree_walk_here(&c->from)->st.st_dev;
	if (mount_id(from, &c->mount) < 0)
		c->mount = 0;
	return 0;
}

int tree_copy(int from, int to, const struct tree_copy *how, struct err *e)
{
	struct copying c = { .how = how, .top = to, .e = e };
	mode_t mask = umask(077); /* we must get into the directories that we make */
	const char *name;
	int r;

	r = tree_walk_start(&c.from, how->shown_from);
	if (tree_walk_start(&c.to, how->shown_to) < 0 || r < 0)
		r = err_sys(e, ERR_HOME, "cannot copy %s", how->shown_from);
	if (r == 0)
		r = start(&c, from, to);
	while (r == 0 && c.from.depth > 0) {
		name = tree_walk_next(&c.from);
		r = name ? copy_entry(&c, name) : leave(&c);
	}
	tree_links_free(&c.links);
	tree_walk_end(&c.from);
	tree_walk_end(&c.to);
	umask(mask);
	return r;
}
