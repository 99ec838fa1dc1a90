/* SPDX-License-Identifier: BSD-3-Clause */
/* What recovery does about one file beside its rows: half written mount points, leftover names. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fd.h"
#include "txn_private.h"

static bool same_content(int a, int b)
{
	char x[4096], y[4096];
	off_t at = 0;

	for (;;) {
		ssize_t n = pread(a, x, sizeof(x), at), m = pread(b, y, sizeof(y), at);

		if (n != m || n < 0 || memcmp(x, y, (size_t)n) != 0)
			return false;
		if (n == 0)
			return true;
		at += n;
	}
}

bool file_is_written(const struct file *f)
{
	_cleanup_fd_ int new = -1;
	char name[NAME_MAX + 1];

	if (!file_is_mount_point(f) || file_suffix(name, f->place.name, "+") < 0)
		return false;
	new = openat(f->place.dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	return new >= 0 && same_content(f->fd, new);
}

int file_mend(struct txn *txn, struct file *f, bool back, struct err *e)
{
	_cleanup_fd_ int old = -1, new = -1;
	struct stat st;

	if (!file_is_mount_point(f) || file_suffix(f->new, f->place.name, "+") < 0 ||
	    file_suffix(f->old, f->place.name, "-+") < 0)
		return 0;
	old = openat(f->place.dirfd, f->old, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	new = openat(f->place.dirfd, f->new, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	f->old[0] = '\0';
	/* Not begun, or finished. */
	if (old < 0 || new < 0 || (!back && same_content(f->fd, new)) ||
	    same_content(f->fd, old))
		return 0;
	if (fstat(old, &st) < 0 || st.st_uid != f->st.st_uid ||
	    file_overwrite(f, old, st.st_size) < 0)
		return txn_error(txn, f, e);
	/* Read anew what stands there now. */
	return file_read_again(txn, f, e);
}

/* Once a bridge was in place its name is that of the old content.  True: that is FILE- now. */
static bool tidy_bridge(const struct txn *txn, const struct file *f, bool exchanged)
{
	char bridge[NAME_MAX + 1], backup[NAME_MAX + 1];
	int dirfd = f->place.dirfd;

	if (f->id != TABLE_SHADOW || file_suffix(bridge, f->place.name, "++") < 0 ||
	    file_suffix(backup, f->place.name, "-") < 0)
		return false;
	if (exchanged && !txn->spec.no_backup && renameat(dirfd, bridge, dirfd, backup) == 0)
		return true;
	file_unlink(dirfd, bridge);
	return false;
}

int file_bring_back(struct txn *txn, struct file *f, struct err *e)
{
	char old[NAME_MAX + 1];

	if (f->table || file_suffix(old, f->place.name, "-+") < 0)
		return 0;
	if (renameat(f->place.dirfd, old, f->place.dirfd, f->place.name) < 0)
		return errno == ENOENT ? 0 : txn_error(txn, f, e);
	return file_read_again(txn, f, e);
}

void file_keep_removed(const struct txn *txn, struct file *f)
{
	if (!f->table && file_suffix(f->old, f->place.name, "-+") == 0)
		file_keep_backup(txn, f);
}

void file_tidy(const struct txn *txn, struct file *f, bool exchanged)
{
	char old[NAME_MAX + 1], growing[NAME_MAX + 1];
	bool bridged;

	if (f->place.dirfd < 0)
		return;
	bridged = tidy_bridge(txn, f, exchanged);
	/* What recovery changed itself is tidy. */
	if (f->state != FILE_UNTOUCHED || file_suffix(f->new, f->place.name, "+") < 0 ||
	    file_suffix(old, f->place.name, "-+") < 0 ||
	    file_suffix(growing, f->place.name, "-++") < 0)
		return;
	if (exchanged && !bridged && !file_is_mount_point(f)) {
		memcpy(f->old, f->new, sizeof(f->old));
		file_keep_backup(txn, f);
	}
	file_unlink(f->place.dirfd, f->new);
	file_unlink(f->place.dirfd, old);
	file_unlink(f->place.dirfd, growing);
}
