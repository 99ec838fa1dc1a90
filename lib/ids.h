/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ids - the next free uid or gid, and the first hole for a range of sub-ids.
 *
 * Pure: it looks at a table that was read under the lock and asks nobody but the caller.  An id is
 * free when no row has it, others do not claim it, and it is none of 0, 65535 and 4294967295,
 * which nobody gets from us.
 *
 *	struct ids_range range;
 *	uint32_t gid;
 *
 *	if (ids_range_get(&range, &run->defs, IDS_GID, sys, e) < 0 ||
 *	    ids_choose(txn_table(txn, TABLE_GROUP), &range, IDS_NONE, &others, a, &gid, e) < 0)
 *		return -1;
 *
 * Ordinary ids grow from the highest one of the range that is used, system ids fall from the lowest
 * one; where that way ends, the first gap seen from the other end is taken.
 *
 * Errors: ERR_ID_IN_USE where login.defs gives no range, ERR_NO_ID where nothing is left of it.
 */
#ifndef LIB_IDS_H
#define LIB_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "defs.h"
#include "err.h"
#include "table.h"

#define IDS_NONE UINT32_MAX

enum ids_kind { IDS_UID, IDS_GID };

struct ids_range {
	enum ids_kind kind;
	bool sys;
	uint32_t min, max;
};

/* login.defs' [SYS_]?ID_MIN and MAX. */
int ids_range_get(struct ids_range *ret, const struct defs *defs, enum ids_kind kind, bool sys,
		  struct err *e);

struct ids_span {
	uint32_t first, last;
};
/* In order, and none meets another. */
struct ids_spans {
	const struct ids_span *items;
	size_t count;
};
/* The first span that ends at id or after it; count: there is none. */
size_t ids_spans_from(const struct ids_spans *spans, uint32_t id);
/* The first span that meets first..last, or NULL. */
const struct ids_span *ids_spans_meet(const struct ids_spans *spans, uint32_t first, uint32_t last);

/* Spans as they are gathered; ids_list_done puts them in order.  Begin with all zeros. */
struct ids_list {
	struct ids_span *items;
	size_t count, room;
	bool unsorted;
};
void ids_list_add(struct ids_list *list, struct arena *a, struct ids_span span);
void ids_list_add_all(struct ids_list *list, struct arena *a, struct ids_spans spans);
struct ids_spans ids_list_done(struct ids_list *list);
/* Into a list that is in order, and stays so. */
void ids_list_insert(struct ids_list *list, struct arena *a, struct ids_span span);

#define IDS_KEPT 3
/* Who else may have an id. */
struct ids_others {
	bool (*taken)(void *context, uint32_t id); /* NULL: nobody to ask */
	void *context;
	struct ids_spans used;            /* as if rows had them */
	struct ids_spans kept[IDS_KEPT]; /* not to be chosen */
};

/* preferred is taken if it is free and in the range; IDS_NONE: no preference.  t may be NULL. */
int ids_choose(struct table *t, const struct ids_range *range, uint32_t preferred,
	       const struct ids_others *others, struct arena *a, uint32_t *ret, struct err *e);

/* The ids of a table's rows, looked at in windows, so that a range of billions costs little.  Begin
 * with { .t = t, .a = a }; t may be NULL. */
struct ids_seen {
	struct table *t;
	struct arena *a;
	struct idset window;
};
/* The lowest id of first..last that a row has. */
bool ids_first_used(struct ids_seen *seen, uint32_t first, uint32_t last, uint32_t *ret);

/*
 * The first place in min..max for count ids in a row that meet none of the spans, which are sorted
 * by their first id and may overlap, and hold no id that a row of seen has.
 */
bool ids_hole(const struct ids_span *spans, size_t n, uint32_t min, uint32_t max, uint32_t count,
	      struct ids_seen *seen, uint32_t *ret);

#endif
