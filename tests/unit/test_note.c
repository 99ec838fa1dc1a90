/* SPDX-License-Identifier: BSD-3-Clause */
#include "note.h"

#include "scratch.h"

/* A terminal that notes go to, and what came out of it. */
struct screen {
	int master, errors;
};

static void screen_open(struct screen *s)
{
	int slave;

	s->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	must(s->master, "posix_openpt");
	must(grantpt(s->master), "grantpt");
	must(unlockpt(s->master), "unlockpt");
	slave = open(ptsname(s->master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	must(slave, "terminal");
	s->errors = dup(STDERR_FILENO);
	must(dup2(slave, STDERR_FILENO), "dup2");
	close(slave);
	must(fcntl(s->master, F_SETFL, O_NONBLOCK), "O_NONBLOCK");
}

static const char *screen_close(struct screen *s)
{
	static char text[512];
	size_t used = 0;
	ssize_t n;

	/* Nobody has the other end any more: what was written comes, then an error. */
	must(dup2(s->errors, STDERR_FILENO), "dup2");
	close(s->errors);
	while ((n = read(s->master, text + used, sizeof(text) - 1 - used)) > 0)
		used += (size_t)n;
	close(s->master);
	text[used] = '\0';
	return text;
}

static void wait_for(long ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

static const struct note prog = { .prog = "prog" };

static void long_works_are_shown(void **state)
{
	struct note_progress progress;
	struct screen s;

	(void)state;
	screen_open(&s);
	note_progress_begin(&progress, &prog, 100);
	note_progress_show(&progress, 1);
	wait_for(1050);
	note_progress_show(&progress, 50);
	note_progress_show(&progress, 51);
	note_progress_end(&progress);
	assert_string_equal(screen_close(&s), "\rprog: 50 of 100\r\033[K");
}

static void held_until_released(void **state)
{
	struct note note = { .prog = "prog" };
	struct arena a = { 0 };
	struct screen s;

	(void)state;
	screen_open(&s);
	note_hold(&note, &a);
	note_say(&note, "one %d", 1);
	note_hold(&note, &a);
	note_warn(&note, "two\n");
	assert_string_equal(screen_close(&s), "");
	screen_open(&s);
	note_release(&note);
	note_say(&note, "three");
	note_release(&note);
	assert_string_equal(screen_close(&s),
			    "prog: one 1\r\nprog warning: two#012\r\nprog: three\r\n");
	arena_free(&a);
}

static void short_works_are_not(void **state)
{
	struct note_progress progress;
	struct screen s;

	(void)state;
	screen_open(&s);
	note_progress_begin(&progress, &prog, 100);
	note_progress_show(&progress, 100);
	note_progress_end(&progress);
	assert_string_equal(screen_close(&s), "");
}

static void files_get_none(void **state)
{
	struct note_progress progress;
	struct scratch dir;
	struct stat st;
	int errors, file;

	(void)state;
	scratch_open(&dir);
	file = openat(dir.fd, "errors", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	must(file, "errors");
	errors = dup(STDERR_FILENO);
	must(dup2(file, STDERR_FILENO), "dup2");
	note_progress_begin(&progress, &prog, 100);
	wait_for(1050);
	note_progress_show(&progress, 50);
	note_progress_end(&progress);
	must(dup2(errors, STDERR_FILENO), "dup2");
	must(fstat(file, &st), "fstat");
	assert_int_equal(st.st_size, 0);
	close(errors);
	close(file);
	scratch_close(&dir);
}

static void texts_are_one_line(void **state)
{
	struct screen s;

	(void)state;
	screen_open(&s);
	note_say(&prog, "user '%s'", "a\033[2J\nprog: done");
	note_warn(&prog, "%s", "late");
	assert_string_equal(screen_close(&s), "prog: user 'a#033[2J#012prog: done'\r\n"
					      "prog warning: late\r\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(long_works_are_shown),
		cmocka_unit_test(held_until_released),
		cmocka_unit_test(short_works_are_not),
		cmocka_unit_test(files_get_none),
		cmocka_unit_test(texts_are_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
