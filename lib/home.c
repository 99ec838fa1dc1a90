/* SPDX-License-Identifier: BSD-3-Clause */
#include "home.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "btrfs.h"
#include "day.h"
#include "fd.h"
#include "home_private.h"

mode_t home_mode(const struct run *run)
{
	long long mode = defs_number(&run->defs, "HOME_MODE", -1);

	if (mode >= 0)
		return (mode_t)mode & 07777;
	return 0777 & ~(mode_t)defs_number(&run->defs, "UMASK", 022);
}

time_t home_newest(void)
{
	bool fixed;
	time_t now = day_now(&fixed);

	return fixed ? now : 0;
}

void home_forget(struct home_dir *dir)
{
	beneath_forget(&dir->place);
	fd_close(&dir->fd);
	dir->fd = -1;
}

int home_find(struct run *run, const char *path, struct home_dir *ret)
{
	size_t n = strlen(path);

	*ret = HOME_DIR_NONE;
	while (n > 1 && path[n - 1] == '/')
		n--;
	ret->path = arena_strndup(&run->arena, path, n);
	ret->shown = root_show(&run->root, &run->arena, ret->path);
	if (path[0] != '/') {
		errno = ENOENT;
		return -1;
	}
	if (beneath_find(run->root.fd, ret->path, 0, &ret->place) < 0)
		return -1;
	ret->fd = openat(ret->place.dirfd, ret->place.name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	return ret->fd < 0 ? -1 : fstat(ret->fd, &ret->st);
}

static int fail_new(struct run *run, const char *shown)
{
	return err_sys(&run->err, ERR_HOME, "cannot create directory %s", shown);
}

/* For reproducible images. */
static int set_times(int fd)
{
	time_t newest = home_newest();
	const struct timespec times[2] = { { .tv_sec = newest }, { .tv_sec = newest } };

	return newest ? futimens(fd, times) : 0;
}

static int make_subvolume(void *data)
{
	const struct beneath_place *place = data;

	return btrfs_create(place->dirfd, place->name);
}

static void unmake_subvolume(void *data)
{
	const struct beneath_place *place = data;

	btrfs_destroy(place->dirfd, place->name);
}

static int make(struct run *run, const struct home_dir *dir, enum home_kind kind)
{
	struct beneath_place place = dir->place;
	const struct selinux_maker maker = { make_subvolume, unmake_subvolume, &place };
	struct selinux *labels = run_labels(run);
	int r = -1;

	if (!labels)
		return -1;
	if (kind != HOME_DIRECTORY && btrfs_here(place.dirfd))
		r = selinux_make(labels, dir->path, S_IFDIR, &maker, &run->err);
	if (r < 0 && kind != HOME_SUBVOLUME && run->err.kind == ERR_NONE)
		r = selinux_mkdir(labels, dir->path, place.dirfd, place.name, 0700, &run->err);
	return r;
}

/* In a directory that others write, another one may have been put in its place. */
static bool is_what_we_made(const struct home_dir *dir, int fd)
{
	struct stat st, above;

	if (fstat(fd, &st) < 0 || fstat(dir->place.dirfd, &above) < 0)
		return false;
	if (st.st_uid == geteuid())
		return true;
	/* On some file systems what root makes is nobody's. */
	return (above.st_uid == 0 || above.st_uid == geteuid()) && (above.st_mode & 022) == 0;
}

int home_make(struct run *run, const struct home_dir *dir, enum home_kind kind, int *ret_fd)
{
	mode_t mask = umask(077);
	int r = make(run, dir, kind);

	umask(mask);
	if (r < 0)
		return fail_new(run, dir->shown);
	*ret_fd = openat(dir->place.dirfd, dir->place.name,
			 O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*ret_fd >= 0 && !is_what_we_made(dir, *ret_fd)) {
		errno = ESTALE;
		return fail_new(run, dir->shown);
	}
	if (*ret_fd < 0 || fchmod(*ret_fd, 0700) < 0)
		return fail_new(run, dir->shown);
	return 0;
}

/* Root's and 0755, whatever the umask or a set-group-id directory make of it. */
static int make_parent(struct run *run, const char *path)
{
	_cleanup_home_ struct home_dir dir = HOME_DIR_NONE;
	_cleanup_fd_ int fd = -1;

	if ((home_find(run, path, &dir) < 0 && dir.place.dirfd < 0) ||
	    home_make(run, &dir, HOME_DIRECTORY, &fd) < 0 ||
	    (geteuid() == 0 && fchown(fd, 0, 0) < 0) || fchmod(fd, 0755) < 0)
		return fail_new(run, dir.shown);
	return 0;
}

/* Where the path of those that were made ends is told by *ret_first: before it they were there. */
static int make_parents(struct run *run, const char *path, size_t *ret_first)
{
	char *part = arena_strdup(&run->arena, path), *slash;
	struct stat st;

	*ret_first = strlen(path);
	for (slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (beneath_stat(run->root.fd, part, 1, &st) < 0) {
			if (errno != ENOENT)
				return fail_new(run, root_show(&run->root, &run->arena, part));
			if (make_parent(run, part) < 0)
				return -1;
			if (strlen(part) < *ret_first)
				*ret_first = strlen(part);
		}
		*slash = '/';
	}
	return 0;
}

/* Of the parents that were made, and the one that was there: when all is in them. */
static void set_parent_times(struct run *run, const char *path, size_t first)
{
	char *part = arena_strdup(&run->arena, path), *slash;
	bool made = true;

	while (made && (slash = strrchr(part, '/'))) {
		_cleanup_fd_ int fd = -1;

		made = slash >= part + first;
		slash[slash == part] = '\0';
		fd = root_openat(&run->root, part, O_RDONLY | O_DIRECTORY, 0);
		if (fd >= 0)
			day_clamp_times(fd, ".");
	}
}

static int copy_skel(struct run *run, const struct home_new *h, const struct home_dir *dir,
		     const char *skel, int to)
{
	struct tree_copy how = {
		.ids = { TREE_NO_ID, h->uid, TREE_NO_ID, h->gid },
		.chown = h->chown,
		.one_file_system = h->one_file_system,
		.merge = true,
		.newest = home_newest(),
		.from = skel,
		.to = dir->path,
		.shown_to = dir->shown,
		.labels = run_labels(run),
		.note = &run->note,
	};
	_cleanup_fd_ int from = -1;

	if (home_open_skel(run, skel, &from) < 0)
		return -1;
	if (from < 0)
		return 0;
	how.shown_from = root_show(&run->root, &run->arena, skel);
	return tree_copy(from, to, &how, &run->err);
}

static int give_home(struct run *run, const struct home_new *h, const struct home_dir *dir, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return fail_new(run, dir->shown);
	if (h->chown != TREE_CHOWN_NEVER && (st.st_uid != h->uid || st.st_gid != h->gid) &&
	    fchown(fd, h->uid, h->gid) < 0) {
		if (h->chown == TREE_CHOWN_ALWAYS)
			return err_sys(&run->err, ERR_HOME, "cannot change the owner of %s",
				       dir->shown);
		note_say(&run->note, "warning: cannot change the owner of %s: %s", dir->shown,
			 strerror(errno));
	}
	if (fchmod(fd, h->mode) < 0 || set_times(fd) < 0)
		return fail_new(run, dir->shown);
	return 0;
}

int home_create(struct run *run, const struct home_new *h, bool *ret_made)
{
	_cleanup_home_ struct home_dir dir = HOME_DIR_NONE;
	_cleanup_fd_ int fd = -1;
	struct stat st;
	size_t first;
	int r;

	*ret_made = false;
	if (beneath_stat(run->root.fd, h->path, 1, &st) == 0 && S_ISDIR(st.st_mode)) {
		if (h->may_exist)
			return 0;
		note_say(&run->note, "warning: the home directory %s already exists.",
			 root_show(&run->root, &run->arena, h->path));
		note_say(&run->note, "Not copying any file from skel directory into it.");
		return 0;
	}
	first = strlen(h->path);
	if (home_find(run, h->path, &dir) < 0 && dir.place.dirfd < 0) {
		if (make_parents(run, dir.path, &first) < 0)
			return -1;
		if (home_find(run, h->path, &dir) < 0 && dir.place.dirfd < 0)
			return fail_new(run, dir.shown);
	}
	if (home_make(run, &dir, h->kind, &fd) < 0)
		return -1;
	*ret_made = true;
	r = copy_skel(run, h, &dir, h->skel, fd);
	if (r == 0)
		r = copy_skel(run, h, &dir, h->usrskel, fd);
	/* The account stays, so what there is of the home is the user's. */
	if (give_home(run, h, &dir, fd) < 0)
		r = -1;
	set_parent_times(run, dir.path, first);
	return r;
}

int home_parse_chown(struct run *run, const char *text, enum tree_chown *ret)
{
	static const char *const words[] = {
		[TREE_CHOWN_ALWAYS] = "always",
		[TREE_CHOWN_TRY] = "try",
		[TREE_CHOWN_NEVER] = "never",
	};
	size_t i;

	*ret = TREE_CHOWN_ALWAYS;
	if (!text)
		return 0;
	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(text, words[i]) == 0) {
			*ret = (enum tree_chown)i;
			return 0;
		}
	return err_set(&run->err, ERR_ARGUMENT, "invalid --chown '%s': not always, try or never",
		       text);
}
