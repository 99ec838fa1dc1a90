/* SPDX-License-Identifier: BSD-3-Clause */
#include "arena.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cmocka.h>

static void memory_is_zeroed_aligned_and_apart(void **state)
{
	static const size_t sizes[] = { 0, 1, 7, 16, 100, 4096, 16384, 16385, 300000, 3 };
	struct arena a = { 0 };
	unsigned char *p[10];
	size_t i, j;

	(void)state;
	for (i = 0; i < 10; i++) {
		p[i] = arena_alloc(&a, sizes[i]);
		assert_int_equal((uintptr_t)p[i] % alignof(max_align_t), 0);
		for (j = 0; j < sizes[i]; j++)
			assert_int_equal(p[i][j], 0);
		memset(p[i], (int)i + 1, sizes[i]);
	}
	for (i = 0; i < 10; i++)
		for (j = 0; j < sizes[i]; j++)
			assert_int_equal(p[i][j], i + 1);
	arena_free(&a);
	assert_null(a.chunks);
}

static void many_small_pieces(void **state)
{
	struct arena a = { 0 };
	char *p[5000];
	int i;

	(void)state;
	for (i = 0; i < 5000; i++)
		p[i] = arena_printf(&a, "piece %d", i);
	for (i = 0; i < 5000; i++) {
		char expected[32];

		snprintf(expected, sizeof(expected), "piece %d", i);
		assert_string_equal(p[i], expected);
	}
	arena_free(&a);
}

static void strings(void **state)
{
	struct arena a = { 0 };

	(void)state;
	assert_string_equal(arena_strdup(&a, ""), "");
	assert_string_equal(arena_strdup(&a, "joe"), "joe");
	assert_string_equal(arena_strndup(&a, "joe:x:1000", 3), "joe");
	assert_string_equal(arena_strndup(&a, NULL, 0), "");
	assert_string_equal(arena_printf(&a, "%s:%d", "joe", 7), "joe:7");
	arena_free(&a);
}

static void grow_keeps_the_old(void **state)
{
	struct arena a = { 0 };
	int *one, *two, i;

	(void)state;
	one = arena_array(&a, 3, sizeof(*one));
	for (i = 0; i < 3; i++)
		one[i] = i + 1;
	two = arena_grow(&a, one, 3, 6, sizeof(*two));
	two[0] = 9;
	assert_int_equal(one[0], 1);
	for (i = 1; i < 6; i++)
		assert_int_equal(two[i], i < 3 ? i + 1 : 0);
	assert_non_null(arena_grow(&a, NULL, 0, 4, sizeof(*two)));
	arena_free(&a);
}

/* What the process that runs out of memory in f says, and its status. */
static int status_of(void (*f)(struct arena *), char *said, size_t size)
{
	int pipefd[2], status;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(pipefd), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct arena a = { 0 };

		dup2(pipefd[1], STDERR_FILENO);
		f(&a);
		_exit(0);
	}
	close(pipefd[1]);
	n = read(pipefd[0], said, size - 1);
	assert_true(n >= 0);
	said[n] = '\0';
	close(pipefd[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void product_overflows(struct arena *a)
{
	arena_array(a, SIZE_MAX / 2, 4);
}

static void size_is_absurd(struct arena *a)
{
	arena_alloc(a, SIZE_MAX - 3);
}

static void length_is_absurd(struct arena *a)
{
	arena_strndup(a, "x", SIZE_MAX - 1);
}

static void no_memory_ends_the_process(void **state)
{
	static void (*const cases[])(struct arena *) = { product_overflows, size_is_absurd,
							 length_is_absurd };
	char said[64];
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		assert_int_equal(status_of(cases[i], said, sizeof(said)), 1);
		assert_string_equal(said, "out of memory\n");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_aligned_and_apart),
		cmocka_unit_test(many_small_pieces),
		cmocka_unit_test(strings),
		cmocka_unit_test(grow_keeps_the_old),
		cmocka_unit_test(no_memory_ends_the_process),
	};

	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
