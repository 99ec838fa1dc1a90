/* SPDX-License-Identifier: BSD-3-Clause */
#include "gecos.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* The field, its parts, and what packaged chfn makes of it with -f X, with -o O and with -o "". */
static const struct {
	const char *text;
	const char *part[GECOS_PARTS];
	const char *name_x, *other_o, *other_none;
} fields[] = {
	{ "", { "", "", "", "", "" }, "X,,,", ",,,,O", ",,," },
	{ "N", { "N", "", "", "", "" }, "X,,,", "N,,,,O", "N,,," },
	{ "N,r", { "N", "r", "", "", "" }, "X,r,,", "N,r,,,O", "N,r,," },
	{ "N,,w", { "N", "", "w", "", "" }, "X,,w,", "N,,w,,O", "N,,w," },
	{ "N,,,h", { "N", "", "", "h", "" }, "X,,,h", "N,,,h,O", "N,,,h" },
	{ "N,,,,o", { "N", "", "", "", "o" }, "X,,,,o", "N,,,,O", "N,,," },
	{ "N,r,w,h,", { "N", "r", "w", "h", "" }, "X,r,w,h", "N,r,w,h,O", "N,r,w,h" },
	{ "N,r,w,h,o,p", { "N", "r", "w", "h", "o,p" }, "X,r,w,h,o,p", "N,r,w,h,O", "N,r,w,h" },
	{ "N,r,w,h,,x", { "N", "r", "w", "h", ",x" }, "X,r,w,h,,x", "N,r,w,h,O", "N,r,w,h" },
	{ "N,r,w,h,k=v", { "N", "r", "w", "h", "k=v" }, "X,r,w,h,k=v", "N,r,w,h,O", "N,r,w,h" },
	{ "N,r,w,h,o,k=v", { "N", "r", "w", "h", "o,k=v" }, "X,r,w,h,o,k=v", "N,r,w,h,O",
	  "N,r,w,h" },
	{ "a=b,c", { "c", "", "", "", "a=b" }, "X,,,,a=b", "c,,,,O,a=b", "c,,,,a=b" },
	{ "k=v", { "", "", "", "", "k=v" }, "X,,,,k=v", ",,,,O,k=v", ",,,,k=v" },
	{ "k=v,", { "", "", "", "", "k=v" }, "X,,,,k=v", ",,,,O,k=v", ",,,,k=v" },
	{ "N,r,k=1,x", { "N", "r", "x", "", "k=1" }, "X,r,x,,k=1", "N,r,x,,O,k=1", "N,r,x,,k=1" },
	{ "k=v,N,r,w,h,o", { "N", "r", "w", "h", "k=v,o" }, "X,r,w,h,k=v,o", "N,r,w,h,O,k=v",
	  "N,r,w,h,k=v" },
	{ "k=v,j=w,N,r=3", { "N", "", "", "", "k=v,j=w,r=3" }, "X,,,,k=v,j=w,r=3",
	  "N,,,,O,k=v,j=w,r=3", "N,,,,k=v,j=w,r=3" },
	{ "J\xf6rg,1", { "J\xf6rg", "1", "", "", "" }, "X,1,,", "J\xf6rg,1,,,O", "J\xf6rg,1,," },
};

static void split_and_joined(void **state)
{
	struct arena a = { 0 };
	struct gecos g, o;
	size_t i, k;

	(void)state;
	for (i = 0; i < LENGTH(fields); i++) {
		gecos_split(fields[i].text, &a, &g);
		for (k = 0; k < GECOS_PARTS; k++)
			assert_string_equal(g.part[k], fields[i].part[k]);
		o = g;
		gecos_set_other(&o, "O", &a);
		assert_string_equal(gecos_join(&o, &a), fields[i].other_o);
		gecos_set_other(&o, "", &a);
		assert_string_equal(gecos_join(&o, &a), fields[i].other_none);
		g.part[GECOS_NAME] = "X";
		assert_string_equal(gecos_join(&g, &a), fields[i].name_x);
	}
	arena_free(&a);
}

/* Bytes, without the commas between the parts. */
static void length_of_the_whole(void **state)
{
	struct arena a = { 0 };
	struct gecos g;

	(void)state;
	gecos_split("Joe,12,555,666,k=v,more", &a, &g);
	assert_int_equal(gecos_length(&g), 3 + 2 + 3 + 3 + 8);
	gecos_split("k=v,J\xc3\xb6,,,,rest", &a, &g);
	assert_int_equal(gecos_length(&g), 3 + 8);
	gecos_split("", &a, &g);
	assert_int_equal(gecos_length(&g), 0);
	arena_free(&a);
}

static const struct {
	const char *text;
	bool part, other;
} texts[] = {
	{ "", true, true },
	{ "Joe Doe", true, true },
	{ "+49 (30) 1234-5/6", true, true },
	{ "J\xc3\xb6rg", true, true },
	{ "\xe5\xb1\xb1\xe7\x94\xb0", true, true },
	{ "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", true, true },
	{ "\xf0\x9f\x90\xa7", true, true },
	{ "\xf4\x8f\xbf\xbf", true, true },
	{ "a,b", false, true },
	{ "a=b", false, true },
	{ "a:b", false, false },
	{ ":", false, false },
	/* Control characters: of ASCII (CVE-2023-29383), and of Unicode. */
	{ "a\nroot2:x:0:0", false, false },
	{ "a\nb", false, false },
	{ "a\rb", false, false },
	{ "a\tb", false, false },
	{ "a\x1b[2K", false, false },
	{ "a\x7f", false, false },
	{ "a\xc2\x80", false, false },
	{ "a\xc2\x9b", false, false },
	{ "a\xc2\x9f", false, false },
	{ "a\xc2\xa0", true, true },
	{ "a\xe2\x80\xa8", false, false },
	{ "a\xe2\x80\xa9", false, false },
	/* Bidirectional controls. */
	{ "a\xd8\x9c", false, false },
	{ "a\xe2\x80\x8d", true, true },
	{ "a\xe2\x80\x8e", false, false },
	{ "a\xe2\x80\x8f", false, false },
	{ "a\xe2\x80\xaa", false, false },
	{ "a\xe2\x80\xae", false, false },
	{ "a\xe2\x80\xaf", true, true },
	{ "a\xe2\x81\xa5", true, true },
	{ "a\xe2\x81\xa6", false, false },
	{ "a\xe2\x81\xa9", false, false },
	{ "a\xe2\x81\xaa", true, true },
	/* No UTF-8. */
	{ "a\xff", false, false },
	{ "J\xf6rg", false, false },
	{ "a\x80", false, false },
	{ "a\x9b", false, false },
	{ "a\xc3", false, false },
	{ "a\xe2\x82", false, false },
	{ "a\xf0\x9f\x90", false, false },
	{ "a\xc0\x8a", false, false },
	{ "a\xc1\xbf", false, false },
	{ "a\xe0\x80\x8a", false, false },
	{ "a\xf0\x80\x80\x8a", false, false },
	{ "a\xed\xa0\x80", false, false },
	{ "a\xf4\x90\x80\x80", false, false },
	{ "a\xf8\x88\x80\x80\x80", false, false },
};

static void texts_are_judged(void **state)
{
	size_t i;
	int part;

	(void)state;
	for (i = 0; i < LENGTH(texts); i++) {
		for (part = 0; part < GECOS_OTHER; part++)
			if (gecos_is_good((enum gecos_part)part, texts[i].text) != texts[i].part)
				fail_msg("part %d, text %zu", part, i);
		if (gecos_is_good(GECOS_OTHER, texts[i].text) != texts[i].other)
			fail_msg("other, text %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(split_and_joined),
		cmocka_unit_test(length_of_the_whole),
		cmocka_unit_test(texts_are_judged),
	};

	return cmocka_run_group_tests_name("gecos", tests, NULL, NULL);
}
