/* SPDX-License-Identifier: BSD-3-Clause */
#include "scratch.h"

#include "idmap.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static struct arena arena;

/* The words of a command line, separated by blanks. */
static const char *const *split(const char *line)
{
	char *copy = arena_strdup(&arena, line), *p = copy;
	const char **words = arena_array(&arena, strlen(line) / 2 + 2, sizeof(*words));
	size_t n = 0;

	while (*p) {
		words[n++] = p;
		p += strcspn(p, " ");
		if (*p)
			*p++ = '\0';
	}
	return words;
}

static enum err_kind parse(enum subid_table table, const char *line, struct idmap *ret,
			   struct err *e)
{
	*e = (struct err){ .kind = ERR_NONE };
	if (idmap_parse(table, split(line), &arena, ret, e) == 0)
		assert_int_equal(e->kind, ERR_NONE);
	else
		assert_true(e->kind != ERR_NONE && e->message[0]);
	return e->kind;
}

/* --- parsing */

static void takes(const char *line, const char *text)
{
	struct idmap map;
	struct err e;
	const char *found;
	size_t length;

	if (parse(SUBID_UIDS, line, &map, &e) != ERR_NONE)
		fail_msg("%s: %s", line, e.message);
	found = idmap_text(&map, 4096, &arena, &length, &e);
	assert_non_null(found);
	assert_string_equal(found, text);
	assert_int_equal(length, strlen(text));
}

static void numbers(void **state)
{
	(void)state;
	takes("0 1000 1", "0 1000 1\n");
	takes("0 1000 1 1 100000 65536", "0 1000 1\n1 100000 65536\n");
	takes("0 0x186a0 010", "0 100000 8\n");
	takes("00 0X10 1", "0 16 1\n");
	takes("0 0 4294967295", "0 0 4294967295\n");
	takes("4294967294 4294967294 1", "4294967294 4294967294 1\n");
	takes("4294967290 5 5", "4294967290 5 5\n");
	/* In the order given. */
	takes("10 20 1 0 10 1", "10 20 1\n0 10 1\n");
}

static void refuses(enum err_kind kind, const char *line)
{
	struct idmap map;
	struct err e;

	if (parse(SUBID_UIDS, line, &map, &e) != kind)
		fail_msg("%s: %d %s", line, (int)e.kind, e.message);
}

static void no_numbers(void **state)
{
	static const char *const lines[] = {
		"", "0", "0 0", "0 0 1 1", "x 0 1", "0 x 1", "0 0 x", "+0 0 1", "-1 0 1",
		"0 0 -1", "0 0 -18446744073709551615", "0x 0 1", "08 0 1", "0 1.5 1", "0 1e3 1",
		"0 0 1k", "0 \t1 1", "1\n 0 1", "0 0 18446744073709551616",
		"0 0 99999999999999999999999999",
	};
	const char *const blank[] = { "0", " 1", "1", NULL }, *const after[] = { "0", "1 ", "1",
									      NULL };
	const char *const empty[] = { "0", "", "1", NULL };
	struct err e = { .kind = ERR_NONE };
	struct idmap map;
	size_t i;

	(void)state;
	for (i = 0; i < LENGTH(lines); i++)
		refuses(ERR_USAGE, lines[i]);
	assert_int_equal(idmap_parse(SUBID_UIDS, blank, &arena, &map, &e), -1);
	err_clear(&e);
	assert_int_equal(idmap_parse(SUBID_UIDS, after, &arena, &map, &e), -1);
	err_clear(&e);
	assert_int_equal(idmap_parse(SUBID_UIDS, empty, &arena, &map, &e), -1);
}

/* CVE-2016-6252: the sum of a first id and a count that begins at 0 again. */
static void overflow(void **state)
{
	static const char *const lines[] = {
		"4294967295 0 1", "0 4294967295 1", "4294967294 0 2", "0 4294967294 2",
		"4294967296 0 1", "0 4294967296 1", "0 0 4294967296", "1 0 4294967295",
		"0 1 4294967295", "0 100000 4294867297", "0 100000 18446744073709551615",
		"0 18446744073709551615 1", "18446744073709551615 0 1",
		"0 18446744073709551615 18446744073709551615", "0 4294867296 4294967295",
		"2147483648 2147483648 2147483648", "0 0 0", "5 5 0", "0 1 1 2 2 0",
	};
	size_t i;

	(void)state;
	for (i = 0; i < LENGTH(lines); i++)
		refuses(ERR_ARGUMENT, lines[i]);
	takes("2147483648 2147483648 2147483647", "2147483648 2147483648 2147483647\n");
}

static void overlap(void **state)
{
	static const char *const lines[] = {
		"0 0 1 0 5 1", "0 0 1 5 0 1", "0 0 10 9 20 1", "0 0 10 20 9 1", "0 20 10 50 29 1",
		"50 0 10 0 100 51", "0 0 4294967295 5 5 1", "0 100 10 10 200 10 20 150 51",
		"4294967290 0 5 4294967294 10 1",
	};
	size_t i;

	(void)state;
	for (i = 0; i < LENGTH(lines); i++)
		refuses(ERR_ARGUMENT, lines[i]);
	takes("0 0 10 10 10 10", "0 0 10\n10 10 10\n");
	takes("0 10 10 10 0 10", "0 10 10\n10 0 10\n");
}

/* count rows of one id each. */
static const char *many(unsigned count, unsigned first)
{
	size_t size = count * 34 + 1;
	char *line = arena_alloc(&arena, size);
	size_t used = 0;
	unsigned i;

	for (i = 0; i < count; i++)
		used += (size_t)snprintf(line + used, size - used, "%s%u %u 1", i ? " " : "",
					 i, first + i);
	return line;
}

static void how_many(void **state)
{
	struct idmap map;
	struct err e;
	size_t length;

	(void)state;
	assert_int_equal(parse(SUBID_GIDS, many(340, 1000), &map, &e), ERR_NONE);
	assert_int_equal(map.count, 340);
	assert_non_null(idmap_text(&map, 4096, &arena, &length, &e));
	assert_int_equal(parse(SUBID_GIDS, many(341, 1000), &map, &e), ERR_ARGUMENT);
	/* In fewer rows more than a page. */
	assert_int_equal(parse(SUBID_GIDS, many(320, 4000000000U), &map, &e), ERR_NONE);
	assert_null(idmap_text(&map, 4096, &arena, &length, &e));
	assert_int_equal(e.kind, ERR_ARGUMENT);
	err_clear(&e);
	assert_non_null(idmap_text(&map, 65536, &arena, &length, &e));
	/* Less than a page is what the kernel takes. */
	assert_int_equal(parse(SUBID_GIDS, "0 1000 1", &map, &e), ERR_NONE);
	assert_null(idmap_text(&map, 9, &arena, &length, &e));
	err_clear(&e);
	assert_non_null(idmap_text(&map, 10, &arena, &length, &e));
}

static void zero(void **state)
{
	struct idmap map;
	struct err e;

	(void)state;
	assert_int_equal(parse(SUBID_UIDS, "0 1 1 5 100 7", &map, &e), ERR_NONE);
	assert_false(idmap_has_zero(&map));
	assert_int_equal(parse(SUBID_UIDS, "0 1 1 5 0 1", &map, &e), ERR_NONE);
	assert_true(idmap_has_zero(&map));
}

/* --- what is granted */

#define GRANTED "granted"
#define OWN "own"

static struct scratch s;

/* By the subuid and subgid given: "granted", "own", or the error. */
static const char *grant_in(const char *ranges, const char *line)
{
	const struct idmap_caller anna = { .name = "anna", .uid = 7, .gid = 1000 };
	struct err e = { .kind = ERR_NONE };
	struct subid_source source;
	struct idmap_grant grant;
	struct idmap map;
	int r;

	scratch_open(&s);
	make_dir(s.fd, "etc", 0755);
	make_file(s.fd, "etc/passwd", "anna:x:1000:1000::/:/bin/sh\n"
		  "bert:x:1001:1001::/:/bin/sh\n", 0644);
	if (ranges) {
		make_file(s.fd, "etc/subuid", ranges, 0644);
		make_file(s.fd, "etc/subgid", ranges, 0644);
	}
	assert_int_equal(parse(SUBID_GIDS, line, &map, &e), ERR_NONE);
	assert_int_equal(subid_source_open(&source, s.dir, &e), 0);
	r = idmap_grant(&map, &anna, &source, &grant, &e);
	subid_source_close(&source);
	scratch_close(&s);
	if (r == 0)
		return grant.granted ? GRANTED : OWN;
	assert_int_equal(e.kind, ERR_PERMISSION);
	return arena_strdup(&arena, e.message);
}

static const char rows[] = "anna:100000:1000\nbert:500000:1000\n1000:101000:1000\n"
			   "anna:300000:10\nanna:99990:20\nanna:200000:10\nanna:200005:10\n";

static void granted(void **state)
{
	(void)state;
	assert_string_equal(grant_in(rows, "0 100000 1"), GRANTED);
	assert_string_equal(grant_in(rows, "0 100999 1"), GRANTED);
	/* Rows that touch, by name and by uid, in any order. */
	assert_string_equal(grant_in(rows, "0 100500 1000"), GRANTED);
	assert_string_equal(grant_in(rows, "0 99990 2010"), GRANTED);
	/* Rows that overlap. */
	assert_string_equal(grant_in(rows, "0 200000 15"), GRANTED);
	assert_string_equal(grant_in(rows, "0 1000 1 1 100000 2000"), GRANTED);
	assert_string_equal(grant_in(rows, "1 100000 2000 0 1000 1"), GRANTED);
	/* One's own id may be granted, too: that is another thing than to have it. */
	assert_string_equal(grant_in("anna:1000:1\n", "0 1000 1"), GRANTED);
	assert_string_equal(grant_in("anna:999:3\n", "0 999 3"), GRANTED);
}

static void own(void **state)
{
	(void)state;
	assert_string_equal(grant_in(rows, "0 1000 1"), OWN);
	assert_string_equal(grant_in(rows, "4294967294 1000 1"), OWN);
	assert_string_equal(grant_in("", "0 1000 1"), OWN);
	assert_string_equal(grant_in(NULL, "0 1000 1"), OWN);
}

static void not_granted(void **state)
{
	(void)state;
	assert_string_equal(grant_in(rows, "0 500000 1"),
			    "gid range [0-1) -> [500000-500001) not allowed: /etc/subgid does not "
			    "grant 500000 to anna, whose nearest range is 300000-300009");
	assert_string_equal(grant_in(rows, "0 100500 2000"),
			    "gid range [0-2000) -> [100500-102500) not allowed: /etc/subgid does "
			    "not grant 102000 to anna, whose nearest range is 99990-101999");
	assert_string_equal(grant_in(rows, "0 1000 1 7 200010 6"),
			    "gid range [7-13) -> [200010-200016) not allowed: /etc/subgid does "
			    "not grant 200015 to anna, whose nearest range is 200000-200014");
	assert_string_equal(grant_in(rows, "0 1000 2"),
			    "gid range [0-2) -> [1000-1002) not allowed: /etc/subgid does not "
			    "grant 1000 to anna, whose nearest range is 99990-101999");
	assert_string_equal(grant_in(rows, "0 1001 1"),
			    "gid range [0-1) -> [1001-1002) not allowed: /etc/subgid does not "
			    "grant 1001 to anna, whose nearest range is 99990-101999");
	assert_string_equal(grant_in(rows, "4294967294 4294967294 1"),
			    "gid range [4294967294-4294967295) -> [4294967294-4294967295) not "
			    "allowed: /etc/subgid does not grant 4294967294 to anna, "
			    "whose nearest range is 300000-300009");
	assert_string_equal(grant_in(rows, "0 250008 1"),
			    "gid range [0-1) -> [250008-250009) not allowed: /etc/subgid does not "
			    "grant 250008 to anna, whose nearest range is 300000-300009");
	assert_string_equal(grant_in(rows, "0 250006 1"),
			    "gid range [0-1) -> [250006-250007) not allowed: /etc/subgid does not "
			    "grant 250006 to anna, whose nearest range is 200000-200014");
	assert_string_equal(grant_in("bert:0:10\n", "0 0 1"),
			    "gid range [0-1) -> [0-1) not allowed: /etc/subgid does not grant 0 "
			    "to anna, who has no range there");
	assert_string_equal(grant_in(NULL, "0 0 1"),
			    "gid range [0-1) -> [0-1) not allowed: /etc/subgid does not grant 0 "
			    "to anna, who has no range there");
}

/* A row may say more than there is. */
static void at_the_end(void **state)
{
	static const char text[] = "anna:4294967000:4294967295\nanna:0:4294967295\n";

	(void)state;
	assert_string_equal(grant_in(text, "0 0 4294967295"), GRANTED);
	assert_string_equal(grant_in("anna:4294967000:4294967295\n", "0 4294967294 1"), GRANTED);
	assert_string_equal(grant_in("anna:4294967000:4294967295\n", "5 1 1"),
			    "gid range [5-6) -> [1-2) not allowed: /etc/subgid does not grant 1 "
			    "to anna, whose nearest range is 4294967000-4294967294");
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
		cmocka_unit_test(numbers),     cmocka_unit_test(no_numbers),
		cmocka_unit_test(overflow),    cmocka_unit_test(overlap),
		cmocka_unit_test(how_many),    cmocka_unit_test(zero),
		cmocka_unit_test(granted),     cmocka_unit_test(own),
		cmocka_unit_test(not_granted), cmocka_unit_test(at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
