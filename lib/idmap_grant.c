/* SPDX-License-Identifier: BSD-3-Clause */
#include "idmap.h"

#include <inttypes.h>
#include <stdlib.h>

/* The caller's ranges, in order, those that touch joined into one.  With a plug-in they are not
 * known: it is asked for each row, and may know better than its list. */
struct ranges {
	struct subid_row *rows;
	size_t count;
};

static int by_first(const void *a, const void *b)
{
	const struct subid_row *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

/* One past the last id. */
static uint64_t end_of(const struct subid_row *row)
{
	return (uint64_t)row->first + row->count;
}

static void join(struct ranges *r)
{
	size_t i, used = 0;

	if (r->count == 0)
		return;
	qsort(r->rows, r->count, sizeof(*r->rows), by_first);
	for (i = 1; i < r->count; i++) {
		struct subid_row *last = &r->rows[used];

		if (r->rows[i].first > end_of(last))
			r->rows[++used] = r->rows[i];
		else if (end_of(&r->rows[i]) > end_of(last))
			last->count = (uint32_t)(end_of(&r->rows[i]) - last->first);
	}
	r->count = used + 1;
}

/* How many of the row's ids, from its first on, the ranges have. */
static uint32_t covered(const struct ranges *r, const struct idmap_row *row)
{
	size_t low = 0, high = r->count;
	uint64_t end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (end_of(&r->rows[middle]) <= row->lower)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == r->count || r->rows[low].first > row->lower)
		return 0;
	end = end_of(&r->rows[low]);
	return end - row->lower >= row->count ? row->count : (uint32_t)(end - row->lower);
}

/* Of the ranges the one that the row's first id not granted is next to. */
static const struct subid_row *nearest(const struct ranges *r, uint64_t id)
{
	const struct subid_row *best = NULL;
	uint64_t least = UINT64_MAX;
	size_t i;

	for (i = 0; i < r->count; i++) {
		const struct subid_row *x = &r->rows[i];
		uint64_t off = x->first > id ? x->first - id : id - end_of(x) + 1;

		if (off < least) {
			least = off;
			best = x;
		}
	}
	return best;
}

/* have: how many ids of the row are granted, from its first on. */
static int refuse(const struct idmap *map, const struct idmap_row *row, const char *name,
		  uint32_t have, const struct ranges *ranges, struct err *e)
{
	const char *word = idmap_word(map->table);
	uint64_t upper = row->upper, lower = row->lower, lack = lower + have;
	const struct subid_row *near = nearest(ranges, lack);

	if (!near)
		return err_set(e, ERR_PERMISSION,
			       "%s range [%" PRIu64 "-%" PRIu64 ") -> [%" PRIu64 "-%" PRIu64
			       ") not allowed: /etc/sub%s does not grant %" PRIu64
			       " to %.64s, who has no range there",
			       word, upper, upper + row->count, lower, lower + row->count, word,
			       lack, name);
	return err_set(e, ERR_PERMISSION,
		       "%s range [%" PRIu64 "-%" PRIu64 ") -> [%" PRIu64 "-%" PRIu64
		       ") not allowed: /etc/sub%s does not grant %" PRIu64
		       " to %.64s, whose nearest range is %" PRIu64 "-%" PRIu64,
		       word, upper, upper + row->count, lower, lower + row->count, word, lack,
		       name, (uint64_t)near->first,
		       end_of(near) > UINT32_MAX ? UINT32_MAX - 1 : end_of(near) - 1);
}

static int refuse_by_plugin(const struct idmap *map, const struct idmap_row *row, const char *name,
			    struct err *e)
{
	uint64_t upper = row->upper, lower = row->lower;

	return err_set(e, ERR_PERMISSION,
		       "%s range [%" PRIu64 "-%" PRIu64 ") -> [%" PRIu64 "-%" PRIu64
		       ") not allowed: the source of nsswitch.conf does not grant it to %.64s",
		       idmap_word(map->table), upper, upper + row->count, lower,
		       lower + row->count, name);
}

static bool is_own(const struct idmap *map, const struct idmap_row *row,
		   const struct idmap_caller *caller)
{
	return row->count == 1 && row->lower == idmap_own_id(map->table, caller);
}

/* Whom it does not know it grants nothing; and one's own id is none that it could refuse, so that
 * it cannot answer is no reason either. */
static int ask_plugin(const struct idmap *map, const struct idmap_row *row,
		      const struct idmap_caller *caller, const struct subid_source *source,
		      bool *ret, struct err *e)
{
	if (subid_source_has(source, map->table, caller->name, row->lower, row->count, ret, e) == 0)
		return 0;
	if (e->kind != ERR_UNKNOWN && !is_own(map, row, caller))
		return -1;
	err_clear(e);
	*ret = false;
	return 0;
}

static int check_row(const struct idmap *map, const struct idmap_row *row,
		     const struct idmap_caller *caller, const struct subid_source *source,
		     const struct ranges *ranges, struct idmap_grant *ret, struct err *e)
{
	uint32_t have = 0;
	bool granted;

	if (source->plugin) {
		if (ask_plugin(map, row, caller, source, &granted, e) < 0)
			return -1;
	} else {
		have = covered(ranges, row);
		granted = have == row->count;
	}
	if (granted)
		ret->granted = true;
	else if (!is_own(map, row, caller))
		return source->plugin ? refuse_by_plugin(map, row, caller->name, e) :
					refuse(map, row, caller->name, have, ranges, e);
	return 0;
}

int idmap_grant(const struct idmap *map, const struct idmap_caller *caller,
		const struct subid_source *source, struct idmap_grant *ret, struct err *e)
{
	struct ranges ranges = { .count = 0 };
	size_t i;
	int r = 0;

	*ret = (struct idmap_grant){ .granted = false };
	/* All at once: the file may be long, and a map have many rows. */
	if (!source->plugin &&
	    subid_source_ranges(source, map->table, caller->name, &ranges.rows, &ranges.count,
				e) < 0)
		return -1;
	join(&ranges);
	for (i = 0; r == 0 && i < map->count; i++)
		r = check_row(map, &map->rows[i], caller, source, &ranges, ret, e);
	free(ranges.rows);
	return r;
}
