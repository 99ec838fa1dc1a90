/* SPDX-License-Identifier: BSD-3-Clause */
#include "name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define A8 "aaaaaaaa"
#define A32 A8 A8 A8 A8
#define A224 A32 A32 A32 A32 A32 A32 A32

#define GOOD NAME_GOOD
#define BAD NAME_BAD
#define NEVER NAME_IMPOSSIBLE

static const struct {
	const char *name;
	enum name_verdict debian, strict;         /* for a user */
	enum name_verdict debian_group, strict_group;
} names[] = {
	{ "joe", GOOD, GOOD, GOOD, GOOD },
	{ "_joe", GOOD, GOOD, GOOD, GOOD },
	{ ".joe", GOOD, GOOD, GOOD, GOOD },
	{ "Joe.Doe-1", GOOD, GOOD, GOOD, GOOD },
	{ "joe$", GOOD, GOOD, GOOD, GOOD },
	{ "1joe", GOOD, GOOD, GOOD, GOOD },
	{ "0x1", GOOD, GOOD, GOOD, GOOD },
	{ "12", GOOD, BAD, GOOD, BAD },
	{ "$", GOOD, BAD, GOOD, BAD },
	{ "jo$e", GOOD, BAD, GOOD, BAD },
	{ "joe$$", GOOD, BAD, GOOD, BAD },
	{ "joe~", GOOD, BAD, GOOD, BAD },
	{ "jo+e", GOOD, BAD, GOOD, BAD },
	{ "joe@example.org", GOOD, BAD, GOOD, BAD },
	{ "dom\\joe", GOOD, BAD, GOOD, BAD },
	{ "jo/e", GOOD, BAD, GOOD, BAD },
	{ "jo#e", GOOD, BAD, GOOD, BAD },
	{ "jos\xc3\xa9", GOOD, BAD, GOOD, BAD },
	{ "\xff", GOOD, BAD, GOOD, BAD },
	{ "~joe", BAD, BAD, BAD, BAD },
	{ "jo e", BAD, BAD, BAD, BAD },
	{ "", NEVER, NEVER, NEVER, NEVER },
	{ "-", NEVER, NEVER, NEVER, NEVER },
	{ "-joe", NEVER, NEVER, NEVER, NEVER },
	{ "+joe", NEVER, NEVER, NEVER, NEVER },
	{ "#joe", NEVER, NEVER, NEVER, NEVER },
	{ "jo:e", NEVER, NEVER, NEVER, NEVER },
	{ "jo,e", NEVER, NEVER, NEVER, NEVER },
	{ "jo\te", NEVER, NEVER, NEVER, NEVER },
	{ "jo\ne", NEVER, NEVER, NEVER, NEVER },
	{ "jo\x7f", NEVER, NEVER, NEVER, NEVER },
	{ "jo\xc2\x85", NEVER, NEVER, NEVER, NEVER },
	{ "jo\xe2\x80\xae" "e", NEVER, NEVER, NEVER, NEVER },
	{ "jo\xe2\x81\xa6" "e", NEVER, NEVER, NEVER, NEVER },
	{ "jo\xe2\x82\xac" "e", GOOD, BAD, GOOD, BAD },
	{ ".", NEVER, NEVER, NEVER, NEVER },
	{ "..", NEVER, NEVER, NEVER, NEVER },
	{ "../etc", NEVER, NEVER, NEVER, NEVER },
	{ "a/./b", NEVER, NEVER, NEVER, NEVER },
	{ "a/..", NEVER, NEVER, NEVER, NEVER },
	{ "...", GOOD, GOOD, GOOD, GOOD },
	{ A32, GOOD, GOOD, GOOD, GOOD },
	{ A32 "a", NEVER, GOOD, NEVER, NEVER },
	{ A224 A8 A8 A8 "aaaaaaa", NEVER, GOOD, NEVER, NEVER },
	{ A224 A32, NEVER, NEVER, NEVER, NEVER },
};

static void names_are_judged_by_the_profile(void **state)
{
	const struct profile *debian = profile_of(PROFILE_DEBIAN12);
	const struct profile *strict = profile_of(PROFILE_DEBIAN13);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (name_user(debian, names[i].name) != names[i].debian ||
		    name_user(strict, names[i].name) != names[i].strict ||
		    name_group(debian, names[i].name) != names[i].debian_group ||
		    name_group(strict, names[i].name) != names[i].strict_group)
			fail_msg("'%s'", names[i].name);
	}
}

static void badname_allows_what_is_only_bad(void **state)
{
	struct err e = { .kind = ERR_NONE };

	(void)state;
	assert_int_equal(name_check_user("joe", false, &e), 0);
	assert_int_equal(name_check_user("jo e", true, &e), 0);
	assert_int_equal(name_check_user("jo e", false, &e), -1);
	assert_int_equal(e.kind, ERR_BAD_NAME);
	assert_string_equal(e.message, "invalid user name 'jo e': use --badname to ignore");
	err_clear(&e);
	assert_int_equal(name_check_user("jo:e", true, &e), -1);
	assert_int_equal(e.kind, ERR_BAD_NAME);
	assert_string_equal(e.message, "invalid user name 'jo:e'");
}

static void fields_hold_no_separators_and_controls(void **state)
{
	static const struct {
		const char *value;
		bool text, path, shell;
	} cases[] = {
		{ "", true, false, true },
		{ "/", true, true, true },
		{ "/home/a b,c=d", true, true, true },
		{ "home", true, false, false },
		{ " /home", true, false, false },
		{ "*", true, false, true },
		{ "*no", true, false, true },
		{ "!", true, false, false },
		{ "/a:b", false, false, false },
		{ "/a\nb", false, false, false },
		{ "/a\x01" "b", false, false, false },
		{ "/\x7f", false, false, false },
		{ "/\xc2\x85", false, false, false },
		{ "/\xe2\x80\xae", false, false, false },
		{ "/\xff", true, true, true },
		{ "/\xc3\x9c" "n\xc3\xaf", true, true, true },
		{ "/\xe2", true, true, true },
	};
	struct err e = { .kind = ERR_NONE };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (name_is_field(NAME_FIELD_TEXT, cases[i].value) != cases[i].text ||
		    name_is_field(NAME_FIELD_PATH, cases[i].value) != cases[i].path ||
		    name_is_field(NAME_FIELD_SHELL, cases[i].value) != cases[i].shell)
			fail_msg("'%s'", cases[i].value);
	}
	assert_int_equal(name_check_field(NAME_FIELD_SHELL, "shell", "/bin/sh", &e), 0);
	assert_int_equal(name_check_field(NAME_FIELD_SHELL, "shell", "sh", &e), -1);
	assert_int_equal(e.kind, ERR_ARGUMENT);
	assert_string_equal(e.message, "invalid shell 'sh'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_judged_by_the_profile),
		cmocka_unit_test(badname_allows_what_is_only_bad),
		cmocka_unit_test(fields_hold_no_separators_and_controls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
