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

/* Spans that meet become one, so that where one ends is in order too. */
static size_t join_spans(struct ids_span *items, size_t count)
{
	size_t i, n = 0;

	for (i = 0; i < count; i++) {
		if (n > 0 && items[i].first <= (uint64_t)items[n - 1].last + 1) {
			if (items[i].last > items[n - 1].last)
				items[n - 1].last = items[i].last;
			continue;
		}
		items[n++] = items[i];
	}
	return n;
}

static void begin(struct table *t, struct arena *a, struct subid_cursor *c)
{
	struct subid_spans used;

	if (c->begun)
		return;
	subid_all_spans(t, a, &used);
	*c = (struct subid_cursor){ .begun = true, .spans = used.items };
	c->count = join_spans(used.items, used.count);
}

/* The first span that ends at min or after it. */
static size_t first_span(const struct subid_cursor *c, uint32_t min)
{
	size_t low = c->from, high = c->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c->spans[middle].last < min)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* In the owner's own place: rows of our own meet it only where two owners have one uid. */
static bool find_place(struct run *run, struct txn *txn, enum table_id which, uid_t uid,
		       const struct limits *l, struct ids_seen *seen, struct subid_cursor *c,
		       uint32_t *ret)
{
	struct table *users = txn_table(txn, TABLE_PASSWD);
	struct row row;
	size_t from;

	*ret = l->min;
	if (l->wrap)
		return true; /* that it may overlap is asked for */
	if (users && table_find_id(users, uid, &row)) {
		c->begun = false;
		begin(txn_table(txn, which), &run->arena, c);
	}
	from = first_span(c, l->min);
	return ids_hole(c->spans + from, c->count - from, l->min, l->max, l->count, seen, ret);
}

/* All before the last one that was found is taken, or too small. */
static bool find_next(const struct limits *l, struct ids_seen *seen, struct subid_cursor *c,
		      uint32_t *ret)
{
	uint32_t min = l->min > c->next ? l->min : c->next;

	c->from = first_span(c, min);
	if (!ids_hole(c->spans + c->from, c->count - c->from, min, l->max, l->count, seen, ret))
		return false;
	c->next = *ret + l->count;
	return true;
}

int subid_choose_next(struct run *run, struct txn *txn, enum table_id which, const char *owner,
		      uid_t uid, struct subid_cursor *cursor, struct subid_range *ret)
{
	struct ids_seen seen = { .t = txn_table(txn, subid_kind(which)->holders),
				 .a = &run->arena };
	struct subid_owner o = subid_owner(run, owner, uid);
	struct table *t = txn_table(txn, which);
	struct limits l;
	uint32_t first;
	bool found;

	*ret = (struct subid_range){ .count = 0 };
	if (!t || has_any(t, &run->arena, &o))
		return 0;
	if (get_limits(run, which, &l) < 0)
		return -1;
	if (l.count == 0)
		return 0;
	if (l.deterministic && narrow(run, which, &l, uid) < 0)
		return -1;
	begin(t, &run->arena, cursor);
	found = l.deterministic ? find_place(run, txn, which, uid, &l, &seen, cursor, &first) :
				  find_next(&l, &seen, cursor, &first);
	if (!found)
		return none_left(run, which);
	*ret = (struct subid_range){ first, l.count };
	return 0;
}

int subid_choose(struct run *run, struct txn *txn, enum table_id which, const char *owner,
		 uid_t uid, struct subid_range *ret)
{
	struct subid_cursor cursor = { .begun = false };

	return subid_choose_next(run, txn, which, owner, uid, &cursor, ret);
}
