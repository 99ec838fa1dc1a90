/* SPDX-License-Identifier: BSD-3-Clause */
#include "txn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "day.h"
#include "fd.h"
#include "lock_file.h"
#include "txn_private.h"

/* Files from this size on are mapped instead of read. */
#define MAP_SIZE_MIN ((off_t)1024 * 1024)

static bool is_given(const struct txn *txn, enum table_id id)
{
	return txn->spec.paths && txn->spec.paths[id];
}

const char *txn_path(const struct txn *txn, enum table_id id)
{
	return is_given(txn, id) ? txn->spec.paths[id] : schema_get(id)->path;
}

const char *txn_show(const struct txn *txn, enum table_id id)
{
	return root_show(txn->spec.root, txn->spec.arena, txn_path(txn, id));
}

int txn_error(const struct txn *txn, const struct file *f, struct err *e)
{
	return err_sys(e, schema_get(f->id)->error, "failure while writing changes to %s%s",
		       txn->spec.root->shown, txn_path(txn, f->id));
}

static int cannot_open(const struct txn *txn, const struct file *f, struct err *e)
{
	return err_sys(e, schema_get(f->id)->error, "cannot open %s%s", txn->spec.root->shown,
		       txn_path(txn, f->id));
}

static int not_regular(const struct txn *txn, const struct file *f, struct err *e)
{
	return err_set(e, schema_get(f->id)->error, "cannot open %s%s: not a regular file",
		       txn->spec.root->shown, txn_path(txn, f->id));
}

/* Whoever cuts off a file that we have mapped ends us by SIGBUS. */
static bool may_map(const struct stat *st)
{
	return st->st_size >= MAP_SIZE_MIN && (st->st_uid == 0 || st->st_uid == geteuid()) &&
	       (st->st_mode & 022) == 0;
}

/* The bytes of the file: mapped when large, else read. */
static int load(struct txn *txn, struct file *f)
{
	struct str text;

	if (may_map(&f->st)) {
		void *p = mmap(NULL, (size_t)f->st.st_size, PROT_READ, MAP_PRIVATE, f->fd, 0);

		if (p != MAP_FAILED) {
			f->bytes = p;
			f->mapped = (size_t)f->st.st_size;
			return 0;
		}
	}
	if (fd_read_all(f->fd, SIZE_MAX / 4, txn->spec.arena, &text) < 0)
		return -1;
	f->bytes = text.p;
	f->st.st_size = (off_t)text.n;
	return 0;
}

static int read_file(struct txn *txn, struct file *f, struct err *e)
{
	int rootfd = txn->spec.root->fd;

	if (beneath_find(rootfd, txn_path(txn, f->id), 1, &f->place) < 0)
		return cannot_open(txn, f, e);
	/* Opening a device may have effects of its own. */
	if (fstatat(f->place.dirfd, f->place.name, &f->st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    !S_ISREG(f->st.st_mode))
		return not_regular(txn, f, e);
	do
		f->fd = openat(f->place.dirfd, f->place.name,
			       O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	while (f->fd < 0 && errno == EINTR);
	if (f->fd < 0 && errno == ENOENT && !is_given(txn, f->id))
		return 0;
	if (f->fd < 0 || fstat(f->fd, &f->st) < 0)
		return cannot_open(txn, f, e);
	if (!S_ISREG(f->st.st_mode))
		return not_regular(txn, f, e);
	if (load(txn, f) < 0)
		return cannot_open(txn, f, e);
	f->table = table_new(f->id, f->bytes, (size_t)f->st.st_size, txn->spec.arena);
	return 0;
}

static void forget_file(struct file *f, enum table_id id)
{
	if (f->mapped)
		munmap((void *)(uintptr_t)f->bytes, f->mapped);
	fd_close(&f->fd);
	fd_close(&f->new_fd);
	fd_close(&f->bridge_fd);
	beneath_forget(&f->place);
	*f = (struct file){ .id = id, .fd = -1, .new_fd = -1, .bridge_fd = -1 };
	f->place.dirfd = -1;
}

static bool is_only_seen(const struct txn *txn, enum table_id id)
{
	return (txn->spec.tables & TABLE_LOOK(id)) && !(txn->spec.tables & TABLE_BIT(id));
}

/* Who only looks at a file does not need it. */
static void see_file(struct txn *txn, struct file *f)
{
	struct err ignored = { .kind = ERR_NONE };

	if (read_file(txn, f, &ignored) < 0)
		forget_file(f, f->id);
}

int file_read_again(struct txn *txn, struct file *f, struct err *e)
{
	forget_file(f, f->id);
	return read_file(txn, f, e);
}

int txn_read(struct txn *txn, struct err *e)
{
	unsigned id;

	for (id = 0; id < TABLE_COUNT; id++)
		if ((txn->spec.tables & TABLE_BIT(id)) &&
		    read_file(txn, &txn->files[id], e) < 0)
			return -1;
	for (id = 0; id < TABLE_COUNT; id++)
		if (is_only_seen(txn, (enum table_id)id))
			see_file(txn, &txn->files[id]);
	return 0;
}

void txn_forget(struct txn *txn)
{
	unsigned id;

	for (id = 0; id < TABLE_COUNT; id++)
		forget_file(&txn->files[id], (enum table_id)id);
}

struct txn *txn_new(const struct txn_spec *spec, struct err *e)
{
	struct txn *txn = calloc(1, sizeof(*txn));
	unsigned id;

	if (!txn) {
		err_sys(e, ERR_IO, "cannot begin");
		return NULL;
	}
	txn->spec = *spec;
	txn->etc = -1;
	for (id = 0; id < TABLE_COUNT; id++)
		txn->files[id] = (struct file){ .fd = -1, .new_fd = -1, .bridge_fd = -1,
						.place.dirfd = -1 };
	txn_forget(txn);
	return txn;
}

static int lock_given(struct txn *txn, enum table_id id, struct err *e)
{
	_cleanup_place_ struct beneath_place place = { .dirfd = -1 };
	long waited = 0;
	pid_t holder;
	int r;

	if (beneath_find(txn->spec.root->fd, txn_path(txn, id), 1, &place) < 0)
		return err_sys(e, ERR_LOCK, "cannot lock %s", txn_show(txn, id));
	while ((r = lock_file_make(place.dirfd, place.name, txn->spec.lock_timeout, &holder)) > 0 &&
	       waited++ < txn->spec.lock_timeout)
		sleep(1);
	if (r > 0)
		return err_set(e, ERR_LOCK, "cannot lock %s; try again later.",
			       txn_show(txn, id));
	if (r < 0)
		return err_sys(e, ERR_LOCK, "cannot lock %s", txn_show(txn, id));
	txn->locked |= TABLE_BIT(id);
	return 0;
}

static void unlock_given(struct txn *txn)
{
	unsigned id;

	for (id = 0; id < TABLE_COUNT; id++) {
		struct beneath_place place = { .dirfd = -1 };

		if ((txn->locked & TABLE_BIT(id)) &&
		    beneath_find(txn->spec.root->fd, txn_path(txn, id), 1, &place) == 0) {
			lock_file_remove(place.dirfd, place.name);
			day_clamp_times(place.dirfd, ".");
		}
		beneath_forget(&place);
	}
}

static int begin_given(struct txn *txn, struct err *e)
{
	unsigned id;

	for (id = 0; id < TABLE_COUNT; id++)
		if (is_given(txn, id) && lock_given(txn, id, e) < 0)
			return -1;
	if (txn_read(txn, e) < 0)
		return -1;
	for (id = 0; id < TABLE_COUNT; id++)
		if (is_given(txn, id)) {
			/* No journal tells of a mount point that was half written. */
			if (file_mend(txn, &txn->files[id], false, e) < 0)
				return -1;
			file_tidy(txn, &txn->files[id], false);
		}
	return 0;
}

static int begin(struct txn *txn, struct err *e)
{
	const struct txn_spec *spec = &txn->spec;
	unsigned id;

	if (spec->read_only)
		return txn_read(txn, e);
	if (spec->paths)
		return begin_given(txn, e);
	if (lock_take(&txn->lock, spec->root, spec->tables & TABLE_LOCKED, spec->lock_timeout,
		      spec->signals, spec->note, e) < 0)
		return -1;
	txn->etc = beneath_open(spec->root->fd, "/etc", O_RDONLY | O_DIRECTORY, 0);
	if (txn->etc < 0)
		return err_sys(e, ERR_LOCK, "cannot open %s/etc", spec->root->shown);
	if (recover(txn, e) < 0 || txn_read(txn, e) < 0)
		return -1;
	/* What a run left beside them that died before it had a journal. */
	for (id = 0; id < TABLE_COUNT; id++)
		if (!is_only_seen(txn, (enum table_id)id))
			file_tidy(txn, &txn->files[id], false);
	return 0;
}

int txn_begin(struct txn **ret, const struct txn_spec *spec, struct err *e)
{
	struct txn *txn = txn_new(spec, e);

	if (!txn)
		return -1;
	if (begin(txn, e) < 0) {
		txn_end(&txn);
		return -1;
	}
	*ret = txn;
	return 0;
}

struct table *txn_table(struct txn *txn, enum table_id id)
{
	return txn->files[id].table;
}

struct table *txn_create(struct txn *txn, enum table_id id)
{
	struct file *f = &txn->files[id];

	if (!f->table) {
		f->created = true;
		f->table = table_new(id, "", 0, txn->spec.arena);
	}
	return f->table;
}

void txn_remove(struct txn *txn, enum table_id id)
{
	txn->files[id].removed = txn->files[id].table != NULL;
}

bool txn_removes(const struct txn *txn, enum table_id id)
{
	return txn->files[id].removed;
}

void txn_replace(struct txn *txn, enum table_id id, struct str bytes)
{
	struct file *f = &txn->files[id];

	f->table = table_anew(id, bytes, txn->spec.arena);
	f->replaced = true;
}

void txn_reorder(struct txn *txn, enum table_id id)
{
	txn->files[id].reordered = true;
}

void txn_hide_backup(struct txn *txn, enum table_id id)
{
	txn->files[id].hidden = true;
}

bool txn_changed(const struct txn *txn)
{
	unsigned id;

	for (id = 0; id < TABLE_COUNT; id++) {
		const struct file *f = &txn->files[id];

		if (f->table && (f->removed || f->replaced || table_edits(f->table) > 0))
			return true;
	}
	return false;
}

int txn_commit(struct txn *txn, struct err *e)
{
	sigset_t all;

	if (!txn_changed(txn) || txn->spec.read_only)
		return 0;
	/* Until the run has spoken nothing but SIGKILL ends it. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	return publish(txn, e);
}

void txn_end(struct txn **ptxn)
{
	struct txn *txn = *ptxn;

	if (!txn)
		return;
	unlock_given(txn);
	txn_forget(txn);
	fd_close(&txn->etc);
	lock_release(&txn->lock);
	free(txn);
	*ptxn = NULL;
}
