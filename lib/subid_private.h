/* SPDX-License-Identifier: BSD-3-Clause */
/* What subid.c and subid_choose.c share.  Nobody else looks in here. */
#ifndef LIB_SUBID_PRIVATE_H
#define LIB_SUBID_PRIVATE_H

#include "ids.h"
#include "subid.h"

/* The words and keys of uids and of gids. */
struct subid_kind {
	const char *name, *what, *count, *min, *max, *by_uid, *deterministic, *wrap;
	enum table_id holders; /* whose ids may not be in a range */
};
const struct subid_kind *subid_kind(enum table_id which);

/* What a row gives; what lies beyond the ids is cut.  false: nothing. */
bool subid_row_span(const struct row *row, struct ids_span *ret);

/* Spans in order of their first id. */
struct subid_spans {
	struct ids_span *items;
	size_t count, room;
	bool unsorted;
};
void subid_all_spans(struct table *t, struct arena *a, struct subid_spans *ret);

/* The two ways in which a row names its owner; by[1] is "" where they are the same. */
struct subid_owner {
	const char *by[2];
};
struct subid_owner subid_owner(struct run *run, const char *name, uid_t uid);
void subid_owner_spans(struct table *t, struct arena *a, const struct subid_owner *o,
		       struct subid_spans *ret);

#endif
