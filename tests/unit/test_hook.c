/* SPDX-License-Identifier: BSD-3-Clause */
#include "hook.h"

#include "live_root.h"

#define HOOKS "etc/shadow-maint/useradd-pre.d/"

static struct scratch s;

static int begin(void **state)
{
	(void)state;
	if (geteuid() != 0)
		return 0;
	live_root_open(&s);
	return 0;
}

static int end(void **state)
{
	(void)state;
	if (geteuid() == 0)
		live_root_close(&s);
	return 0;
}

static int run_hooks(struct run *run)
{
	setenv("ACTION", "old", 1);
	setenv("COLOUR", "blue", 1);
	printf("begin\n");
	return hook_run(run, "useradd-pre.d", "useradd", "joe") < 0 ? 1 : 0;
}

static int run_dry(struct run *run)
{
	run->opt.dry_run = true;
	return run_hooks(run);
}

static int run_elsewhere(struct run *run)
{
	run->root.live = false;
	return run_hooks(run);
}

static void make_hooks(void)
{
	make_dir(s.fd, "etc/shadow-maint", 0755);
	make_dir(s.fd, HOOKS, 0755);
}

static void none_is_fine(void **state)
{
	(void)state;
	needs_root();
	assert_int_equal(in_live_root(&s, run_hooks), 0);
	make_hooks();
	assert_int_equal(in_live_root(&s, run_hooks), 0);
	assert_string_equal(content(s.fd, "out"), "begin\n");
	assert_string_equal(content(s.fd, "err"), "");
}

static void all_run_in_order_of_their_names(void **state)
{
	static const char script[] = "#!/bin/sh\necho \"${0##*/} $ACTION $SUBJECT $COLOUR $#\"\n";

	(void)state;
	needs_root();
	make_hooks();
	make_file(s.fd, HOOKS "b", script, 0755);
	make_file(s.fd, HOOKS "A", script, 0755);
	make_file(s.fd, HOOKS ".hidden", script, 0755);
	make_file(s.fd, "etc/elsewhere", script, 0755);
	make_link(s.fd, HOOKS "link", "/etc/elsewhere");
	make_dir(s.fd, HOOKS "dir", 0755);
	make_link(s.fd, HOOKS "dirlink", "dir");
	assert_int_equal(in_live_root(&s, run_hooks), 0);
	assert_string_equal(content(s.fd, "out"), "begin\n"
						  ".hidden useradd joe blue 0\n"
						  "A useradd joe blue 0\n"
						  "b useradd joe blue 0\n"
						  "link useradd joe blue 0\n");
	assert_string_equal(content(s.fd, "err"), "");
	assert_int_equal(in_live_root(&s, run_dry), 0);
	assert_string_equal(content(s.fd, "out"), "begin\n");
	assert_int_equal(in_live_root(&s, run_elsewhere), 0);
	assert_string_equal(content(s.fd, "out"), "begin\n");
}

static void the_first_that_fails_ends_it(void **state)
{
	(void)state;
	needs_root();
	make_hooks();
	make_file(s.fd, HOOKS "1", "#!/bin/sh\necho one\n", 0755);
	make_file(s.fd, HOOKS "2", "#!/bin/sh\nexit 3\n", 0755);
	make_file(s.fd, HOOKS "3", "#!/bin/sh\necho three\n", 0755);
	assert_int_equal(in_live_root(&s, run_hooks), 1);
	assert_string_equal(content(s.fd, "out"), "begin\none\n");
	assert_string_equal(content(s.fd, "err"), "2: did not exit cleanly.\n");
}

static void one_that_cannot_run_is_an_error(void **state)
{
	(void)state;
	needs_root();
	make_hooks();
	make_file(s.fd, HOOKS "plain", "echo no\n", 0644);
	assert_int_equal(in_live_root(&s, run_hooks), 1);
	assert_string_equal(content(s.fd, "err"),
			    "cannot run /" HOOKS "plain: Permission denied\n");
}

static int verdict;

static int judge(struct run *run, struct txn *txn, void *context)
{
	(void)context;
	printf("look %s\n", txn_table(txn, TABLE_GROUP) ? "group" : "");
	return verdict < 0 ? err_set(&run->err, ERR_BUSY, "refused") : verdict;
}

static int run_if(struct run *run)
{
	return hook_run_if(run, "useradd-pre.d", "useradd", "joe", TABLE_BIT(TABLE_GROUP), judge,
			   NULL) < 0 ? 1 : 0;
}

static void a_refused_change_runs_none(void **state)
{
	(void)state;
	needs_root();
	make_file(s.fd, "etc/group", "", 0644);
	verdict = -1;
	assert_int_equal(in_live_root(&s, run_if), 0);
	assert_string_equal(content(s.fd, "out"), "");
	make_hooks();
	make_file(s.fd, HOOKS "1", "#!/bin/sh\necho one\n", 0755);
	assert_int_equal(in_live_root(&s, run_if), 1);
	assert_string_equal(content(s.fd, "out"), "look group\n");
	assert_string_equal(content(s.fd, "err"), "refused\n");
	verdict = 1;
	assert_int_equal(in_live_root(&s, run_if), 0);
	assert_string_equal(content(s.fd, "out"), "look group\n");
	verdict = 0;
	assert_int_equal(in_live_root(&s, run_if), 0);
	assert_string_equal(content(s.fd, "out"), "look group\none\n");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(none_is_fine),
		TEST(all_run_in_order_of_their_names),
		TEST(the_first_that_fails_ends_it),
		TEST(one_that_cannot_run_is_an_error),
		TEST(a_refused_change_runs_none),
	};

	own_mounts();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
