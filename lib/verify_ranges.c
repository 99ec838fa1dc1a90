/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sub-id ranges: owners that do not exist, ranges over one another, and ranges over ids of users or
 * groups (CVE-2024-56433).
 */
#include <stdlib.h>

#include "subid_private.h"
#include "verify_private.h"

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

static void check_rows(struct ranges *r, struct table *users)
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
		if (!is_owner(r, users, owner))
			verify_tell(r->v, VERIFY_RANGE_OWNER, &w,
				    verify_text(r->v, "'%s' has a range in %s, but is no user",
						owner, r->path),
				    NULL);
		if (subid_row_span(&w.row, &span))
			add(r, &w, span);
	}
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
		    !str_eq(x->owner, furthest->owner))
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
	}
}

void verify_ranges(struct verify *v, enum table_id which)
{
	struct ranges r = { .v = v, .which = which,
			    .path = txn_show(v->txn, which) };
	struct table *users = txn_table(v->txn, TABLE_PASSWD);
	enum table_id holders = subid_kind(which)->holders;
	struct table *ids = txn_table(v->txn, holders);

	if (!users || !txn_table(v->txn, which))
		return;
	check_rows(&r, users);
	check_overlaps(&r);
	if (ids && r.count > 0) {
		gather_ids(&r, ids);
		check_ids(&r, holders == TABLE_PASSWD ? "user" : "group");
	}
}
