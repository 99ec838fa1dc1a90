/* SPDX-License-Identifier: BSD-3-Clause */
#include "run_confine.h"

#include "live_root.h"

#define SYSTEM_GROUP "root:x:0:\nclub:x:5:\n"

static struct scratch s;

static int begin(void **state)
{
	(void)state;
	if (geteuid() != 0)
		return 0;
	live_root_open(&s);
	make_dir(s.fd, "data", 0755);
	make_dir(s.fd, "var", 0755);
	make_dir(s.fd, "var/lib", 0755);
	make_dir(s.fd, "var/lib/sss", 0755);
	make_file(s.fd, "etc/gshadow", "root:*::\nclub:!::\n", 0600);
	make_file(s.fd, "data/group", SYSTEM_GROUP, 0644);
	make_link(s.fd, "etc/group", "../data/group");
	return 0;
}

static int end(void **state)
{
	(void)state;
	if (geteuid() == 0)
		live_root_close(&s);
	return 0;
}

static bool opens(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* The kernel's answer, asked where nothing of ours depends on it. */
static bool has_landlock(void)
{
	return syscall(SYS_pidfd_send_signal - 424 + 444, NULL, 0, 1u) >= 0;
}

static int change(struct run *run, struct txn *txn, void *context)
{
	struct table *t = txn_table(txn, TABLE_GROUP);
	struct row row;

	(void)context;
	if (!table_find(t, "club", &row))
		return -1;
	return table_set(t, &row, GR_MEMBERS, "alice", &run->err);
}

static int confined(struct run *run)
{
	const struct tool tool = { .name = "test", .elevated = true };
	bool had = has_landlock();

	run->tool = &tool;
	run->mode = SELINUX_OFF;
	run->lock_timeout = 1;
	caller_note(&run->caller);
	if (run_transaction(run, TABLE_BIT(TABLE_GROUP), change, NULL) < 0)
		return 1;
	/* Where it must go on: the second transaction, caches, programs that we start. */
	if (run_transaction(run, TABLE_BIT(TABLE_GROUP), change, NULL) < 0 || !run->confined)
		return 2;
	if (!opens("/dev/null", O_RDWR) || !opens("/var/lib/sss/x", O_WRONLY | O_CREAT) ||
	    !opens("/etc/x", O_WRONLY | O_CREAT) || !opens("/data/x", O_WRONLY | O_CREAT))
		return 3;
	if (had && (opens("/tmp/x", O_WRONLY | O_CREAT) || opens("/out", O_WRONLY) ||
		    opens("/var/lib/x", O_WRONLY | O_CREAT) ||
		    opens("/dev/x", O_WRONLY | O_CREAT)))
		return 4;
	return run->events.count == 0 ? 0 : 5;
}

static void only_where_account_files_are(void **state)
{
	(void)state;
	needs_root();
	assert_int_equal(in_live_root(&s, confined), 0);
	assert_string_equal(content(s.fd, "err"), "");
	assert_string_equal(content(s.fd, "data/group"), "root:x:0:\nclub:x:5:alice\n");
	assert_string_equal(target(s.fd, "etc/group"), "../data/group");
}

/* No more layers to be had: the change goes on, with one line in the log. */
static int refused(struct run *run)
{
	const struct tool tool = { .name = "test", .elevated = true };
	int i;

	run->tool = &tool;
	run->mode = SELINUX_OFF;
	run->lock_timeout = 1;
	caller_note(&run->caller);
	for (i = 0; i < 16; i++)
		run_confine(run);
	if (run_transaction(run, TABLE_BIT(TABLE_GROUP), change, NULL) < 0)
		return 1;
	for (i = 0; i < (int)run->events.count; i++)
		printf("%d %s\n", run->events.items[i].priority, run->events.items[i].text);
	return 0;
}

static void a_refusal_is_a_line_in_the_log(void **state)
{
	(void)state;
	needs_root();
	assert_int_equal(in_live_root(&s, refused), 0);
	assert_string_equal(content(s.fd, "out"),
			    has_landlock() ? "4 cannot confine what is written to: "
					     "Argument list too long\n" : "");
	assert_string_equal(content(s.fd, "data/group"), "root:x:0:\nclub:x:5:alice\n");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(only_where_account_files_are),
		TEST(a_refusal_is_a_line_in_the_log),
	};

	own_mounts();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
