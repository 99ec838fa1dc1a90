/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "btrfs.h"
#include "day.h"
#include "fd.h"
#include "home_private.h"
#include "mount.h"
#include "text.h"

struct home_move {
	struct home_move_spec spec;
	struct home_dir from, to;
	bool copied; /* else renamed */
	bool linked; /* renamed, and a link to the new place stands at the old one */
};

/* What a person means by "there is none"; anything else is trouble. */
static bool is_absence(int error)
{
	return error == ENOENT || error == ENOTDIR || error == EACCES || error == ELOOP ||
	       error == ENAMETOOLONG;
}

static int fail_move(struct run *run, const struct home_move *m)
{
	return err_sys(&run->err, ERR_HOME, "cannot rename directory %s to %s", m->from.shown,
		       m->to.shown);
}

static int refuse_move(struct run *run, const struct home_move *m, const char *what,
		       const char *why)
{
	return err_set(&run->err, ERR_HOME, "cannot rename directory %s to %s: %s is %s",
		       m->from.shown, m->to.shown, what, why);
}

static int rename_with(const struct beneath_place *from, const struct beneath_place *to,
		       unsigned flags)
{
#ifdef SYS_renameat2
	return (int)syscall(SYS_renameat2, from->dirfd, from->name, to->dirfd, to->name, flags);
#else
	(void)from, (void)to, (void)flags;
	errno = ENOSYS;
	return -1;
#endif
}

static bool has_no_such_rename(int error)
{
	return error == ENOSYS || error == EINVAL || error == EPERM;
}

/* Where the kernel or the file system has no such rename, we have looked before. */
static int rename_to_nothing(const struct beneath_place *from, const struct beneath_place *to)
{
	enum { NO_REPLACE = 1 };

	if (rename_with(from, to, NO_REPLACE) == 0)
		return 0;
	if (!has_no_such_rename(errno))
		return -1;
	return renameat(from->dirfd, from->name, to->dirfd, to->name);
}

static int exchange(const struct beneath_place *a, const struct beneath_place *b)
{
	enum { EXCHANGE = 2 };

	return rename_with(a, b, EXCHANGE);
}

/* Is the place a link to the new home?  -1: that cannot be told. */
static int leads_to_new(const struct home_move *m, const struct beneath_place *place)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(place->dirfd, place->name, target, sizeof(target));

	if (n < 0)
		return errno == EINVAL || errno == ENOENT ? 0 : -1;
	return str_is((struct str){ target, (size_t)n }, m->to.path);
}

static int remove_link(const struct home_move *m, const struct beneath_place *place)
{
	int tries, found;

	/* One failure must not leave it. */
	for (tries = 0; tries < 2; tries++) {
		found = leads_to_new(m, place);
		if (found == 0 || (found == 1 && unlinkat(place->dirfd, place->name, 0) == 0))
			return 0;
	}
	return -1;
}

/*
 * A link to the new place is made there and exchanged with the directory: whatever passwd says, and
 * whenever we die, the home is where it says.  1: that cannot be done here.
 */
static int rename_by_link(struct run *run, struct home_move *m)
{
	struct err ignored = { 0 };
	int saved;

	if (selinux_symlink(run_labels(run), m->from.path, m->to.path, m->to.place.dirfd,
			    m->to.place.name, &ignored) < 0)
		return ignored.kind == ERR_NONE && errno == EEXIST ? -1 : 1;
	if (exchange(&m->from.place, &m->to.place) == 0) {
		m->linked = true;
		return 0;
	}
	saved = errno;
	remove_link(m, &m->to.place);
	errno = saved;
	return has_no_such_rename(errno) ? 1 : -1;
}

static int check_from(struct run *run, const struct home_move *m)
{
	if (S_ISLNK(m->from.st.st_mode))
		return refuse_move(run, m, m->from.shown, _("a symbolic link"));
	if (!S_ISDIR(m->from.st.st_mode))
		return err_set(&run->err, ERR_HOME,
			       "The previous home directory (%s) was not a directory. It is not "
			       "removed and no home directories are created.",
			       m->from.shown);
	if (home_is_system(run, &m->from.st))
		return refuse_move(run, m, m->from.shown, _("a system directory"));
	return 0;
}

/* A new tree beside the old one. */
static int copy_home(struct run *run, struct home_move *m)
{
	const struct tree_copy how = {
		.ids = m->spec.ids,
		.chown = m->spec.chown,
		.one_file_system = m->spec.one_file_system,
		.with_top = true,
		.from = m->from.path,
		.to = m->to.path,
		.shown_from = m->from.shown,
		.shown_to = m->to.shown,
		.labels = run_labels(run),
		.note = &run->note,
	};
	enum home_kind kind =
		btrfs_is_subvolume(m->from.fd) ? HOME_SUBVOLUME_TRY : HOME_DIRECTORY;
	_cleanup_fd_ int to = -1;
	struct err ignored = { 0 };
	char below[PATH_MAX];

	/* A rename takes along what is mounted there; after a copy it could not be removed. */
	if (mount_below(m->from.fd, below, sizeof(below)) == 1)
		return refuse_move(run, m,
				   arena_printf(&run->arena, "%s%s", m->from.shown, below),
				   _("a mount point"));
	if (home_make(run, &m->to, kind, &to) < 0)
		return -1;
	if (tree_copy(m->from.fd, to, &how, &run->err) == 0)
		return 0;
	tree_remove(m->to.place.dirfd, m->to.place.name, to, m->to.shown, &ignored);
	return -1;
}

/* Everything where it was; -1 and errno. */
static int rename_back(struct home_move *m)
{
	if (!m->linked)
		return rename_to_nothing(&m->to.place, &m->from.place);
	if (exchange(&m->from.place, &m->to.place) < 0 &&
	    exchange(&m->from.place, &m->to.place) < 0)
		return -1;
	m->linked = false;
	return remove_link(m, &m->to.place);
}

static int rename_home(struct run *run, struct home_move *m)
{
	struct stat st;
	int r;

	r = rename_by_link(run, m);
	if (r == 1)
		r = rename_to_nothing(&m->from.place, &m->to.place);
	if (r < 0)
		return errno == EXDEV ? 1 : fail_move(run, m);
	/* Somebody who may write above it could have put another directory there meanwhile. */
	if (fstatat(m->to.place.dirfd, m->to.place.name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_ino == m->from.st.st_ino && st.st_dev == m->from.st.st_dev)
		return 0;
	rename_back(m);
	errno = ESTALE;
	return fail_move(run, m);
}

static int move_home(struct run *run, struct home_move *m)
{
	bool there = home_find(run, m->spec.to, &m->to) == 0;
	int why = errno, r;

	/* A run that died after its rename and before its commit. */
	if (S_ISLNK(m->from.st.st_mode) && there && S_ISDIR(m->to.st.st_mode) &&
	    m->to.st.st_uid == m->spec.ids.from_uid && leads_to_new(m, &m->from.place) == 1) {
		m->linked = !run->opt.dry_run;
		return run->opt.dry_run;
	}
	if (check_from(run, m) < 0)
		return -1;
	errno = why;
	if (there)
		return err_set(&run->err, ERR_HOME, "directory %s exists", m->to.shown);
	if (m->to.place.dirfd < 0 || why != ENOENT)
		return fail_move(run, m);
	if (run->opt.dry_run)
		return 1;
	r = rename_home(run, m);
	m->copied = r == 1;
	return m->copied ? copy_home(run, m) : r;
}

static void forget(struct home_move **move)
{
	home_forget(&(*move)->from);
	home_forget(&(*move)->to);
	*move = NULL;
}

int home_move_prepare(struct run *run, const struct home_move_spec *spec, struct home_move **ret)
{
	struct home_move *m = arena_alloc(&run->arena, sizeof(*m));
	int r;

	*ret = NULL;
	m->spec = *spec;
	if (spec->chown == TREE_CHOWN_NEVER) {
		/* Nothing goes to the new owner; a copy still belongs to the old one. */
		m->spec.ids.to_uid = spec->ids.from_uid;
		m->spec.ids.to_gid = spec->ids.from_gid;
		m->spec.chown = TREE_CHOWN_TRY;
	}
	m->to = HOME_DIR_NONE;
	m->to.shown = root_show(&run->root, &run->arena, spec->to);
	if (home_find(run, spec->from, &m->from) < 0) {
		if (!is_absence(errno)) {
			fail_move(run, m);
			forget(&m);
			return -1;
		}
		note_say(&run->note,
			 "The previous home directory (%s) does not exist or is inaccessible. "
			 "Move cannot be completed.",
			 m->from.shown);
		forget(&m);
		return 0;
	}
	r = move_home(run, m);
	if (r == 0)
		*ret = m;
	else
		forget(&m);
	return r < 0 ? -1 : 0;
}

/* The directory at its new place, if it still is there. */
static int open_moved(const struct home_move *m, struct stat *ret)
{
	int fd = openat(m->to.place.dirfd, m->to.place.name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0 && fstat(fd, ret) == 0)
		return fd;
	fd_close(&fd);
	return -1;
}

static bool changes_hands(const struct tree_ids *ids)
{
	return ids->from_uid != ids->to_uid || ids->from_gid != ids->to_gid;
}

/* In somebody else's tree a file's other name may be outside of it. */
static int give_tree(struct run *run, int dir, const struct tree_ids *ids, enum tree_chown chown,
		     bool one_file_system, const char *shown)
{
	unsigned limits = (one_file_system ? TREE_ONE_FILE_SYSTEM : 0) |
			  (run->root.foreign ? TREE_ONE_NAME : 0) |
			  (chown == TREE_CHOWN_TRY ? TREE_TRY : 0);

	if (tree_give(dir, ids, limits, shown, &run->err) == 0)
		return 0;
	if (chown != TREE_CHOWN_TRY)
		return -1;
	note_say(&run->note, "warning: %s", run->err.message);
	err_clear(&run->err);
	return 0;
}

static int give_moved(struct run *run, const struct home_move *m)
{
	_cleanup_fd_ int fd = -1;
	struct stat st;

	if (!changes_hands(&m->spec.ids))
		return 0;
	fd = open_moved(m, &st);
	if (fd < 0)
		return err_sys(&run->err, ERR_HOME, "cannot change the owner of %s", m->to.shown);
	if (st.st_uid != m->spec.ids.from_uid)
		return 0;
	return give_tree(run, fd, &m->spec.ids, m->spec.chown, m->spec.one_file_system,
			 m->to.shown);
}

static void set_parent_times(const struct home_move *m)
{
	day_clamp_times(m->from.place.dirfd, ".");
	day_clamp_times(m->to.place.dirfd, ".");
}

int home_move_finish(struct run *run, struct home_move **move)
{
	struct home_move *m = *move;
	struct err e = { 0 };
	int r = 0;

	if (!m)
		return 0;
	if (!m->copied) {
		r = give_moved(run, m);
		if (m->linked && remove_link(m, &m->from.place) < 0)
			note_say(&run->note,
				 "warning: failed to remove the link %s to the new home",
				 m->from.shown);
	}
	if (m->copied && tree_remove(m->from.place.dirfd, m->from.place.name, m->from.fd,
				     m->from.shown, &e) < 0)
		note_say(&run->note,
			 "warning: failed to completely remove old home directory %s: %s",
			 m->from.shown, e.message);
	set_parent_times(m);
	forget(move);
	return r;
}

void home_move_undo(struct run *run, struct home_move **move)
{
	struct home_move *m = *move;
	_cleanup_fd_ int fd = -1;
	struct err e = { 0 };
	struct stat st;

	if (!m)
		return;
	fd = open_moved(m, &st);
	if (m->copied)
		tree_remove(m->to.place.dirfd, m->to.place.name, fd, m->to.shown, &e);
	else if (rename_back(m) < 0)
		err_sys(&e, ERR_HOME, "cannot rename directory %s to %s", m->to.shown,
			m->from.shown);
	if (e.kind != ERR_NONE)
		note_say(&run->note, "warning: %s", e.message);
	set_parent_times(m);
	forget(move);
}

int home_give(struct run *run, const char *path, const struct tree_ids *ids, enum tree_chown chown,
	      bool one_file_system, bool *ret_given)
{
	_cleanup_home_ struct home_dir dir = HOME_DIR_NONE;

	*ret_given = false;
	if (!changes_hands(ids))
		return 0;
	if (home_find(run, path, &dir) < 0)
		return is_absence(errno) ? 0 :
					   err_sys(&run->err, ERR_HOME,
						   "cannot change the owner of %s", dir.shown);
	if (dir.st.st_uid != ids->from_uid || S_ISLNK(dir.st.st_mode))
		return 0;
	if (!S_ISDIR(dir.st.st_mode))
		return err_set(&run->err, ERR_HOME,
			       "cannot change the owner of %s: it is not a directory", dir.shown);
	if (home_is_system(run, &dir.st)) {
		note_say(&run->note, "warning: %s is a system directory, its owner stays",
			 dir.shown);
		return 0;
	}
	*ret_given = true;
	return give_tree(run, dir.fd, ids, chown, one_file_system, dir.shown);
}
