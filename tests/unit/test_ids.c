/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "ids.h"

static struct arena arena;

static struct table *open_text(const char *text)
{
	return table_new(TABLE_GROUP, text, strlen(text), &arena);
}

/* Ids of others, as text: ",5,7,". */
static bool in_list(void *context, uint32_t id)
{
	char wanted[16];

	snprintf(wanted, sizeof(wanted), ",%lu,", (unsigned long)id);
	return strstr(context, wanted) != NULL;
}

static void choosing(void **state)
{
	static const struct {
		const char *file;
		uint32_t min, max;
		bool sys;
		uint32_t preferred;
		const char *others;
		uint32_t expected; /* IDS_NONE: nothing left */
	} cases[] = {
		/* highest + 1; the minimum where there is none */
		{ "", 1000, 1005, false, IDS_NONE, "", 1000 },
		{ "a:x:10:\n", 1000, 1005, false, IDS_NONE, "", 1000 },
		{ "a:x:1003:\nb:x:1001:\n", 1000, 1005, false, IDS_NONE, "", 1004 },
		{ "a:x:1003:\nb:x:2000:\n", 1000, 1005, false, IDS_NONE, ",1004,", 1005 },
		/* wrap to the first gap */
		{ "a:x:1005:\n", 1000, 1005, false, IDS_NONE, "", 1000 },
		{ "a:x:1005:\nb:x:1000:\n", 1000, 1005, false, IDS_NONE, ",1001,", 1002 },
		{ "a:x:1004:\nb:x:1000:\n", 1000, 1005, false, IDS_NONE, ",1005,1002,", 1001 },
		{ "a:x:1:\nb:x:2:\n", 1, 2, false, IDS_NONE, "", IDS_NONE },
		{ "a:x:1:\n", 1, 2, false, IDS_NONE, ",2,", IDS_NONE },
		/* system ids fall */
		{ "", 101, 999, true, IDS_NONE, "", 999 },
		{ "a:x:999:\nb:x:500:\nc:x:100:\n", 101, 999, true, IDS_NONE, "", 499 },
		{ "a:x:500:\n", 101, 999, true, IDS_NONE, ",499,498,", 497 },
		{ "a:x:101:\n", 101, 999, true, IDS_NONE, "", 999 },
		{ "a:x:101:\nb:x:999:\n", 101, 999, true, IDS_NONE, ",998,", 997 },
		{ "a:x:300:\nb:x:301:\n", 300, 301, true, IDS_NONE, "", IDS_NONE },
		/* preferred */
		{ "a:x:1003:\n", 1000, 1005, false, 1001, "", 1001 },
		{ "a:x:1003:\n", 1000, 1005, false, 1003, "", 1004 },
		{ "a:x:1003:\n", 1000, 1005, false, 1001, ",1001,", 1004 },
		{ "a:x:1003:\n", 1000, 1005, false, 500, "", 1004 },
		{ "a:x:1003:\n", 1000, 1005, false, 70000, "", 1004 },
		/* never chosen */
		{ "", 0, 10, false, IDS_NONE, "", 1 },
		{ "", 0, 0, false, IDS_NONE, "", IDS_NONE },
		{ "a:x:65534:\n", 65534, 65537, false, IDS_NONE, "", 65536 },
		{ "", 65535, 65535, false, 65535, "", IDS_NONE },
		{ "a:x:4294967294:\n", 4294967293u, 4294967295u, false, IDS_NONE, "", 4294967293u },
		{ "", 4294967295u, 4294967295u, true, IDS_NONE, "", IDS_NONE },
		/* billions of ids */
		{ "a:x:5:\nb:x:1000:\n", 1000, 4294967294u, false, IDS_NONE, "", 1001 },
		{ "a:x:4294967294:\nb:x:1000:\n", 1000, 4294967294u, false, IDS_NONE, "", 1001 },
		{ "a:x:1:\nb:x:4294967294:\n", 1, 4294967294u, true, IDS_NONE, "", 4294967293u },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ids_range range = { IDS_GID, cases[i].sys, cases[i].min, cases[i].max };
		struct ids_others others = { .taken = in_list,
					     .context = (void *)(uintptr_t)cases[i].others };
		struct err e = { .kind = ERR_NONE };
		uint32_t id = IDS_NONE;
		int done = ids_choose(open_text(cases[i].file), &range, cases[i].preferred, &others,
				      &arena, &id, &e);

		if (id != cases[i].expected)
			fail_msg("case %zu: %lu, not %lu", i, (unsigned long)id,
				 (unsigned long)cases[i].expected);
		assert_int_equal(done, id == IDS_NONE ? -1 : 0);
		if (done < 0) {
			assert_int_equal(e.kind, ERR_NO_ID);
			assert_string_equal(e.message,
					    "Can't get unique GID (no more available GIDs)");
		}
	}
}

/* One table that grows is asked again and again; each answer is that of a fresh one. */
static void many_of_one_table(void **state)
{
	static const struct ids_range of[] = {
		{ IDS_GID, false, 1000, 1150 },
		{ IDS_GID, true, 101, 230 },
		{ IDS_GID, false, 1000, 4000000000u },
	};
	struct err e = { .kind = ERR_NONE };
	size_t i;
	int n;

	(void)state;
	for (i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		const char *text = "a:x:1100:\nb:x:1140:\nc:x:200:\nd:x:3000000000:\ne:x:110:\n";
		struct table *t = open_text(text);

		for (n = 0; n < 200; n++) {
			struct ids_others others = {
				.taken = in_list,
				.context = (void *)(uintptr_t)",1120,1003,199,",
			};
			uint32_t fresh = IDS_NONE, id = IDS_NONE;
			const char *values[GR_COLUMNS] = { "n", "x", NULL, "" };
			int a, b;

			err_clear(&e);
			a = ids_choose(t, &of[i], IDS_NONE, &others, &arena, &id, &e);
			b = ids_choose(open_text(text), &of[i], IDS_NONE, &others, &arena, &fresh,
				       &e);
			assert_int_equal(a, b);
			assert_int_equal(id, fresh);
			if (a < 0)
				break;
			values[GR_GID] = arena_printf(&arena, "%lu", (unsigned long)id);
			err_clear(&e);
			assert_int_equal(table_add(t, values, &e), 0);
			text = arena_printf(&arena, "%sn:x:%lu:\n", text, (unsigned long)id);
		}
		/* The first two are full in the end. */
		assert_int_equal(n, i == 0 ? 147 : i == 1 ? 127 : 200);
	}
}

/* With marks and sub-ids: against trying one after the other. */
static bool is_kept(const struct ids_spans *spans, uint32_t id)
{
	size_t i;

	for (i = 0; i < spans->count; i++)
		if (id >= spans->items[i].first && id <= spans->items[i].last)
			return true;
	return false;
}

static struct ids_spans random_spans(unsigned *seed, uint32_t width)
{
	struct ids_list list = { .count = 0 };
	unsigned n = (unsigned)rand_r(seed) % 6;

	while (n-- > 0) {
		uint32_t first = (uint32_t)rand_r(seed) % width;

		ids_list_add(&list, &arena,
			     (struct ids_span){ first, first + (uint32_t)rand_r(seed) % 6 });
	}
	return ids_list_done(&list);
}

struct try {
	const struct ids_range *range;
	const struct ids_others *others;
	struct table *t;
};

static bool try_one(const struct try *try, long long id, uint32_t *ret)
{
	struct row row;

	if (id < try->range->min || id > try->range->max || id == 0 ||
	    table_find_id(try->t, (uint32_t)id, &row) ||
	    is_kept(&try->others->used, (uint32_t)id) ||
	    is_kept(&try->others->kept[0], (uint32_t)id) ||
	    is_kept(&try->others->kept[1], (uint32_t)id))
		return false;
	*ret = (uint32_t)id;
	return true;
}

static uint32_t try_all(const struct try *try)
{
	long long least = (long long)try->range->max + 1, most = (long long)try->range->min - 1, i;
	struct row row;
	uint32_t id;

	for (i = try->range->min; i <= try->range->max; i++)
		if (table_find_id(try->t, (uint32_t)i, &row) ||
		    is_kept(&try->others->used, (uint32_t)i)) {
			least = i < least ? i : least;
			most = i > most ? i : most;
		}
	for (i = try->range->sys ? least - 1 : most + 1;
	     i >= try->range->min && i <= try->range->max; i += try->range->sys ? -1 : 1)
		if (try_one(try, i, &id))
			return id;
	for (i = try->range->sys ? try->range->max : try->range->min;
	     i >= try->range->min && i <= try->range->max; i += try->range->sys ? -1 : 1)
		if (try_one(try, i, &id))
			return id;
	return IDS_NONE;
}

static void choosing_agrees_with_trying_all(void **state)
{
	unsigned seed = 20261124, round, none = 0;

	(void)state;
	for (round = 0; round < 3000; round++) {
		uint32_t min = (uint32_t)rand_r(&seed) % 40, id = IDS_NONE, expected;
		struct ids_range range = { IDS_GID, round % 2, min,
					   min + (uint32_t)rand_r(&seed) % 12 };
		struct ids_others others = { .used = random_spans(&seed, 50),
					     .kept = { random_spans(&seed, 50),
						       random_spans(&seed, 50) } };
		struct try try = { &range, &others, NULL };
		struct err e = { .kind = ERR_NONE };
		unsigned rows = (unsigned)rand_r(&seed) % 5;
		const char *text = "";

		while (rows-- > 0)
			text = arena_printf(&arena, "%sg:x:%u:\n", text,
					    (unsigned)rand_r(&seed) % 50);
		try.t = open_text(text);
		expected = try_all(&try);
		ids_choose(open_text(text), &range, IDS_NONE, &others, &arena, &id, &e);
		if (id != expected)
			fail_msg("round %u: %lu, not %lu", round, (unsigned long)id,
				 (unsigned long)expected);
		none += id == IDS_NONE;
	}
	assert_true(none > 100 && none < 2000);
}

/* A list is what a set of its ids would be, however it came about. */
static void lists(void **state)
{
	unsigned seed = 5, round;

	(void)state;
	for (round = 0; round < 2000; round++) {
		struct ids_list added = { .count = 0 }, inserted = { .count = 0 };
		bool set[120] = { false };
		struct ids_spans a, b;
		unsigned n = (unsigned)rand_r(&seed) % 12, i;

		while (n-- > 0) {
			uint32_t first = (uint32_t)rand_r(&seed) % 100;
			struct ids_span s = { first, first + (uint32_t)rand_r(&seed) % 9 };

			for (i = s.first; i <= s.last; i++)
				set[i] = true;
			ids_list_add(&added, &arena, s);
			ids_list_insert(&inserted, &arena, s);
		}
		a = ids_list_done(&added);
		b = (struct ids_spans){ inserted.items, inserted.count };
		assert_int_equal(a.count, b.count);
		for (i = 0; i < a.count; i++) {
			assert_int_equal(a.items[i].first, b.items[i].first);
			assert_int_equal(a.items[i].last, b.items[i].last);
			/* None adjoins another. */
			if (i > 0)
				assert_true(a.items[i].first > a.items[i - 1].last + 1);
		}
		for (i = 0; i < 120; i++)
			assert_int_equal(ids_spans_meet(&a, i, i) != NULL, set[i]);
	}
}

static void no_table_and_nobody_else(void **state)
{
	struct ids_range range = { IDS_UID, false, 1000, 1001 };
	struct err e = { .kind = ERR_NONE };
	uint32_t id;

	(void)state;
	assert_int_equal(ids_choose(NULL, &range, IDS_NONE, NULL, &arena, &id, &e), 0);
	assert_int_equal(id, 1000);
}

static void ranges(void **state)
{
	static const struct {
		const char *keys[4];
		enum ids_kind kind;
		bool sys;
		uint32_t min, max;
		const char *error;
	} cases[] = {
		{ { NULL }, IDS_UID, false, 1000, 60000, NULL },
		{ { NULL }, IDS_GID, true, 101, 999, NULL },
		{ { "GID_MIN", "500" }, IDS_GID, true, 101, 499, NULL },
		{ { "GID_MIN", "0x10", "GID_MAX", "4294967295" }, IDS_GID, false, 16,
		  4294967295u, NULL },
		{ { "SYS_UID_MIN", "300", "SYS_UID_MAX", "2000" }, IDS_UID, true, 300, 2000, NULL },
		{ { "UID_MIN", "5", "UID_MAX", "2" }, IDS_UID, false, 0, 0,
		  "Invalid configuration: UID_MIN (5), UID_MAX (2)" },
		/* what does not parse is as if it were not there */
		{ { "UID_MIN", "-5", "UID_MAX", "4294967296" }, IDS_UID, false, 1000, 60000, NULL },
		{ { "GID_MIN", "0" }, IDS_GID, true, 0, 0,
		  "Invalid configuration: SYS_GID_MIN (101), GID_MIN (0), SYS_GID_MAX (0)" },
		{ { "SYS_GID_MIN", "310", "SYS_GID_MAX", "301" }, IDS_GID, true, 0, 0,
		  "Invalid configuration: SYS_GID_MIN (310), GID_MIN (1000), SYS_GID_MAX (301)" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *const *keys = cases[i].keys;
		struct defs_item items[2] = { { .key = keys[0], .value = keys[1] },
					      { .key = keys[2], .value = keys[3] } };
		struct note note = { .prog = "test" };
		struct defs defs = { .items = items, .note = &note };
		struct err e = { .kind = ERR_NONE };
		struct ids_range range;
		int done;

		while (defs.count < 2 && items[defs.count].key)
			defs.count++;
		done = ids_range_get(&range, &defs, cases[i].kind, cases[i].sys, &e);
		if (cases[i].error) {
			assert_int_equal(done, -1);
			assert_int_equal(e.kind, ERR_ID_IN_USE);
			assert_string_equal(e.message, cases[i].error);
			continue;
		}
		assert_int_equal(done, 0);
		assert_int_equal(range.min, cases[i].min);
		assert_int_equal(range.max, cases[i].max);
	}
}

static void first_used(void **state)
{
	struct table *t = open_text("a:x:3:\nb:x:200:\nc:x:16777216:\nd:x:4294967295:\n");
	static const struct {
		uint32_t first, last;
		long long expected; /* -1: none */
	} cases[] = {
		{ 0, 2, -1 },          { 0, 3, 3 },
		{ 4, 199, -1 },	       { 4, 200, 200 },
		{ 200, 200, 200 },     { 201, 16777215, -1 },
		{ 201, 4294967295u, 16777216 }, { 16777217, 4294967294u, -1 },
		{ 16777217, 4294967295u, 4294967295LL }, { 4294967295u, 4294967295u, 4294967295LL },
		{ 5, 4, -1 },
	};
	struct ids_seen seen = { .t = t, .a = &arena };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t id = 0;
		bool found = ids_first_used(&seen, cases[i].first, cases[i].last, &id);

		assert_int_equal(found ? (long long)id : -1, cases[i].expected);
	}
}

static void holes(void **state)
{
	static const struct {
		struct ids_span spans[4];
		uint32_t min, max, count;
		long long expected; /* -1: none */
	} cases[] = {
		{ { { 0, 0 } }, 100, 199, 100, 100 },
		{ { { 0, 0 } }, 100, 198, 100, -1 },
		{ { { 100, 149 }, { 160, 169 } }, 100, 300, 10, 150 },
		{ { { 100, 149 }, { 160, 169 } }, 100, 300, 11, 170 },
		/* overlaps, one inside another, one across the minimum */
		{ { { 100, 299 }, { 150, 159 }, { 200, 209 } }, 100, 400, 10, 300 },
		{ { { 50, 149 }, { 60, 69 } }, 100, 400, 10, 150 },
		{ { { 50, 400 } }, 100, 400, 1, -1 },
		/* the ids of accounts: 500 and 507 */
		{ { { 0, 0 } }, 495, 600, 5, 495 },
		{ { { 0, 0 } }, 495, 600, 6, 501 },
		{ { { 0, 0 } }, 495, 600, 7, 508 },
		/* never in a range */
		{ { { 0, 0 } }, 0, 10, 10, 1 },
		{ { { 0, 0 } }, 65530, 70000, 100, 65536 },
		{ { { 0, 0 } }, 4294967290u, 4294967295u, 6, -1 },
		{ { { 0, 0 } }, 4294967290u, 4294967295u, 5, 4294967290LL },
		{ { { 1000, 4294967295u } }, 1000, 4294967295u, 1, -1 },
		{ { { 0, 0 } }, 100, 200, 0, -1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ids_seen seen = { .t = open_text("a:x:507:\nb:x:500:\n"), .a = &arena };
		uint32_t start = 0;
		size_t n = 0;
		bool found;

		while (n < 4 && cases[i].spans[n].last)
			n++;
		found = ids_hole(cases[i].spans, n, cases[i].min, cases[i].max, cases[i].count,
				 &seen, &start);
		if ((found ? (long long)start : -1) != cases[i].expected)
			fail_msg("case %zu: %lld", i, found ? (long long)start : -1);
	}
}

/* Small random worlds against looking at every place. */
static void holes_agree_with_trying_all(void **state)
{
	unsigned seed = 20231114, round;

	(void)state;
	for (round = 0; round < 3000; round++) {
		struct ids_seen seen = { .t = NULL };
		struct ids_span spans[6];
		bool used[80] = { false };
		uint32_t count = 1 + (uint32_t)rand_r(&seed) % 8, start = 0, from, k;
		long long expected = -1;
		size_t n = (size_t)rand_r(&seed) % 7, i;
		bool found;

		for (i = 0; i < n; i++) {
			from = (i ? spans[i - 1].first : 0) + (uint32_t)rand_r(&seed) % 12;
			spans[i].first = from;
			spans[i].last = from + (uint32_t)rand_r(&seed) % 9;
			for (k = spans[i].first; k <= spans[i].last && k < 80; k++)
				used[k] = true;
		}
		for (from = 10; expected < 0 && from + count <= 60; from++) {
			for (k = 0; k < count && !used[from + k]; k++)
				;
			if (k == count)
				expected = from;
		}
		found = ids_hole(spans, n, 10, 59, count, &seen, &start);
		if ((found ? (long long)start : -1) != expected)
			fail_msg("round %u: %lld, not %lld", round, found ? (long long)start : -1,
				 expected);
	}
}

static int end_arena(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(choosing),
		cmocka_unit_test(many_of_one_table),
		cmocka_unit_test(choosing_agrees_with_trying_all),
		cmocka_unit_test(lists),
		cmocka_unit_test(no_table_and_nobody_else),
		cmocka_unit_test(ranges),
		cmocka_unit_test(first_used),
		cmocka_unit_test(holes),
		cmocka_unit_test(holes_agree_with_trying_all),
	};

	return cmocka_run_group_tests(tests, NULL, end_arena);
}
