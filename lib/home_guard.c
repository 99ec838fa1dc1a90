/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "fd.h"
#include "home_private.h"

/* Without one of these there is no system, or not for long.  What is above one of them is one too,
 * and stands before it. */
static const char *const system_dirs[] = {
	"/bin", "/boot", "/boot/efi", "/dev", "/efi", "/etc", "/home", "/lib", "/lib32", "/lib64",
	"/libx32", "/lost+found", "/media", "/mnt", "/nix", "/opt", "/ostree", "/proc", "/root",
	"/run", "/run/lock", "/run/user", "/sbin", "/srv", "/sys", "/sysroot", "/tmp", "/usr",
	"/usr/bin", "/usr/etc", "/usr/games", "/usr/include", "/usr/lib", "/usr/lib32",
	"/usr/lib64", "/usr/libexec", "/usr/libx32", "/usr/local", "/usr/local/bin",
	"/usr/local/lib", "/usr/local/sbin", "/usr/local/share", "/usr/sbin", "/usr/share",
	"/usr/src", "/var", "/var/backups", "/var/cache", "/var/db", "/var/empty", "/var/lib",
	"/var/lib/apt", "/var/lib/dpkg", "/var/lib/rpm", "/var/lib/systemd", "/var/local",
	"/var/lock", "/var/log", "/var/mail", "/var/opt", "/var/run", "/var/spool",
	"/var/spool/cron", "/var/spool/mail", "/var/tmp",
};

enum { LEVELS_MAX = 100000 };

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

/* Is the directory that is open as dirfd, seen from the root, this one or somewhere in it? */
static bool is_within(struct run *run, int dirfd, const struct stat *dir)
{
	_cleanup_fd_ int fd = openat(dirfd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat st, top;
	int level, above;

	if (fstat(run->root.fd, &top) < 0)
		return false;
	for (level = 0; level < LEVELS_MAX && fd >= 0 && fstat(fd, &st) == 0; level++) {
		if (is_same(&st, dir))
			return true;
		if (is_same(&st, &top))
			return false;
		above = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		fd_close(&fd);
		fd = above;
	}
	return false;
}

bool home_is_system(struct run *run, const struct stat *dir)
{
	struct stat st;
	size_t i;

	if (fstat(run->root.fd, &st) == 0 && is_same(&st, dir))
		return true;
	for (i = 0; i < sizeof(system_dirs) / sizeof(system_dirs[0]); i++) {
		_cleanup_fd_ int fd = -1;

		if (beneath_stat(run->root.fd, system_dirs[i], 0, &st) < 0)
			continue;
		if (is_same(&st, dir))
			return true;
		/* Only a link leads to a place of which we have not seen what is above it. */
		if (!S_ISLNK(st.st_mode))
			continue;
		fd = root_openat(&run->root, system_dirs[i], O_PATH | O_DIRECTORY, 0);
		if (fd >= 0 && is_within(run, fd, dir))
			return true;
	}
	return false;
}

/* The directory that homes are in: mostly the same one for many users. */
struct homes_parent {
	struct str path;
	int fd; /* -1: there is none */
	bool within;
};

static void look_at_parent(struct run *run, struct str path, const struct stat *dir,
			   struct homes_parent *parent)
{
	const char *name;

	if (parent->path.p && str_eq(parent->path, path))
		return;
	fd_close(&parent->fd);
	parent->path = path;
	name = path.n > 0 ? str_dup(&run->arena, path) : "/";
	parent->fd = root_openat(&run->root, name, O_PATH | O_DIRECTORY, 0);
	parent->within = parent->fd >= 0 && is_within(run, parent->fd, dir);
}

static bool is_home_within(struct run *run, struct str home, const struct stat *dir,
			   struct homes_parent *parent)
{
	struct str above = home;
	char name[NAME_MAX + 1];
	struct stat st;

	while (home.n > 0 && home.p[home.n - 1] == '/')
		home.n--;
	above.n = home.n;
	while (above.n > 0 && above.p[above.n - 1] != '/')
		above.n--;
	if (above.n == 0)
		return false; /* "/", or no absolute path */
	if (home.n - above.n > NAME_MAX)
		return false;
	memcpy(name, home.p + above.n, home.n - above.n);
	name[home.n - above.n] = '\0';
	above.n--;
	look_at_parent(run, above, dir, parent);
	if (parent->fd < 0 || fstatat(parent->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	if (S_ISLNK(st.st_mode) || strcmp(name, "..") == 0 || strcmp(name, ".") == 0) {
		_cleanup_fd_ int fd = root_openat(&run->root, str_dup(&run->arena, home),
						  O_PATH | O_DIRECTORY, 0);

		return fd >= 0 && is_within(run, fd, dir);
	}
	return parent->within || is_same(&st, dir);
}

const char *home_is_shared(struct run *run, struct table *passwd, const char *user,
			   const struct stat *dir)
{
	struct homes_parent parent = { .fd = -1 };
	const char *other = NULL;
	struct row row;

	for (row = ROW_START; !other && table_next(passwd, &row);)
		if (!str_is(row.column[PW_NAME], user) &&
		    is_home_within(run, row.column[PW_HOME], dir, &parent))
			other = str_dup(&run->arena, row.column[PW_NAME]);
	fd_close(&parent.fd);
	return other;
}
