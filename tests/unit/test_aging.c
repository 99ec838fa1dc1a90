/* SPDX-License-Identifier: BSD-3-Clause */
#include "account_world.h"
#include "aging.h"
#include "day.h"

#include <limits.h>

/* The texts are those that chage -l and passwd -S of Debian 12 and 13 print for these rows. */

static struct row row_of(const char *line)
{
	struct row row = ROW_START;

	row.line = str_of(line);
	row.columns = schema_split(TABLE_SHADOW, row.line, row.column);
	assert_int_not_equal(row.columns, 0);
	return row;
}

static struct user_aging aging_from(const char *line)
{
	struct user_aging aging;
	struct row row = row_of(line);

	aging_of(&row, &aging);
	return aging;
}

static void days_of_a_row(void **state)
{
	static const struct {
		const char *line;
		struct user_aging expected;
	} cases[] = {
		{ "u:x:20000:1:90:7:30:20500:", { 20000, 1, 90, 7, 30, 20500 } },
		{ "u:x:::::::", { -1, -1, -1, -1, -1, -1 } },
		{ "u:x:0:0:0:0:0:0:", { 0, 0, 0, 0, 0, 0 } },
		{ "u:x:20000:0:90", { 20000, 0, 90, -1, -1, -1 } },
		{ "u:x:20000:0:90:7:3:20500", { 20000, 0, 90, 7, 3, 20500 } },
		{ "u:x:020000: 5:+90:	+7:3:20500:1", { 20000, 5, 90, 7, 3, 20500 } },
		{ "u:x:2x:5 :0x10:-1:1.5:--:", { -1, -1, -1, -1, -1, -1 } },
		{ "u:x:2147483647:2147483648:99999999999999999999:7:3:+:",
		  { INT_MAX, -1, -1, 7, 3, -1 } },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct user_aging got = aging_from(cases[i].line);

		if (memcmp(&got, &cases[i].expected, sizeof(got)) != 0)
			fail_msg("%s", cases[i].line);
	}
}

static void days_as_options_have_them(void **state)
{
	static const struct {
		const char *text;
		bool good;
		long days;
	} cases[] = {
		{ "0", true, 0 },	{ "90", true, 90 },	   { "-1", true, DAY_NONE },
		{ "010", true, 8 },	{ "0x10", true, 16 },	   { "+5", true, 5 },
		{ " 5", true, 5 },	{ "\t+5", true, 5 },	   { "2147483647", true, INT_MAX },
		{ "2147483648", false, 0 }, { "-2", false, 0 },	   { "", false, 0 },
		{ " ", false, 0 },	{ "+", false, 0 },	   { "5 ", false, 0 },
		{ "5x", false, 0 },	{ "08", false, 0 },	   { "++5", false, 0 },
		{ "+ 5", false, 0 },	{ "1.5", false, 0 },	   { "+-1", false, 0 },
		{ "99999999999999999999", false, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		long days = 4711;
		bool good = user_parse_days(cases[i].text, &days);

		if (good != cases[i].good || days != (good ? cases[i].days : 4711))
			fail_msg("'%s'", cases[i].text);
	}
}

/* Today is day 20000. */
static void states(void **state)
{
	static const struct {
		const char *line;
		enum aging_state expected;
		long days;
	} cases[] = {
		{ "u:x:19995:0:90:7:::", AGING_GOOD, 85 },
		{ "u:x:20005:0:90:7:::", AGING_GOOD, 95 },
		{ "u:x:19918:0:90:7:::", AGING_GOOD, 8 },
		{ "u:x:19917:0:90:7:::", AGING_WARN, 7 },
		{ "u:x:19911:0:90:7:::", AGING_WARN, 1 },
		{ "u:x:19911:0:90::::", AGING_GOOD, 1 },
		{ "u:x:19911:0:90:0:::", AGING_GOOD, 1 },
		{ "u:x:19910:0:90:7:::", AGING_EXPIRED, 0 },
		{ "u:x:19909:0:90:7:::", AGING_EXPIRED, -1 },
		{ "u:x:19910:0:90:7:0::", AGING_INACTIVE, 0 },
		{ "u:x:19910:0:90:7:1::", AGING_EXPIRED, 0 },
		{ "u:x:19909:0:90:7:1::", AGING_INACTIVE, -1 },
		{ "u:x:0:0:90:7:::", AGING_EXPIRED, 0 },
		{ "u:x:0:0:90:7:5::", AGING_EXPIRED, 0 },
		{ "u:x:0::::5::", AGING_EXPIRED, 0 },
		{ "u:x:::::::", AGING_GOOD, LONG_MAX },
		{ "u:x::0:90:7:5::", AGING_GOOD, LONG_MAX },
		{ "u:x:1:0::7:5::", AGING_GOOD, LONG_MAX },
		{ "u:x:1:0:9999:7:::", AGING_EXPIRED, -10000 },
		{ "u:x:1:0:10000:7:0::", AGING_GOOD, LONG_MAX },
		{ "u:x:2147483647:0:9999:7:2147483647:2147483647:", AGING_GOOD,
		  2147483647L + 9999 - 20000 },
		{ "u:x:19995:0:90:7::0:", AGING_GOOD, 85 },
		{ "u:x:19995:0:90:7::1:", AGING_ACCOUNT_OVER, 85 },
		{ "u:x:19995:0:90:7::20000:", AGING_ACCOUNT_OVER, 85 },
		{ "u:x:19995:0:90:7::20001:", AGING_GOOD, 85 },
		{ "u:x:0:0:90:7::20000:", AGING_ACCOUNT_OVER, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct user_aging aging = aging_from(cases[i].line);
		long days;

		if (aging_state(&aging, 20000, &days) != cases[i].expected ||
		    aging_state(&aging, 20000, NULL) != cases[i].expected ||
		    days != cases[i].days)
			fail_msg("%s: %d, %ld", cases[i].line, aging_state(&aging, 20000, NULL),
				 days);
	}
}

#define SHADOW \
	"alice:h:20000:1:90:7:30:20500:\n" \
	"five:h:20000:1:90\n" \
	"eight:h:20000:1:90:7:3:20500\n" \
	"dup:h:20000:1:90:7:30:20500:\ndup:h:1:1:90:7:30:20500:\n" \
	"junk:h:2x:1:90:7:30:20500:\n" \
	"alone:h:20000:1:90:7:30:20500:\n" \
	"+nis\n"
#define PASSWD \
	"alice:x:1000:1000::/:/bin/sh\n" \
	"five:x:1001:1001::/:/bin/sh\n" \
	"eight:x:1002:1002::/:/bin/sh\n" \
	"dup:x:1003:1003::/:/bin/sh\n" \
	"junk:x:1004:1004::/:/bin/sh\n" \
	"bare:HASH:1005:1005::/:/bin/sh\n" \
	"twice:HASH:1006:1006::/:/bin/sh\ntwice:x:1007:1007::/:/bin/sh\n" \
	"+nis::::::\n"

static struct world world;

static void with_files(const char *shadow)
{
	const char *files[TABLE_COUNT] = { [TABLE_PASSWD] = PASSWD, [TABLE_SHADOW] = shadow };

	world_open(&world, files, NULL);
}

static void setting(void **state)
{
	static const struct {
		const char *user;
		struct aging_change change;
		const char *line; /* that shadow has then */
		bool changed;
	} cases[] = {
		{ "alice", { .has_max = true, .to = { .max = 33 } },
		  "alice:h:20000:1:33:7:30:20500:\n", true },
		{ "alice", { .has_max = true, .to = { .max = 90 } },
		  "alice:h:20000:1:90:7:30:20500:\n", false },
		{ "alice", { true, true, true, true, true, true, { 1, 2, 3, 4, 5, 6 } },
		  "alice:h:1:2:3:4:5:6:\n", true },
		{ "alice", { true, true, true, true, true, true, { -1, -1, -1, -1, -1, -1 } },
		  "alice:h:::::::\n", true },
		{ "alice", { .has_last = true, .to = { .last_change = 0 } },
		  "alice:h:0:1:90:7:30:20500:\n", true },
		{ "five", { .has_max = true, .to = { .max = 33 } }, "five:h:20000:1:33\n", true },
		{ "five", { .has_warn = true, .to = { .warn = 7 } },
		  "five:h:20000:1:90:7:::\n", true },
		{ "five", { .has_inactive = true, .to = { .inactive = 7 } },
		  "five:h:20000:1:90::7::\n", true },
		{ "eight", { .has_expire = true, .to = { .expire = 7 } },
		  "eight:h:20000:1:90:7:3:7\n", true },
		{ "junk", { .has_max = true, .to = { .max = 33 } },
		  "junk:h:2x:1:33:7:30:20500:\n", true },
		{ "bare", { .has_max = true, .to = { .max = 33 } }, "bare:HASH:::33::::\n", true },
		{ "bare", { .has_max = false }, "bare:HASH:::::::\n", true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool changed = !cases[i].changed;
		const char *text;

		with_files(SHADOW);
		assert_int_equal(aging_set(&world.run, world.txn, cases[i].user, &cases[i].change,
					   &changed), 0);
		assert_int_equal(changed, cases[i].changed);
		text = world_file(&world, TABLE_SHADOW);
		if (!strstr(text, cases[i].line))
			fail_msg("%s is not in:\n%s", cases[i].line, text);
		assert_int_equal(txn_changed(world.txn), cases[i].changed);
		world_close(&world);
	}
}

static void a_row_made_takes_the_password_along(void **state)
{
	const struct aging_change change = { .has_last = true, .to = { .last_change = 5 } };

	(void)state;
	with_files(SHADOW);
	assert_int_equal(aging_set(&world.run, world.txn, "bare", &change, NULL), 0);
	/* Before the NIS line, and a second change finds it. */
	assert_non_null(strstr(world_file(&world, TABLE_SHADOW),
			       "alone:h:20000:1:90:7:30:20500:\nbare:HASH:5::::::\n+nis\n"));
	assert_non_null(strstr(world_file(&world, TABLE_PASSWD), "bare:x:1005:"));
	assert_int_equal(aging_set(&world.run, world.txn, "bare",
				   &(struct aging_change){ .has_max = true, .to = { .max = 9 } },
				   NULL), 0);
	assert_non_null(strstr(world_file(&world, TABLE_SHADOW), "\nbare:HASH:5::9::::\n+nis\n"));
	world_close(&world);
}

static void what_cannot_be_set(void **state)
{
	static const struct {
		const char *user, *shadow;
		enum err_kind kind;
		const char *message;
	} cases[] = {
		{ "nobody", SHADOW, ERR_UNKNOWN, "user 'nobody' does not exist in /etc/passwd" },
		{ "alone", SHADOW, ERR_UNKNOWN, "user 'alone' does not exist in /etc/passwd" },
		{ "+nis", SHADOW, ERR_UNKNOWN, "user '+nis' does not exist in /etc/passwd" },
		{ "", SHADOW, ERR_UNKNOWN, "user '' does not exist in /etc/passwd" },
		{ "alice", NULL, ERR_MISSING, "the shadow password file is not present" },
		{ "dup", SHADOW, ERR_USER_FILE, "Multiple entries named 'dup' in /etc/shadow. "
		  "Please fix this with pwck or grpck." },
		{ "twice", SHADOW, ERR_USER_FILE, "Multiple entries named 'twice' in /etc/passwd. "
		  "Please fix this with pwck or grpck." },
	};
	const struct aging_change change = { .has_max = true, .to = { .max = 33 } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool changed = false;

		with_files(cases[i].shadow);
		assert_int_equal(aging_set(&world.run, world.txn, cases[i].user, &change,
					   &changed), -1);
		assert_int_equal(world.run.err.kind, cases[i].kind);
		assert_string_equal(world.run.err.message, cases[i].message);
		assert_false(txn_changed(world.txn));
		assert_false(changed);
		world_close(&world);
	}
}

static void status_lines(void **state)
{
	static const struct {
		const char *line, *text, *json;
	} cases[] = {
		{ "u:x:20000:1:90:7:30:20500:", "u P 2024-10-04 1 90 7 30\n",
		  "{\"name\":\"u\",\"status\":\"P\",\"last_change\":\"2024-10-04\","
		  "\"must_change\":false,\"min_days\":1,\"max_days\":90,\"warn_days\":7,"
		  "\"inactive_days\":30}" },
		{ "u::0:0:99999:7:::", "u NP 1970-01-01 0 99999 7 -1\n",
		  "{\"name\":\"u\",\"status\":\"NP\",\"last_change\":null,\"must_change\":true,"
		  "\"min_days\":0,\"max_days\":99999,\"warn_days\":7,\"inactive_days\":null}" },
		{ "u:!:::::::", "u L never -1 -1 -1 -1\n",
		  "{\"name\":\"u\",\"status\":\"L\",\"last_change\":null,\"must_change\":false,"
		  "\"min_days\":null,\"max_days\":null,\"warn_days\":null,"
		  "\"inactive_days\":null}" },
		{ "u:*LK*:20000:0:90", "u L 2024-10-04 0 90 -1 -1\n", NULL },
		{ "u:x*:20000:0:90", "u P 2024-10-04 0 90 -1 -1\n", NULL },
	};
	struct arena a = { NULL };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct row row = row_of(cases[i].line);
		struct user_aging aging = aging_from(cases[i].line);
		char *text;
		size_t size;
		FILE *out;

		out = open_memstream(&text, &size);
		aging_print_status(&a, "u", row.column[SP_PASSWORD], &aging, out);
		fclose(out);
		assert_string_equal(text, cases[i].text);
		free(text);
		out = open_memstream(&text, &size);
		aging_print_status_json("u", row.column[SP_PASSWORD], &aging, out);
		fclose(out);
		if (cases[i].json)
			assert_string_equal(text, cases[i].json);
		free(text);
	}
	arena_free(&a);
}

static void status_without_a_row(void **state)
{
	struct arena a = { NULL };
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	aging_print_status(&a, "u", str_of("x"), NULL, out);
	aging_print_status(&a, "u", str_of("!"), NULL, out);
	aging_print_status(&a, "a\nb", str_of(""), NULL, out);
	aging_print_status_json("u", str_of("*"), NULL, out);
	fclose(out);
	assert_string_equal(text, "u P\nu L\na#012b NP\n{\"name\":\"u\",\"status\":\"L\"}");
	free(text);
	arena_free(&a);
}

#define LIST(last, expires, inactive, over, min, max, warn) \
	"Last password change\t\t\t\t\t: " last "\n" \
	"Password expires\t\t\t\t\t: " expires "\n" \
	"Password inactive\t\t\t\t\t: " inactive "\n" \
	"Account expires\t\t\t\t\t\t: " over "\n" \
	"Minimum number of days between password change\t\t: " min "\n" \
	"Maximum number of days between password change\t\t: " max "\n" \
	"Number of days of warning before password expires\t: " warn "\n"
#define MUST "password must be changed"

static void lists(void **state)
{
	static const struct {
		const char *line;
		bool iso;
		const char *text;
	} cases[] = {
		{ "u:x:20000:1:90:7:30:20500:", false,
		  LIST("Oct 04, 2024", "Jan 02, 2025", "Feb 01, 2025", "Feb 16, 2026", "1", "90",
		       "7") },
		{ "u:x:20000:1:90:7:30:20500:", true,
		  LIST("2024-10-04", "2025-01-02", "2025-02-01", "2026-02-16", "1", "90", "7") },
		{ "u:x:::::::", false, LIST("never", "never", "never", "never", "-1", "-1", "-1") },
		{ "u:x:0:0:90:7:5:20500:", true,
		  LIST(MUST, MUST, MUST, "2026-02-16", "0", "90", "7") },
		{ "u:x:0::::::", false, LIST(MUST, MUST, MUST, "never", "-1", "-1", "-1") },
		{ "u:x:20000:0:90:7:0:0:", false,
		  LIST("Oct 04, 2024", "Jan 02, 2025", "Jan 02, 2025", "Jan 01, 1970", "0", "90",
		       "7") },
		{ "u:x:20000:0:0:7:30::", false,
		  LIST("Oct 04, 2024", "Oct 04, 2024", "Nov 03, 2024", "never", "0", "0", "7") },
		{ "u:x:20000:0:10000:7:3::", false,
		  LIST("Oct 04, 2024", "never", "never", "never", "0", "10000", "7") },
		{ "u:x:20000:0:9999:7:::", false,
		  LIST("Oct 04, 2024", "Feb 19, 2052", "never", "never", "0", "9999", "7") },
		{ "u:x:20000:0::7:5::", false,
		  LIST("Oct 04, 2024", "never", "never", "never", "0", "-1", "7") },
		{ "u:x::0:90:7:5::", false,
		  LIST("never", "never", "never", "never", "0", "90", "7") },
		{ "u:x:20000:0:90:7:10000:2932897:", false,
		  LIST("Oct 04, 2024", "Jan 02, 2025", "May 20, 2052", "Jan 01, 10000", "0", "90",
		       "7") },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct user_aging aging = aging_from(cases[i].line);
		char *text;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		aging_print_list(&aging, cases[i].iso, out);
		fclose(out);
		assert_string_equal(text, cases[i].text);
		free(text);
	}
}

static void lists_as_json(void **state)
{
	struct user_aging aging = aging_from("u:x:20000:1:90:7:30:20500:");
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	aging_print_list_json("u\"", &aging, out);
	aging = aging_from("u:x:0:1:90:7:30::");
	aging_print_list_json("u", &aging, out);
	fclose(out);
	assert_string_equal(text,
		"{\"name\":\"u\\\"\",\"last_change\":\"2024-10-04\",\"must_change\":false,"
		"\"min_days\":1,\"max_days\":90,\"warn_days\":7,\"inactive_days\":30,"
		"\"password_expires\":\"2025-01-02\",\"password_inactive\":\"2025-02-01\","
		"\"account_expires\":\"2026-02-16\"}\n"
		"{\"name\":\"u\",\"last_change\":null,\"must_change\":true,\"min_days\":1,"
		"\"max_days\":90,\"warn_days\":7,\"inactive_days\":30,\"password_expires\":null,"
		"\"password_inactive\":null,\"account_expires\":null}\n");
	free(text);
}

/* A long may be no wider than the largest day of the files. */
static void far_days_stay_far(void **state)
{
	const struct user_aging far = { .last_change = LONG_MAX - 1, .min = 0, .max = 9999,
					.warn = 7, .inactive = LONG_MAX, .expire = DAY_NONE };
	long days = 0;

	(void)state;
	assert_int_equal(aging_state(&far, 20000, &days), AGING_GOOD);
	assert_true(days == LONG_MAX - 20000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_of_a_row),
		cmocka_unit_test(days_as_options_have_them),
		cmocka_unit_test(states),
		cmocka_unit_test(far_days_stay_far),
		cmocka_unit_test(setting),
		cmocka_unit_test(a_row_made_takes_the_password_along),
		cmocka_unit_test(what_cannot_be_set),
		cmocka_unit_test(status_lines),
		cmocka_unit_test(status_without_a_row),
		cmocka_unit_test(lists),
		cmocka_unit_test(lists_as_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
