/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Real bits: the program copies itself, set-uid root and set-gid, into a file system of its own,
 * and a user runs the copy, which says in lines what it is and may.
 */
#include "caller.h"

#include "scratch.h"

#include <grp.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>

#define USER 12345
#define GROUP 23456
#define SHADOW 34567

static struct scratch s;
static char said[16384];

/* --- the copy */

static void say_ids(const char *when)
{
	uid_t u[3];
	gid_t g[3];

	getresuid(&u[0], &u[1], &u[2]);
	getresgid(&g[0], &g[1], &g[2]);
	printf("%s %u/%u/%u %u/%u/%u dumpable %d\n", when, u[0], u[1], u[2], g[0], g[1], g[2],
	       prctl(PR_GET_DUMPABLE));
}

static void say_limit(const char *name, int resource)
{
	struct rlimit r;

	getrlimit(resource, &r);
	printf("limit %s %ld\n", name, r.rlim_cur == RLIM_INFINITY ? -1L : (long)r.rlim_cur);
}

static void say_all(const struct caller *c)
{
	char **p;

	printf("elevated %d root %d\n", c->elevated, caller_is_root(c));
	say_ids("begin");
	for (p = environ; *p; p++)
		printf("env %s\n", *p);
	for (p = c->environment; *p; p++)
		printf("given %s\n", *p);
	say_limit("fsize", RLIMIT_FSIZE);
	say_limit("cpu", RLIMIT_CPU);
	say_limit("nofile", RLIMIT_NOFILE);
	say_limit("core", RLIMIT_CORE);
	caller_restore_limits(c);
	say_limit("old-fsize", RLIMIT_FSIZE);
	say_limit("old-nofile", RLIMIT_NOFILE);
}

static int is_ignored(int signal)
{
	struct sigaction action;

	return sigaction(signal, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static int probe(const char *what)
{
	struct err e = { .kind = ERR_NONE };
	struct arena a = { 0 };
	struct caller c;
	int r = caller_begin(&c, &a, &e);
	char byte;

	if (r == 0 && strstr(what, "all"))
		say_all(&c);
	if (r == 0 && strstr(what, "raise")) {
		r = caller_raise(&c, &e);
		say_ids("raised");
		r = r < 0 || caller_lower(&c, &e) < 0 ? -1 : 0;
		say_ids("lowered");
	}
	if (r == 0 && strstr(what, "root")) {
		r = caller_become_root(&c, &e);
		say_ids("root");
		printf("groups %d stops %d%d%d\n", getgroups(0, NULL), is_ignored(SIGTSTP),
		       is_ignored(SIGTTIN), is_ignored(SIGTTOU));
		r = r < 0 || caller_lower(&c, &e) < 0 || caller_become_root(&c, &e) < 0 ? -1 : 0;
		say_ids("for good");
	}
	if (r == 0 && strstr(what, "drop")) {
		r = caller_drop(&c, &e);
		say_ids("dropped");
		printf("root %d back %d %d\n", caller_is_root(&c), seteuid(0), setegid(SHADOW));
		r = r < 0 || caller_raise(&c, &e) < 0 || caller_become_root(&c, &e) < 0 ? -1 : 0;
		say_ids("still");
	}
	printf("%s\n", r < 0 ? e.message : "done");
	fflush(stdout);
	if (strstr(what, "wait"))
		(void)!read(0, &byte, 1);
	arena_free(&a);
	/* Without looking for leaks: nobody may look into this process. */
	_exit(r < 0);
}

/* --- who runs it */

static void copy_self(const char *name, uid_t uid, gid_t gid, mode_t mode)
{
	_cleanup_fd_ int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	_cleanup_fd_ int to = openat(s.fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
	static char block[65536];
	ssize_t n;

	must(from, "/proc/self/exe");
	must(to, name);
	while ((n = read(from, block, sizeof(block))) > 0)
		must(fd_write_all(to, block, (size_t)n), name);
	must(fchown(to, uid, gid), "fchown");
	must(fchmod(to, mode), "fchmod");
}

static int begin_all(void **state)
{
	(void)state;
	scratch_open(&s);
	if (geteuid() != 0)
		return 0;
	/* One that does not take the bits away. */
	make_dir(s.fd, "bits", 0755);
	mount_tmpfs(&s, "bits", "mode=0755");
	copy_self("bits/uid", 0, 0, 04755);
	copy_self("bits/gid", 0, SHADOW, 02755);
	copy_self("bits/none", 0, 0, 0755);
	return 0;
}

static int end_all(void **state)
{
	(void)state;
	if (geteuid() == 0)
		unmount(&s, "bits");
	scratch_close(&s);
	return 0;
}

static void become_user(uid_t uid)
{
	const gid_t groups[] = { GROUP, 4 };

	if (uid != 0 && (setgroups(2, groups) < 0 || setresgid(GROUP, GROUP, GROUP) < 0 ||
			 setresuid(uid, uid, uid) < 0))
		_exit(126);
}

#define TEN(text) text text text text text text text text text text

static void __attribute__((noreturn)) run_copy(const char *path, const char *what, uid_t uid)
{
	static const char *const hostile[] = {
		"LANG=de_DE.UTF-8", "LC_ALL=/tmp/evil", "LC_TIME=C", "LANGUAGE=../../evil",
		"TERM=xterm", "PATH=/tmp", "IFS=/", "TZ=/tmp/tz", "SHADOW_SELINUX=off",
		"SHADOW_IMAGE=1", "SOURCE_DATE_EPOCH=1", "POSIXLY_CORRECT=1", "HOME=/tmp",
		"no equals",
		/* Thousands of languages are as many files to look for, for each message. */
		"LANGUAGE=" TEN(TEN(TEN("aa:"))), NULL,
	};
	bool hard = strcmp(what, "all-hard") == 0;
	const struct rlimit small = { 4096, hard ? 4096 : RLIM_INFINITY },
			    few = { 16, hard ? 16 : 4096 }, seconds = { 5, RLIM_INFINITY },
			    core = { 4096, RLIM_INFINITY };
	const char *const argv[] = { path, "probe", what, NULL };

	if (strstr(what, "all")) {
		setrlimit(RLIMIT_FSIZE, &small);
		setrlimit(RLIMIT_NOFILE, &few);
		setrlimit(RLIMIT_CPU, &seconds);
		setrlimit(RLIMIT_CORE, &core);
	}
	become_user(uid);
	/* execve wants pointers to bytes that it could write, and does not write them. */
	execve(path, (char *const *)(uintptr_t)argv, (char *const *)(uintptr_t)hostile);
	_exit(127);
}

/* What the copy said; its status. */
static int run(const char *name, const char *what, uid_t uid)
{
	size_t used = 0;
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	must(pipe2(fds, O_CLOEXEC), "pipe2");
	pid = fork();
	if (pid == 0) {
		dup2(fds[1], 1);
		run_copy(scratch_path(&s, name), what, uid);
	}
	close(fds[1]);
	while (used < sizeof(said) - 1 &&
	       (n = read(fds[0], said + used, sizeof(said) - 1 - used)) > 0)
		used += (size_t)n;
	said[used] = '\0';
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void assert_said(const char *line)
{
	if (strstr(said, line))
		return;
	fprintf(stderr, "not said: %s\nbut:\n%s", line, said);
	fail();
}

static void assert_unsaid(const char *part)
{
	if (!strstr(said, part))
		return;
	fprintf(stderr, "said: %s\nin:\n%s", part, said);
	fail();
}

static void begins_with_the_callers_ids(void **state)
{
	(void)state;
	needs_root();
	assert_int_equal(run("bits/uid", "all", USER), 0);
	assert_said("elevated 1 root 0\n");
	assert_said("begin 12345/12345/0 23456/23456/23456 dumpable 0\n");
	assert_int_equal(run("bits/gid", "all", USER), 0);
	assert_said("elevated 1 root 0\n");
	assert_said("begin 12345/12345/12345 23456/23456/34567 dumpable 0\n");
	assert_int_equal(run("bits/none", "all", USER), 0);
	assert_said("elevated 0 root 0\n");
	assert_said("dumpable 1\n");
	assert_int_equal(run("bits/uid", "all", 0), 0);
	assert_said("elevated 0 root 1\n");
}

static void rebuilds_the_environment(void **state)
{
	const char *entry;
	int entries = 0;

	(void)state;
	needs_root();
	assert_int_equal(run("bits/uid", "all", USER), 0);
	assert_said("env PATH=/usr/sbin:/usr/bin:/sbin:/bin\n");
	assert_said("env LANG=de_DE.UTF-8\n");
	assert_said("env LC_TIME=C\n");
	assert_said("env TERM=xterm\n");
	for (entry = said; (entry = strstr(entry, "\nenv ")); entry++)
		entries++;
	assert_int_equal(entries, 4);
	assert_int_equal(run("bits/gid", "all", USER), 0);
	assert_unsaid("env SHADOW_");
	assert_unsaid("env SOURCE_");
	/* Set-gid gives root nothing, though the kernel says that it is to be secure. */
	assert_int_equal(run("bits/gid", "all", 0), 0);
	assert_said("elevated 1 root 1\n");
	assert_said("env SHADOW_IMAGE=1\n");
	assert_said("env SOURCE_DATE_EPOCH=1\n");
	assert_unsaid("env HOME");
	assert_int_equal(run("bits/uid", "all", USER), 0);
	/* For a child that runs as the caller all is there that the kernel's rules left. */
	assert_said("given PATH=/tmp\n");
	assert_said("given HOME=/tmp\n");
	assert_int_equal(run("bits/none", "all", USER), 0);
	assert_said("env SHADOW_SELINUX=off\n");
	assert_said("env SHADOW_IMAGE=1\n");
	assert_said("env SOURCE_DATE_EPOCH=1\n");
	assert_unsaid("env TZ");
	assert_unsaid("env LC_ALL");
	assert_unsaid("env LANGUAGE");
	assert_unsaid("env HOME");
	assert_unsaid("env POSIXLY_CORRECT");
}

/* CAP_SYS_RESOURCE, which containers are seldom given. */
static bool may_lift_hard_limits(void)
{
	_cleanup_file_ FILE *status = fopen("/proc/self/status", "re");
	unsigned long long effective = 0;
	char line[256];

	assert_non_null(status);
	while (fgets(line, sizeof(line), status))
		if (sscanf(line, "CapEff: %llx", &effective) == 1)
			break;
	return effective >> 24 & 1;
}

static void lifts_limits(void **state)
{
	(void)state;
	needs_root();
	assert_int_equal(run("bits/uid", "all", USER), 0);
	assert_said("limit fsize -1\n");
	assert_said("limit cpu -1\n");
	assert_said("limit nofile 1024\n");
	assert_said("limit core 0\n");
	assert_said("limit old-fsize 4096\n");
	assert_said("limit old-nofile 16\n");
	/* What the kernel does not allow is no error. */
	assert_int_equal(run("bits/none", "all-hard", USER), 0);
	assert_said("limit fsize 4096\n");
	assert_said("limit nofile 16\n");
	assert_int_equal(run("bits/uid", "all-hard", USER), 0);
	assert_said(may_lift_hard_limits() ? "limit fsize -1\n" : "limit fsize 4096\n");
	assert_said(may_lift_hard_limits() ? "limit nofile 1024\n" : "limit nofile 16\n");
}

static void raises_and_lowers(void **state)
{
	(void)state;
	needs_root();
	assert_int_equal(run("bits/uid", "raise", USER), 0);
	assert_said("raised 12345/0/0 23456/23456/23456 dumpable 0\n");
	assert_said("lowered 12345/12345/0 23456/23456/23456 dumpable 0\n");
	assert_int_equal(run("bits/gid", "raise", USER), 0);
	assert_said("raised 12345/12345/12345 23456/34567/34567 dumpable 0\n");
	assert_said("lowered 12345/12345/12345 23456/23456/34567 dumpable 0\n");
	assert_int_equal(run("bits/none", "raise", USER), 0);
	assert_said("raised 12345/12345/12345 23456/23456/23456 dumpable 1\n");
}

static void becomes_root_for_good(void **state)
{
	(void)state;
	needs_root();
	assert_int_equal(run("bits/uid", "root", USER), 0);
	assert_said("root 0/0/0 0/0/0 dumpable 0\n");
	assert_said("groups 0 stops 111\n");
	assert_said("for good 0/0/0 0/0/0 dumpable 0\n");
	assert_int_equal(run("bits/gid", "root", USER), 0);
	assert_said("root 12345/12345/12345 34567/34567/34567 dumpable 0\n");
	assert_int_equal(run("bits/none", "root", USER), 0);
	assert_said("root 12345/12345/12345 23456/23456/23456 dumpable 1\n");
	assert_said("stops 000\n");
	assert_int_equal(run("bits/uid", "root", 0), 0);
	assert_said("root 0/0/0 0/0/0 dumpable 1\n");
}

static void drops_for_good(void **state)
{
	static const char *const names[] = { "bits/uid", "bits/gid", "bits/none" };
	size_t i;

	(void)state;
	needs_root();
	for (i = 0; i < 3; i++) {
		assert_int_equal(run(names[i], "drop", USER), 0);
		assert_said("dropped 12345/12345/12345 23456/23456/23456 dumpable 1\n");
		assert_said("root 1 back -1 -1\n");
		assert_said("still 12345/12345/12345 23456/23456/23456 dumpable 1\n");
	}
}

/* What was read with raised rights is still in memory. */
static void stays_hidden_when_it_drops_after_it_was_raised(void **state)
{
	(void)state;
	needs_root();
	assert_int_equal(run("bits/uid", "raise-drop", USER), 0);
	assert_said("still 12345/12345/12345 23456/23456/23456 dumpable 0\n");
	assert_int_equal(run("bits/gid", "raise-drop", USER), 0);
	assert_said("still 12345/12345/12345 23456/23456/23456 dumpable 0\n");
}

/* What a process of the caller's can do to pid: bits. */
enum { CAN_TRACE = 1, CAN_READ = 2, CAN_LIMIT = 4, CAN_STOP = 8 };

static int attack(pid_t pid)
{
	const struct rlimit none = { 0, 0 };
	char path[64];
	int can = 0, fd;

	become_user(USER);
	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) == 0)
		can |= CAN_TRACE;
	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		can |= CAN_READ;
	snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		can |= CAN_READ;
	if (prlimit(pid, RLIMIT_FSIZE, &none, NULL) == 0)
		can |= CAN_LIMIT;
	if (kill(pid, SIGSTOP) == 0)
		can |= CAN_STOP;
	return can;
}

/* Runs the copy until it waits; what could be done to it then. */
static int attacked(const char *name, const char *what)
{
	int out[2], in[2], status;
	char text[4096];
	pid_t pid, enemy;
	ssize_t n, used = 0;

	must(pipe2(out, O_CLOEXEC), "pipe2");
	must(pipe2(in, O_CLOEXEC), "pipe2");
	pid = fork();
	if (pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		run_copy(scratch_path(&s, name), what, USER);
	}
	do {
		n = read(out[0], text + used, sizeof(text) - 1 - (size_t)used);
		used += n > 0 ? n : 0;
		text[used] = '\0';
	} while (n > 0 && !strstr(text, "done\n"));
	assert_true(n > 0);
	enemy = fork();
	if (enemy == 0)
		_exit(attack(pid));
	assert_int_equal(waitpid(enemy, &status, 0), enemy);
	assert_true(WIFEXITED(status));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(out[0]);
	close(out[1]);
	close(in[0]);
	close(in[1]);
	return WEXITSTATUS(status);
}

static void cannot_be_looked_into(void **state)
{
	(void)state;
	needs_root();
	/* The test can fail: an ordinary program of one's own is open to all of it. */
	assert_int_equal(attacked("bits/none", "wait"),
			 CAN_TRACE | CAN_READ | CAN_LIMIT | CAN_STOP);
	assert_int_equal(attacked("bits/uid", "wait"), CAN_STOP);
	assert_int_equal(attacked("bits/gid", "wait"), CAN_STOP);
	assert_int_equal(attacked("bits/uid", "raise-wait"), CAN_STOP);
	assert_int_equal(attacked("bits/uid", "raise-drop-wait") & ~CAN_STOP, CAN_LIMIT);
	assert_int_equal(attacked("bits/gid", "raise-drop-wait") & ~CAN_STOP, CAN_LIMIT);
	/* Nobody stops who may hold the lock. */
	assert_int_equal(attacked("bits/uid", "root-wait"), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(begins_with_the_callers_ids),
		cmocka_unit_test(rebuilds_the_environment),
		cmocka_unit_test(lifts_limits),
		cmocka_unit_test(raises_and_lowers),
		cmocka_unit_test(becomes_root_for_good),
		cmocka_unit_test(drops_for_good),
		cmocka_unit_test(stays_hidden_when_it_drops_after_it_was_raised),
		cmocka_unit_test(cannot_be_looked_into),
	};

	if (argc == 3 && strcmp(argv[1], "probe") == 0)
		return probe(argv[2]);
	own_mounts();
	return cmocka_run_group_tests(tests, begin_all, end_all);
}
