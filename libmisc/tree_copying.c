/* SPDX-License-Identifier: BSD-3-Clause */
#include "tree_copying.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fd.h"
#include "tree_data.h"
#include "xattr.h"

int copying_fail_from(struct copying *c, const char *name)
{
	return err_sys(c->e, ERR_HOME, "cannot copy %s", tree_walk_path(&c->from, name));
}

int copying_fail_to(struct copying *c, const char *name)
{
	return err_sys(c->e, ERR_HOME, "cannot create %s", tree_walk_path(&c->to, name));
}

bool copying_is_there(const struct copying *c)
{
	return c->how->merge && errno == EEXIST && c->e->kind == ERR_NONE;
}

struct selinux *copying_labels(struct copying *c, const char *name)
{
	const char *below;
	int n;

	c->label[0] = '\0';
	if (!c->how->labels)
		return NULL;
	below = tree_walk_path(&c->to, name) + c->to.levels[0].path;
	n = snprintf(c->label, sizeof(c->label), "%s%s%s", c->how->to, *below == '/' ? "" : "/",
		     below);
	/* No policy has a rule for such a path. */
	return n < (int)sizeof(c->label) ? c->how->labels : NULL;
}

/* name "": dirfd is the file. */
static int give(struct copying *c, int dirfd, const char *name, const struct stat *st,
		const char *path)
{
	int flags = AT_SYMLINK_NOFOLLOW | (name[0] ? 0 : AT_EMPTY_PATH);
	uid_t uid = st->st_uid;
	gid_t gid = st->st_gid;
	struct stat now;

	if (c->how->chown == TREE_CHOWN_NEVER)
		return 0;
	tree_ids_map(&c->how->ids, &uid, &gid);
	if (fstatat(dirfd, name, &now, flags) == 0 && now.st_uid == uid && now.st_gid == gid)
		return 0;
	if (fchownat(dirfd, name, uid, gid, flags) == 0)
		return 0;
	if (c->how->chown == TREE_CHOWN_ALWAYS)
		return err_sys(c->e, ERR_HOME, "cannot change the owner of %s", path);
	if (!c->noted)
		note_say(c->how->note, "warning: cannot change the owner of %s: %s", path,
			 strerror(errno));
	c->noted = true;
	return 0;
}

/* Nobody gets a set-user-id file of somebody whom it was not meant for. */
static mode_t fitting_mode(const struct copying *c, const struct stat *st, const struct stat *now)
{
	mode_t mode = st->st_mode & 07777;

	if (S_ISDIR(st->st_mode))
		return mode;
	if (now->st_uid != c->how->ids.to_uid)
		mode &= ~(mode_t)S_ISUID;
	if (now->st_gid != c->how->ids.to_gid)
		mode &= ~(mode_t)S_ISGID;
	return mode;
}

static void fitting_times(const struct copying *c, const struct stat *st, struct timespec ret[2])
{
	int i;

	ret[0] = st->st_atim;
	ret[1] = st->st_mtim;
	for (i = 0; i < 2; i++)
		if (c->how->newest && ret[i].tv_sec >= c->how->newest)
			ret[i] = (struct timespec){ .tv_sec = c->how->newest };
}

int copying_finish(struct copying *c, int in, int out, const struct stat *st, const char *name)
{
	struct timespec times[2];
	struct stat now;
	mode_t mode;

	if (give(c, out, "", st, tree_walk_path(&c->to, name)) < 0)
		return -1;
	if (fstat(out, &now) < 0)
		return copying_fail_to(c, name);
	mode = fitting_mode(c, st, &now);
	fitting_times(c, st, times);
	if (fchmod(out, mode) < 0 || xattr_copy(in, out, mode) < 0 || futimens(out, times) < 0)
		return copying_fail_to(c, name);
	return 0;
}

/* Whoever owns the tree may have given a name in it to a file that he cannot read himself. */
static bool may_be_a_secret(const struct copying *c, const struct stat *st)
{
	return st->st_nlink > 1 && !(st->st_mode & S_IROTH) &&
	       c->how->ids.from_uid == TREE_NO_ID && c->how->chown != TREE_CHOWN_NEVER &&
	       st->st_uid != c->from.levels[0].st.st_uid;
}

static int copy_regular(struct copying *c, const char *name, const struct stat *st)
{
	_cleanup_fd_ int in = -1, out = -1;
	struct selinux *labels;
	struct stat now;

	/* What became a fifo in the meantime does not make us wait. */
	in = openat(tree_walk_fd(&c->from), name,
		    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (in < 0 || fstat(in, &now) < 0)
		return copying_fail_from(c, name);
	if (now.st_ino != st->st_ino || now.st_dev != st->st_dev) {
		errno = ESTALE;
		return copying_fail_from(c, name);
	}
	if (may_be_a_secret(c, &now))
		return err_set(c->e, ERR_HOME,
			       "cannot copy %s: it has other names and not everybody may read it",
			       tree_walk_path(&c->from, name));
	labels = copying_labels(c, name);
	out = selinux_open(labels, c->label, tree_walk_fd(&c->to), name,
			   O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600, c->e);
	if (out < 0)
		return copying_is_there(c) ? 0 : copying_fail_to(c, name);
	if (tree_data_copy(in, out) < 0)
		return copying_fail_to(c, name);
	return copying_finish(c, in, out, &now, name);
}

/* Where an absolute link into the old directory leads in the new one; else as it is. */
static int new_target(const struct copying *c, const char *target, char *ret, size_t size)
{
	const char *from = c->how->from, *to = c->how->to;
	size_t n = strlen(from);
	int length;

	while (n > 0 && from[n - 1] == '/')
		n--;
	if (n > 0 && strncmp(target, from, n) == 0 && (target[n] == '/' || !target[n]))
		length = snprintf(ret, size, "%s%s", to, target + n);
	else
		length = snprintf(ret, size, "%s", target);
	if (length >= 0 && (size_t)length < size)
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

static int copy_link(struct copying *c, const char *name)
{
	char target[PATH_MAX], fitting[PATH_MAX];
	ssize_t n = readlinkat(tree_walk_fd(&c->from), name, target, sizeof(target) - 1);
	struct selinux *labels;

	if (n < 0)
		return copying_fail_from(c, name);
	target[n] = '\0';
	if (new_target(c, target, fitting, sizeof(fitting)) < 0)
		return copying_fail_to(c, name);
	labels = copying_labels(c, name);
	return selinux_symlink(labels, c->label, fitting, tree_walk_fd(&c->to), name, c->e);
}

/* Links, and what has no content.  By name: nobody else can get into the directory. */
static int copy_special(struct copying *c, const char *name, const struct stat *st)
{
	int dirfd = tree_walk_fd(&c->to), r;
	struct timespec times[2];
	struct selinux *labels;
	struct stat now;

	if (S_ISLNK(st->st_mode)) {
		r = copy_link(c, name);
	} else {
		labels = copying_labels(c, name);
		r = selinux_mknod(labels, c->label, dirfd, name, (st->st_mode & S_IFMT) | 0600,
				  st->st_rdev, c->e);
	}
	if (r < 0)
		return copying_is_there(c) ? 0 : copying_fail_to(c, name);
	if (give(c, dirfd, name, st, tree_walk_path(&c->to, name)) < 0)
		return -1;
	fitting_times(c, st, times);
	if (fstatat(dirfd, name, &now, AT_SYMLINK_NOFOLLOW) < 0 ||
	    (!S_ISLNK(st->st_mode) &&
	     fchmodat(dirfd, name, fitting_mode(c, st, &now), 0) < 0) ||
	    utimensat(dirfd, name, times, AT_SYMLINK_NOFOLLOW) < 0)
		return copying_fail_to(c, name);
	return 0;
}

/* 1: name is another name of a file that was copied before. */
static int copy_name(struct copying *c, const char *name, const struct stat *st)
{
	const char *first = tree_links_find(&c->links, st->st_dev, st->st_ino);

	if (!first)
		return 0;
	if (linkat(c->top, first, tree_walk_fd(&c->to), name, 0) == 0 || copying_is_there(c))
		return 1;
	/* Where that cannot be, it is copied once more. */
	if (errno == EMLINK || errno == ENAMETOOLONG || errno == EPERM || errno == EXDEV ||
	    errno == ENOTSUP)
		return 0;
	return copying_fail_to(c, name);
}

static int remember_name(struct copying *c, const char *name, const struct stat *st)
{
	const char *below = tree_walk_path(&c->to, name) + c->to.levels[0].path;

	while (*below == '/')
		below++;
	if (tree_links_find(&c->links, st->st_dev, st->st_ino) ||
	    tree_links_add(&c->links, st->st_dev, st->st_ino, below) == 0)
		return 0;
	return copying_fail_to(c, name);
}

int copying_file(struct copying *c, const char *name, const struct stat *st)
{
	int r = st->st_nlink > 1 ? copy_name(c, name, st) : 0;

	if (r != 0)
		return r < 0 ? -1 : 0;
	r = S_ISREG(st->st_mode) ? copy_regular(c, name, st) : copy_special(c, name, st);
	if (r < 0)
		return -1;
	return st->st_nlink > 1 ? remember_name(c, name, st) : 0;
}
