/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * txn - one change of the account files: holds the lock and all tables, commits whole.
 *
 *	txn_begin(&txn, &spec, e);
 *	... edit txn_table(txn, TABLE_PASSWD) ...
 *	switch (txn_commit(txn, e)) ...
 *	txn_end(&txn);
 *
 * Begin takes the lock, completes or takes back what an earlier run left unfinished, and reads the
 * files.  After a failed commit every file is as it was; after a kill or a power cut the next
 * txn_begin makes it so, or makes the change whole.  HACKING.md has the protocol.
 */
#ifndef LIB_TXN_H
#define LIB_TXN_H

#include <signal.h>
#include <stdbool.h>

#include "arena.h"
#include "err.h"
#include "event.h"
#include "note.h"
#include "root.h"
#include "selinux.h"
#include "table.h"

struct txn_spec {
	const struct root *root;
	struct arena *arena;
	const struct note *note;
	struct selinux *labels;
	struct events *events; /* written to the journal; recovery adds those it completes */
	unsigned tables;       /* TABLE_BIT of what is needed, TABLE_LOOK of what is looked at */
	long lock_timeout;     /* seconds */
	/* To wait for the lock with; then all are blocked.  NULL: not yet. */
	const sigset_t *signals;
	bool no_backup;
	/*
	 * By table, the files that stand for those of the system; NULL: none.  Only these are
	 * written, each by itself: a journal names tables, and no path.  They must exist, and
	 * their own FILE.lock is all that is taken.
	 */
	const char *const *paths;
	bool read_only; /* take no lock, recover nothing, never commit (--dry-run) */
};

struct txn;

int txn_begin(struct txn **ret, const struct txn_spec *spec, struct err *e);

/* NULL when the file does not exist (or was not asked for). */
struct table *txn_table(struct txn *txn, enum table_id id);
/* An empty table for a file that does not exist yet. */
struct table *txn_create(struct txn *txn, enum table_id id);

/* The file goes; its content becomes the backup.  Its rows must not have been edited. */
void txn_remove(struct txn *txn, enum table_id id);
bool txn_removes(const struct txn *txn, enum table_id id);

/* The file gets these bytes, whatever it held; they must outlive the transaction.  Not together
 * with changes of other files. */
void txn_replace(struct txn *txn, enum table_id id, struct str bytes);
/* The edits are rows that change places: recovery, which knows rows by their bytes, leaves each
 * file as before or as after. */
void txn_reorder(struct txn *txn, enum table_id id);
/* The old content holds what the new one no longer shows to everybody: its backup is for the owner
 * alone. */
void txn_hide_backup(struct txn *txn, enum table_id id);

/* The path of a table's file, as messages show it. */
const char *txn_show(const struct txn *txn, enum table_id id);

bool txn_changed(const struct txn *txn);

/* 0 committed; -1 failed, with nothing changed; TXN_AGAIN somebody wrote a file after we read it:
 * end this transaction and begin anew. */
#define TXN_AGAIN 1
int txn_commit(struct txn *txn, struct err *e);

/* Releases the lock. */
void txn_end(struct txn **txn);

#endif
