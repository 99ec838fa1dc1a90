/* SPDX-License-Identifier: BSD-3-Clause */
#include "scratch.h"

#include "login_shell.h"
#include "profile.h"

struct world {
	struct scratch s;
	struct run run;
};

static int setup(void **state)
{
	static struct world w;

	memset(&w, 0, sizeof(w));
	scratch_open(&w.s);
	make_dir(w.s.fd, "bin", 0755);
	make_file(w.s.fd, "bin/sh", "", 0755);
	make_file(w.s.fd, "bin/plain", "", 0644);
	make_file(w.s.fd, "bin/other", "", 0755);
	make_link(w.s.fd, "bin/link", "/bin/sh");
	/* A program of ours, and not of the target. */
	make_link(w.s.fd, "bin/out", "../../../../../../../bin/cat");
	*state = &w;
	return root_open(&w.run.root, NULL, w.s.dir, &w.run.arena, &w.run.err);
}

static int teardown(void **state)
{
	struct world *w = *state;

	root_close(&w->run.root);
	arena_free(&w->run.arena);
	scratch_close(&w->s);
	return 0;
}

static void texts(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
		{ "", true }, { "/bin/sh", true }, { "/bin/sh -x", true }, { "*x", true },
		{ "/bin/a~b", true }, { "/bin/sh:x", false }, { "/bin/s,h", false },
		{ "/bin/s=h", false }, { "/bin/sh\nroot2::0:0::/:/bin/sh", false },
		{ "/bin/sh\r", false }, { "/bin/\x1b[2K", false }, { "/bin/\x7f", false },
		{ "/bin/sh\xc3\xa9", false }, { "\xff", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (login_shell_is_text(cases[i].text) != cases[i].good)
			fail_msg("text %zu", i);
}

static void users_choose_listed_programs(void **state)
{
	static const char *const list[] = { "/bin/sh",  "/bin/plain", "/bin/gone", "/bin",
					    "/bin/link", "/bin/out",   "sh",	   NULL };
	const struct shells shells = { list };
	static const struct {
		const char *shell;
		bool good;
	} cases[] = {
		{ "/bin/sh", true }, { "/bin/link", true }, { "/bin/other", false },
		{ "/bin/plain", false }, { "/bin/gone", false }, { "/bin", false },
		{ "/bin/out", false }, { "sh", false }, { "/bin/../bin/sh", false },
		{ "//bin/sh", false }, { "/bin/sh/", false },
	};
	struct world *w = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (login_shell_is_for_users(&w->run, &shells, cases[i].shell) != cases[i].good)
			fail_msg("%s", cases[i].shell);
	assert_int_equal(login_shell_is_for_users(&w->run, &shells, ""),
			 profile_get()->chsh_unlisted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test_setup_teardown(users_choose_listed_programs, setup, teardown),
	};

	return cmocka_run_group_tests_name("login_shell", tests, NULL, NULL);
}
