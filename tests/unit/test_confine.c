/* SPDX-License-Identifier: BSD-3-Clause */
/* All of it in children: what is confined stays so.  Where the kernel has no Landlock, the same
 * cases show that nothing is forbidden. */
#include "confine.h"

#include "scratch.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

/* landlock_create_ruleset, as <sys/syscall.h> counts. */
#define CREATE_RULESET (SYS_pidfd_send_signal - 424 + 444)
#define NOBODY 65534

static struct scratch s;

/* The version of Landlock that the kernel has; 0: none. */
static long landlock(void)
{
	long v = syscall(CREATE_RULESET, NULL, 0, 1u);

	return v < 0 ? 0 : v;
}

static int begin(void **state)
{
	static const char *const dirs[] = { "in", "in/sub", "out" };
	size_t i;

	(void)state;
	scratch_open(&s);
	for (i = 0; i < 3; i++) {
		make_dir(s.fd, dirs[i], 0777);
		must(fchmodat(s.fd, dirs[i], 0777, 0), dirs[i]);
	}
	make_file(s.fd, "in/file", "in", 0666);
	make_file(s.fd, "in/other", "in", 0666);
	make_file(s.fd, "out/file", "out", 0666);
	make_file(s.fd, "out/node", "out", 0666);
	must(chmod(scratch_path(&s, "in/file"), 0666), "in/file");
	must(chmod(scratch_path(&s, "out/file"), 0666), "out/file");
	must(chmod(scratch_path(&s, "out/node"), 0666), "out/node");
	return 0;
}

static int end(void **state)
{
	(void)state;
	scratch_close(&s);
	return 0;
}

/* 1 and up: the number of the step that went wrong. */
static int in_child(int (*test)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(test());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* What the kernel confines to "in" and the file "out/node"; -1: it refused. */
static int confined(bool *ret_done)
{
	const int places[] = {
		openat(s.fd, "in", O_PATH | O_CLOEXEC),
		openat(s.fd, "out/node", O_PATH | O_CLOEXEC),
	};
	int r = confine_writes(places, 2, ret_done);

	close(places[0]);
	close(places[1]);
	return r;
}

static bool opens(const char *name, int flags)
{
	int fd = openat(s.fd, name, flags | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* True when it was forbidden. */
static bool denied(int r)
{
	return r < 0 && (errno == EACCES || errno == EXDEV);
}

static int inside_all_works(void)
{
	if (!opens("in/new", O_WRONLY | O_CREAT | O_EXCL) || !opens("in/sub/x", O_RDWR | O_CREAT))
		return 1;
	if (!opens("in/file", O_WRONLY | O_TRUNC) || renameat(s.fd, "in/new", s.fd, "in/file") < 0)
		return 2;
	if (syscall(SYS_renameat2, s.fd, "in/file", s.fd, "in/other", 2u) < 0 &&
	    errno != EINVAL && errno != ENOSYS)
		return 3;
	if (mkdirat(s.fd, "in/d", 0700) < 0 || unlinkat(s.fd, "in/d", AT_REMOVEDIR) < 0 ||
	    symlinkat("x", s.fd, "in/l") < 0 || unlinkat(s.fd, "in/l", 0) < 0 ||
	    linkat(s.fd, "in/file", s.fd, "in/file.lock", 0) < 0)
		return 4;
	return opens("out/node", O_RDWR) ? 0 : 5;
}

/* Each row true: it was forbidden. */
static int outside_is_denied(void)
{
	const bool forbidden[] = {
		!opens("out/file", O_WRONLY),
		!opens("out/file", O_RDWR | O_APPEND),
		!opens("out/new", O_WRONLY | O_CREAT),
		denied(unlinkat(s.fd, "out/file", 0)),
		denied(mkdirat(s.fd, "out/d", 0700)),
		denied(symlinkat("x", s.fd, "out/l")),
		denied(mknodat(s.fd, "out/f", S_IFIFO | 0600, 0)),
		denied(renameat(s.fd, "out/file", s.fd, "out/file2")),
		denied(renameat(s.fd, "in/file", s.fd, "out/file")),
		denied(renameat(s.fd, "out/file", s.fd, "in/file")),
		denied(linkat(s.fd, "in/file", s.fd, "out/file.lock", 0)),
		/* From version 3 on. */
		landlock() < 3 || denied(truncate(scratch_path(&s, "out/file"), 0)),
	};
	size_t i;

	for (i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
		if (!forbidden[i])
			return 50 + (int)i;
	/* Reading stays, and so does starting programs, which are confined, too. */
	return opens("out/file", O_RDONLY) && opens("out", O_RDONLY | O_DIRECTORY) ? 0 : 99;
}

static int confine_and_try(void)
{
	int before = openat(s.fd, "out/file", O_WRONLY | O_CLOEXEC), status, r;
	bool done = false;
	pid_t pid;

	if (confined(&done) < 0 || done != (landlock() > 0))
		return 10;
	r = inside_all_works();
	if (r != 0)
		return r;
	if (!done)
		return opens("out/new", O_WRONLY | O_CREAT) ? 0 : 11;
	if (fd_write_all(before, "x", 1) < 0)
		return 12;
	pid = fork();
	if (pid == 0)
		_exit(outside_is_denied());
	waitpid(pid, &status, 0);
	return status != 0 ? WEXITSTATUS(status) : outside_is_denied();
}

static int programs_too(void)
{
	char command[512];
	int status;
	pid_t pid;

	if (confined(NULL) < 0)
		return 1;
	snprintf(command, sizeof(command), "cat '%s/out/file' && ! true >'%s/out/file'", s.dir,
		 s.dir);
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

		/* Its own words do not matter. */
		close(1);
		close(2);
		dup2(null, 1);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return landlock() == 0 || status == 0 || WEXITSTATUS(status) == 1 ? 0 : 2;
}

static int as_nobody(void)
{
	if (geteuid() == 0 && setresuid(NOBODY, NOBODY, NOBODY) < 0)
		return 100;
	return confine_and_try();
}

static int forbid_landlock(int error)
{
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CREATE_RULESET, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned int)error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(rules) / sizeof(rules[0]), rules };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		return -1;
	return syscall(CREATE_RULESET, NULL, 0, 1u) == -1 && errno == error ? 0 : -1;
}

static int without(int error)
{
	bool done = true;

	if (forbid_landlock(error) < 0)
		return 1;
	if (confined(&done) < 0 || done)
		return 2;
	return opens("out/new", O_WRONLY | O_CREAT) ? 0 : 3;
}

static int without_the_call(void)
{
	return without(ENOSYS);
}

static int off_at_boot(void)
{
	return without(EOPNOTSUPP);
}

static int by_a_profile(void)
{
	return without(EPERM);
}

/* The kernel has room for 16 layers, and a bad descriptor is refused before. */
static int refused(void)
{
	const int bad = -1;
	int i;

	if (landlock() == 0)
		return 0;
	if (confine_writes(&bad, 1, NULL) != -1 || errno != EBADF)
		return 1;
	if (!opens("out/file", O_WRONLY))
		return 2;
	for (i = 0; i < 16; i++)
		if (confined(NULL) < 0)
			return 3;
	return confined(NULL) == -1 && errno == E2BIG ? 0 : 4;
}

static void only_beneath(void **state)
{
	(void)state;
	assert_int_equal(in_child(confine_and_try), 0);
}

static void without_any_capability(void **state)
{
	(void)state;
	assert_int_equal(in_child(as_nobody), 0);
}

static void programs_are_confined_too(void **state)
{
	(void)state;
	assert_int_equal(in_child(programs_too), 0);
	if (landlock() > 0)
		assert_string_equal(content(s.fd, "out/file"), "out");
}

static void a_kernel_without_is_fine(void **state)
{
	(void)state;
	assert_int_equal(in_child(without_the_call), 0);
	assert_int_equal(in_child(off_at_boot), 0);
	assert_int_equal(in_child(by_a_profile), 0);
}

static void refusals_are_told(void **state)
{
	(void)state;
	assert_int_equal(in_child(refused), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(only_beneath),
		TEST(without_any_capability),
		TEST(programs_are_confined_too),
		TEST(a_kernel_without_is_fine),
		TEST(refusals_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
