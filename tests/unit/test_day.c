/* SPDX-License-Identifier: BSD-3-Clause */
#include "day.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define BAD (-2L)

static const struct {
	const char *text;
	long day;
} dates[] = {
	{ "", DAY_NONE },
	{ "-1", DAY_NONE },
	{ "0", 0 },
	{ "007", 7 },
	{ " 20000", 20000 },
	{ "99999", 99999 },
	{ "2147483647", 2147483647 },
	{ "1970-01-01", 0 },
	{ "1970-12-31", 364 },
	{ "2000-02-28", 11015 },
	{ "2000-02-29", 11016 },
	{ "2000-03-01", 11017 },
	{ "2023-11-14", 19675 },
	{ "2031-12-31", 22644 },
	{ "2100-02-28", 47540 },
	{ "2100-03-01", 47541 },
	{ "9999-12-31", 2932896 },
	{ "2030-1-5", 21919 },
	{ "2030/01/05", 21919 },
	{ "2031-12-31 ", 22644 },
	{ "01/05/2030", 21919 },
	{ "1/5/2030", 21919 },
	{ "5 Jan 2030", 21919 },
	{ "05-jan-2030", 21919 },
	{ "31 December 2031", 22644 },
	{ "January 5, 2030", 21919 },
	{ "Jan 5,2030", 21919 },
	{ "2030-01-05 10:00", 21919 },
	{ "2030-01-05 10:00:59", 21919 },
	{ "2030-01-05T10:00:00Z", 21919 },
	/* Days that the month does not have. */
	{ "2023-02-30", 19418 },
	{ "2025-02-29", 20148 },
	{ "2024-02-31", 19784 },
	{ "2024-04-31", 19844 },
	/* From 2023-11-14, see below. */
	{ "today", 19675 },
	{ "Tomorrow", 19676 },
	{ "yesterday", 19674 },
	{ "+1 day", 19676 },
	{ "90 days", 19765 },
	{ "+2 weeks", 19689 },
	{ "3 months", 19767 },
	{ "+1 year", 20041 },
	{ "2023-13-01", BAD },
	{ "2023-00-10", BAD },
	{ "2023-01-00", BAD },
	{ "2023-01-32", BAD },
	{ "1969-12-31", BAD },
	{ "10000-01-01", BAD },
	{ "30-01-05", BAD },
	{ "2030-01", BAD },
	{ "2030-01/05", BAD },
	{ "2030-01-05x", BAD },
	{ "2030-01-05T", BAD },
	{ "2030-01-05T25:00", BAD },
	{ "2030-01-05 10:0", BAD },
	{ "2030-01-05 10:00:", BAD },
	{ "31/12/2030", BAD },
	{ "5 Ja 2030", BAD },
	{ "5-Jan 2030", BAD },
	{ "Jan 5 2030", BAD },
	{ "0x10", BAD },
	{ "-2", BAD },
	{ "+5", BAD },
	{ "5.5", BAD },
	{ " ", BAD },
	{ "soon", BAD },
	{ "never", BAD },
	{ "1 dayz", BAD },
	{ "99999 years", BAD },
	{ "2147483648", BAD },
	{ "99999999999999999999", BAD },
	{ "2030-01-05                                                        10:00:00", BAD },
};

static void dates_are_days_or_nothing(void **state)
{
	size_t i;

	(void)state;
	setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
	for (i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
		long day = BAD;
		bool good = day_parse(dates[i].text, &day);

		if (good != (dates[i].day != BAD) || day != dates[i].day)
			fail_msg("'%s' gives %ld, not %ld", dates[i].text, day, dates[i].day);
	}
}

static void every_day_comes_back(void **state)
{
	char text[32];
	long day, back;

	(void)state;
	for (day = 0; day < 50000; day++) {
		day_format(day, text, sizeof(text));
		assert_true(day_parse(text, &back));
		assert_int_equal(back, day);
	}
	day_format(2932896, text, sizeof(text));
	assert_string_equal(text, "9999-12-31");
	day_format(DAY_NONE, text, sizeof(text));
	assert_string_equal(text, "never");
}

static void dates_in_words(void **state)
{
	static const struct {
		long day;
		const char *text;
	} cases[] = {
		{ DAY_NONE, "never" },
		{ 0, "Jan 01, 1970" },
		{ 19000, "Jan 08, 2022" },
		{ 20500, "Feb 16, 2026" },
		{ 11016, "Feb 29, 2000" },
		{ 2932897, "Jan 01, 10000" },
		{ 99999999, "Sep 12, 275760" },
	};
	char text[32];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		day_format_words(cases[i].day, text, sizeof(text));
		assert_string_equal(text, cases[i].text);
	}
}

static void the_calendar_is_that_of_the_system(void **state)
{
	char ours[32], theirs[32];
	long day;

	(void)state;
	for (day = 0; day < 100000; day += 97) {
		time_t t = (time_t)day * 86400;
		struct tm tm;

		day_format(day, ours, sizeof(ours));
		strftime(theirs, sizeof(theirs), "%Y-%m-%d", gmtime_r(&t, &tm));
		assert_string_equal(ours, theirs);
	}
}

static void the_epoch_is_heard_when_it_makes_sense(void **state)
{
	static const struct {
		const char *value;
		bool fixed;
	} cases[] = {
		{ "0", true },		 { "1700000000", true }, { "", false },
		{ "-5", false },	 { "abc", false },	 { "17x", false },
		{ "9999999999999", false }, { "99999999999999999999", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		time_t before = time(NULL), now;
		bool fixed;

		setenv("SOURCE_DATE_EPOCH", cases[i].value, 1);
		now = day_now(&fixed);
		assert_int_equal(fixed, cases[i].fixed);
		if (fixed) {
			assert_int_equal(now, strtoll(cases[i].value, NULL, 10));
			assert_int_equal(day_today(), now / 86400);
			assert_null(day_ignored_epoch());
		} else {
			assert_true(now >= before && now <= time(NULL));
			assert_string_equal(day_ignored_epoch(), cases[i].value);
		}
	}
	unsetenv("SOURCE_DATE_EPOCH");
	assert_null(day_ignored_epoch());
	assert_true(day_now(NULL) >= 1700000000);
}

static struct timespec time_of(int dirfd, const char *name)
{
	struct stat st;

	assert_int_equal(fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW), 0);
	return st.st_mtim;
}

static void what_is_newer_than_the_epoch_gets_its_time(void **state)
{
	static const struct {
		struct timespec was;
		const char *epoch;
		struct timespec then;
	} cases[] = {
		{ { 1700000000, 1 }, "1700000000", { 1700000000, 0 } },
		{ { 1700000001, 0 }, "1700000000", { 1700000000, 0 } },
		{ { 1700000000, 0 }, "1700000000", { 1700000000, 0 } },
		{ { 1600000000, 5 }, "1700000000", { 1600000000, 5 } },
		{ { 1600000000, 5 }, "soon", { 1600000000, 5 } },
		{ { 1600000000, 5 }, "0", { 0, 0 } },
	};
	char dir[] = "/tmp/test_day.XXXXXX";
	int fd, file;
	size_t i;

	(void)state;
	assert_non_null(mkdtemp(dir));
	fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(symlinkat("nowhere", fd, "link"), 0);
	file = openat(fd, "file", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(file >= 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		static const char *const names[] = { "file", "link", "." };
		const struct timespec times[2] = { cases[i].was, cases[i].was };
		size_t n;

		setenv("SOURCE_DATE_EPOCH", cases[i].epoch, 1);
		for (n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
			struct timespec then;

			assert_int_equal(utimensat(fd, names[n], times, AT_SYMLINK_NOFOLLOW), 0);
			day_clamp_times(fd, names[n]);
			then = time_of(fd, names[n]);
			assert_int_equal(then.tv_sec, cases[i].then.tv_sec);
			assert_int_equal(then.tv_nsec, cases[i].then.tv_nsec);
		}
	}
	unsetenv("SOURCE_DATE_EPOCH");
	day_clamp_times(fd, "nowhere");
	unlinkat(fd, "link", 0);
	unlinkat(fd, "file", 0);
	rmdir(dir);
	close(file);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates_are_days_or_nothing),
		cmocka_unit_test(every_day_comes_back),
		cmocka_unit_test(dates_in_words),
		cmocka_unit_test(the_calendar_is_that_of_the_system),
		cmocka_unit_test(the_epoch_is_heard_when_it_makes_sense),
		cmocka_unit_test(what_is_newer_than_the_epoch_gets_its_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
