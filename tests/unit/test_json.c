/* SPDX-License-Identifier: BSD-3-Clause */
#include "json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void strings_are_quoted(void **state)
{
	static const struct {
		const char *text, *json;
	} cases[] = {
		{ NULL, "null" },
		{ "", "\"\"" },
		{ "plain /etc", "\"plain /etc\"" },
		{ "a\"b\\c", "\"a\\\"b\\\\c\"" },
		{ "\x01\n\t\x7f", "\"\\u0001\\u000a\\u0009\\u007f\"" },
		{ "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
		  "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"" },
		{ "\xff"
		  "a",
		  "\"\\ufffda\"" },
		{ "\xc3", "\"\\ufffd\"" },
		{ "\xe2\x82", "\"\\ufffd\\ufffd\"" },
		{ "\xc0\xaf", "\"\\ufffd\\ufffd\"" },                       /* too long */
		{ "\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"" },            /* a surrogate */
		{ "\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"" }, /* too large */
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *got = NULL;
		size_t size;
		FILE *out = open_memstream(&got, &size);

		assert_non_null(out);
		json_string(out, cases[i].text);
		assert_int_equal(fclose(out), 0);
		assert_string_equal(got, cases[i].json);
		free(got);
	}
}

static void members_are_parted_by_commas(void **state)
{
	char *got = NULL;
	size_t size;
	FILE *out = open_memstream(&got, &size);

	(void)state;
	assert_non_null(out);
	json_member(out, true, "a", "1");
	json_member(out, false, "b", NULL);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(got, "\"a\":\"1\",\"b\":null");
	free(got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_are_quoted),
		cmocka_unit_test(members_are_parted_by_commas),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
