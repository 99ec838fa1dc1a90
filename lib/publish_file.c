/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One file on its way: made complete beside the old one, exchanged with it, taken back or kept.
 *
 * The exchange leaves the old content under the new one's temporary name, so no inode ever has two
 * names and the backup costs no copy.  Where there is no exchange, and for a mount point, which no
 * rename reaches, the old content is copied to FILE-+ first.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "copy.h"
#include "day.h"
#include "fd.h"
#include "identity.h"
#include "profile.h"
#include "txn_private.h"

#define BUFFER_SIZE ((size_t)64 * 1024)
/* Smaller pieces are gathered before they are written. */
#define PIECE_MIN ((size_t)1024 * 1024)
#define CREATE_FLAGS (O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC)

/* A single failure must not leave a file behind. */
void file_unlink(int dirfd, const char *name)
{
	if (unlinkat(dirfd, name, 0) < 0 && errno != ENOENT)
		unlinkat(dirfd, name, 0);
}

static int exchange(int dirfd, const char *a, const char *b)
{
	return (int)syscall(SYS_renameat2, dirfd, a, dirfd, b, RENAME_EXCHANGE);
}

/* A file beside f's, with the label for f.  One left over by a killed run is replaced. */
static int create_beside(const struct txn *txn, const struct file *f, const char *name,
			 struct err *e)
{
	const char *path = txn_path(txn, f->id);
	int fd;

	fd = selinux_open(txn->spec.labels, path, f->place.dirfd, name, CREATE_FLAGS, 0600, e);
	if (fd < 0 && errno == EEXIST && e->kind == ERR_NONE) {
		file_unlink(f->place.dirfd, name);
		fd = selinux_open(txn->spec.labels, path, f->place.dirfd, name, CREATE_FLAGS, 0600,
				  e);
	}
	return fd;
}

/* An error about a label keeps its kind: it is no matter of this one file. */
static int settle_label(const struct txn *txn, const struct file *f, int fd, struct err *e)
{
	const struct schema *s = schema_get(f->id);

	return selinux_settle(txn->spec.labels, txn_path(txn, f->id), fd, f->fd, s->secret, e);
}

static gid_t shadow_group(struct txn *txn)
{
	struct table *groups = txn->files[TABLE_GROUP].table;
	uint64_t gid;
	struct row row;

	if (groups && table_find(groups, profile_get()->shadow_group, &row) &&
	    str_decimal(row.column[GR_GID], SCHEMA_ID_MAX, &gid))
		return (gid_t)gid;
	return 0;
}

/* Owner and mode of a file that replaces none.  Only root can give it to the shadow group. */
static int first_identity(struct txn *txn, const struct file *f, int fd)
{
	mode_t mode = 0644;

	if (schema_get(f->id)->secret) {
		gid_t gid = shadow_group(txn);

		mode = profile_get()->shadow_mode;
		if (geteuid() == 0 && gid != 0 && fchown(fd, 0, gid) < 0)
			return -1;
	}
	return fchmod(fd, mode);
}

struct gather {
	int fd;
	size_t used;
	char buffer[BUFFER_SIZE];
};

static int gather_flush(struct gather *g)
{
	int r = fd_write_all(g->fd, g->buffer, g->used);

	g->used = 0;
	return r;
}

static int gather_add(struct gather *g, const char *p, size_t size)
{
	while (size > 0) {
		size_t room = sizeof(g->buffer) - g->used;
		size_t n = size < room ? size : room;

		memcpy(g->buffer + g->used, p, n);
		g->used += n;
		p += n;
		size -= n;
		if (g->used == sizeof(g->buffer) && gather_flush(g) < 0)
			return -1;
	}
	return 0;
}

static bool is_renamed(const struct edit *ed)
{
	struct str old = ed->old, new = ed->new, old_name, new_name;

	return old.p && new.p && str_next(&old, ':', &old_name) &&
	       str_next(&new, ':', &new_name) && !str_eq(old_name, new_name);
}

/* The rows that are about to lose their names: how many, and with g those rows themselves. */
static int add_renamed(const struct file *f, struct gather *g)
{
	size_t i, count;
	const struct edit *edits = table_edit_list(f->table, &count);
	int found = 0;

	for (i = 0; i < count; i++) {
		if (!is_renamed(&edits[i]))
			continue;
		found++;
		if (g && (gather_add(g, edits[i].old.p, edits[i].old.n) < 0 ||
			  gather_add(g, "\n", 1) < 0))
			return -1;
	}
	return found;
}

static int write_table(const struct file *f, int fd, bool bridge)
{
	struct gather g = { .fd = fd };
	const struct span *spans;
	size_t i, count = table_spans(f->table, &spans);

	if (bridge && add_renamed(f, &g) < 0)
		return -1;
	for (i = 0; i < count; i++) {
		const struct span *s = &spans[i];
		int r;

		if (!s->stored || s->size < PIECE_MIN)
			r = gather_add(&g, s->p, s->size);
		else if (gather_flush(&g) < 0)
			return -1;
		else
			r = copy_bytes(f->fd, (off_t)s->offset, s->size, fd);
		if (r < 0)
			return -1;
	}
	return gather_flush(&g);
}

/* Which mount a file is on, or -1. */
static long long mount_of(int fd)
{
#ifdef STATX_MNT_ID
	struct statx sx;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &sx) == 0 && (sx.stx_mask & STATX_MNT_ID))
		return (long long)sx.stx_mnt_id;
#endif
	char path[64], line[128];
	long long id = -1;
	_cleanup_file_ FILE *info = NULL;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	info = fopen(path, "re");
	while (info && id < 0 && fgets(line, sizeof(line), info))
		if (sscanf(line, "mnt_id: %lld", &id) != 1)
			id = -1;
	return id;
}

bool file_is_mount_point(const struct file *f)
{
	return f->fd >= 0 && mount_of(f->fd) != mount_of(f->place.dirfd);
}

int file_suffix(char *buffer, const char *name, const char *suffix)
{
	int n = snprintf(buffer, NAME_MAX + 1, "%s%s", name, suffix);

	if (n <= NAME_MAX)
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

/* A file beside f's, complete but not yet on disk: its new_fd or its bridge_fd. */
static int make_beside(struct txn *txn, struct file *f, const char *name, bool bridge,
		       struct err *e)
{
	int fd = create_beside(txn, f, name, e);

	if (fd < 0)
		return txn_error(txn, f, e);
	/* From here on it is file_discard's. */
	f->state = FILE_PREPARED;
	*(bridge ? &f->bridge_fd : &f->new_fd) = fd;
	if ((f->created ? first_identity(txn, f, fd) : identity_copy(f->fd, &f->st, fd)) < 0)
		return txn_error(txn, f, e);
	if (settle_label(txn, f, fd, e) < 0)
		return -1;
	if (write_table(f, fd, bridge) < 0 || day_fix_times(fd) < 0)
		return txn_error(txn, f, e);
	return 0;
}

static int open_in_place(const struct file *f)
{
	return openat(f->place.dirfd, f->place.name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
}

/* A mount may be read-only: better to know while nothing is to be taken back. */
static int check_in_place(const struct file *f)
{
	_cleanup_fd_ int fd = open_in_place(f);

	return fd < 0 ? -1 : 0;
}

static bool wants_bridge(const struct txn *txn, const struct file *f)
{
	const struct table *users = txn->files[TABLE_PASSWD].table;

	/* Rows that change places lose no names.  Given files are nobody's to log in by, and no
	 * recovery takes the bridge away. */
	return f->id == TABLE_SHADOW && !f->created && !f->in_place && !f->reordered &&
	       !txn->spec.paths && users && table_edits(users) > 0 && add_renamed(f, NULL) > 0;
}

bool file_has_bridge(const struct file *f)
{
	return f->bridge_fd >= 0;
}

static int prepare_removal(struct txn *txn, struct file *f, struct err *e)
{
	char going[NAME_MAX + 1];

	if (file_is_mount_point(f)) {
		errno = EBUSY;
		return txn_error(txn, f, e);
	}
	if (file_suffix(going, f->place.name, "-+") < 0)
		return txn_error(txn, f, e);
	f->state = FILE_PREPARED;
	return 0;
}

/* The content keeps a name until all is settled. */
static int remove_file(struct file *f)
{
	int dirfd = f->place.dirfd;

	if (file_suffix(f->old, f->place.name, "-+") < 0)
		return -1;
	if (renameat(dirfd, f->place.name, dirfd, f->old) < 0) {
		f->old[0] = '\0';
		return -1;
	}
	f->state = FILE_PUBLISHED;
	return 0;
}

int file_prepare(struct txn *txn, struct file *f, struct err *e)
{
	char bridge[NAME_MAX + 1];

	if (f->removed)
		return prepare_removal(txn, f, e);
	if (file_suffix(f->new, f->place.name, "+") < 0 ||
	    file_suffix(bridge, f->place.name, "++") < 0)
		return txn_error(txn, f, e);
	if (make_beside(txn, f, f->new, false, e) < 0)
		return -1;
	f->in_place = file_is_mount_point(f);
	if (f->in_place && check_in_place(f) < 0)
		return txn_error(txn, f, e);
	if (!wants_bridge(txn, f))
		return 0;
	return make_beside(txn, f, bridge, true, e);
}

/*
 * The old content as FILE-+, complete and on disk, before the file changes.  It has that name only
 * when it is whole: recovery makes a half written mount point from it.
 */
static int save_old(struct txn *txn, struct file *f)
{
	const struct timespec times[2] = { f->st.st_atim, f->st.st_mtim };
	struct err e = { .kind = ERR_NONE };
	char growing[NAME_MAX + 1];
	_cleanup_fd_ int fd = -1;
	int dirfd = f->place.dirfd;

	if (file_suffix(f->old, f->place.name, "-+") < 0 ||
	    file_suffix(growing, f->place.name, "-++") < 0)
		return -1;
	fd = create_beside(txn, f, growing, &e);
	if (fd >= 0 && identity_copy(f->fd, &f->st, fd) == 0 &&
	    settle_label(txn, f, fd, &e) == 0 &&
	    copy_bytes(f->fd, 0, (size_t)f->st.st_size, fd) == 0 && futimens(fd, times) == 0 &&
	    fd_sync(fd) == 0 && renameat(dirfd, growing, dirfd, f->old) == 0)
		return 0;
	if (e.kind != ERR_NONE)
		errno = EACCES;
	file_unlink(dirfd, growing);
	f->old[0] = '\0';
	return -1;
}

/* Not atomic for who reads meanwhile; the room is there before a byte is written. */
int file_overwrite(const struct file *f, int from, off_t size)
{
	_cleanup_fd_ int fd = open_in_place(f);

	if (fd < 0 || (fallocate(fd, 0, 0, size ? size : 1) < 0 && errno != EOPNOTSUPP &&
		       errno != ENOSYS && errno != EPERM))
		return -1;
	if (copy_bytes(from, 0, (size_t)size, fd) < 0 || ftruncate(fd, size) < 0)
		return -1;
	return fd_sync(fd);
}

static int publish_in_place(struct txn *txn, struct file *f)
{
	struct stat st;

	if (check_in_place(f) < 0 || fstat(f->new_fd, &st) < 0 || save_old(txn, f) < 0 ||
	    place_sync(f->place.dirfd) < 0)
		return -1;
	/* From the first byte on it must be taken back. */
	f->in_place = true;
	f->state = FILE_PUBLISHED;
	return file_overwrite(f, f->new_fd, st.st_size);
}

/* The file called name comes in f's place; the old content is kept. */
static int put_in_place(struct txn *txn, struct file *f, const char *name)
{
	int dirfd = f->place.dirfd;

	if (!f->created) {
		if (exchange(dirfd, name, f->place.name) == 0) {
			snprintf(f->old, sizeof(f->old), "%s", name);
			f->state = FILE_PUBLISHED;
			return 0;
		}
		if (errno == EBUSY)
			return publish_in_place(txn, f);
		if (errno != ENOSYS && errno != EINVAL && errno != EPERM)
			return -1;
		if (save_old(txn, f) < 0)
			return -1;
	}
	if (renameat(dirfd, name, dirfd, f->place.name) < 0)
		return -1;
	f->state = FILE_PUBLISHED;
	return 0;
}

int file_bridge(struct txn *txn, struct file *f)
{
	char bridge[NAME_MAX + 1];

	return file_suffix(bridge, f->place.name, "++") < 0 ? -1 : put_in_place(txn, f, bridge);
}

int file_publish(struct txn *txn, struct file *f)
{
	int dirfd = f->place.dirfd;

	if (f->removed)
		return remove_file(f);
	if (f->in_place)
		return f->state == FILE_PUBLISHED ? 0 : publish_in_place(txn, f);
	/* The old content is safe already; the bridge has done its work. */
	if (f->state == FILE_PUBLISHED)
		return renameat(dirfd, f->new, dirfd, f->place.name);
	return put_in_place(txn, f, f->new);
}

static int take_back_once(struct file *f)
{
	int dirfd = f->place.dirfd;

	if (f->created)
		return unlinkat(dirfd, f->place.name, 0);
	if (f->in_place) {
		_cleanup_fd_ int fd = openat(dirfd, f->old, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

		return fd < 0 ? -1 : file_overwrite(f, fd, f->st.st_size);
	}
	if (strcmp(f->old, f->new) == 0)
		return exchange(dirfd, f->new, f->place.name);
	return renameat(dirfd, f->old, dirfd, f->place.name);
}

int file_take_back(struct file *f)
{
	if (take_back_once(f) < 0 && take_back_once(f) < 0)
		return -1;
	/* Under that name the content would go. */
	if (f->removed)
		f->old[0] = '\0';
	f->state = FILE_PREPARED;
	return 0;
}

static void remove_bridge(const struct file *f)
{
	char bridge[NAME_MAX + 1];

	if (file_suffix(bridge, f->place.name, "++") == 0)
		file_unlink(f->place.dirfd, bridge);
}

void file_discard(struct file *f)
{
	if (f->state != FILE_PREPARED)
		return;
	if (f->new[0])
		file_unlink(f->place.dirfd, f->new);
	if (file_has_bridge(f))
		remove_bridge(f);
	if (f->old[0])
		file_unlink(f->place.dirfd, f->old);
	f->state = FILE_UNTOUCHED;
}

void file_keep_backup(const struct txn *txn, struct file *f)
{
	char backup[NAME_MAX + 1];
	int dirfd = f->place.dirfd;

	if (f->in_place) {
		file_unlink(dirfd, f->new);
		if (file_has_bridge(f))
			remove_bridge(f);
	}
	if (!f->old[0])
		return;
	/* Its name is no link: we made it. */
	if (f->hidden && fchmodat(dirfd, f->old, 0600, 0) < 0)
		file_unlink(dirfd, f->old);
	day_clamp_times(dirfd, f->old);
	if (txn->spec.no_backup || file_suffix(backup, f->place.name, "-") < 0 ||
	    (renameat(dirfd, f->old, dirfd, backup) < 0 &&
	     renameat(dirfd, f->old, dirfd, backup) < 0))
		file_unlink(dirfd, f->old);
}
