/* SPDX-License-Identifier: BSD-3-Clause */
#include "fd.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <cmocka.h>

/* A new open file with no name. */
static int scratch(void)
{
	FILE *file = tmpfile();
	int fd;

	assert_non_null(file);
	fd = fcntl(fileno(file), F_DUPFD_CLOEXEC, 3);
	assert_true(fd >= 0);
	fclose(file);
	return fd;
}

static void cleanup_closes_and_keeps_errno(void **state)
{
	int number;

	(void)state;
	errno = ENOENT;
	{
		_cleanup_fd_ int fd = scratch();
		_cleanup_fd_ int none = -1;
		_cleanup_file_ FILE *no_file = NULL;
		_cleanup_dir_ DIR *no_dir = NULL;

		(void)no_file, (void)no_dir, (void)none;
		number = fd;
		errno = ENOENT;
	}
	assert_int_equal(errno, ENOENT);
	assert_int_equal(fcntl(number, F_GETFD), -1);
}

static void what_is_written_is_read(void **state)
{
	static const size_t sizes[] = { 0, 1, 4095, 4096, 4097, 100000 };
	struct arena a = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < 6; i++) {
		_cleanup_fd_ int fd = scratch();
		char *data = arena_alloc(&a, sizes[i]);
		struct str got;

		memset(data, 'x', sizes[i]);
		assert_int_equal(fd_write_all(fd, data, sizes[i]), 0);
		lseek(fd, 0, SEEK_SET);
		assert_int_equal(fd_read_all(fd, 100000, &a, &got), 0);
		assert_true(str_eq(got, (struct str){ data, sizes[i] }));
	}
	arena_free(&a);
}

static void more_than_the_limit_is_an_error(void **state)
{
	_cleanup_fd_ int fd = scratch();
	struct arena a = { 0 };
	struct str got = { NULL, 42 };

	(void)state;
	assert_int_equal(fd_write_all(fd, "0123456789", 10), 0);
	lseek(fd, 0, SEEK_SET);
	assert_int_equal(fd_read_all(fd, 9, &a, &got), -1);
	assert_int_equal(errno, EFBIG);
	assert_int_equal(got.n, 42);
	/* Without the memory for what will not be read. */
	assert_int_equal(ftruncate(fd, (off_t)1 << 40), 0);
	assert_int_equal(fd_read_all(fd, 9, &a, &got), -1);
	assert_int_equal(errno, EFBIG);
	arena_free(&a);
}

static void tick(int number)
{
	(void)number;
}

/* Both ends of a pipe that fills up, while a timer interrupts every call. */
static void interrupted_calls_go_on(void **state)
{
	const struct itimerval often = { { 0, 500 }, { 0, 500 } }, never = { 0 };
	struct sigaction action = { .sa_handler = tick };
	size_t size = (size_t)1 << 20;
	struct arena a = { 0 };
	int pipefd[2], status;
	struct str got;
	char *data;
	pid_t pid;

	(void)state;
	data = arena_alloc(&a, size);
	memset(data, 'y', size);
	assert_int_equal(pipe(pipefd), 0);
	sigaction(SIGALRM, &action, NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(pipefd[0]);
		setitimer(ITIMER_REAL, &often, NULL);
		_exit(fd_write_all(pipefd[1], data, size) == 0 ? 0 : 1);
	}
	close(pipefd[1]);
	usleep(20000);
	setitimer(ITIMER_REAL, &often, NULL);
	assert_int_equal(fd_read_all(pipefd[0], size, &a, &got), 0);
	setitimer(ITIMER_REAL, &never, NULL);
	close(pipefd[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_true(str_eq(got, (struct str){ data, size }));
	arena_free(&a);
}

static void errors_are_told(void **state)
{
	struct arena a = { 0 };
	struct str got;
	int fd;

	(void)state;
	assert_int_equal(fd_write_all(-1, "x", 1), -1);
	assert_int_equal(errno, EBADF);
	assert_int_equal(fd_read_all(-1, 10, &a, &got), -1);
	assert_int_equal(errno, EBADF);
	assert_int_equal(fd_sync(-1), -1);
	assert_int_equal(errno, EBADF);
	fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, "x", 1), -1);
	assert_int_equal(errno, ENOSPC);
	close(fd);
	arena_free(&a);
}

static void sync_accepts_what_has_no_sync(void **state)
{
	_cleanup_fd_ int fd = scratch();
	int pipefd[2];

	(void)state;
	assert_int_equal(fd_sync(fd), 0);
	assert_int_equal(pipe(pipefd), 0);
	assert_int_equal(fd_sync(pipefd[1]), 0);
	close(pipefd[0]);
	close(pipefd[1]);
}

static void closed_standard_descriptors_are_opened(void **state)
{
	int mask, fd, status;

	(void)state;
	for (mask = 0; mask < 8; mask++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			for (fd = 0; fd <= 2; fd++)
				if (mask & 1 << fd)
					close(fd);
			if (fd_open_standard() < 0)
				_exit(1);
			for (fd = 0; fd <= 2; fd++)
				if (fcntl(fd, F_GETFD) < 0)
					_exit(2);
			_exit(0);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cleanup_closes_and_keeps_errno),
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(more_than_the_limit_is_an_error),
		cmocka_unit_test(interrupted_calls_go_on),
		cmocka_unit_test(errors_are_told),
		cmocka_unit_test(sync_accepts_what_has_no_sync),
		cmocka_unit_test(closed_standard_descriptors_are_opened),
	};

	return cmocka_run_group_tests_name("fd", tests, NULL, NULL);
}
