/* SPDX-License-Identifier: BSD-3-Clause */
#include "flush.h"

#include "live_root.h"

#define SAYS_SO "#!/bin/sh\necho noise\necho noise >&2\n" \
		"echo \"${0##*/} $* ${HOME-none}\" >>/calls\n"

static struct scratch s;
static unsigned what;

static int begin(void **state)
{
	(void)state;
	if (geteuid() != 0)
		return 0;
	live_root_open(&s);
	make_file(s.fd, "calls", "", 0666);
	what = FLUSH_USERS | FLUSH_GROUPS;
	return 0;
}

static int end(void **state)
{
	(void)state;
	if (geteuid() == 0)
		live_root_close(&s);
	return 0;
}

/* Prints what would go to the log. */
static int flush(struct run *run)
{
	size_t i;

	flush_caches(run, what);
	for (i = 0; i < run->events.count; i++)
		printf("%s\n", run->events.items[i].text);
	return 0;
}

static int flush_dry(struct run *run)
{
	run->opt.dry_run = true;
	return flush(run);
}

static int flush_elsewhere(struct run *run)
{
	run->root.live = false;
	return flush(run);
}

static const char *flushed(int (*how)(struct run *run))
{
	must(unlinkat(s.fd, "calls", 0), "calls");
	make_file(s.fd, "calls", "", 0666);
	assert_int_equal(in_live_root(&s, how), 0);
	assert_string_equal(content(s.fd, "err"), "");
	return content(s.fd, "calls");
}

static void nobody_there_is_fine(void **state)
{
	(void)state;
	needs_root();
	assert_string_equal(flushed(flush), "");
	/* Installed, not running. */
	make_file(s.fd, "usr/sbin/nscd", SAYS_SO, 0755);
	assert_string_equal(flushed(flush), "");
	assert_string_equal(content(s.fd, "out"), "");
}

static void both_are_told(void **state)
{
	(void)state;
	needs_root();
	make_dir(s.fd, "run", 0755);
	make_dir(s.fd, "run/nscd", 0755);
	make_file(s.fd, "run/nscd/socket", "", 0666);
	make_file(s.fd, "usr/sbin/nscd", SAYS_SO, 0755);
	make_file(s.fd, "usr/sbin/sss_cache", SAYS_SO, 0755);
	assert_string_equal(flushed(flush), "nscd -i passwd none\n"
					    "nscd -i group none\n"
					    "sss_cache -UG none\n");
	assert_string_equal(content(s.fd, "out"), "");
	what = FLUSH_USERS;
	assert_string_equal(flushed(flush), "nscd -i passwd none\nsss_cache -U none\n");
	what = FLUSH_GROUPS;
	assert_string_equal(flushed(flush), "nscd -i group none\nsss_cache -G none\n");
	assert_string_equal(flushed(flush_dry), "");
	assert_string_equal(flushed(flush_elsewhere), "");
}

static void a_failure_is_a_line_in_the_log(void **state)
{
	(void)state;
	needs_root();
	make_file(s.fd, "usr/sbin/sss_cache", "#!/bin/sh\nexit 5\n", 0755);
	assert_string_equal(flushed(flush), "");
	assert_string_equal(content(s.fd, "out"), "/usr/sbin/sss_cache ended with status 5\n");
	must(unlinkat(s.fd, "usr/sbin/sss_cache", 0), "sss_cache");
	make_file(s.fd, "usr/sbin/sss_cache", "#!/no/such\n", 0755);
	assert_string_equal(flushed(flush), "");
	assert_string_equal(content(s.fd, "out"),
			    "cannot run /usr/sbin/sss_cache: No such file or directory\n");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nobody_there_is_fine),
		TEST(both_are_told),
		TEST(a_failure_is_a_line_in_the_log),
	};

	own_mounts();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
