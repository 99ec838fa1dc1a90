/* SPDX-License-Identifier: BSD-3-Clause */
#include "ids.h"

/* What becomes of (id_t)-1 in 16 bits. */
#define SHORT_NOBODY 65535u

static const struct {
	const char *name, *min, *max, *sys_min, *sys_max;
} kinds[] = {
	[IDS_UID] = { "UID", "UID_MIN", "UID_MAX", "SYS_UID_MIN", "SYS_UID_MAX" },
	[IDS_GID] = { "GID", "GID_MIN", "GID_MAX", "SYS_GID_MIN", "SYS_GID_MAX" },
};

int ids_range_get(struct ids_range *ret, const struct defs *defs, enum ids_kind kind, bool sys,
		  struct err *e)
{
	unsigned long min = defs_id(defs, kinds[kind].min, 1000), max, sys_min, sys_max;

	*ret = (struct ids_range){ .kind = kind, .sys = sys };
	if (sys) {
		sys_min = defs_id(defs, kinds[kind].sys_min, 101);
		sys_max = defs_id(defs, kinds[kind].sys_max, min ? (uint32_t)min - 1 : 0);
		if (sys_min > sys_max)
			return err_set(e, ERR_ID_IN_USE,
				       "Invalid configuration: %s (%lu), %s (%lu), %s (%lu)",
				       kinds[kind].sys_min, sys_min, kinds[kind].min, min,
				       kinds[kind].sys_max, sys_max);
		ret->min = (uint32_t)sys_min;
		ret->max = (uint32_t)sys_max;
		return 0;
	}
	max = defs_id(defs, kinds[kind].max, 60000);
	if (min > max)
		return err_set(e, ERR_ID_IN_USE, "Invalid configuration: %s (%lu), %s (%lu)",
			       kinds[kind].min, min, kinds[kind].max, max);
	ret->min = (uint32_t)min;
	ret->max = (uint32_t)max;
	return 0;
}

static bool is_reserved(uint32_t id)
{
	return id == 0 || id == SHORT_NOBODY || id == UINT32_MAX;
}

/* The window of ids around one of them. */
static void look_at(struct ids_seen *seen, uint32_t id)
{
	uint32_t low = id - id % IDSET_WIDTH_MAX;

	table_ids(seen->t, low, low + (IDSET_WIDTH_MAX - 1), seen->a, &seen->window);
}

bool ids_first_used(struct ids_seen *seen, uint32_t first, uint32_t last, uint32_t *ret)
{
	const struct idset *w = &seen->window;
	uint64_t id = first;

	if (!seen->t || table_all_below(seen->t, first))
		return false;
	while (id <= last) {
		uint64_t bits;
		uint32_t i;

		if (!w->bits || id < w->low || id > w->high)
			look_at(seen, (uint32_t)id);
		if (!w->any || id > w->most) {
			id = (uint64_t)w->high + 1;
			continue;
		}
		i = (uint32_t)id - w->low;
		bits = w->bits[i / 64] >> (i % 64);
		if (!bits) {
			id += 64 - i % 64;
			continue;
		}
		id += (uint64_t)__builtin_ctzll(bits);
		if (id > last)
			return false;
		*ret = (uint32_t)id;
		return true;
	}
	return false;
}

struct search {
	struct ids_seen seen;
	const struct ids_others *others;
};

/* The span of others that keeps the id from being chosen, or NULL. */
static const struct ids_span *kept_back(const struct search *s, uint32_t id)
{
	const struct ids_others *o = s->others;
	const struct ids_span *span = o ? ids_spans_meet(&o->used, id, id) : NULL;
	size_t i;

	for (i = 0; o && !span && i < IDS_KEPT; i++)
		span = ids_spans_meet(&o->kept[i], id, id);
	return span;
}

static bool is_free(struct search *s, uint32_t id)
{
	uint32_t used;

	return !is_reserved(id) && !ids_first_used(&s->seen, id, id, &used) &&
	       !(s->others && s->others->taken && s->others->taken(s->others->context, id));
}

/* The first id from one on that no row of the window has; past the window: that one itself. */
static int64_t skip_used(const struct idset *w, int64_t id)
{
	while (w->bits && id >= w->low && id <= w->high) {
		uint32_t i = (uint32_t)(id - w->low);
		uint64_t free = ~w->bits[i / 64] >> (i % 64);

		if (free)
			return id + __builtin_ctzll(free);
		id += 64 - i % 64;
	}
	return id;
}

static bool walk_up(struct search *s, int64_t from, int64_t to, uint32_t *ret)
{
	for (; (from = skip_used(&s->seen.window, from)) <= to; from++) {
		const struct ids_span *span = kept_back(s, (uint32_t)from);

		if (span) {
			from = span->last;
		} else if (is_free(s, (uint32_t)from)) {
			*ret = (uint32_t)from;
			return true;
		}
	}
	return false;
}

static bool walk_down(struct search *s, int64_t from, int64_t to, uint32_t *ret)
{
	for (; from >= to; from--) {
		const struct ids_span *span = kept_back(s, (uint32_t)from);

		if (span) {
			from = span->first;
		} else if (is_free(s, (uint32_t)from)) {
			*ret = (uint32_t)from;
			return true;
		}
	}
	return false;
}

/* Widens least..most by what others have used of the range. */
static void widen(const struct ids_spans *used, const struct ids_range *range, int64_t *least,
		  int64_t *most)
{
	size_t low = ids_spans_from(used, range->min), high = ids_spans_from(used, range->max);
	const struct ids_span *span = used->items;

	if (low < used->count && span[low].first <= range->max && span[low].first < *least)
		*least = span[low].first < range->min ? range->min : span[low].first;
	if (high < used->count && span[high].first <= range->max)
		*most = range->max;
	else if (high > 0 && span[high - 1].last >= range->min && span[high - 1].last > *most)
		*most = span[high - 1].last;
}

int ids_choose(struct table *t, const struct ids_range *range, uint32_t preferred,
	       const struct ids_others *others, struct arena *a, uint32_t *ret, struct err *e)
{
	struct search s = { .seen = { .t = t, .a = a }, .others = others };
	int64_t min = range->min, max = range->max, least = max + 1, most = min - 1;
	struct idset used;

	if (t) {
		table_ids(t, range->min, range->max, a, &used);
		if (used.any) {
			least = used.least;
			most = used.most;
		}
		if (used.bits)
			s.seen.window = used;
	}
	if (others)
		widen(&others->used, range, &least, &most);
	if (preferred >= range->min && preferred <= range->max && !kept_back(&s, preferred) &&
	    is_free(&s, preferred)) {
		*ret = preferred;
		return 0;
	}
	if (range->sys ? walk_down(&s, least - 1, min, ret) || walk_down(&s, max, least, ret)
			  : walk_up(&s, most + 1, max, ret) || walk_up(&s, min, most, ret))
		return 0;
	return err_set(e, ERR_NO_ID, "Can't get unique %s (no more available %ss)",
		       kinds[range->kind].name, kinds[range->kind].name);
}

/* The first id of first..last that may not be in a range. */
static bool blocked(struct ids_seen *seen, uint32_t first, uint32_t last, uint32_t *ret)
{
	if (first == 0) {
		*ret = 0;
		return true;
	}
	if (ids_first_used(seen, first, last, ret))
		return true;
	*ret = last == UINT32_MAX ? UINT32_MAX : SHORT_NOBODY;
	return last == UINT32_MAX || (first <= SHORT_NOBODY && last >= SHORT_NOBODY);
}

bool ids_hole(const struct ids_span *spans, size_t n, uint32_t min, uint32_t max, uint32_t count,
	      struct ids_seen *seen, uint32_t *ret)
{
	uint64_t start = min;
	uint32_t id;
	size_t i = 0;

	while (count > 0 && start + count - 1 <= max) {
		while (i < n && spans[i].last < start)
			i++;
		if (i < n && spans[i].first <= start + count - 1) {
			start = (uint64_t)spans[i].last + 1;
			continue;
		}
		if (blocked(seen, (uint32_t)start, (uint32_t)(start + count - 1), &id)) {
			start = (uint64_t)id + 1;
			continue;
		}
		*ret = (uint32_t)start;
		return true;
	}
	return false;
}
