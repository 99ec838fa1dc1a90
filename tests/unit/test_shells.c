/* SPDX-License-Identifier: BSD-3-Clause */
#include "scratch.h"

#include "shells.h"

struct world {
	struct scratch s;
	struct arena arena;
	struct root root;
	struct err err;
};

static int setup(void **state)
{
	static struct world w;

	memset(&w, 0, sizeof(w));
	scratch_open(&w.s);
	make_dir(w.s.fd, "etc", 0755);
	make_dir(w.s.fd, "usr", 0755);
	make_dir(w.s.fd, "usr/etc", 0755);
	*state = &w;
	return root_open(&w.root, NULL, w.s.dir, &w.arena, &w.err);
}

static int teardown(void **state)
{
	struct world *w = *state;

	root_close(&w->root);
	arena_free(&w->arena);
	scratch_close(&w->s);
	return 0;
}

static struct shells load(struct world *w)
{
	struct shells found = { NULL };

	assert_int_equal(shells_load(&found, &w->root, &w->arena, &w->err), 0);
	return found;
}

static void lines(void **state)
{
	struct world *w = *state;
	struct shells s;

	make_file(w->s.fd, "etc/shells",
		  "# /etc/shells: valid login shells\n/bin/sh\n\n  /bin/bash # good\n"
		  "/bin/ksh#no\n/bin/zsh\t\r\nrelative/sh\n#/bin/dash\nx /bin/mksh\n/\n"
		  "/usr/bin/f\xc3\xa9\n/bin/last",
		  0644);
	s = load(w);
	assert_string_equal(s.paths[0], "/bin/sh");
	assert_string_equal(s.paths[1], "/bin/bash");
	assert_string_equal(s.paths[2], "/bin/ksh");
	assert_string_equal(s.paths[3], "/bin/zsh");
	assert_string_equal(s.paths[4], "/usr/bin/f\xc3\xa9");
	assert_string_equal(s.paths[5], "/bin/last");
	assert_null(s.paths[6]);
	assert_true(shells_have(&s, "/bin/sh"));
	assert_true(shells_have(&s, "/bin/last"));
	assert_false(shells_have(&s, "/bin/dash"));
	assert_false(shells_have(&s, "/bin/mksh"));
	assert_false(shells_have(&s, "relative/sh"));
	assert_false(shells_have(&s, "/"));
	assert_false(shells_have(&s, ""));
	assert_false(shells_have(&s, "/bin/s"));
	assert_false(shells_have(&s, "/bin/sh "));
}

static void vendors_file(void **state)
{
	struct world *w = *state;
	struct shells s;

	make_file(w->s.fd, "usr/etc/shells", "/usr/bin/vendor\n", 0644);
	s = load(w);
	assert_true(shells_have(&s, "/usr/bin/vendor"));
	assert_false(shells_have(&s, "/bin/sh"));
	/* That of etc is the administrator's: it replaces the vendor's, empty as it may be. */
	make_file(w->s.fd, "etc/shells", "", 0644);
	s = load(w);
	assert_null(s.paths[0]);
}

static void no_file(void **state)
{
	struct shells s = load(*state);

	assert_true(shells_have(&s, "/bin/sh"));
	assert_true(shells_have(&s, "/bin/csh"));
	assert_false(shells_have(&s, "/bin/bash"));
}

/* A list that cannot be read is no list of two shells. */
static void no_regular_file(void **state)
{
	struct world *w = *state;
	struct shells s;

	make_dir(w->s.fd, "etc/shells", 0755);
	assert_int_equal(shells_load(&s, &w->root, &w->arena, &w->err), -1);
	assert_int_equal(w->err.kind, ERR_IO);
	assert_non_null(strstr(w->err.message, "/etc/shells"));
}

/* A byte that ends C's strings does not cut a path short. */
static void nul_bytes(void **state)
{
	struct world *w = *state;
	struct shells s;
	int fd = openat(w->s.fd, "etc/shells", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	must(fd, "etc/shells");
	must(fd_write_all(fd, "/bin/sh\0x\n/bin/bash\n", 20), "etc/shells");
	close(fd);
	s = load(w);
	assert_string_equal(s.paths[0], "/bin/bash");
	assert_null(s.paths[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lines, setup, teardown),
		cmocka_unit_test_setup_teardown(vendors_file, setup, teardown),
		cmocka_unit_test_setup_teardown(no_file, setup, teardown),
		cmocka_unit_test_setup_teardown(no_regular_file, setup, teardown),
		cmocka_unit_test_setup_teardown(nul_bytes, setup, teardown),
	};

	return cmocka_run_group_tests_name("shells", tests, NULL, NULL);
}
