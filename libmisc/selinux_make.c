/* SPDX-License-Identifier: BSD-3-Clause */
/* The ways to make a file, each as a struct selinux_maker. */
#include "selinux.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct made {
	const char *path; /* of a link's target */
	int dirfd;
	const char *name;
	int flags;
	mode_t mode;
	dev_t device;
	int fd;
};

static int make_file(void *data)
{
	struct made *m = data;

	m->fd = openat(m->dirfd, m->name, m->flags | O_CLOEXEC, m->mode);
	return m->fd;
}

static void unmake_file(void *data)
{
	const struct made *m = data;

	close(m->fd);
	if (m->flags & O_EXCL) /* else it may have been there before */
		unlinkat(m->dirfd, m->name, 0);
}

static int make_directory(void *data)
{
	const struct made *m = data;

	return mkdirat(m->dirfd, m->name, m->mode);
}

static void unmake_directory(void *data)
{
	const struct made *m = data;

	unlinkat(m->dirfd, m->name, AT_REMOVEDIR);
}

static int make_node(void *data)
{
	const struct made *m = data;

	return mknodat(m->dirfd, m->name, m->mode, m->device);
}

static int make_symlink(void *data)
{
	const struct made *m = data;

	return symlinkat(m->path, m->dirfd, m->name);
}

static void unmake_other(void *data)
{
	const struct made *m = data;

	unlinkat(m->dirfd, m->name, 0);
}

int selinux_open(struct selinux *s, const char *path, int dirfd, const char *name, int flags,
		 mode_t mode, struct err *e)
{
	struct made m = { .dirfd = dirfd, .name = name, .flags = flags, .mode = mode, .fd = -1 };
	const struct selinux_maker maker = { make_file, unmake_file, &m };

	if (!(flags & O_CREAT))
		return make_file(&m);
	return selinux_make(s, path, S_IFREG, &maker, e);
}

int selinux_mkdir(struct selinux *s, const char *path, int dirfd, const char *name, mode_t mode,
		  struct err *e)
{
	struct made m = { .dirfd = dirfd, .name = name, .mode = mode };
	const struct selinux_maker maker = { make_directory, unmake_directory, &m };

	return selinux_make(s, path, S_IFDIR, &maker, e);
}

int selinux_mknod(struct selinux *s, const char *path, int dirfd, const char *name, mode_t mode,
		  dev_t device, struct err *e)
{
	struct made m = { .dirfd = dirfd, .name = name, .mode = mode, .device = device };
	const struct selinux_maker maker = { make_node, unmake_other, &m };

	return selinux_make(s, path, mode & S_IFMT ? mode & S_IFMT : S_IFREG, &maker, e);
}

int selinux_symlink(struct selinux *s, const char *path, const char *target, int dirfd,
		    const char *name, struct err *e)
{
	struct made m = { .path = target, .dirfd = dirfd, .name = name };
	const struct selinux_maker maker = { make_symlink, unmake_other, &m };

	return selinux_make(s, path, S_IFLNK, &maker, e);
}
