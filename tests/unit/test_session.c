/* SPDX-License-Identifier: BSD-3-Clause */
#include "session.h"

#include "scratch.h"

#include <grp.h>
#include <sys/wait.h>

static struct scratch s;
static struct proc_origin origin;
static struct caller caller;

static int begin(void **state)
{
	(void)state;
	scratch_open(&s);
	caller_note(&caller);
	return 0;
}

static int end(void **state)
{
	(void)state;
	scratch_close(&s);
	return 0;
}

static int run(const char *path, const char *script, int *ret_status, struct err *e)
{
	const char *const argv[] = { "sh", "-c", script, "sh", s.dir, NULL };
	char *const environment[] = { (char[]){ "PATH=/usr/bin:/bin" }, (char[]){ "MINE=1" },
				      NULL };
	const struct session session = { .origin = &origin, .caller = &caller, .gid = getgid(),
					 .path = path, .argv = argv, .environment = environment };

	int signal, r;

	*ret_status = -1;
	r = session_run(&session, ret_status, &signal, e);
	/* It is told apart from what the program makes of it. */
	if (r == 0 && signal != 0 && *ret_status == 0)
		*ret_status = 64 + signal;
	return r;
}

/* In a child of its own process group, which a session changes: signals, groups. */
static pid_t start(const char *script)
{
	struct err e = { .kind = ERR_NONE };
	pid_t pid = fork();
	int status;

	if (pid != 0)
		return pid;
	setpgid(0, 0);
	proc_begin(&origin);
	_exit(run("/bin/sh", script, &status, &e) < 0 ? 99 : status);
}

static int end_of(pid_t pid)
{
	int status;

	must(waitpid(pid, &status, 0) == pid ? 0 : -1, "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void wait_for_file(const char *name)
{
	const struct timespec pause = { .tv_nsec = 5000000 };
	int i;

	for (i = 0; i < 2000 && !is_there(s.fd, name); i++)
		nanosleep(&pause, NULL);
	assert_true(is_there(s.fd, name));
}

static void statuses(void **state)
{
	(void)state;
	assert_int_equal(end_of(start("exit 0")), 0);
	assert_int_equal(end_of(start("exit 3")), 3);
	assert_int_equal(end_of(start("kill -9 $$")), 128 + 9);
	assert_int_equal(end_of(start("kill -15 $$")), 128 + 15);
}

static void programs_that_do_not_start(void **state)
{
	struct err e = { .kind = ERR_NONE };
	sigset_t before;
	int status;

	(void)state;
	proc_begin(&origin);
	sigprocmask(SIG_BLOCK, NULL, &before);
	assert_int_equal(run("/no/such", "", &status, &e), -1);
	assert_int_equal(status, SESSION_NOT_FOUND);
	assert_string_equal(e.message, "Cannot execute /no/such: No such file or directory");
	err_clear(&e);
	assert_int_equal(run("/", "", &status, &e), -1);
	assert_int_equal(status, SESSION_CANNOT_RUN);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static void all_is_as_the_caller_had_it(void **state)
{
	unsigned long blocked, ignored;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		umask(027);
		signal(SIGPIPE, SIG_IGN);
		signal(SIGXFSZ, SIG_DFL);
		_exit(end_of(start("{ umask; echo $MINE; set | grep -c ^HOME=; "
				   "grep -E 'SigBlk|SigIgn' /proc/self/status; } >\"$1/out\"")));
	}
	assert_int_equal(end_of(pid), 0);
	/* 32 and 33 are the C library's, and whoever runs us may have them ignored. */
	assert_int_equal(sscanf(content(s.fd, "out"), "0027\n1\n0\nSigBlk:\t%lx\nSigIgn:\t%lx",
				&blocked, &ignored), 2);
	assert_int_equal(blocked, 0);
	assert_int_equal(ignored & 0x7fffffff, 1ul << (SIGPIPE - 1));
}

static void it_stops_and_goes_on(void **state)
{
	pid_t pid = start(": >\"$1/ready\"; kill -STOP $$; exit 4");
	int status;

	(void)state;
	must(waitpid(pid, &status, WUNTRACED) == pid ? 0 : -1, "waitpid");
	assert_true(WIFSTOPPED(status));
	kill(pid, SIGCONT);
	assert_int_equal(end_of(pid), 4);
}

/* The shell waits in the background, so that a trap runs at once. */
#define WAIT ": >\"$1/ready\"; sleep 30 & wait $!; kill %1 2>/dev/null; exit 5"

static void what_ends_us_is_passed_on(void **state)
{
	pid_t pid = start("trap 'kill $!; exit 9' TERM; " WAIT);

	(void)state;
	wait_for_file("ready");
	kill(pid, SIGTERM);
	assert_int_equal(end_of(pid), 9);
	must(unlinkat(s.fd, "ready", 0), "unlink");
	pid = start("trap 'kill $!; exit 8' HUP; " WAIT);
	wait_for_file("ready");
	kill(pid, SIGHUP);
	assert_int_equal(end_of(pid), 8);
	/* A good end does not hide it. */
	must(unlinkat(s.fd, "ready", 0), "unlink");
	pid = start("trap 'kill $!; exit 0' TERM; " WAIT);
	wait_for_file("ready");
	kill(pid, SIGTERM);
	assert_int_equal(end_of(pid), 64 + SIGTERM);
}

static void keys_are_the_programs(void **state)
{
	pid_t pid = start(": >\"$1/ready\"; sleep 0.3; exit 6");
	int status;

	(void)state;
	wait_for_file("ready");
	kill(pid, SIGINT);
	kill(pid, SIGQUIT);
	kill(pid, SIGTSTP);
	must(waitpid(pid, &status, WUNTRACED) == pid ? 0 : -1, "waitpid");
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 6);
}

static bool has_group(gid_t gid)
{
	gid_t list[64];
	int count = getgroups(64, list), i;

	for (i = 0; i < count; i++)
		if (list[i] == gid)
			return true;
	return false;
}

static void try_to_join(void)
{
	const gid_t old[] = { 5, 6 };
	struct arena a = { NULL };
	struct err e = { .kind = ERR_NONE };
	const char *why = "unset";

	must(setgroups(2, old), "setgroups");
	assert_int_equal(session_join(&caller, 54400, &a, &why, &e), 0);
	assert_null(why);
	assert_true(has_group(5) && has_group(6) && has_group(54400));
	assert_int_equal(session_join(&caller, 5, &a, &why, &e), 0);
	assert_int_equal(getgroups(0, NULL), 3);
	arena_free(&a);
}

static void fill_and_join(void)
{
	size_t count = (size_t)sysconf(_SC_NGROUPS_MAX), i;
	struct arena a = { NULL };
	struct err e = { .kind = ERR_NONE };
	gid_t *list = arena_array(&a, count, sizeof(*list));
	const char *why = NULL;

	for (i = 0; i < count; i++)
		list[i] = 100000 + (gid_t)i;
	must(setgroups(count, list), "setgroups");
	assert_int_equal(session_join(&caller, 54400, &a, &why, &e), 0);
	assert_string_equal(why, "too many groups");
	assert_int_equal(getgroups(0, NULL), (int)count);
	arena_free(&a);
}

static void a_group_joins_the_others(void **state)
{
	pid_t pid;

	(void)state;
	needs_root();
	pid = fork();
	if (pid == 0) {
		try_to_join();
		fill_and_join();
		_exit(0);
	}
	assert_int_equal(end_of(pid), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(statuses),
		TEST(programs_that_do_not_start),
		TEST(all_is_as_the_caller_had_it),
		TEST(it_stops_and_goes_on),
		TEST(what_ends_us_is_passed_on),
		TEST(keys_are_the_programs),
		TEST(a_group_joins_the_others),
	};

	/* Who runs us may have them ignored, as nohup(1) does, and the shell in the background. */
	signal(SIGHUP, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
