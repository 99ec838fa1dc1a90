/* SPDX-License-Identifier: BSD-3-Clause */
#include "proc.h"

#include "scratch.h"

#include <pthread.h>

static struct scratch s;

static int begin(void **state)
{
	(void)state;
	scratch_open(&s);
	return 0;
}

static int end(void **state)
{
	(void)state;
	scratch_close(&s);
	return 0;
}

static void end_child(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static int run_script(const struct proc_origin *o, const char *script,
		      const char *const *environment, int *ret_status)
{
	struct proc_program p = {
		.argv = { "/bin/sh", "-c", script, "sh", s.dir },
		.environment = environment,
	};

	return proc_run(o, &p, ret_status);
}

static void programs_tell_how_they_ended(void **state)
{
	struct proc_origin o;
	struct proc_program none = { .argv = { "/no/such/program" } };
	struct proc_program not_executable = { .argv = { scratch_path(&s, "file") } };
	int status = -1;

	(void)state;
	proc_begin(&o);
	assert_int_equal(run_script(&o, "exit 0", NULL, &status), 0);
	assert_int_equal(status, 0);
	assert_int_equal(run_script(&o, "exit 3", NULL, &status), 0);
	assert_int_equal(status, 3);
	assert_int_equal(run_script(&o, "kill -9 $$", NULL, &status), 0);
	assert_int_equal(status, 128 + 9);
	assert_int_equal(proc_run(&o, &none, &status), -1);
	assert_int_equal(errno, ENOENT);
	make_file(s.fd, "file", "#!/bin/sh\n", 0644);
	assert_int_equal(proc_run(&o, &not_executable, &status), -1);
	assert_int_equal(errno, EACCES);
}

static void programs_get_what_our_caller_gave_us(void **state)
{
	static const char *const environment[] = { "ACTION=test", "SUBJECT=a b", NULL };
	struct proc_origin o;
	unsigned long long blocks, ignores;
	sigset_t blocked, saved;
	mode_t mask = umask(027);
	int status = -1;

	(void)state;
	sigemptyset(&blocked);
	sigprocmask(SIG_SETMASK, &blocked, &saved);
	signal(SIGCHLD, SIG_IGN);
	proc_begin(&o);
	assert_int_equal(umask(022), 022);
	sigfillset(&blocked);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	assert_int_equal(run_script(&o,
				    "umask >\"$1/umask\"\n"
				    "grep -E '^Sig(Blk|Ign)' /proc/self/status >\"$1/signals\"\n"
				    "echo \"$ACTION $SUBJECT ${HOME-none}\" >\"$1/environment\"\n"
				    "ls /proc/self/fd | wc -l >\"$1/fds\"\n",
				    environment, &status), 0);
	sigprocmask(SIG_SETMASK, &saved, NULL);
	umask(mask);
	assert_int_equal(status, 0);
	assert_string_equal(content(s.fd, "umask"), "0027\n");
	assert_string_equal(content(s.fd, "environment"), "test a b none\n");
	/* Nothing blocked, and none of those ignored that are ours alone. */
	assert_int_equal(sscanf(content(s.fd, "signals"), "SigBlk:\t%llx\nSigIgn:\t%llx\n",
				&blocks, &ignores), 2);
	assert_int_equal(blocks, 0);
	assert_int_equal(ignores & (1ull << (SIGPIPE - 1) | 1ull << (SIGXFSZ - 1) |
				    1ull << (SIGCHLD - 1)), 0);
}

static void quiet_programs_say_nothing(void **state)
{
	_cleanup_file_ FILE *file = tmpfile();
	struct proc_program p = { .argv = { "/bin/sh", "-c", "echo a; echo b >&2; read x" },
				  .quiet = true };
	int saved[2] = { dup(1), dup(2) }, status = -1;
	struct proc_origin o;

	(void)state;
	proc_begin(&o);
	fflush(stdout);
	dup2(fileno(file), 1);
	dup2(fileno(file), 2);
	assert_int_equal(proc_run(&o, &p, &status), 0);
	dup2(saved[0], 1);
	dup2(saved[1], 2);
	close(saved[0]);
	close(saved[1]);
	/* read met the end of the file. */
	assert_int_equal(status, 1);
	assert_int_equal(lseek(fileno(file), 0, SEEK_END), 0);
}

static bool is_uid(const void *context, uid_t uid)
{
	return uid == *(const uid_t *)context;
}

static void processes_are_found_by_their_uids(void **state)
{
	uid_t uid = 54321, none = 54322;
	pid_t pid = 0, child;
	int pipes[2];
	char byte;

	(void)state;
	if (access("/proc/self/status", R_OK) < 0)
		skip();
	if (geteuid() != 0) {
		uid = geteuid();
		assert_int_equal(proc_find(is_uid, &uid, &pid), 1);
		assert_true(pid > 0);
		return;
	}
	assert_int_equal(proc_find(is_uid, &none, &pid), 0);
	must(pipe2(pipes, O_CLOEXEC), "pipe");
	child = fork();
	if (child == 0) {
		/* The effective uid stays: only the saved one tells. */
		must(setresuid(0, 0, uid), "setresuid");
		(void)!write(pipes[1], "x", 1);
		pause();
		_exit(0);
	}
	assert_int_equal(read(pipes[0], &byte, 1), 1);
	assert_int_equal(proc_find(is_uid, &uid, &pid), 1);
	assert_int_equal(pid, child);
	assert_int_equal(proc_find(is_uid, &none, &pid), 0);
	end_child(child);
	assert_int_equal(proc_find(is_uid, &uid, &pid), 0);
}

static void processes_with_another_root_do_not_count(void **state)
{
	uid_t uid = 54321;
	int pipes[2];
	pid_t pid = 0, child;
	char byte;

	(void)state;
	needs_root();
	must(pipe2(pipes, O_CLOEXEC), "pipe");
	child = fork();
	if (child == 0) {
		must(chroot(s.dir), "chroot");
		must(setresuid(uid, uid, uid), "setresuid");
		(void)!write(pipes[1], "x", 1);
		pause();
		_exit(0);
	}
	assert_int_equal(read(pipes[0], &byte, 1), 1);
	assert_int_equal(proc_find(is_uid, &uid, &pid), 0);
	end_child(child);
}

static int thread_pipe[2];

static void *other_user(void *data)
{
	/* The system call changes this thread alone. */
	must((int)syscall(SYS_setresuid, -1, *(uid_t *)data, -1), "setresuid");
	(void)!write(thread_pipe[1], "x", 1);
	pause();
	return NULL;
}

static void threads_are_looked_at(void **state)
{
	uid_t uid = 54323;
	pid_t pid = 0, child;
	pthread_t thread;
	char byte;

	(void)state;
	needs_root();
	must(pipe2(thread_pipe, O_CLOEXEC), "pipe");
	child = fork();
	if (child == 0) {
		pthread_create(&thread, NULL, other_user, &uid);
		pause();
		_exit(0);
	}
	assert_int_equal(read(thread_pipe[0], &byte, 1), 1);
	assert_int_equal(proc_find(is_uid, &uid, &pid), 1);
	assert_int_equal(pid, child);
	end_child(child);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(programs_tell_how_they_ended),
		TEST(programs_get_what_our_caller_gave_us),
		TEST(quiet_programs_say_nothing),
		TEST(processes_are_found_by_their_uids),
		TEST(processes_with_another_root_do_not_count),
		TEST(threads_are_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
