/* SPDX-License-Identifier: BSD-3-Clause */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "crew.h"

#define ITEMS 5000

struct job {
	atomic_int times[ITEMS];
	atomic_int at_once, most;
	size_t fails_at;
	bool slow;
	size_t shown, calls;
};

static int work(void *context, size_t i, struct err *e)
{
	const struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };
	struct job *job = context;
	int now = atomic_fetch_add(&job->at_once, 1) + 1;

	if (now > atomic_load(&job->most))
		atomic_store(&job->most, now);
	if (job->slow)
		nanosleep(&pause, NULL);
	atomic_fetch_add(&job->times[i], 1);
	atomic_fetch_sub(&job->at_once, 1);
	if (i == job->fails_at)
		return err_set(e, ERR_IO, "item %zu", i);
	return 0;
}

static void progress(void *shown, size_t done)
{
	struct job *job = shown;

	assert_true(done >= job->shown && done <= ITEMS);
	job->shown = done;
	job->calls++;
}

static void does_each_once(void **state)
{
	static const size_t counts[] = { 0, 1, 2, 3, ITEMS };
	size_t i, k;

	(void)state;
	for (k = 0; k < sizeof(counts) / sizeof(counts[0]); k++) {
		struct job job = { .fails_at = ITEMS };
		struct err e = { .kind = ERR_NONE };

		assert_int_equal(crew_run(counts[k], work, &job, progress, &job, &e), 0);
		for (i = 0; i < ITEMS; i++)
			assert_int_equal(job.times[i], i < counts[k]);
		assert_true(counts[k] != 1 || job.calls == 1);
	}
}

static void works_at_the_same_time(void **state)
{
	struct job job = { .fails_at = ITEMS, .slow = true };
	struct err e = { .kind = ERR_NONE };
	cpu_set_t set;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
	assert_int_equal(crew_run(16, work, &job, NULL, NULL, &e), 0);
	assert_true(job.most >= 2 || CPU_COUNT(&set) < 2);
	assert_true(job.most <= CPU_COUNT(&set));
}

static void ends_with_the_first_error(void **state)
{
	struct job job = { .fails_at = 3, .slow = true };
	struct err e = { .kind = ERR_NONE };
	size_t i, done = 0;

	(void)state;
	assert_int_equal(crew_run(ITEMS, work, &job, progress, &job, &e), -1);
	assert_string_equal(e.message, "item 3");
	for (i = 0; i < ITEMS; i++)
		done += (size_t)job.times[i];
	assert_true(done < ITEMS / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(does_each_once),
		cmocka_unit_test(works_at_the_same_time),
		cmocka_unit_test(ends_with_the_first_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
