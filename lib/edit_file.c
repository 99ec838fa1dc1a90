/* SPDX-License-Identifier: BSD-3-Clause */
#include "edit_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "day.h"
#include "fd.h"

/* Nobody edits more by hand. */
#define SIZE_MAX_READ ((size_t)1 << 30)

/* The tree that the editor sees as "/". */
static bool is_here(const struct run *run)
{
	return run->root.dir[0] == '\0';
}

/* The directory that it lies in. */
static int find_place(struct edit_file *f, struct run *run)
{
	const char *base = secure_getenv("TMPDIR");
	char *directory;

	if (is_here(run)) {
		f->path = arena_printf(&run->arena, "/etc/%s", f->name);
		f->dirfd = root_openat(&run->root, "/etc", O_RDONLY | O_DIRECTORY, 0);
		return f->dirfd < 0 ? err_sys(&run->err, ERR_IO, "cannot open /etc") : 0;
	}
	directory = arena_printf(&run->arena, "%s/vipw.XXXXXX",
				 base && base[0] == '/' ? base : "/tmp");
	if (!mkdtemp(directory))
		return err_sys(&run->err, ERR_IO, "cannot make %s", directory);
	f->directory = directory;
	f->path = arena_printf(&run->arena, "%s/%s", directory, f->name);
	f->dirfd = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return f->dirfd < 0 ? err_sys(&run->err, ERR_IO, "cannot open %s", directory) : 0;
}

static void keep_earlier(const struct edit_file *f, struct run *run)
{
	const char *kept = arena_printf(&run->arena, "%s~", f->name);
	struct stat st;

	if (fstatat(f->dirfd, f->name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    renameat(f->dirfd, f->name, f->dirfd, kept) < 0)
		return;
	note_say(&run->note, "an earlier edit that was not finished is kept as %s~", f->path);
}

int edit_file_make(struct edit_file *ret, struct run *run, enum table_id id, struct str text)
{
	const struct schema *s = schema_get(id);
	struct edit_file f = { .dirfd = -1,
			       .name = arena_printf(&run->arena, "%s.edit", s->file) };
	struct selinux *labels = is_here(run) ? run_labels(run) : NULL;
	_cleanup_fd_ int fd = -1;

	if ((is_here(run) && !labels) || find_place(&f, run) < 0) {
		edit_file_remove(&f);
		return -1;
	}
	keep_earlier(&f, run);
	fd = selinux_open(labels, s->path, f.dirfd, f.name,
			  O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600, &run->err);
	if (fd < 0 || fd_write_all(fd, text.p, text.n) < 0) {
		err_sys(&run->err, ERR_IO, "cannot write %s", f.path);
		edit_file_remove(&f);
		return -1;
	}
	*ret = f;
	return 0;
}

int edit_file_read(const struct edit_file *f, struct run *run, struct str *ret)
{
	_cleanup_fd_ int fd = openat(f->dirfd, f->name,
				     O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(&run->err, ERR_IO, "cannot read %s", f->path);
	if (!S_ISREG(st.st_mode))
		return err_set(&run->err, ERR_IO, "cannot read %s: not a regular file", f->path);
	if (fd_read_all(fd, SIZE_MAX_READ, &run->arena, ret) < 0)
		return err_sys(&run->err, ERR_IO, "cannot read %s", f->path);
	return 0;
}

void edit_file_remove(struct edit_file *f)
{
	if (f->dirfd >= 0) {
		unlinkat(f->dirfd, f->name, 0);
		day_clamp_times(f->dirfd, ".");
	}
	/* With what an editor left beside it, it stays. */
	if (f->directory)
		rmdir(f->directory);
	fd_close(&f->dirfd);
	f->dirfd = -1;
}
