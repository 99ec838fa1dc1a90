/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sub-id ranges: owners that do not exist, ranges over one another, and ranges over ids of users or
 * groups, or over ids that these get (CVE-2024-56433).
 */
#include <stdlib.h>

#include "subid_private.h"
#include "text.h"
#include "verify_private.h"

/* How many ranges other sources are asked about. */
#define ASKED_MAX 64

struct range {
	struct ids_span span;
	struct str owner;
	size_t at, line; /* where it stands */
};

struct id_of {
	uint32_t id;
	struct str name;
};

struct ranges {
	struct verify *v;
	enum table_id which;
	const char *path;
	struct range *items;
	size_t count, room;
	struct id_of *ids; /* of users or groups, in order */
	size_t id_count;
	struct table *users;
};

static int by_first(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	if (x->span.first != y->span.first)
		return x->span.first < y->span.first ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static int by_id(const void *a, const void *b)
{
	const struct id_of *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static bool is_owner(struct ranges *r, struct table *users, const char *owner)
{
	struct row row;
	uint32_t uid;

	if (table_find(users, owner, &row) || nss_user(&r->v->nss, owner, NULL, NULL))
		return true;
	return schema_id(str_of(owner), &uid) &&
	       (table_find_id(users, uid, &row) || nss_uid(&r->v->nss, uid, NULL));
}

static void add(struct ranges *r, const struct verify_walk *w, struct ids_span span)
{
	if (r->count == r->room) {
		size_t room = r->room ? 2 * r->room : 64;

		r->items = arena_grow(&r->v->run->arena, r->items, r->count, room,
				      sizeof(*r->items));
		r->room = room;
	}
	r->items[r->count++] =
		(struct range){ .span = span, .owner = w->row.column[SUB_OWNER],
				.at = w->row.at, .line = w->line };
}

static void tell(struct ranges *r, enum verify_check check, const struct range *x,
		 const char *text)
{
	struct verify_walk w = verify_walk(txn_table(r->v->txn, r->which));

	w.line = x->line;
	w.row.columns = 1;
	w.row.column[SUB_OWNER] = x->owner;
	verify_tell(r->v, check, &w, text, NULL);
}

static void check_rows(struct ranges *r)
{
	struct verify_walk w = verify_walk(txn_table(r->v->txn, r->which));
	struct ids_span span;

	while (verify_next(&w)) {
		const char *owner;

		/* A comment is nobody's mistake here. */
		if (w.row.columns == 0) {
			if (w.row.line.p[0] != '#')
				verify_tell(r->v, VERIFY_MALFORMED, &w,
					    verify_text(r->v, "invalid line in %s: '%.*s'", r->path,
							(int)w.row.line.n, w.row.line.p),
					    NULL);
			continue;
		}
		owner = verify_column(r->v, &w.row, SUB_OWNER);
		if (!is_owner(r, r->users, owner))
			verify_tell(r->v, VERIFY_RANGE_OWNER, &w,
				    verify_text(r->v, "'%s' has a range in %s, but is no user",
						owner, r->path),
				    NULL);
		if (subid_row_span(&w.row, &span))
			add(r, &w, span);
	}
}

/* One of them by name and the other by uid? */
static bool same_owner(struct ranges *r, struct str one, struct str other)
{
	struct row row;
	uint32_t uid, named;

	if (str_eq(one, other))
		return true;
	if (!schema_id(one, &uid)) {
		struct str swap = one;

		one = other;
		other = swap;
	}
	return schema_id(one, &uid) &&
	       table_find(r->users, str_dup(&r->v->run->arena, other), &row) &&
	       schema_id(row.column[PW_UID], &named) && named == uid;
}

/* In order of their first ids, with the one so far that reaches furthest. */
static void check_overlaps(struct ranges *r)
{
	const struct range *furthest = NULL;
	size_t i;

	if (r->count > 1)
		qsort(r->items, r->count, sizeof(*r->items), by_first);
	for (i = 0; i < r->count; i++) {
		const struct range *x = &r->items[i];

		if (furthest && x->span.first <= furthest->span.last &&
		    !same_owner(r, x->owner, furthest->owner))
			tell(r, VERIFY_RANGE_OVERLAP, x,
			     verify_text(r->v, "the ranges of '%.*s' and '%.*s' in %s overlap",
					 (int)furthest->owner.n, furthest->owner.p,
					 (int)x->owner.n, x->owner.p, r->path));
		if (!furthest || x->span.last > furthest->span.last)
			furthest = x;
	}
}

static void gather_ids(struct ranges *r, struct table *holders)
{
	struct row row;
	size_t n = 0;

	for (row = ROW_START; table_next(holders, &row);)
		n++;
	r->ids = arena_array(&r->v->run->arena, n + 1, sizeof(*r->ids));
	for (row = ROW_START; table_next(holders, &row);) {
		struct id_of *id = &r->ids[r->id_count];

		*id = (struct id_of){ .name = row.column[0] };
		r->id_count += schema_id(
			row.column[schema_get(table_which(holders))->id_column], &id->id);
	}
	if (r->id_count > 1)
		qsort(r->ids, r->id_count, sizeof(*r->ids), by_id);
}

/* The ids of other sources cannot be listed: a few are asked for. */
static void ask(struct ranges *r, const struct range *x, const char *what)
{
	const struct subid_range range = { x->span.first, x->span.last - x->span.first + 1 };
	uint32_t id;

	if (range.count > 0 && subid_ask(r->v->run, r->which, range, &id))
		tell(r, VERIFY_RANGE_HOLDS_ID, x,
		     verify_text(r->v,
				 "the range of '%.*s' in %s holds the ID %lu of a %s of another "
				 "source",
				 (int)x->owner.n, x->owner.p, r->path, (unsigned long)id, what));
}

static void check_ids(struct ranges *r, const char *what)
{
	size_t i, at = 0;

	for (i = 0; i < r->count; i++) {
		const struct range *x = &r->items[i];

		while (at < r->id_count && r->ids[at].id < x->span.first)
			at++;
		if (at < r->id_count && r->ids[at].id <= x->span.last)
			tell(r, VERIFY_RANGE_HOLDS_ID, x,
			     verify_text(r->v,
					 "the range of '%.*s' in %s holds the ID of %s '%.*s'",
					 (int)x->owner.n, x->owner.p, r->path, what,
					 (int)r->ids[at].name.n, r->ids[at].name.p));
		else if (i < ASKED_MAX)
			ask(r, x, what);
	}
}

/* --- what login.defs says --- */

struct bounds {
	struct ids_range ids, sys_ids;
	bool has_ids, has_sys_ids;
	uint32_t min;
	const char *min_key;
	struct ids_spans reserved;
	const char *reserved_key;
};

static bool get_range(struct verify *v, enum ids_kind kind, bool sys, struct ids_range *ret)
{
	struct err ignored = { .kind = ERR_NONE };

	return ids_range_get(ret, &v->run->defs, kind, sys, &ignored) == 0;
}

static struct bounds get_bounds(struct ranges *r)
{
	enum ids_kind kind = r->which == TABLE_SUBUID ? IDS_UID : IDS_GID;
	const struct subid_kind *k = subid_kind(r->which);
	struct run *run = r->v->run;
	struct bounds b = { .min = subid_min(run, r->which), .min_key = k->min,
			    .reserved_key = k->reserved };

	b.has_ids = get_range(r->v, kind, false, &b.ids);
	b.has_sys_ids = get_range(r->v, kind, true, &b.sys_ids);
	if (subid_reserved(run, r->which, &b.reserved) < 0) {
		note_say(&run->note, "%s", run->err.message);
		err_clear(&run->err);
	}
	return b;
}

static bool meets(const struct ids_range *ids, const struct range *x)
{
	return x->span.first <= ids->max && x->span.last >= ids->min;
}

static const char *new_ids(bool users, bool ordinary)
{
	if (users)
		return ordinary ? _("users") : _("system users");
	return ordinary ? _("groups") : _("system groups");
}

static void check_bounds(struct ranges *r, const struct bounds *b, const struct range *x)
{
	bool ordinary = b->has_ids && meets(&b->ids, x);
	const struct ids_range *ids = ordinary ? &b->ids : &b->sys_ids;

	if (ordinary || (b->has_sys_ids && meets(&b->sys_ids, x)))
		tell(r, VERIFY_RANGE_OVER_IDS, x,
		     verify_text(r->v,
				 "the range of '%.*s' in %s lies over %lu-%lu, the IDs of new %s",
				 (int)x->owner.n, x->owner.p, r->path, (unsigned long)ids->min,
				 (unsigned long)ids->max,
				 new_ids(r->which == TABLE_SUBUID, ordinary)));
	else if (x->span.first < b->min)
		tell(r, VERIFY_RANGE_BELOW_MIN, x,
		     verify_text(r->v, "the range of '%.*s' in %s begins at %lu, below %s %lu",
				 (int)x->owner.n, x->owner.p, r->path,
				 (unsigned long)x->span.first, b->min_key, (unsigned long)b->min));
	if (ids_spans_meet(&b->reserved, x->span.first, x->span.last))
		tell(r, VERIFY_RANGE_RESERVED, x,
		     verify_text(r->v, "the range of '%.*s' in %s meets %s", (int)x->owner.n,
				 x->owner.p, r->path, b->reserved_key));
}

void verify_ranges(struct verify *v, enum table_id which)
{
	struct ranges r = { .v = v, .which = which,
			    .path = txn_show(v->txn, which),
			    .users = txn_table(v->txn, TABLE_PASSWD) };
	const char *what = which == TABLE_SUBUID ? _("user") : _("group");
	struct table *ids = txn_table(v->txn, subid_kind(which)->holders);
	struct bounds bounds;
	size_t i;

	if (!r.users || !txn_table(v->txn, which))
		return;
	check_rows(&r);
	check_overlaps(&r);
	if (ids && r.count > 0) {
		gather_ids(&r, ids);
		check_ids(&r, what);
	}
	bounds = get_bounds(&r);
	for (i = 0; i < r.count; i++)
		check_bounds(&r, &bounds, &r.items[i]);
}

void verify_marks(struct verify *v)
{
	struct verify_walk w = verify_walk(txn_table(v->txn, TABLE_IDMARKS));

	while (w.table && verify_next(&w))
		if (w.row.columns == 0 && w.row.line.p[0] != '#')
			verify_tell(v, VERIFY_MALFORMED, &w,
				    verify_text(v, "invalid line in %s: '%.*s'",
						txn_show(v->txn, TABLE_IDMARKS),
						(int)w.row.line.n, w.row.line.p),
				    NULL);
}
