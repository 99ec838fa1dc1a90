/* SPDX-License-Identifier: BSD-3-Clause */
/* What txn.c, publish.c, journal.c and recover.c share.  Nobody else looks in here. */
#ifndef LIB_TXN_PRIVATE_H
#define LIB_TXN_PRIVATE_H

#include <limits.h>
#include <sys/stat.h>

#include "beneath.h"
#include "lock.h"
#include "txn.h"

enum file_state {
	FILE_UNTOUCHED,
	FILE_PREPARED,  /* FILE+ holds the new content */
	FILE_PUBLISHED, /* FILE is new; the old content stands in the file named by old */
};

/* One account file in a transaction. */
struct file {
	enum table_id id;
	struct table *table; /* NULL: not there, or not asked for */
	bool created;        /* by txn_create: it replaces nothing */
	bool removed;        /* by txn_remove: nothing replaces it */
	bool hidden;         /* by txn_hide_backup */
	bool replaced;       /* by txn_replace: the edits do not tell what changes */
	bool reordered;      /* by txn_reorder: nor do they here */

	/* As it was read.  Symbolic links are resolved here, once. */
	struct beneath_place place;
	int fd; /* -1 when created */
	struct stat st;
	const char *bytes;
	size_t mapped; /* bytes of a mapping to undo */

	/* Publishing. */
	enum file_state state;
	bool in_place;           /* a mount point: rename cannot reach it */
	int new_fd;              /* FILE+ */
	char new[NAME_MAX + 1];  /* "FILE+" */
	char old[NAME_MAX + 1];  /* where the old content is, once published; "" none */
	int bridge_fd;           /* FILE++, or -1: see file_bridge */
};

struct txn {
	struct txn_spec spec;
	struct lock *lock;
	struct file files[TABLE_COUNT];
	int etc; /* ROOT/etc, where the journal lies */
	unsigned locked; /* of given files: those whose FILE.lock we have made */
	bool journal_there; /* recovering: the journal stands already */
};

/* txn.c */
struct txn *txn_new(const struct txn_spec *spec, struct err *e);
int txn_read(struct txn *txn, struct err *e);
/* Forgets a file and reads it as it is now. */
int file_read_again(struct txn *txn, struct file *f, struct err *e);
void txn_forget(struct txn *txn);
/* Where the file of a table is, in the root. */
const char *txn_path(const struct txn *txn, enum table_id id);
int txn_error(const struct txn *txn, const struct file *f, struct err *e);

/* publish.c: all changed files, or none.  0, -1 or TXN_AGAIN. */
int publish(struct txn *txn, struct err *e);

/* fsync of a place's directory. */
int place_sync(int dirfd);

/* publish_file.c: one file. */
int file_prepare(struct txn *txn, struct file *f, struct err *e);
int file_publish(struct txn *txn, struct file *f);
/*
 * Where rows of shadow get other names, no order of two renames keeps every user's row at hand.  So
 * a file with both the old rows and the new ones is put in place first, then passwd, and then, by
 * file_publish, the new content.
 */
bool file_has_bridge(const struct file *f);
int file_bridge(struct txn *txn, struct file *f);
int file_take_back(struct file *f);
void file_keep_backup(const struct txn *txn, struct file *f);
void file_discard(struct file *f);
/* Parts of these. */
void file_unlink(int dirfd, const char *name); /* a single failure leaves no file behind */
int file_suffix(char *buffer, const char *name, const char *suffix);
bool file_is_mount_point(const struct file *f);
int file_overwrite(const struct file *f, int from, off_t size); /* in place */

/* publish_mend.c, for recovery.  A mount point that was half written when the run died is made old
 * again; back: one that was written, too. */
int file_mend(struct txn *txn, struct file *f, bool back, struct err *e);
/* Is it a mount point, and written as was to be? */
bool file_is_written(const struct file *f);
/* What a dead run left beside a file that is whole: FILE+ is the old content, and becomes FILE-, if
 * it was exchanged; else it goes. */
void file_tidy(const struct txn *txn, struct file *f, bool exchanged);
/* A file that was to go and is gone: back with it, or its content becomes FILE-. */
int file_bring_back(struct txn *txn, struct file *f, struct err *e);
void file_keep_removed(const struct txn *txn, struct file *f);

/* journal.c */
enum journal_state { JOURNAL_FORWARD, JOURNAL_UNDO, JOURNAL_DONE };

struct journal_edit {
	enum table_id id;
	struct str old, new; /* p NULL: none */
	long left; /* of a line that goes: how many such lines stay; -1: its name goes with it */
};

struct journal {
	enum journal_state state;
	unsigned created; /* files that did not exist before, TABLE_BIT */
	unsigned removed; /* files that go */
	unsigned replaced; /* files that are new as a whole */
	struct journal_edit *edits;
	size_t edit_count;
	struct events events;
	unsigned long caller; /* real uid of who began it */
};

int journal_write(struct txn *txn, struct err *e);
/* In place, without any allocation on disk. */
int journal_mark(const struct txn *txn, enum journal_state state);
/* Removes it; if that fails, marks it done, so that nobody replays it. */
int journal_remove(const struct txn *txn);
/* 1 read; 0 there is none; -1.  One that cannot be trusted is set aside with a note: 0. */
int journal_read(const struct txn *txn, struct journal *ret, struct err *e);

/* recover.c: completes or takes back what the journal tells.  Called with the lock held. */
int recover(struct txn *txn, struct err *e);
/* recover_range.c: has somebody a part of the range of that line?  Rows of the journal's edits are
 * ours, in whichever state. */
bool recover_range_taken(struct table *t, struct str line, const struct journal *j);

#endif
