/* SPDX-License-Identifier: BSD-3-Clause */
#include "scratch.h"

#include <limits.h>

#include "faillog.h"
#include "lastlog.h"

struct world {
	struct scratch s;
	struct run run;
	struct uid_log log;
};

static int setup(void **state)
{
	static struct world w;

	memset(&w, 0, sizeof(w));
	w.log = UID_LOG_CLOSED;
	w.run.note.prog = "test";
	scratch_open(&w.s);
	make_dir(w.s.fd, "var", 0755);
	make_dir(w.s.fd, "var/log", 0755);
	make_file(w.s.fd, "var/log/lastlog", "", 0644);
	make_file(w.s.fd, "var/log/faillog", "", 0644);
	*state = &w;
	return root_open(&w.run.root, NULL, w.s.dir, &w.run.arena, &w.run.err);
}

static int teardown(void **state)
{
	struct world *w = *state;

	uid_log_close(&w->log);
	root_close(&w->run.root);
	arena_free(&w->run.arena);
	scratch_close(&w->s);
	return 0;
}

static void open_log(struct world *w, enum uid_log_id which)
{
	uid_log_close(&w->log);
	assert_int_equal(uid_log_open(&w->log, &w->run, which, true), 0);
}

static void put_count(struct world *w, uint32_t uid, short count)
{
	const struct faillog record = { .count = count };

	assert_int_equal(uid_log_write(&w->log, uid, &record, &w->run.err), 0);
}

static void expect_next(struct world *w, uint32_t from, long expected)
{
	uint32_t uid = from;

	assert_int_equal(uid_log_next(&w->log, &uid, &w->run.err), expected >= 0);
	if (expected >= 0)
		assert_int_equal(uid, expected);
}

/* A walk to the last possible uid takes no time; data in blocks between records counts. */
static void holes(void **state)
{
	struct world *w = *state;
	struct faillog record;
	struct stat st;

	open_log(w, UID_LOG_FAILURES);
	expect_next(w, 0, -1);
	put_count(w, 3, 1);
	put_count(w, 4, 0);
	put_count(w, 1000000, 2);
	put_count(w, SCHEMA_ID_MAX, 3);
	assert_int_equal(w->log.count, (uint64_t)SCHEMA_ID_MAX + 1);
	expect_next(w, 0, 3);
	expect_next(w, 3, 3);
	expect_next(w, 4, 1000000);
	expect_next(w, 1000001, SCHEMA_ID_MAX);
	assert_int_equal(uid_log_read(&w->log, 999999, &record, &w->run.err), 0);
	assert_int_equal(record.count, 0);
	assert_int_equal(uid_log_read(&w->log, SCHEMA_ID_MAX, &record, &w->run.err), 0);
	assert_int_equal(record.count, 3);
	assert_int_equal(fstat(w->log.fd, &st), 0);
	assert_in_range(st.st_blocks, 1, 1000);
}

/* lastlog's records do not end where blocks do. */
static void straddling(void **state)
{
	struct world *w = *state;
	struct lastlog_entry entry = { 5, "tty1", "host" };
	uint32_t uid;

	open_log(w, UID_LOG_LOGINS);
	for (uid = 100000; uid < 100040; uid++) {
		assert_int_equal(lastlog_write(&w->log, uid, &entry, &w->run.err), 0);
		expect_next(w, 0, 100000);
		expect_next(w, uid, (long)uid);
		expect_next(w, uid + 1, -1);
	}
}

static void past_the_end(void **state)
{
	struct world *w = *state;
	struct lastlog_entry entry = { 5, "tty1", "host" };

	open_log(w, UID_LOG_LOGINS);
	assert_int_equal(lastlog_read(&w->log, 7, &entry, &w->run.err), 0);
	assert_int_equal(entry.time, 0);
	assert_string_equal(entry.host, "");
}

static void cut(void **state)
{
	struct world *w = *state;
	struct faillog record;

	open_log(w, UID_LOG_FAILURES);
	put_count(w, 2, 9);
	assert_int_equal(ftruncate(w->log.fd, (off_t)(3 * w->log.size - 1)), 0);
	open_log(w, UID_LOG_FAILURES);
	assert_int_equal(w->log.count, 2);
	assert_int_equal(w->log.rest, w->log.size - 1);
	assert_int_equal(uid_log_read(&w->log, 2, &record, &w->run.err), 0);
	assert_int_equal(record.count, 0);
	expect_next(w, 0, -1);
}

static void times(void **state)
{
	static const int64_t good[] = { 1, INT32_MAX, (int64_t)INT32_MAX + 1, UINT32_MAX };
	struct world *w = *state;
	struct lastlog_entry entry = { 0 };
	size_t i;

	/* Elsewhere the time has 64 bits. */
	if (uid_log_record(UID_LOG_LOGINS) != 292)
		skip();
	open_log(w, UID_LOG_LOGINS);
	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		entry.time = good[i];
		assert_int_equal(lastlog_write(&w->log, 0, &entry, &w->run.err), 0);
		assert_int_equal(lastlog_read(&w->log, 0, &entry, &w->run.err), 0);
		assert_int_equal(entry.time, good[i]);
	}
	entry.time = (int64_t)UINT32_MAX + 1;
	assert_int_equal(lastlog_write(&w->log, 0, &entry, &w->run.err), -1);
	assert_int_equal(w->run.err.kind, ERR_ARGUMENT);
	assert_int_equal(lastlog_read(&w->log, 0, &entry, &w->run.err), 0);
	assert_int_equal(entry.time, UINT32_MAX);
}

static void left(void **state)
{
	static const struct {
		struct faillog record;
		int64_t now;
		long left;
	} cases[] = {
		{ { .count = 1, .time = 100, .lock_time = 60 }, 110, 50 },
		{ { .count = 1, .time = 100, .lock_time = 60 }, 160, 0 },
		{ { .count = 0, .time = 100, .lock_time = 60 }, 110, 0 },
		{ { .count = 1, .time = 100, .lock_time = -1 }, 50, 0 },
		{ { .count = 1, .time = LONG_MAX, .lock_time = 60 }, 110, 0 },
		/* A failure that is yet to come closes nothing. */
		{ { .count = 1, .time = 1000, .lock_time = 60 }, 110, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(faillog_left(&cases[i].record, cases[i].now), cases[i].left);
}

static void apply(void **state)
{
	struct faillog record = { .count = 3, .max = 5, .time = 9, .lock_time = 60 };

	(void)state;
	assert_false(faillog_apply(&record, &(struct faillog_change){ .has_max = true, .max = 5 }));
	assert_true(faillog_apply(&record, &(struct faillog_change){ .reset = true }));
	assert_int_equal(record.count, 0);
	assert_int_equal(record.max, 5);
	assert_int_equal(record.time, 9);
	assert_true(faillog_apply(&record, &(struct faillog_change){ .has_lock = true }));
	assert_int_equal(record.lock_time, 0);
}

static void days(void **state)
{
	int64_t seconds;

	(void)state;
	assert_true(uid_log_days("3", &seconds));
	assert_int_equal(seconds, 3 * 86400);
	assert_true(uid_log_days("-1", &seconds));
	assert_int_equal(seconds, -86400);
	assert_true(uid_log_days("999999999999", &seconds));
	assert_int_equal(seconds, INT32_MAX * INT64_C(86400));
	assert_false(uid_log_days("", &seconds));
	assert_false(uid_log_days("1.5", &seconds));
	assert_false(uid_log_days("99999999999999999999", &seconds));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(holes, setup, teardown),
		cmocka_unit_test_setup_teardown(straddling, setup, teardown),
		cmocka_unit_test_setup_teardown(past_the_end, setup, teardown),
		cmocka_unit_test_setup_teardown(cut, setup, teardown),
		cmocka_unit_test_setup_teardown(times, setup, teardown),
		cmocka_unit_test(left),
		cmocka_unit_test(apply),
		cmocka_unit_test(days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
