/* SPDX-License-Identifier: BSD-3-Clause */
/* The range that a new account gets. */
#include "subid_private.h"

static bool has_any(struct table *t, struct arena *a, const struct subid_owner *o)
{
	struct subid_spans s;

	subid_owner_spans(t, a, o, &s);
	return s.count > 0;
}

struct limits {
	uint32_t min, max, count;
	bool deterministic, wrap;
};

static int get_limits(struct run *run, enum table_id which, struct limits *ret)
{
	const struct subid_kind *k = subid_kind(which);

	ret->deterministic = defs_bool(&run->defs, k->deterministic, false);
	ret->wrap = defs_bool(&run->defs, k->wrap, false);
	ret->count = defs_id(&run->defs, k->count, 65536);
	ret->min = defs_id(&run->defs, k->min, ret->deterministic ? 65536 : 100000);
	ret->max = defs_id(&run->defs, k->max, ret->deterministic ? UINT32_MAX : 600100000);
	if (ret->count == 0)
		return 0;
	if (ret->max > SCHEMA_ID_MAX)
		ret->max = SCHEMA_ID_MAX;
	if (ret->min > ret->max || ret->max - ret->min < ret->count - 1)
		return err_set(&run->err, schema_get(which)->error,
			       "Invalid configuration: %s (%lu), %s (%lu), %s (%lu)", k->min,
			       (unsigned long)ret->min, k->max, (unsigned long)ret->max, k->count,
			       (unsigned long)ret->count);
	return 0;
}

static int none_left(struct run *run, enum table_id which)
{
	return err_set(&run->err, schema_get(which)->error, "Can't get unique subordinate %s range",
		       subid_kind(which)->name);
}

/* Narrows the limits to the uid's own place, the same on every machine. */
static int narrow(struct run *run, enum table_id which, struct limits *l, uid_t uid)
{
	uint64_t base = defs_id(&run->defs, "UID_MIN", 1000);
	uint64_t places = ((uint64_t)l->max - l->min + 1) / l->count;

	if (uid < base)
		return err_set(&run->err, schema_get(which)->error,
			       "UID %lu is below UID_MIN and has no subordinate %s range",
			       (unsigned long)uid, subid_kind(which)->name);
	if (uid - base >= places && !l->wrap)
		return none_left(run, which);
	l->min += (uint32_t)((uid - base) % places * l->count);
	l->max = l->min + (l->count - 1);
	return 0;
}

int subid_choose(struct run *run, struct txn *txn, enum table_id which, const char *owner,
		 uid_t uid, struct subid_range *ret)
{
	struct ids_seen seen = { .t = txn_table(txn, subid_kind(which)->holders),
				 .a = &run->arena };
	struct subid_owner o = subid_owner(run, owner, uid);
	struct table *t = txn_table(txn, which);
	struct subid_spans used;
	struct limits l;
	uint32_t first;

	*ret = (struct subid_range){ .count = 0 };
	if (!t || has_any(t, &run->arena, &o))
		return 0;
	if (get_limits(run, which, &l) < 0)
		return -1;
	if (l.count == 0)
		return 0;
	if (l.deterministic && narrow(run, which, &l, uid) < 0)
		return -1;
	subid_all_spans(t, &run->arena, &used);
	if (l.deterministic && l.wrap)
		first = l.min; /* that it may overlap is asked for */
	else if (!ids_hole(used.items, used.count, l.min, l.max, l.count, &seen, &first))
		return none_left(run, which);
	*ret = (struct subid_range){ first, l.count };
	return 0;
}
