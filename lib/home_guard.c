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

bool home_is_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

bool home_is_within(struct run *run, int dirfd, const struct stat *dir)
{
	_cleanup_fd_ int fd = openat(dirfd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat st, top;
	int level, above;

	if (fstat(run->root.fd, &top) < 0)
		return false;
	for (level = 0; level < LEVELS_MAX && fd >= 0 && fstat(fd, &st) == 0; level++) {
		if (home_is_same(&st, dir))
			return true;
		if (home_is_same(&st, &top))
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

	if (fstat(run->root.fd, &st) == 0 && home_is_same(&st, dir))
		return true;
	for (i = 0; i < sizeof(system_dirs) / sizeof(system_dirs[0]); i++) {
		_cleanup_fd_ int fd = -1;

		if (beneath_stat(run->root.fd, system_dirs[i], 0, &st) < 0)
			continue;
		if (home_is_same(&st, dir))
			return true;
		/* Only a link leads to a place of which we have not seen what is above it. */
		if (!S_ISLNK(st.st_mode))
			continue;
		fd = root_openat(&run->root, system_dirs[i], O_PATH | O_DIRECTORY, 0);
		if (fd >= 0 && home_is_within(run, fd, dir))
			return true;
	}
	return false;
}
