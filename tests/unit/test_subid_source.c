/* SPDX-License-Identifier: BSD-3-Clause */
#include "scratch.h"

#include "subid_source_private.h"
#include "subid_row.h"

static struct scratch s;

static void place(const char *name, const char *text)
{
	unlinkat(s.fd, name, 0);
	if (text)
		make_file(s.fd, name, text, 0644);
}

static void world(const char *subuid)
{
	scratch_open(&s);
	make_dir(s.fd, "etc", 0755);
	place("etc/passwd", "root:x:0:0::/:/bin/sh\nanna:x:1000:1000::/:/bin/sh\n"
	      "bert:x:1001:1001::/:/bin/sh\nsame:x:1001:1001::/:/bin/sh\n1002:x:7:7::/:/bin/sh\n");
	place("etc/subuid", subuid);
}

static struct subid_source opened(void)
{
	struct err e = { .kind = ERR_NONE };
	struct subid_source source;

	assert_int_equal(subid_source_open(&source, s.dir, &e), 0);
	return source;
}

/* Ranges as "FIRST+COUNT FIRST+COUNT", or the kind of the error as "!KIND". */
static const char *ranges(enum subid_table which, const char *owner)
{
	static char text[1024];
	struct subid_source source = opened();
	struct err e = { .kind = ERR_NONE };
	struct subid_row *rows = NULL;
	size_t i, n = 0, used = 0;

	text[0] = '\0';
	if (subid_source_ranges(&source, which, owner, &rows, &n, &e) < 0) {
		assert_true(e.kind != ERR_NONE && e.message[0]);
		snprintf(text, sizeof(text), "!%d", (int)e.kind);
	}
	for (i = 0; i < n; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%u+%u", i ? " " : "",
					 rows[i].first, rows[i].count);
	free(rows);
	subid_source_close(&source);
	return text;
}

static const char *owners(uint32_t id)
{
	static char text[1024];
	struct subid_source source = opened();
	struct err e = { .kind = ERR_NONE };
	size_t i, n = 0, used = 0;
	uid_t *uids = NULL;

	text[0] = '\0';
	assert_int_equal(subid_source_owners(&source, SUBID_UIDS, id, &uids, &n, &e), 0);
	for (i = 0; i < n; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%u", i ? " " : "",
					 uids[i]);
	free(uids);
	subid_source_close(&source);
	return text;
}

static bool has(const char *owner, uint32_t first, uint32_t count)
{
	struct subid_source source = opened();
	struct err e = { .kind = ERR_NONE };
	bool r = false;

	assert_int_equal(subid_source_has(&source, SUBID_UIDS, owner, first, count, &r, &e), 0);
	subid_source_close(&source);
	return r;
}

static void expect_kind(const char *owner, enum err_kind kind)
{
	char wanted[8];

	snprintf(wanted, sizeof(wanted), "!%d", (int)kind);
	assert_string_equal(ranges(SUBID_UIDS, owner), wanted);
}

static void rows(void **state)
{
	static const struct {
		const char *line, *owner; /* NULL: no row */
		uint32_t first, last;
	} cases[] = {
		{ "anna:100000:65536", "anna", 100000, 165535 },
		{ "1000:0:1", "1000", 0, 0 },
		{ "anna:0x10:010", "anna", 16, 23 },
		{ "anna:010:0X10", "anna", 8, 23 },
		{ "anna:4294967295:1", "anna", UINT32_MAX, UINT32_MAX },
		{ "anna:4294967290:18446744073709551615", "anna", 4294967290u, UINT32_MAX },
		{ "anna:1:00000000000000000000000000005", "anna", 1, 5 },
		{ "anna:4294967296:1", NULL, 0, 0 },
		{ "anna:1:18446744073709551616", NULL, 0, 0 },
		{ "anna:99999999999999999999:1", NULL, 0, 0 },
		{ "anna:1:0", NULL, 0, 0 },
		{ "anna:1:0x", NULL, 0, 0 },
		{ "anna:08:1", NULL, 0, 0 },
		{ "anna: 1:1", NULL, 0, 0 },
		{ "anna:+1:1", NULL, 0, 0 },
		{ "anna:-1:1", NULL, 0, 0 },
		{ "anna:1:1 ", NULL, 0, 0 },
		{ "anna:1:1:", NULL, 0, 0 },
		{ "anna:1:1:1", NULL, 0, 0 },
		{ "anna:1:", NULL, 0, 0 },
		{ "anna::1", NULL, 0, 0 },
		{ "anna:1", NULL, 0, 0 },
		{ "anna", NULL, 0, 0 },
		{ ":1:1", NULL, 0, 0 },
		{ "", NULL, 0, 0 },
		{ "#anna:1:1", NULL, 0, 0 },
		{ "+anna:1:1", NULL, 0, 0 },
		{ "-anna:1:1", NULL, 0, 0 },
	};
	struct subid_line row;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool ok = subid_row_parse(str_of(cases[i].line), &row);

		if (ok != (cases[i].owner != NULL))
			fail_msg("'%s'", cases[i].line);
		if (!ok)
			continue;
		assert_true(str_is(row.owner, cases[i].owner));
		assert_int_equal(row.first, cases[i].first);
		assert_int_equal(row.last, cases[i].last);
	}
}

static void by_name_and_uid(void **state)
{
	(void)state;
	world("anna:100000:65536\n# anna:1:1\nbert:200000:10\n1000:300000:10\nannamaria:5:5\n"
	      "anna:400000:0\nanna:4294967290:100\n+anna:7:7\nxanna:8:8\n0:600000:1\n"
	      "anna:bad:1\nsame:700000:1\n1001:800000:1\nanna:500000:5");
	assert_string_equal(ranges(SUBID_UIDS, "anna"),
			    "100000+65536 300000+10 4294967290+5 500000+5");
	assert_string_equal(ranges(SUBID_UIDS, "1000"),
			    "100000+65536 300000+10 4294967290+5 500000+5");
	assert_string_equal(ranges(SUBID_UIDS, "bert"), "200000+10 800000+1");
	assert_string_equal(ranges(SUBID_UIDS, "same"), "700000+1 800000+1");
	assert_string_equal(ranges(SUBID_UIDS, "root"), "600000+1");
	/* No such file, no ranges. */
	assert_string_equal(ranges(SUBID_GIDS, "anna"), "");
	scratch_close(&s);
}

static void strangers(void **state)
{
	char text[SUBID_OWNER_MAX + 2];

	(void)state;
	world("ghost:1:1\n4321:5:5\nanna:9:9\n");
	/* Whoever knows them may be out of reach: their rows are theirs all the same. */
	assert_string_equal(ranges(SUBID_UIDS, "ghost"), "1+1");
	assert_string_equal(ranges(SUBID_UIDS, "4321"), "5+5");
	assert_string_equal(ranges(SUBID_UIDS, "4322"), "");
	expect_kind("nobody.here", ERR_UNKNOWN);
	expect_kind("", ERR_UNKNOWN);
	expect_kind("anna:9", ERR_UNKNOWN);
	expect_kind("x\nanna", ERR_UNKNOWN);
	expect_kind("4294967295", ERR_UNKNOWN);
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	expect_kind(text, ERR_UNKNOWN);
	scratch_close(&s);
}

static void coverage(void **state)
{
	(void)state;
	world("anna:300:100\nanna:100:100\nanna:200:100\nanna:390:20\nbert:410:10\n"
	      "anna:4294967294:5\n");
	assert_true(has("anna", 100, 310));
	assert_true(has("anna", 150, 1));
	assert_true(has("anna", 4294967294u, 1));
	assert_false(has("anna", 100, 311));
	assert_false(has("anna", 99, 2));
	assert_false(has("anna", 410, 1));
	assert_false(has("anna", 4294967294u, 2));
	assert_false(has("anna", 100, UINT32_MAX));
	assert_false(has("anna", 100, 0));
	assert_false(has("anna", UINT32_MAX, UINT32_MAX));
	scratch_close(&s);
}

static void asking_for_owners(void **state)
{
	(void)state;
	world("bert:100:100\nanna:150:100\nghost:150:1\n1000:150:1\n4321:150:1\nsame:150:1\n"
	      "1002:150:1\n01000:150:1\n#root:150:1\n");
	assert_string_equal(owners(150), "1001 1000 4321 7 1002");
	assert_string_equal(owners(100), "1001");
	assert_string_equal(owners(249), "1000");
	assert_string_equal(owners(250), "");
	scratch_close(&s);
}

/* Rows at all offsets of blocks and strides, around lines that are too long. */
static void blocks(void **state)
{
	const size_t room = 3 * 1024 * 1024;
	char *text = malloc(room), wanted[1024];
	size_t pad, used, n;

	(void)state;
	assert_non_null(text);
	world("");
	for (pad = 0; pad < 70; pad++) {
		used = pad;
		memset(text, 'x', used);
		used += (size_t)snprintf(text + used, room - used, "\nanna:1:1\n");
		for (n = 0; used < 300 * 1024; n++)
			used += (size_t)snprintf(text + used, room - used,
						 "user%zu:%zu:4\n#anna:9:9\n", n, 7 * n + 3);
		used += (size_t)snprintf(text + used, room - used, "anna:2:1\nanna:3:1\n");
		memset(text + used, 'y', 300 * 1024);
		used += 300 * 1024;
		used += (size_t)snprintf(text + used, room - used, "anna:4:1\nanna:5:1\nz");
		memset(text + used, 'z', 128 * 1024);
		used += 128 * 1024;
		used += (size_t)snprintf(text + used, room - used, "\nanna:6:1\n1000:7:1");
		text[used] = '\0';
		place("etc/subuid", text);
		assert_string_equal(ranges(SUBID_UIDS, "anna"), "1+1 2+1 3+1 5+1 6+1 7+1");
		snprintf(wanted, sizeof(wanted), "%zu+4", 7 * (n - 1) + 3);
		snprintf(text, room, "user%zu", n - 1);
		assert_string_equal(ranges(SUBID_UIDS, text), wanted);
	}
	free(text);
	scratch_close(&s);
}

/* Short owners have fewer letters to look for. */
static void short_owners(void **state)
{
	(void)state;
	world("a:1:1\nb:2:2\nab:3:3\n7:4:4\nabc:5:5\na:6:6");
	assert_string_equal(ranges(SUBID_UIDS, "a"), "1+1 6+6");
	assert_string_equal(ranges(SUBID_UIDS, "ab"), "3+3");
	assert_string_equal(ranges(SUBID_UIDS, "abc"), "5+5");
	assert_string_equal(ranges(SUBID_UIDS, "1002"), "4+4");
	place("etc/subuid", "\n\n\n");
	assert_string_equal(ranges(SUBID_UIDS, "anna"), "");
	place("etc/subuid", "anna:1:1");
	assert_string_equal(ranges(SUBID_UIDS, "anna"), "1+1");
	scratch_close(&s);
}

static void bad_files(void **state)
{
	(void)state;
	world(NULL);
	assert_string_equal(ranges(SUBID_UIDS, "anna"), "");
	make_dir(s.fd, "etc/subuid", 0755);
	expect_kind("anna", ERR_SUBUID_FILE);
	must(mkfifoat(s.fd, "etc/subgid", 0644), "subgid");
	assert_string_equal(ranges(SUBID_GIDS, "anna")[0] == '!' ? "!" : "", "!");
	unlinkat(s.fd, "etc/subuid", AT_REMOVEDIR);
	/* Links stay below the prefix. */
	make_link(s.fd, "etc/subuid", "/there");
	make_file(s.fd, "there", "anna:5:5\n", 0644);
	assert_string_equal(ranges(SUBID_UIDS, "anna"), "5+5");
	scratch_close(&s);
}

static void sources(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "", "files" },
		{ "passwd: sss\n", "files" },
		{ "subid: sss\n", "sss" },
		{ "subid:sss", "sss" },
		{ "subid:\t sss files\n", "sss" },
		{ "subid: files sss\n", "files" },
		{ " subid : sss\r\n", "sss" },
		{ "SUBID: sss\n", "sss" },
		{ "#subid: sss\n", "files" },
		{ "subid:\n", "files" },
		{ "subid: # sss\n", "files" },
		{ "subid: sss#x\n", "sss" },
		{ "subids: sss\n", "files" },
		{ "subid sss\n", "files" },
		{ "x subid: sss\n", "files" },
		{ "subid: sss\nsubid: other\n", "sss" },
		{ "subid: files\r\n", "files" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (!str_is(subid_conf_source(str_of(cases[i].text)), cases[i].expected))
			fail_msg("'%s'", cases[i].text);
}

static void expect_no_plugin(const char *name, const char *words)
{
	struct err e = { .kind = ERR_NONE };
	struct subid_plugin *p = NULL;

	assert_int_equal(subid_plugin_open(&p, str_of(name), &e), -1);
	assert_int_equal(e.kind, ERR_MISSING);
	assert_non_null(strstr(e.message, words));
}

static void no_plugin(void **state)
{
	(void)state;
	expect_no_plugin("is-not-there", "libsubid_is-not-there.so");
	expect_no_plugin("../x", "no name of a plug-in");
	expect_no_plugin("", "no name of a plug-in");
	expect_no_plugin("x.so", "no name of a plug-in");
	expect_no_plugin("[NOTFOUND=return]", "no name of a plug-in");
	expect_no_plugin("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
			 "no name of a plug-in");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows),
		cmocka_unit_test(by_name_and_uid),
		cmocka_unit_test(strangers),
		cmocka_unit_test(coverage),
		cmocka_unit_test(asking_for_owners),
		cmocka_unit_test(blocks),
		cmocka_unit_test(short_owners),
		cmocka_unit_test(bad_files),
		cmocka_unit_test(sources),
		cmocka_unit_test(no_plugin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
