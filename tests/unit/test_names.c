/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "names.h"

static struct arena arena;

static struct table *open_text(const char *text)
{
	return table_new(TABLE_GROUP, text, strlen(text), &arena);
}

static bool has(const struct names *n, const char *name)
{
	return names_may_have(n, str_of(name));
}

static bool doubled(const struct names *n, const char *name)
{
	return names_may_double(n, str_of(name));
}

static void no_table(void **state)
{
	struct names n;

	(void)state;
	names_of(NULL, &arena, &n);
	assert_false(has(&n, "a"));
	assert_false(doubled(&n, "a"));
	names_of(open_text(""), &arena, &n);
	assert_false(has(&n, "a"));
	names_add(&n, str_of("a"));
	assert_true(has(&n, "a"));
}

static void doubles(void **state)
{
	struct names n;

	(void)state;
	names_of(open_text("a:x:1:\nb:x:2:\na:x:3:\n#a:\njunk\nc:x:4:\na:x:5:\njunk\n+d::::\ne"),
		 &arena, &n);
	assert_true(doubled(&n, "a"));
	assert_true(doubled(&n, "junk"));
	assert_false(doubled(&n, "b"));
	assert_false(doubled(&n, "c"));
	assert_int_equal(n.doubles, 2);
	assert_true(has(&n, "e"));
	assert_true(has(&n, "+d"));
}

/* What went is not there when it is looked at, and what came is. */
static void edits(void **state)
{
	const char *values[] = { "new", "x", "7", "" };
	struct err e = { .kind = ERR_NONE };
	struct table *t = open_text("a:x:1:\na:x:2:\nb:x:3:\n");
	struct names n;
	struct row row;

	(void)state;
	assert_true(table_find(t, "a", &row));
	table_remove(t, &row);
	assert_int_equal(table_add(t, values, &e), 0);
	assert_int_equal(table_add(t, values, &e), 0);
	names_of(t, &arena, &n);
	assert_false(doubled(&n, "a"));
	assert_true(has(&n, "a"));
	assert_true(doubled(&n, "new"));
}

/* first, up to 19 letters, and a number. */
static const char *name_of(char first, size_t i)
{
	return arena_printf(&arena, "%c%.*s%zu", first, (int)(i % 20), "bcdefghijklmnopqrst", i);
}

/* All lengths, and names that differ in one byte. */
static void many(void **state)
{
	enum { ROWS = 20000 };
	char *text = arena_alloc(&arena, ROWS * 40);
	struct names n;
	size_t used = 0, i, wrong = 0;

	(void)state;
	for (i = 0; i < ROWS; i++)
		used += (size_t)snprintf(text + used, 40, "%s:x:1:\n", name_of('a', i));
	names_of(table_new(TABLE_GROUP, text, used, &arena), &arena, &n);
	assert_int_equal(n.doubles, 0);
	for (i = 0; i < ROWS; i++) {
		assert_true(has(&n, name_of('a', i)));
		wrong += has(&n, name_of('b', i));
	}
	/* One in a thousand is promised. */
	assert_in_range(wrong, 0, ROWS / 500);
}

static int end(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_table),
		cmocka_unit_test(doubles),
		cmocka_unit_test(edits),
		cmocka_unit_test(many),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
