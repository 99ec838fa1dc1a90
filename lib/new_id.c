/* SPDX-License-Identifier: BSD-3-Clause */
#include "new_id.h"

#include "idmarks.h"
#include "subid_private.h"

#define LARGE ((size_t)1024 * 1024)

static enum table_id table_of(enum ids_kind kind)
{
	return kind == IDS_UID ? TABLE_PASSWD : TABLE_GROUP;
}

static enum table_id subids_of(enum ids_kind kind)
{
	return kind == IDS_UID ? TABLE_SUBUID : TABLE_SUBGID;
}

static void add_marks(struct run *run, struct txn *txn, enum ids_kind kind,
		      struct new_id_many *m, struct ids_others *others)
{
	if (!m->known) {
		m->known = true;
		m->used = idmarks_get(run, txn, table_of(kind));
		m->gone = idmarks_get(run, txn, subids_of(kind));
	}
	others->used = m->used;
	others->kept[2] = m->gone;
}

/* Is the one that was found in somebody's range?  One look costs less than gathering them all.
 * Below SUB_?ID_MIN lie ranges only that were given by hand: they are not looked for in a file
 * whose reading would take a good part of the run. */
static bool is_lent(struct run *run, struct txn *txn, enum ids_kind kind, uint32_t id)
{
	struct table *t = txn_table(txn, subids_of(kind));
	struct str owner;

	if (!t || (id < subid_min(run, subids_of(kind)) && table_bytes(t).n > LARGE))
		return false;
	return subid_find(t, id, &owner);
}

struct choice {
	struct run *run;
	struct txn *txn;
	const struct ids_range *range;
	uint32_t preferred;
};

static int choose(const struct choice *c, const struct ids_others *others, uint32_t *ret)
{
	return ids_choose(txn_table(c->txn, table_of(c->range->kind)), c->range, c->preferred,
			  others, &c->run->arena, ret, &c->run->err);
}

/* Names the mode, if it is what nothing is left for. */
static int none_left(const struct choice *c, struct ids_others others)
{
	struct run *run = c->run;
	uint32_t id;

	if (run->err.kind != ERR_NO_ID || others.used.count + others.kept[2].count == 0)
		return -1;
	others.used.count = others.kept[2].count = 0;
	err_clear(&run->err);
	if (choose(c, &others, &id) < 0)
		return -1;
	return err_set(&run->err, ERR_NO_ID, "Can't get unique %s%s",
		       c->range->kind == IDS_UID ? "UID" : "GID", idmarks_why(run));
}

int new_id_choose(struct run *run, struct txn *txn, enum ids_kind kind, bool sys,
		  uint32_t preferred, const struct ids_others *taken, struct new_id_many *many,
		  uint32_t *ret)
{
	struct ids_others others = { .taken = taken ? taken->taken : NULL,
				     .context = taken ? taken->context : NULL };
	struct new_id_many alone = { .known = false };
	struct subid_cursor own = { .begun = false };
	struct ids_range range;
	const struct choice c = { run, txn, &range, preferred };
	struct subid_cursor *cursor = many && many->subids ? many->subids : &own;

	if (ids_range_get(&range, &run->defs, kind, sys, &run->err) < 0)
		return -1;
	add_marks(run, txn, kind, many ? many : &alone, &others);
	if (cursor == &own) {
		if (choose(&c, &others, ret) < 0)
			return none_left(&c, others);
		if (!is_lent(run, txn, kind, *ret))
			return 0;
	}
	subid_keep_back(run, txn, subids_of(kind), cursor, &others);
	return choose(&c, &others, ret) < 0 ? none_left(&c, others) : 0;
}

void new_id_warn(struct run *run, struct txn *txn, enum ids_kind kind, uint32_t id)
{
	struct ids_spans marks = idmarks_get(run, txn, table_of(kind));
	struct table *t = txn_table(txn, table_of(kind));
	struct row row;

	if (ids_spans_meet(&marks, id, id) && !(t && table_find_id(t, id, &row)))
		note_say(&run->note, "Warning: the %s %lu was in use before (%s)",
			 kind == IDS_UID ? "uid" : "gid", (unsigned long)id, IDMARKS_KEY);
	subid_warn(run, txn, subids_of(kind), id);
}
