/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A commit: every changed file is prepared and on disk, then the journal says what is about to be,
 * then the files are exchanged, then the journal goes.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "day.h"
#include "fd.h"
#include "txn_private.h"

struct plan {
	struct file *files[TABLE_COUNT];
	size_t count;
};

/*
 * No reader may meet a user without its group or shadow row: what a row needs comes first and goes
 * last.  Marks are first in any case: an id is marked before anybody can have it, or have lost it.
 */
static const enum table_id order_coming[TABLE_COUNT] = {
	TABLE_IDMARKS, TABLE_GSHADOW, TABLE_GROUP, TABLE_SUBUID, TABLE_SUBGID, TABLE_SHADOW,
	TABLE_PASSWD,
};
static const enum table_id order_going[TABLE_COUNT] = {
	TABLE_IDMARKS, TABLE_PASSWD, TABLE_SHADOW, TABLE_SUBUID, TABLE_SUBGID, TABLE_GROUP,
	TABLE_GSHADOW,
};

static bool is_changed(const struct file *f)
{
	return f->table &&
	       (f->created || f->removed || f->replaced || table_edits(f->table) > 0);
}

/* A row that comes to a secret file holds a password that is about to leave the open one, even
 * where lines of that one go (pwck deletes those that stand twice). */
static bool adds_rows(const struct txn *txn, enum table_id id)
{
	const struct table *t = txn->files[id].table;

	return t && table_adds(t);
}

static bool removes_rows(const struct txn *txn)
{
	const struct table *users = txn->files[TABLE_PASSWD].table;
	const struct table *groups = txn->files[TABLE_GROUP].table;

	if (users && table_edits(users) > 0)
		return table_removes(users) && !adds_rows(txn, TABLE_SHADOW);
	return groups && table_removes(groups) && !adds_rows(txn, TABLE_GSHADOW);
}

/* Mount points late: for them alone a reader can see the change half written, and nobody but us
 * reads the marks.  What goes goes last: its content stands elsewhere by then. */
static int pass_of(const struct file *f)
{
	if (f->removed)
		return 2;
	return f->in_place && f->id != TABLE_IDMARKS ? 1 : 0;
}

static void make_plan(struct txn *txn, struct plan *plan)
{
	const enum table_id *order = removes_rows(txn) ? order_going : order_coming;
	size_t i;
	int pass;

	plan->count = 0;
	for (pass = 0; pass < 3; pass++)
		for (i = 0; i < TABLE_COUNT; i++) {
			struct file *f = &txn->files[order[i]];

			if (is_changed(f) && pass_of(f) == pass)
				plan->files[plan->count++] = f;
		}
}

/* Is the file still what we read? */
static bool is_unchanged(const struct file *f)
{
	struct stat now;

	if (f->created)
		return fstatat(f->place.dirfd, f->place.name, &now, AT_SYMLINK_NOFOLLOW) < 0 &&
		       errno == ENOENT;
	return fstatat(f->place.dirfd, f->place.name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
	       now.st_dev == f->st.st_dev && now.st_ino == f->st.st_ino &&
	       now.st_size == f->st.st_size && now.st_mtim.tv_sec == f->st.st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == f->st.st_mtim.tv_nsec &&
	       now.st_ctim.tv_sec == f->st.st_ctim.tv_sec &&
	       now.st_ctim.tv_nsec == f->st.st_ctim.tv_nsec;
}

static void discard_all(struct plan *plan)
{
	size_t i;

	for (i = 0; i < plan->count; i++)
		file_discard(plan->files[i]);
}

static int prepare_all(struct txn *txn, struct plan *plan, struct err *e)
{
	size_t i;

	for (i = 0; i < plan->count; i++)
		if (file_prepare(txn, plan->files[i], e) < 0)
			return -1;
	/* All are written before the first is waited for. */
	for (i = 0; i < plan->count; i++) {
		struct file *f = plan->files[i];

		if (f->removed)
			continue;
		if (fd_sync(f->new_fd) < 0 || (file_has_bridge(f) && fd_sync(f->bridge_fd) < 0))
			return txn_error(txn, f, e);
	}
	return 0;
}

/* The descriptor of a place may be good for paths alone. */
int place_sync(int dirfd)
{
	_cleanup_fd_ int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -1 : fd_sync(fd);
}

/* Every directory that a file lies in; once where they are the same. */
static int sync_directories(const struct txn *txn, const struct plan *plan)
{
	struct stat etc, st;
	size_t i;

	/* Given files may lie elsewhere. */
	if (txn->etc < 0)
		etc = (struct stat){ .st_ino = 0 };
	else if (fstat(txn->etc, &etc) < 0 || fd_sync(txn->etc) < 0)
		return -1;
	for (i = 0; i < plan->count; i++) {
		int dirfd = plan->files[i]->place.dirfd;

		if (fstat(dirfd, &st) < 0)
			return -1;
		if ((st.st_dev != etc.st_dev || st.st_ino != etc.st_ino) &&
		    place_sync(dirfd) < 0)
			return -1;
	}
	return 0;
}

static bool needs_journal(const struct txn *txn, const struct plan *plan)
{
	return !txn->spec.paths &&
	       (plan->count > 1 ||
		(plan->count == 1 && (plan->files[0]->in_place || plan->files[0]->removed)));
}

/* Some files are new: make them old again.  The journal says so first, for the case that we die. */
static int take_back_all(struct txn *txn, struct plan *plan)
{
	/* When recovering the journal stays as it was found. */
	bool own = needs_journal(txn, plan) && !txn->journal_there;
	bool failed = false;
	size_t i;

	if (own && journal_mark(txn, JOURNAL_UNDO) < 0)
		journal_mark(txn, JOURNAL_UNDO);
	for (i = plan->count; i-- > 0;)
		if (plan->files[i]->state == FILE_PUBLISHED && file_take_back(plan->files[i]) < 0)
			failed = true;
	if (!failed) {
		sync_directories(txn, plan);
		if (own)
			journal_remove(txn);
		discard_all(plan);
		return -1;
	}
	if (own)
		note_say(txn->spec.note, "the next run of an account tool completes the rollback");
	return -1;
}

static int publish_all(struct txn *txn, struct plan *plan, struct err *e)
{
	size_t i, step;

	/* A file with a bridge comes again at the end. */
	for (step = 0; step < 2 * plan->count; step++) {
		struct file *f = plan->files[step % plan->count];
		bool again = step >= plan->count;
		int r;

		if (again && !file_has_bridge(f))
			continue;
		r = file_has_bridge(f) && !again ? file_bridge(txn, f) : file_publish(txn, f);
		if (r < 0) {
			txn_error(txn, f, e);
			return take_back_all(txn, plan);
		}
	}
	if (sync_directories(txn, plan) < 0) {
		txn_error(txn, plan->files[0], e);
		return take_back_all(txn, plan);
	}
	for (i = 0; i < plan->count; i++)
		file_keep_backup(txn, plan->files[i]);
	return 0;
}

/* Given files: each is a commit of its own. */
static int publish_each(struct txn *txn, struct plan *plan, struct err *e)
{
	size_t i;

	for (i = 0; i < plan->count; i++) {
		struct plan one = { .files = { plan->files[i] }, .count = 1 };

		if (publish_all(txn, &one, e) < 0) {
			discard_all(plan);
			return -1;
		}
	}
	return 0;
}

static int publish_plan(struct txn *txn, struct plan *plan, struct err *e)
{
	size_t i;

	if (prepare_all(txn, plan, e) < 0) {
		discard_all(plan);
		return -1;
	}
	make_plan(txn, plan);
	for (i = 0; i < plan->count; i++)
		if (!is_unchanged(plan->files[i])) {
			discard_all(plan);
			return TXN_AGAIN;
		}
	if (txn->spec.paths)
		return publish_each(txn, plan, e);
	if (needs_journal(txn, plan) && !txn->journal_there && journal_write(txn, e) < 0) {
		discard_all(plan);
		return -1;
	}
	if (publish_all(txn, plan, e) < 0)
		return -1;
	/* Recovery removes the journal itself, after it has tidied up. */
	if (needs_journal(txn, plan) && !txn->journal_there)
		journal_remove(txn);
	return 0;
}

/* What was written in place, and the directories of all: links may lead out of /etc. */
static void settle_times(const struct plan *plan)
{
	size_t i;

	for (i = 0; i < plan->count; i++) {
		const struct file *f = plan->files[i];

		if (f->in_place)
			day_clamp_times(f->place.dirfd, f->place.name);
		day_clamp_times(f->place.dirfd, ".");
	}
}

int publish(struct txn *txn, struct err *e)
{
	struct plan plan;
	int r;

	make_plan(txn, &plan);
	if (plan.count == 0)
		return 0;
	r = publish_plan(txn, &plan, e);
	settle_times(&plan);
	return r;
}
