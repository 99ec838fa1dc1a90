/* SPDX-License-Identifier: BSD-3-Clause */
#include "str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
	const char *text;
	uint64_t max;
	bool decimal, number; /* does it parse */
	uint64_t decimal_value, number_value;
} numbers[] = {
	{ "0", 10, true, true, 0, 0 },
	{ "7", 10, true, true, 7, 7 },
	{ "10", 10, true, true, 10, 10 },
	{ "11", 10, false, false, 0, 0 },
	{ "010", 10, true, true, 10, 8 },
	{ "08", 10, true, false, 8, 0 },
	{ "0x10", 100, false, true, 0, 16 },
	{ "0XfF", 300, false, true, 0, 255 },
	{ "0x", 100, false, false, 0, 0 },
	{ "0xg", 100, false, false, 0, 0 },
	{ "", 10, false, false, 0, 0 },
	{ " 1", 10, false, false, 0, 0 },
	{ "1 ", 10, false, false, 0, 0 },
	{ "+1", 10, false, false, 0, 0 },
	{ "-1", UINT64_MAX, false, false, 0, 0 },
	{ "1a", 100, false, false, 0, 0 },
	{ "4294967295", UINT32_MAX, true, true, UINT32_MAX, UINT32_MAX },
	{ "4294967296", UINT32_MAX, false, false, 0, 0 },
	{ "18446744073709551615", UINT64_MAX, true, true, UINT64_MAX, UINT64_MAX },
	{ "18446744073709551616", UINT64_MAX, false, false, 0, 0 },
	{ "99999999999999999999", UINT64_MAX, false, false, 0, 0 },
	{ "1", 0, false, false, 0, 0 },
	{ "0", 0, true, true, 0, 0 },
	{ "3", 2, false, false, 0, 0 },
};

static void numbers_parse_whole_or_not_at_all(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct str s = str_of(numbers[i].text);
		uint64_t value = 4242;

		if (str_decimal(s, numbers[i].max, &value) != numbers[i].decimal ||
		    value != (numbers[i].decimal ? numbers[i].decimal_value : 4242))
			fail_msg("str_decimal of '%s'", numbers[i].text);
		value = 4242;
		if (str_number(s, numbers[i].max, &value) != numbers[i].number ||
		    value != (numbers[i].number ? numbers[i].number_value : 4242))
			fail_msg("str_number of '%s'", numbers[i].text);
	}
}

static void next_hands_out_every_element(void **state)
{
	static const struct {
		const char *list;
		size_t count;
		const char *items[4];
	} cases[] = {
		{ "", 1, { "" } },
		{ "a", 1, { "a" } },
		{ "a,b", 2, { "a", "b" } },
		{ "a,,b", 3, { "a", "", "b" } },
		{ ",a,", 3, { "", "a", "" } },
	};
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str rest = str_of(cases[i].list), item;

		for (n = 0; str_next(&rest, ',', &item); n++) {
			assert_true(n < cases[i].count);
			assert_true(str_is(item, cases[i].items[n]));
		}
		assert_int_equal(n, cases[i].count);
	}
}

static void next_stops_at_the_end_of_the_slice(void **state)
{
	struct str rest = { "a,b,c", 3 }, item;

	(void)state;
	assert_true(str_next(&rest, ',', &item));
	assert_true(str_next(&rest, ',', &item));
	assert_true(str_is(item, "b"));
	assert_false(str_next(&rest, ',', &item));
}

enum { ADD, REMOVE, RENAME };

static const struct {
	int what;
	const char *list, *name, *to, *expected;
} edits[] = {
	{ ADD, "", "joe", NULL, "joe" },
	{ ADD, "ann", "joe", NULL, "ann,joe" },
	{ ADD, "joe,ann", "joe", NULL, "joe,ann" },
	{ ADD, "joey", "joe", NULL, "joey,joe" },
	{ REMOVE, "joe", "joe", NULL, "" },
	{ REMOVE, "ann,joe,tom", "joe", NULL, "ann,tom" },
	{ REMOVE, "joe,ann,joe", "joe", NULL, "ann" },
	{ REMOVE, "joey,ann", "joe", NULL, "joey,ann" },
	{ REMOVE, "", "joe", NULL, "" },
	{ REMOVE, "a,,joe", "joe", NULL, "a," },
	{ RENAME, "ann,joe,tom", "joe", "jim", "ann,jim,tom" },
	{ RENAME, "joe,jim", "joe", "jim", "jim" },
	{ RENAME, "jim,joe", "joe", "jim", "jim" },
	{ RENAME, "joe,x,joe", "joe", "jim", "jim,x" },
	{ RENAME, "joey", "joe", "jim", "joey" },
	{ RENAME, "joe", "joe", "joe", "joe" },
};

static void lists_are_edited(void **state)
{
	struct arena a = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		struct str list = str_of(edits[i].list), name = str_of(edits[i].name), got;

		if (edits[i].what == ADD)
			got = str_list_add(&a, list, name);
		else if (edits[i].what == REMOVE)
			got = str_list_remove(&a, list, name);
		else
			got = str_list_rename(&a, list, name, str_of(edits[i].to));
		if (!str_is(got, edits[i].expected))
			fail_msg("edit %zu gives '%.*s'", i, (int)got.n, got.p);
	}
	arena_free(&a);
}

static void an_unchanged_list_is_the_same_bytes(void **state)
{
	struct str list = str_of("ann,tom");
	struct arena a = { 0 };

	(void)state;
	assert_ptr_equal(str_list_add(&a, list, str_of("tom")).p, list.p);
	assert_ptr_equal(str_list_remove(&a, list, str_of("joe")).p, list.p);
	assert_ptr_equal(str_list_rename(&a, list, str_of("joe"), str_of("jim")).p, list.p);
	arena_free(&a);
}

static void equality_looks_at_all_bytes(void **state)
{
	struct arena a = { 0 };
	struct str with_nul = { "a\0b", 3 };

	(void)state;
	assert_true(str_eq(str_of(""), (struct str){ NULL, 0 }));
	assert_true(str_is(str_of("joe"), "joe"));
	assert_false(str_is(str_of("joe"), "jo"));
	assert_false(str_is(str_of("jo"), "joe"));
	assert_false(str_is(with_nul, "a"));
	assert_string_equal(str_dup(&a, (struct str){ "joe:x", 3 }), "joe");
	arena_free(&a);
}

static void controls_become_visible(void **state)
{
	static const char plain[] = "caf\xc3\xa9 'x'";
	struct arena a = { 0 };

	(void)state;
	assert_ptr_equal(str_visible(&a, plain), plain);
	assert_string_equal(str_visible(&a, ""), "");
	assert_string_equal(str_visible(&a, "a\nb\033[1m\177\001"), "a#012b#033[1m#177#001");
	assert_string_equal(str_visible(&a, "\302\2331m\302\237\302\240\303\233\302"),
			    "#302#2331m#302#237\302\240\303\233\302");
	/* A stray byte of 8-bit controls; a part of a letter is none. */
	assert_string_equal(str_visible(&a, "9\2331m \346\233\216 \346\233"),
			    "9#2331m \346\233\216 \346#233");
	assert_string_equal(str_visible(&a, "\342\200\256x\342\201\251\342\200\250\342\200\246"),
			    "#342#200#256x#342#201#251#342#200#250\342\200\246");
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_parse_whole_or_not_at_all),
		cmocka_unit_test(next_hands_out_every_element),
		cmocka_unit_test(next_stops_at_the_end_of_the_slice),
		cmocka_unit_test(lists_are_edited),
		cmocka_unit_test(an_unchanged_list_is_the_same_bytes),
		cmocka_unit_test(equality_looks_at_all_bytes),
		cmocka_unit_test(controls_become_visible),
	};

	return cmocka_run_group_tests_name("str", tests, NULL, NULL);
}
