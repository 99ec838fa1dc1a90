/* SPDX-License-Identifier: BSD-3-Clause */
/* What the modules about sub-ids share, idmarks.c and verify_ranges.c among them.  Nobody else
 * looks in here. */
#ifndef LIB_SUBID_PRIVATE_H
#define LIB_SUBID_PRIVATE_H

#include "ids.h"
#include "subid.h"

/* The words and keys of uids and of gids. */
struct subid_kind {
	const char *name, *what, *count, *min, *max, *by_uid, *deterministic, *wrap, *reserved;
	enum table_id holders; /* whose ids may not be in a range */
};
const struct subid_kind *subid_kind(enum table_id which);

/* What a row gives; what lies beyond the ids is cut.  false: nothing. */
bool subid_row_span(const struct row *row, struct ids_span *ret);

/* What all rows give. */
struct ids_spans subid_all_spans(struct table *t, struct arena *a);
/* The owner of the first row that gives the id.  false: none does. */
bool subid_find(struct table *t, uint32_t id, struct str *ret_owner);

/* Where new ranges begin, by login.defs. */
uint32_t subid_min(struct run *run, enum table_id which);
/* What login.defs reserves.  ERR_SUBUID_FILE, ERR_SUBGID_FILE: its list is malformed. */
int subid_reserved(struct run *run, enum table_id which, struct ids_spans *ret);

/* What other sources say of a range: a few of its ids are asked for.  *ret is the highest that
 * somebody has. */
bool subid_ask(struct run *run, enum table_id which, struct subid_range range, uint32_t *ret);

/* The two ways in which a row names its owner; by[1] is "" where they are the same. */
struct subid_owner {
	const char *by[2];
};
struct subid_owner subid_owner(struct run *run, const char *name, uid_t uid);
struct ids_spans subid_owner_spans(struct table *t, struct arena *a, const struct subid_owner *o);

#endif
