/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * idmarks - the ids that are or were somebody's, for ID_NO_REUSE of login.defs.  See idmarks(5).
 *
 * With the mode on, whatever row comes, goes or gets another id is noted in TABLE_IDMARKS of the
 * same transaction, before the commit; run_transaction sees to it.  Who chooses ids asks for the
 * marks and leaves them out.  With the mode off nobody does anything: the file is not even opened.
 *
 *	struct ids_spans gone = idmarks_get(run, txn, TABLE_PASSWD);
 *
 * The marks of a table are those of its ids: TABLE_PASSWD, TABLE_GROUP, TABLE_SUBUID, TABLE_SUBGID.
 */
#ifndef LIB_IDMARKS_H
#define LIB_IDMARKS_H

#include "ids.h"
#include "run.h"

#define IDMARKS_KEY "ID_NO_REUSE"

bool idmarks_on(const struct defs *defs);
/* The set of tables without the marks, where the mode is off. */
unsigned idmarks_tables(const struct defs *defs, unsigned tables);

/* What has been noted so far; in the arena.  Nothing where the mode is off. */
struct ids_spans idmarks_get(struct run *run, struct txn *txn, enum table_id of);

/*
 * Notes the ids that the transaction's edits give and free; of a table that has no mark yet, all
 * that are used in it.  Errors are those of table_set.
 */
int idmarks_note(struct run *run, struct txn *txn);

/* The end of a message about ids that are used up: " (...)" where the mode is on. */
const char *idmarks_why(struct run *run);

#endif
