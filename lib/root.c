/* SPDX-License-Identifier: BSD-3-Clause */
#include "root.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beneath.h"
#include "env.h"
#include "fd.h"

/* A guess would be dangerous either way. */
static int look_at(struct root *r)
{
	struct stat here, there;

	if (fstat(r->fd, &here) < 0 || stat("/", &there) < 0)
		return -1;
	r->live = here.st_dev == there.st_dev && here.st_ino == there.st_ino;
	r->foreign = !r->live && here.st_uid != 0 && here.st_uid != geteuid();
	return 0;
}

static bool image_wanted(void)
{
	const char *value = env_get("SHADOW_IMAGE");

	return value && value[0] != '\0';
}

static const char *without_slashes(const char *dir, struct arena *a)
{
	size_t n = strlen(dir);

	while (n > 0 && dir[n - 1] == '/')
		n--;
	return arena_strndup(a, dir, n);
}

int root_open(struct root *ret, const char *root_option, const char *prefix_option,
	      struct arena *a, struct err *e)
{
	const char *dir = root_option ? root_option : prefix_option;
	struct root r = { .dir = "", .shown = "", .live = true };

	if (root_option && prefix_option)
		return err_set(e, ERR_USAGE, "options --root and --prefix conflict");
	if (root_option && root_option[0] != '/')
		return err_set(e, ERR_ARGUMENT,
			       "invalid chroot path '%s', only absolute paths are supported.",
			       root_option);
	if (prefix_option && prefix_option[0] == '\0')
		dir = NULL;
	if (dir && dir[0] != '/')
		return err_set(e, ERR_ARGUMENT, "prefix must be an absolute path");
	r.fd = open(dir ? dir : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r.fd < 0 || (dir && look_at(&r) < 0)) {
		err_sys(e, ERR_ARGUMENT, "cannot access %s directory %s",
			root_option ? "chroot" : "prefix", dir ? dir : "/");
		fd_close(&r.fd);
		return -1;
	}
	r.image = image_wanted();
	if (!r.live) {
		r.dir = without_slashes(dir, a);
		if (prefix_option)
			r.shown = r.dir;
	}
	r.live = r.live && !r.image;
	*ret = r;
	return 0;
}

void root_close(struct root *r)
{
	fd_close(&r->fd);
	r->fd = -1;
}

int root_openat(const struct root *r, const char *path, int flags, mode_t mode)
{
	return beneath_open(r->fd, path, flags, mode);
}

int root_read(const struct root *r, const char *path, size_t limit, struct arena *a,
	      struct str *ret)
{
	_cleanup_fd_ int fd = -1;
	struct stat st;

	/* Opening a device may have effects of its own. */
	if (beneath_stat(r->fd, path, 1, &st) < 0)
		return -1;
	if (S_ISREG(st.st_mode)) {
		/* A fifo or a terminal that is put there now must not hold us up. */
		fd = root_openat(r, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
		if (fd < 0 || fstat(fd, &st) < 0)
			return -1;
	}
	if (!S_ISREG(st.st_mode)) {
		errno = EINVAL;
		return -1;
	}
	return fd_read_all(fd, limit, a, ret);
}

const char *root_show(const struct root *r, struct arena *a, const char *path)
{
	return r->shown[0] == '\0' ? path : arena_printf(a, "%s%s", r->shown, path);
}
