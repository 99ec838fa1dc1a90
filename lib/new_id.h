/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * new_id - the id that a new user or group gets.
 *
 * ids_choose with all that keeps an id from being given: rows of the files, other sources, ranges
 * of sub-ids (an id in one of them is somebody's in his user namespaces), and marks (idmarks.h).
 *
 *	struct new_id_many many = { .known = false };    for all of a transaction, or NULL for one
 *
 *	if (new_id_choose(run, txn, IDS_GID, sys, IDS_NONE, NULL, &many, &gid) < 0)
 *		return -1;
 *
 * TABLE_SUBUID or TABLE_SUBGID and TABLE_IDMARKS count where they are in the transaction.
 */
#ifndef LIB_NEW_ID_H
#define LIB_NEW_ID_H

#include "ids.h"
#include "run.h"
#include "subid.h"

struct new_id_many {
	bool known;
	struct ids_spans used, gone; /* marks of ids and of sub-ids */
	struct subid_cursor *subids; /* of the same kind: must outlive it */
};

/* taken: whom to ask beyond that, and its context; preferred as in ids.h.  ERR_NO_ID,
 * ERR_ID_IN_USE. */
int new_id_choose(struct run *run, struct txn *txn, enum ids_kind kind, bool sys,
		  uint32_t preferred, const struct ids_others *taken, struct new_id_many *many,
		  uint32_t *ret);

/* Notes on stderr what speaks against an id that was asked for: it is in somebody's range, or was
 * somebody's before. */
void new_id_warn(struct run *run, struct txn *txn, enum ids_kind kind, uint32_t id);

#endif
