/* SPDX-License-Identifier: BSD-3-Clause */
#include "subid.h"

#include <string.h>

#include "idmarks.h"
#include "nss.h"
#include "subid_private.h"
#include "text.h"

static uint32_t last_of(struct subid_range r)
{
	return r.first + (r.count - 1);
}

bool subid_parse(const char *text, struct subid_range *ret)
{
	struct str rest = str_of(text), part;
	uint64_t first, last;

	if (!str_next(&rest, '-', &part) || !str_decimal(part, SCHEMA_ID_MAX, &first) || !rest.p ||
	    !str_decimal(rest, SCHEMA_ID_MAX, &last) || first > last)
		return false;
	ret->first = (uint32_t)first;
	ret->count = (uint32_t)(last - first + 1);
	return true;
}

static bool has_all(struct table *t, struct arena *a, const struct subid_owner *o,
		    struct subid_range r)
{
	struct ids_spans s = subid_owner_spans(t, a, o);
	uint64_t from = r.first;
	size_t i;

	for (i = 0; i < s.count && s.items[i].first <= from; i++)
		if (s.items[i].last >= from)
			from = (uint64_t)s.items[i].last + 1;
	return from > last_of(r);
}

int subid_add(struct run *run, struct txn *txn, enum table_id which, const char *owner, uid_t uid,
	      struct subid_range range)
{
	bool by_uid = defs_bool(&run->defs, subid_kind(which)->by_uid, false);
	struct arena *a = &run->arena;
	const char *values[SUB_COLUMNS] = {
		[SUB_OWNER] = by_uid ? arena_printf(a, "%lu", (unsigned long)uid) : owner,
		[SUB_START] = arena_printf(a, "%lu", (unsigned long)range.first),
		[SUB_SIZE] = arena_printf(a, "%lu", (unsigned long)range.count),
	};

	return table_add(txn_table(txn, which), values, &run->err);
}

static bool is_owner(const struct subid_owner *o, struct str text)
{
	return str_is(text, o->by[0]) || str_is(text, o->by[1]);
}

/* What a range meets that is nobody's in the files. */
static const char *meets_other(struct run *run, struct txn *txn, enum table_id which,
			       const struct ids_spans *reserved, struct subid_range range)
{
	struct ids_spans marks = idmarks_get(run, txn, which);
	enum table_id holders = subid_kind(which)->holders;
	const char *what = subid_kind(which)->what;
	uint32_t id, last = last_of(range);

	if (subid_ask(run, which, range, &id))
		return arena_printf(&run->arena, _("holds the %s %lu of another source"), what,
				    (unsigned long)id);
	if (ids_spans_meet(reserved, range.first, last))
		return arena_printf(&run->arena, _("meets %s"), subid_kind(which)->reserved);
	if (ids_spans_meet(&marks, range.first, last))
		return arena_printf(&run->arena, _("was in use before (%s)"), IDMARKS_KEY);
	marks = idmarks_get(run, txn, holders);
	if (ids_spans_meet(&marks, range.first, last))
		return arena_printf(&run->arena, _("holds a %s that was in use before (%s)"), what,
				    IDMARKS_KEY);
	return NULL;
}

/* One line about the first whose ids these are already. */
static void warn_overlap(struct run *run, struct txn *txn, enum table_id which,
			 const struct subid_owner *o, const struct ids_spans *reserved,
			 struct subid_range range)
{
	struct ids_seen seen = { .t = txn_table(txn, subid_kind(which)->holders),
				 .a = &run->arena };
	struct table *t = txn_table(txn, which);
	const char *what = subid_kind(which)->what;
	struct ids_span span;
	const char *other;
	struct row row;
	uint32_t id;

	for (row = ROW_START; table_next(t, &row);) {
		if (!subid_row_span(&row, &span) || is_owner(o, row.column[SUB_OWNER]) ||
		    span.first > last_of(range) || span.last < range.first)
			continue;
		note_say(&run->note, "Warning: subordinate %s range %lu-%lu overlaps that of %.*s",
			 what, (unsigned long)range.first, (unsigned long)last_of(range),
			 (int)row.column[SUB_OWNER].n, row.column[SUB_OWNER].p);
		return;
	}
	other = ids_first_used(&seen, range.first, last_of(range), &id) ?
			arena_printf(&run->arena, _("holds the %s %lu"), what, (unsigned long)id) :
			meets_other(run, txn, which, reserved, range);
	if (other)
		note_say(&run->note, "Warning: subordinate %s range %lu-%lu %s", what,
			 (unsigned long)range.first, (unsigned long)last_of(range), other);
}

void subid_warn(struct run *run, struct txn *txn, enum table_id which, uint32_t id)
{
	struct table *t = txn_table(txn, which);
	const char *what = subid_kind(which)->what;
	struct str owner;

	if (t && subid_find(t, id, &owner))
		note_say(&run->note, "Warning: the %s %lu is in a subordinate %s range of %s", what,
			 (unsigned long)id, what,
			 str_visible(&run->arena, str_dup(&run->arena, owner)));
}

const char *subid_provider(struct run *run)
{
	struct nss others;

	if (run_sources(run, &others) == 0)
		return others.subid;
	err_clear(&run->err);
	return NULL;
}

static struct table *needed(struct run *run, struct txn *txn, enum table_id which)
{
	struct table *t = txn_table(txn, which);

	if (!t)
		err_set(&run->err, schema_get(which)->error, "%s does not exist",
			root_show(&run->root, &run->arena, schema_get(which)->path));
	return t;
}

int subid_give(struct run *run, struct txn *txn, enum table_id which, const char *owner, uid_t uid,
	       struct subid_range range)
{
	struct subid_owner o = subid_owner(run, owner, uid);
	struct table *t = needed(run, txn, which);
	struct ids_spans reserved;

	if (!t)
		return -1;
	if (has_all(t, &run->arena, &o, range))
		return 0;
	if (subid_reserved(run, which, &reserved) < 0)
		return -1;
	warn_overlap(run, txn, which, &o, &reserved, range);
	return subid_add(run, txn, which, owner, uid, range);
}

static int set_span(struct run *run, struct table *t, struct row *row, uint32_t first,
		    uint32_t last)
{
	struct arena *a = &run->arena;
	const char *count = arena_printf(a, "%lu", (unsigned long)last - first + 1);
	struct ids_span now;

	/* A start that is the same stays as it is written. */
	if (subid_row_span(row, &now) && now.first != first &&
	    table_set(t, row, SUB_START, arena_printf(a, "%lu", (unsigned long)first),
		      &run->err) < 0)
		return -1;
	return table_set(t, row, SUB_SIZE, count, &run->err);
}

/* One row less f..l, which it meets. */
static int cut_row(struct run *run, struct table *t, struct row *row, struct ids_span span,
		   uint32_t f, uint32_t l)
{
	bool head = span.first < f, tail = span.last > l;
	struct arena *a = &run->arena;

	if (!head && !tail) {
		table_remove(t, row);
		return 0;
	}
	if (head && tail) {
		const char *values[SUB_COLUMNS] = {
			[SUB_OWNER] = str_dup(a, row->column[SUB_OWNER]),
			[SUB_START] = arena_printf(a, "%lu", (unsigned long)l + 1),
			[SUB_SIZE] = arena_printf(a, "%lu", (unsigned long)(span.last - l)),
		};

		if (table_add(t, values, &run->err) < 0)
			return -1;
	}
	return head ? set_span(run, t, row, span.first, f - 1)
		    : set_span(run, t, row, l + 1, span.last);
}

int subid_take(struct run *run, struct txn *txn, enum table_id which, const char *owner, uid_t uid,
	       struct subid_range range)
{
	struct subid_owner o = subid_owner(run, owner, uid);
	struct table *t = needed(run, txn, which);
	struct ids_span span;
	struct row row;
	size_t i;

	if (!t)
		return -1;
	for (i = 0; i < 2; i++) {
		bool more = table_find(t, o.by[i], &row);

		for (; more; more = table_find_again(t, &row)) {
			struct row place = row;

			if (!subid_row_span(&row, &span) || span.first > last_of(range) ||
			    span.last < range.first)
				continue;
			if (cut_row(run, t, &place, span, range.first, last_of(range)) < 0)
				return -1;
		}
	}
	return 0;
}

/* Does another user have this uid? */
static bool shared_uid(struct txn *txn, struct arena *a, const char *name, uid_t uid)
{
	struct table *t = txn_table(txn, TABLE_PASSWD);
	const char *column = arena_printf(a, ":%lu:", (unsigned long)uid);
	struct row row;
	uint32_t id;

	if (!t)
		return false;
	for (row = ROW_START; table_next_with(t, column, &row);)
		if (schema_id(row.column[PW_UID], &id) && id == uid &&
		    !str_is(row.column[PW_NAME], name))
			return true;
	return false;
}

void subid_forget(struct run *run, struct txn *txn, enum table_id which, const char *owner,
		  uid_t uid)
{
	struct subid_owner o = subid_owner(run, owner, uid);
	struct table *t = txn_table(txn, which);
	struct row row;
	size_t i;

	if (!t)
		return;
	for (i = 0; i < 2; i++) {
		bool more = table_find(t, o.by[i], &row);

		if (more && i == 1 && shared_uid(txn, &run->arena, owner, uid))
			return;
		while (more) {
			struct row place = row;

			more = table_find_again(t, &row);
			table_remove(t, &place);
		}
	}
}

static int rename_rows(struct run *run, struct table *t, const char *from, const char *to)
{
	bool more;
	struct row row;

	for (more = t && table_find(t, from, &row); more;) {
		struct row place = row;

		more = table_find_again(t, &row);
		if (table_set(t, &place, SUB_OWNER, to, &run->err) < 0)
			return -1;
	}
	return 0;
}

int subid_rename(struct run *run, struct txn *txn, enum table_id which, const char *from,
		 const char *to)
{
	return rename_rows(run, txn_table(txn, which), from, to);
}

int subid_renumber(struct run *run, struct txn *txn, enum table_id which, const char *owner,
		   uid_t from, uid_t to)
{
	struct arena *a = &run->arena;
	struct table *t = txn_table(txn, which);
	const char *number = arena_printf(a, "%lu", (unsigned long)from);
	struct row row;

	/* A name of digits is no uid. */
	if (!t || strcmp(owner, number) == 0 || !table_find(t, number, &row) ||
	    shared_uid(txn, a, owner, from))
		return 0;
	return rename_rows(run, t, number, arena_printf(a, "%lu", (unsigned long)to));
}
