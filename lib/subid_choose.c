/* SPDX-License-Identifier: BSD-3-Clause */
/* The range that a new account gets. */
#include "idmarks.h"
#include "subid_private.h"
#include "text.h"

/* How often other sources are asked for ranges in one transaction. */
#define ASKED_MAX 256

static bool has_any(struct table *t, struct arena *a, const struct subid_owner *o)
{
	return subid_owner_spans(t, a, o).count > 0;
}

uint32_t subid_min(struct run *run, enum table_id which)
{
	const struct subid_kind *k = subid_kind(which);
	bool deterministic = defs_bool(&run->defs, k->deterministic, false);

	return defs_id(&run->defs, k->min, deterministic ? 65536 : 100000);
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
	ret->min = subid_min(run, which);
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
	return err_set(&run->err, schema_get(which)->error,
		       "Can't get unique subordinate %s range%s", subid_kind(which)->name,
		       idmarks_why(run));
}

static int no_place(struct run *run, enum table_id which, uid_t uid, const char *why)
{
	return err_set(&run->err, schema_get(which)->error,
		       "Can't get unique subordinate %s range: that of UID %lu %s",
		       subid_kind(which)->name, (unsigned long)uid, why);
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
		return no_place(run, which, uid, _("lies beyond the last one"));
	l->min += (uint32_t)((uid - base) % places * l->count);
	l->max = l->min + (l->count - 1);
	return 0;
}

static void begin(struct table *t, struct arena *a, struct subid_cursor *c)
{
	if (c->begun)
		return;
	c->begun = true;
	if (t)
		c->lent = subid_all_spans(t, a);
}

/* Ids that were in somebody's range, or somebody's own, go to nobody again: places are looked for
 * above them at first.  One's own place is nobody else's. */
static void add_marks(struct run *run, struct txn *txn, enum table_id which,
		      struct subid_cursor *c, const struct limits *l, struct ids_list *list)
{
	size_t at;

	if (!idmarks_on(&run->defs) || l->deterministic)
		return;
	ids_list_add_all(list, &run->arena, idmarks_get(run, txn, which));
	c->full = ids_list_done(list);
	at = ids_spans_from(&c->full, l->max);
	if (at < c->full.count && c->full.items[at].first <= l->max)
		c->next = l->max;
	else if (at > 0 && c->full.items[at - 1].last >= l->min)
		c->next = c->full.items[at - 1].last + 1;
	c->start = c->next;
	ids_list_add_all(list, &run->arena, idmarks_get(run, txn, subid_kind(which)->holders));
}

static int plan(struct run *run, struct txn *txn, enum table_id which, struct subid_cursor *c,
		const struct limits *l)
{
	struct ids_list list = { .count = 0 };

	if (c->planned)
		return 0;
	begin(txn_table(txn, which), &run->arena, c);
	if (subid_reserved(run, which, &c->reserved) < 0)
		return -1;
	c->planned = true;
	c->full = c->lent;
	if (c->reserved.count == 0 && !idmarks_on(&run->defs))
		return 0;
	ids_list_add_all(&list, &run->arena, c->lent);
	add_marks(run, txn, which, c, l, &list);
	ids_list_add_all(&list, &run->arena, c->reserved);
	c->full = ids_list_done(&list);
	return 0;
}

/* What no table has: the id of the account that is being made, and what other sources know. */
static bool meets_id(struct run *run, enum table_id which, struct subid_cursor *c,
		     struct subid_range range, uint32_t *ret)
{
	if (c->own >= range.first && c->own - range.first < range.count) {
		*ret = c->own;
		return true;
	}
	return c->asked++ < ASKED_MAX && subid_ask(run, which, range, ret);
}

/* In the owner's own place: rows of our own meet it only where two owners have one uid. */
static int find_place(struct run *run, struct txn *txn, enum table_id which, uid_t uid,
		      const struct limits *l, struct subid_cursor *c)
{
	struct ids_seen seen = { .t = txn_table(txn, subid_kind(which)->holders),
				 .a = &run->arena };
	const struct ids_spans given = { c->given.items, c->given.count };
	uint32_t id;

	if (ids_spans_meet(&c->reserved, l->min, l->max))
		return no_place(run, which, uid,
				arena_printf(&run->arena, _("meets %s"),
					     subid_kind(which)->reserved));
	if (l->wrap)
		return 0; /* that it may overlap is asked for */
	if (ids_spans_meet(&c->lent, l->min, l->max) || ids_spans_meet(&given, l->min, l->max))
		return no_place(run, which, uid, _("is in use"));
	if (!ids_hole(NULL, 0, l->min, l->max, l->count, &seen, &id))
		return no_place(run, which, uid, _("holds the ID of a user or group"));
	if (meets_id(run, which, c, (struct subid_range){ l->min, l->count }, &id))
		return no_place(run, which, uid, _("holds the ID of a user or group"));
	return 0;
}

/* The first place from c->next to max. */
static bool find_from(struct run *run, struct txn *txn, enum table_id which,
		      const struct limits *l, uint32_t max, struct subid_cursor *c, uint32_t *ret)
{
	struct ids_seen seen = { .t = txn_table(txn, subid_kind(which)->holders),
				 .a = &run->arena };
	uint32_t min = l->min > c->next ? l->min : c->next, hit;

	for (;;) {
		const struct ids_span *spans = c->full.items;

		while (c->from < c->full.count && spans[c->from].last < min)
			c->from++;
		c->next = min;
		if (!ids_hole(spans ? spans + c->from : NULL, c->full.count - c->from, min, max,
			      l->count, &seen, ret))
			return false;
		min = *ret + l->count;
		if (!meets_id(run, which, c, (struct subid_range){ *ret, l->count }, &hit))
			break;
		min = hit + 1;
	}
	c->next = min;
	return true;
}

/* All before the last one that was found is taken, or too small. */
static bool find_next(struct run *run, struct txn *txn, enum table_id which,
		      const struct limits *l, struct subid_cursor *c, uint32_t *ret)
{
	bool low = c->start > 0 && c->next < c->start;

	if (!low && find_from(run, txn, which, l, l->max, c, ret))
		return true;
	if (c->start <= l->min)
		return false;
	if (!low)
		c->next = c->from = 0;
	return find_from(run, txn, which, l, c->start - 1, c, ret);
}

int subid_choose_next(struct run *run, struct txn *txn, enum table_id which, const char *owner,
		      uid_t uid, struct subid_cursor *cursor, struct subid_range *ret)
{
	struct subid_owner o = subid_owner(run, owner, uid);
	struct table *t = txn_table(txn, which);
	struct limits l;
	uint32_t first;

	*ret = (struct subid_range){ .count = 0 };
	cursor->none_left = false;
	if (!t || has_any(t, &run->arena, &o))
		return 0;
	if (get_limits(run, which, &l) < 0)
		return -1;
	if (l.count == 0)
		return 0;
	if (plan(run, txn, which, cursor, &l) < 0)
		return -1;
	cursor->none_left = true;
	if (l.deterministic) {
		if (narrow(run, which, &l, uid) < 0 ||
		    find_place(run, txn, which, uid, &l, cursor) < 0)
			return -1;
		first = l.min;
	} else if (!find_next(run, txn, which, &l, cursor, &first)) {
		return none_left(run, which);
	}
	*ret = (struct subid_range){ first, l.count };
	ids_list_insert(&cursor->given, &run->arena,
			(struct ids_span){ first, first + (l.count - 1) });
	return 0;
}

int subid_choose(struct run *run, struct txn *txn, enum table_id which, const char *owner,
		 uid_t uid, struct subid_range *ret)
{
	struct subid_cursor cursor = { .begun = false };

	return subid_choose_next(run, txn, which, owner, uid, &cursor, ret);
}

void subid_keep_back(struct run *run, struct txn *txn, enum table_id which, struct subid_cursor *c,
		     struct ids_others *others)
{
	begin(txn_table(txn, which), &run->arena, c);
	others->kept[0] = c->lent;
	others->kept[1] = (struct ids_spans){ c->given.items, c->given.count };
}
