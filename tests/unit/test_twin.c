/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "twin.h"

static struct arena arena;

static struct table *open_text(enum table_id id, const char *text)
{
	return table_new(id, text, strlen(text), &arena);
}

/* Walks group and asks gshadow: every answer is that of table_find. */
static bool walk(const char *group, const char *gshadow, struct twin *ret)
{
	struct table *t = open_text(TABLE_GROUP, group);
	struct names *names = arena_alloc(&arena, sizeof(*names));
	struct row row;

	names_of(t, &arena, names);
	*ret = (struct twin){ .table = open_text(TABLE_GSHADOW, gshadow), .asked = names,
			      .arena = &arena };
	for (row = ROW_START; table_next(t, &row);) {
		struct row found, wanted;
		bool there = table_find(ret->table, str_dup(&arena, row.column[0]), &wanted);

		if (twin_find(ret, row.column[0], &found) != there)
			return false;
		if (there && (found.at != wanted.at || found.columns != wanted.columns))
			return false;
	}
	return true;
}

static void answers(void **state)
{
	static const struct {
		const char *group, *gshadow;
		bool through;
	} cases[] = {
		{ "", "", true },
		{ "a:x:1:\nb:x:2:\n", "a:!::\nb:!::\n", true },
		{ "a:x:1:\nb:x:2:", "a:!::\nb:!::", true },
		/* No row, and comments, between. */
		{ "a:x:1:\n\n# c\njunk\n+::::\nb:x:2:\n", "a:!::\nb:!::\n", true },
		{ "a:x:1:\nb:x:2:\n", "a:!::\n\nb:!::\n", false },
		{ "a:x:1:\nb:x:2:\n", "a:!::\nb:!::\n+:::\n", false },
		{ "a:x:1:\nb:x:2:\n", "b:!::\na:!::\n", false },
		{ "a:x:1:\nb:x:2:\nc:x:3:\n", "a:!::\nc:!::\n", false },
		{ "a:x:1:\nc:x:3:\n", "a:!::\nb:!::\nc:!::\n", false },
		/* A name and one that begins so. */
		{ "ab:x:1:\na:x:2:\n", "a:!::\nab:!::\n", false },
		{ "a:x:1:\n", "ab:!::\n", false },
		/* Names that stand twice: the first row counts. */
		{ "a:x:1:\na:x:2:\n", "a:!::\na:*::\n", false },
		{ "a:x:1:\nb:x:2:\na:x:3:\n", "a:!::\nb:!::\n", false },
		{ "b:x:2:\na:x:1:\n", "a:!::\nb:!::\na:*::\n", false },
		{ "c:x:3:\nb:x:2:\na:x:1:\n", "a:!::\nb:!::\na:*::\nc:!::\n", false },
		/* A line that is no row, before the one that is. */
		{ "a:x:1:\nb:x:2:\n", "a\na:!::\nb:!::\n", false },
		{ "a:x:1:\nb:x:2:\n", "a:1:2:3:4:5\na:!::\nb:!::\n", false },
		{ "a:x:1:\nb:x:2:\n", "a:1:2:3:4:5\nb:!::\n", false },
	};
	struct twin twin;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (!walk(cases[i].group, cases[i].gshadow, &twin))
			fail_msg("case %zu: not what table_find says", i);
		if (twin_is_through(&twin) != cases[i].through)
			fail_msg("case %zu: through", i);
	}
}

static void added(void **state)
{
	const char *values[] = { "b", "!", "", "" };
	struct err e = { .kind = ERR_NONE };
	struct twin twin;
	struct row row;

	(void)state;
	assert_true(walk("a:x:1:\nb:x:2:\n", "a:!::\n", &twin));
	assert_false(twin_find(&twin, str_of("b"), &row));
	assert_int_equal(table_add(twin.table, values, &e), 0);
	twin_added(&twin, str_of("b"));
	assert_true(twin_find(&twin, str_of("b"), &row));
	assert_true(str_is(row.column[SG_PASSWORD], "!"));
	assert_false(twin_is_through(&twin));
}

static void numbers_of_lines(void **state)
{
	struct twin twin;

	(void)state;
	assert_true(walk("a:x:1:\n# c\nb:x:2:\n", "a:!::\nb:!::\nc:!::\n", &twin));
	assert_int_equal(twin.line, 2);
	/* Whether the row is there is known without its columns. */
	assert_true(twin_find(&twin, str_of("c"), NULL));
	assert_int_equal(twin.line, 3);
	assert_true(twin_is_through(&twin));
	assert_true(twin_find(&twin, str_of("a"), NULL));
	assert_false(twin_find(&twin, str_of("d"), NULL));
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
		cmocka_unit_test(answers),
		cmocka_unit_test(added),
		cmocka_unit_test(numbers_of_lines),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
