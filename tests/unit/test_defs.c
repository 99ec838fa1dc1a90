/* SPDX-License-Identifier: BSD-3-Clause */
#include "defs.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "day.h"
#include "fd.h"

static const struct note note = { .prog = "test_defs" };
static struct arena arena;
static char dir[32];
static struct root root;

static const char *in_dir(const char *path)
{
	return arena_printf(&arena, "%s%s", dir, path);
}

static int begin(void **state)
{
	struct err e = { .kind = ERR_NONE };

	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/test_defs.XXXXXX");
	assert_non_null(mkdtemp(dir));
	mkdir(in_dir("/etc"), 0755);
	mkdir(in_dir("/etc/login.defs.d"), 0755);
	mkdir(in_dir("/run"), 0755);
	mkdir(in_dir("/usr"), 0755);
	mkdir(in_dir("/usr/etc"), 0755);
	mkdir(in_dir("/usr/etc/login.defs.d"), 0755);
	mkdir(in_dir("/usr/lib"), 0755);
	mkdir(in_dir("/usr/lib/login.defs.d"), 0755);
	return root_open(&root, NULL, dir, &arena, &e);
}

static int drop(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int end(void **state)
{
	(void)state;
	root_close(&root);
	nftw(dir, drop, 8, FTW_DEPTH | FTW_PHYS);
	arena_free(&arena);
	return 0;
}

static void write_file(const char *path, const char *text)
{
	_cleanup_fd_ int fd = open(in_dir(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, text, strlen(text)), 0);
}

static struct defs load(void)
{
	struct err e = { .kind = ERR_NONE };
	struct defs d = { 0 };

	assert_int_equal(defs_load(&d, &root, &arena, &note, &e), 0);
	return d;
}

static void lines_are_read_as_other_tools_read_them(void **state)
{
	static const struct {
		const char *line, *value; /* of PASS_MAX_DAYS */
	} cases[] = {
		{ "PASS_MAX_DAYS 12", "12" },
		{ "  PASS_MAX_DAYS\t12  \r", "12" },
		{ "PASS_MAX_DAYS \"12\"", "12" },
		{ "PASS_MAX_DAYS \"12", "12" },
		{ "PASS_MAX_DAYS 12\"", "12" },
		{ "PASS_MAX_DAYS \"\"12\"\"", "12" },
		{ "PASS_MAX_DAYS 12 # x", "12 # x" },
		{ "PASS_MAX_DAYS #12", "#12" },
		{ "PASS_MAX_DAYS 1\nPASS_MAX_DAYS 2", "2" },
		{ "PASS_MAX_DAYS 1\nPASS_MAX_DAYS\n", "1" },
		{ "PASS_MAX_DAYS", NULL },
		{ "PASS_MAX_DAYS \"\"", NULL },
		{ "PASS_MAX_DAYS=12", NULL },
		{ "pass_max_days 12", NULL },
		{ "#PASS_MAX_DAYS 12", NULL },
		{ "  # PASS_MAX_DAYS 12", NULL },
		{ "FOREIGN_ITEM x\n\n\n", NULL },
		{ "", NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct defs d;
		const char *got;

		write_file("/etc/login.defs", cases[i].line);
		d = load();
		got = defs_string(&d, "PASS_MAX_DAYS");
		if (!got != !cases[i].value || (got && strcmp(got, cases[i].value) != 0))
			fail_msg("'%s' gives '%s'", cases[i].line, got ? got : "nothing");
	}
}

static void lines_may_be_long(void **state)
{
	char *text = arena_alloc(&arena, 70000);
	struct defs d;

	(void)state;
	snprintf(text, 70000, "ENV_PATH PATH=%065000d\nUID_MIN 5\n", 7);
	write_file("/etc/login.defs", text);
	d = load();
	assert_int_equal(strlen(defs_string(&d, "ENV_PATH")), 65005);
	assert_int_equal(defs_id(&d, "UID_MIN", 0), 5);
}

static void the_first_main_file_counts(void **state)
{
	struct defs d = load();

	(void)state;
	assert_null(defs_string(&d, "UMASK"));
	write_file("/usr/lib/login.defs", "UMASK 1\nUID_MIN 7\n");
	d = load();
	assert_string_equal(defs_string(&d, "UMASK"), "1");
	write_file("/usr/etc/login.defs", "UMASK 2\n");
	d = load();
	assert_string_equal(defs_string(&d, "UMASK"), "2");
	assert_null(defs_string(&d, "UID_MIN"));
	write_file("/run/login.defs", "UMASK 3\n");
	d = load();
	assert_string_equal(defs_string(&d, "UMASK"), "3");
	assert_int_equal(symlink("/dev/null", in_dir("/etc/login.defs")), 0);
	mkdir(in_dir("/dev"), 0755);
	/* A regular file or not: nothing in it. */
	write_file("/dev/null", "");
	d = load();
	assert_null(defs_string(&d, "UMASK"));
}

static void drop_ins_come_in_order_of_their_names(void **state)
{
	struct defs d;

	(void)state;
	write_file("/etc/login.defs", "UMASK 1\nUID_MIN 1\nUID_MAX 1\nGID_MIN 1\n");
	write_file("/usr/lib/login.defs.d/10-a.defs", "UMASK 2\nUID_MIN 2\n");
	write_file("/etc/login.defs.d/20-b.defs", "UMASK 3\n");
	write_file("/usr/etc/login.defs.d/30-c.defs", "UID_MAX 4\n");
	write_file("/etc/login.defs.d/30-c.defs", "");
	write_file("/etc/login.defs.d/.hidden.defs", "GID_MIN 5\n");
	write_file("/etc/login.defs.d/README", "GID_MIN 6\n");
	write_file("/etc/login.defs.d/.defs", "GID_MIN 7\n");
	assert_int_equal(symlink("/none", in_dir("/etc/login.defs.d/40.defs")), 0);
	assert_int_equal(mkfifo(in_dir("/etc/login.defs.d/50.defs"), 0600), 0);
	d = load();
	assert_string_equal(defs_string(&d, "UMASK"), "3");
	assert_string_equal(defs_string(&d, "UID_MIN"), "2");
	assert_string_equal(defs_string(&d, "UID_MAX"), "1");
	assert_string_equal(defs_string(&d, "GID_MIN"), "1");
}

static void a_file_that_cannot_be_read_is_an_error(void **state)
{
	struct err e = { .kind = ERR_NONE };
	struct defs d = { 0 };
	int fd;

	(void)state;
	write_file("/etc/login.defs", "");
	/* Larger than anybody's. */
	fd = open(in_dir("/etc/login.defs"), O_WRONLY | O_CLOEXEC);
	assert_int_equal(ftruncate(fd, 2 * 1024 * 1024), 0);
	close(fd);
	assert_int_equal(defs_load(&d, &root, &arena, &note, &e), -1);
	assert_int_equal(e.kind, ERR_IO);
	assert_string_equal(e.message, arena_printf(&arena, "cannot read %s/etc/login.defs: "
							    "File too large", dir));
}

static void overrides_come_last_and_must_be_known(void **state)
{
	static const struct {
		const char *item, *message;
	} bad[] = {
		{ "UMASK", "-K requires KEY=VALUE" },
		{ "", "-K requires KEY=VALUE" },
		{ "=5", "configuration error - unknown item '' (notify administrator)" },
		{ "NOSUCH=1",
		  "configuration error - unknown item 'NOSUCH' (notify administrator)" },
		{ " UMASK=1",
		  "configuration error - unknown item ' UMASK' (notify administrator)" },
	};
	const char *good[] = { "UMASK=1", "UMASK=027", "MAIL_DIR=a=b", "MOTD_FIRSTONLY=yes",
			       "YESCRYPT_COST_FACTOR=5", "ALWAYS_SET_PATH=" };
	struct opt_list keys = { good, sizeof(good) / sizeof(good[0]) };
	struct err e = { .kind = ERR_NONE };
	struct defs d;
	size_t i;

	(void)state;
	write_file("/etc/login.defs.d/x.defs", "UMASK 3\n");
	d = load();
	assert_int_equal(defs_override(&d, &keys, &arena, &e), 0);
	assert_string_equal(defs_string(&d, "UMASK"), "027");
	assert_string_equal(defs_string(&d, "MAIL_DIR"), "a=b");
	assert_string_equal(defs_string(&d, "ALWAYS_SET_PATH"), "");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *item[] = { bad[i].item };

		keys = (struct opt_list){ item, 1 };
		err_clear(&e);
		assert_int_equal(defs_override(&d, &keys, &arena, &e), -1);
		assert_int_equal(e.kind, ERR_ARGUMENT);
		assert_string_equal(e.message, bad[i].message);
	}
}

static const struct {
	const char *text;
	long long number; /* 42 stands for the fallback */
	uint32_t id;
	bool noted;
} numbers[] = {
	{ "7", 7, 7, false },
	{ "010", 8, 8, false },
	{ "0x10", 16, 16, false },
	{ " 7", 7, 7, false },
	{ "-1", -1, 42, true },
	{ "-2", 42, 42, true },
	{ "4294967295", 4294967295, 4294967295, false },
	{ "4294967296", 4294967296, 42, true },
	{ "99999999999999999999", 42, 42, true },
	{ "abc", 42, 42, true },
	{ "1x", 42, 42, true },
	{ "1 ", 42, 42, true },
	{ "10.5", 42, 42, true },
	{ "", 42, 42, true },
};

static void numbers_parse_or_are_noted_once(void **state)
{
	_cleanup_file_ FILE *file = tmpfile();
	int saved = dup(STDERR_FILENO);
	size_t i, said = 0, expected = 0;
	char line[256];

	(void)state;
	assert_non_null(file);
	dup2(fileno(file), STDERR_FILENO);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct defs_item item = { "UID_MIN", numbers[i].text, false };
		struct defs d = { &item, 1, 1, &note };

		assert_true(defs_number(&d, "UID_MIN", 42) == numbers[i].number);
		assert_int_equal(defs_id(&d, "UID_MIN", 42), numbers[i].id);
		assert_int_equal(defs_id(&d, "UID_MIN", 42), numbers[i].id);
		assert_int_equal(defs_id(&d, "UID_MAX", 43), 43);
		expected += numbers[i].noted;
	}
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(file);
	while (fgets(line, sizeof(line), file)) {
		said++;
		if (strstr(line, "abc"))
			assert_string_equal(line, "test_defs: configuration error - cannot parse "
						  "UID_MIN value: 'abc'\n");
	}
	assert_int_equal(said, expected);
}

static void days_are_those_that_a_row_can_hold(void **state)
{
	static const struct {
		const char *text;
		long days;
	} cases[] = {
		{ "0", 0 }, { "90", 90 }, { "-1", DAY_NONE }, { "2147483647", 2147483647 },
		{ "2147483648", DAY_NONE }, { "99999999999", DAY_NONE }, { "-2", DAY_NONE },
		{ "x", DAY_NONE },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		/* Noted already: what is said is looked at above. */
		struct defs_item item = { "PASS_MAX_DAYS", cases[i].text, true };
		struct defs d = { &item, 1, 1, &note };

		assert_int_equal(defs_days(&d, "PASS_MAX_DAYS"), cases[i].days);
		assert_int_equal(defs_days(&d, "PASS_MIN_DAYS"), DAY_NONE);
	}
}

static void booleans_are_yes_or_not(void **state)
{
	struct defs_item items[] = { { "A", "yes", false }, { "B", "YeS", false },
				     { "C", "true", false }, { "D", "", false } };
	struct defs d = { items, 4, 4, &note };

	(void)state;
	assert_true(defs_bool(&d, "A", false));
	assert_true(defs_bool(&d, "B", false));
	assert_false(defs_bool(&d, "C", true));
	assert_false(defs_bool(&d, "D", true));
	assert_true(defs_bool(&d, "E", true));
	assert_false(defs_bool(&d, "E", false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lines_are_read_as_other_tools_read_them, begin,
						end),
		cmocka_unit_test_setup_teardown(lines_may_be_long, begin, end),
		cmocka_unit_test_setup_teardown(the_first_main_file_counts, begin, end),
		cmocka_unit_test_setup_teardown(drop_ins_come_in_order_of_their_names, begin, end),
		cmocka_unit_test_setup_teardown(a_file_that_cannot_be_read_is_an_error, begin, end),
		cmocka_unit_test_setup_teardown(overrides_come_last_and_must_be_known, begin, end),
		cmocka_unit_test(numbers_parse_or_are_noted_once),
		cmocka_unit_test(days_are_those_that_a_row_can_hold),
		cmocka_unit_test(booleans_are_yes_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
