/* SPDX-License-Identifier: BSD-3-Clause */
#include "secret.h"

#include "scratch.h"

#include <sys/mman.h>

/* What munmap was last given, and whether all of it was zero then.  Ours stands before libc's. */
static struct {
	const void *p;
	size_t n;
	int calls, zero;
} unmapped;

int munmap(void *p, size_t n)
{
	const char *bytes = p;
	size_t i = 0;

	if (p == unmapped.p) {
		while (i < n && bytes[i] == '\0')
			i++;
		unmapped.n = n;
		unmapped.zero = i == n;
		unmapped.calls++;
	}
	return (int)syscall(SYS_munmap, p, n);
}

static void watch(const void *p)
{
	unmapped.p = p;
	unmapped.calls = 0;
	unmapped.zero = 0;
}

static void holds_what_is_set(void **state)
{
	struct secret s = SECRET_NONE;
	struct err e = { .kind = ERR_NONE };

	(void)state;
	assert_int_equal(secret_set(&s, str_of("none")), -1);
	assert_int_equal(secret_make(&s, 8, &e), 0);
	assert_int_equal(s.n, 0);
	assert_string_equal(s.p, "");
	assert_int_equal(secret_set(&s, str_of("1234567")), 0);
	assert_int_equal(s.n, 7);
	assert_string_equal(s.p, "1234567");
	/* With its NUL it has no room, and the old one stays. */
	assert_int_equal(secret_set(&s, str_of("12345678")), -1);
	assert_string_equal(s.p, "1234567");
	assert_int_equal(secret_set(&s, str_of("ab")), 0);
	assert_int_equal(s.n, 2);
	/* Nothing of the longer one is left. */
	assert_memory_equal(s.p, "ab\0\0\0\0\0\0", 8);
	secret_end(&s);
}

static void is_wiped_before_it_goes(void **state)
{
	struct secret s = SECRET_NONE;
	struct err e = { .kind = ERR_NONE };

	(void)state;
	assert_int_equal(secret_make(&s, SECRET_SIZE, &e), 0);
	assert_int_equal(secret_set(&s, str_of("correct horse battery staple")), 0);
	watch(s.p);
	secret_end(&s);
	assert_int_equal(unmapped.calls, 1);
	assert_true(unmapped.n >= SECRET_SIZE);
	assert_true(unmapped.zero);
	assert_null(s.p);
	/* Again is nothing. */
	secret_end(&s);
	assert_int_equal(unmapped.calls, 1);
}

/* The flags of a mapping, by /proc/self/smaps; "" where there is none. */
static const char *flags_of(const void *p)
{
	static char line[512];
	_cleanup_file_ FILE *maps = fopen("/proc/self/smaps", "re");
	unsigned long from, to;
	int found = 0;

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			found = (unsigned long)(uintptr_t)p >= from &&
				(unsigned long)(uintptr_t)p < to;
		else if (found && strncmp(line, "VmFlags:", 8) == 0)
			return line;
	}
	return "";
}

static void is_locked_and_in_no_core(void **state)
{
	struct secret s = SECRET_NONE;
	struct err e = { .kind = ERR_NONE };

	(void)state;
	assert_int_equal(secret_make(&s, SECRET_SIZE, &e), 0);
	assert_non_null(strstr(flags_of(s.p), " dd "));
#ifndef __SANITIZE_ADDRESS__ /* under which mlock does nothing */
	assert_non_null(strstr(flags_of(s.p), " lo "));
#endif
	secret_end(&s);
}

/* Without any memory that may be locked it is unlocked, and still in no core. */
static void works_unlocked(void **state)
{
	struct err e = { .kind = ERR_NONE };
	int status;
	pid_t pid;

	(void)state;
	pid = fork();
	if (pid == 0) {
		const struct rlimit none = { 0, 0 };
		struct secret s = SECRET_NONE;

		if (setrlimit(RLIMIT_MEMLOCK, &none) < 0 ||
		    (geteuid() == 0 && setresuid(65534, 65534, 65534) < 0) ||
		    secret_make(&s, SECRET_SIZE, &e) < 0 || secret_set(&s, str_of("x")) < 0)
			_exit(1);
		/* Who changed uids may not read his own /proc files. */
		_exit(strcmp(s.p, "x") == 0 ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void compares(void **state)
{
	struct secret a = SECRET_NONE, b = SECRET_NONE, none = SECRET_NONE;
	struct err e = { .kind = ERR_NONE };

	(void)state;
	assert_int_equal(secret_make(&a, 16, &e), 0);
	assert_int_equal(secret_make(&b, 32, &e), 0);
	assert_true(secret_eq(&a, &b));
	assert_int_equal(secret_set(&a, str_of("same")), 0);
	assert_int_equal(secret_set(&b, str_of("same")), 0);
	assert_true(secret_eq(&a, &b));
	assert_int_equal(secret_set(&b, str_of("samE")), 0);
	assert_false(secret_eq(&a, &b));
	assert_int_equal(secret_set(&b, str_of("same1")), 0);
	assert_false(secret_eq(&a, &b));
	assert_false(secret_eq(&a, &none));
	assert_false(secret_eq(&none, &none));
	secret_end(&a);
	secret_end(&b);
}

static int pipe_of(size_t size)
{
	int fds[2], status;
	pid_t pid;

	must(pipe(fds), "pipe");
	pid = fork();
	if (pid == 0) {
		char block[1000];

		memset(block, 'p', sizeof(block));
		while (size > 0) {
			size_t n = size < sizeof(block) ? size : sizeof(block);

			if (fd_write_all(fds[1], block, n) < 0)
				break;
			size -= n;
		}
		_exit(0);
	}
	close(fds[1]);
	/* Its end is of no interest, but it must not stay. */
	if (size < 60000)
		waitpid(pid, &status, 0);
	return fds[0];
}

static void reads_all(void **state)
{
	static const size_t sizes[] = { 0, 1, 4095, 4096, 4097, 50000, 300000 };
	struct err e = { .kind = ERR_NONE };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct secret s = SECRET_NONE;
		int fd = pipe_of(sizes[i]);

		assert_int_equal(secret_read_all(fd, sizes[i], &s, &e), 0);
		assert_int_equal(s.n, sizes[i]);
		assert_int_equal(strlen(s.p), sizes[i]);
		close(fd);
		secret_end(&s);
		if (sizes[i] == 0)
			continue;
		fd = pipe_of(sizes[i]);
		assert_int_equal(secret_read_all(fd, sizes[i] - 1, &s, &e), -1);
		assert_int_equal(e.kind, ERR_ARGUMENT);
		assert_null(s.p);
		err_clear(&e);
		close(fd);
	}
	while (waitpid(-1, NULL, 0) > 0)
		;
}

static void leaves_no_copy_when_it_grows(void **state)
{
	struct secret s = SECRET_NONE;
	struct err e = { .kind = ERR_NONE };
	int fd = pipe_of(1), wrong;

	(void)state;
	/* Where the next mapping of that size will be. */
	assert_int_equal(secret_make(&s, 4096, &e), 0);
	watch(s.p);
	secret_end(&s);
	assert_int_equal(unmapped.calls, 1);
	unmapped.calls = 0;
	close(fd);
	fd = pipe_of(5000);
	assert_int_equal(secret_read_all(fd, 10000, &s, &e), 0);
	/* The first mapping went, with nothing in it. */
	assert_int_equal(unmapped.calls, 1);
	assert_true(unmapped.zero);
	secret_end(&s);
	close(fd);
	wrong = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(secret_read_all(wrong, 10, &s, &e), -1);
	assert_int_equal(e.kind, ERR_IO);
	close(wrong);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_what_is_set),
		cmocka_unit_test(is_wiped_before_it_goes),
		cmocka_unit_test(is_locked_and_in_no_core),
		cmocka_unit_test(works_unlocked),
		cmocka_unit_test(compares),
		cmocka_unit_test(reads_all),
		cmocka_unit_test(leaves_no_copy_when_it_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
