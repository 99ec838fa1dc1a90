/* SPDX-License-Identifier: BSD-3-Clause */
#include "root.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "fd.h"

static struct arena arena;
static char dir[] = "/tmp/test_root.XXXXXX";

static void write_file(const char *name, const char *text)
{
	_cleanup_fd_ int fd = open(arena_printf(&arena, "%s/%s", dir, name),
				   O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, text, strlen(text)), 0);
}

static int set_up(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(dir));
	write_file("file", "content");
	assert_int_equal(symlink("/file", arena_printf(&arena, "%s/link", dir)), 0);
	assert_int_equal(symlink("/etc/hostname", arena_printf(&arena, "%s/out", dir)), 0);
	assert_int_equal(mkfifo(arena_printf(&arena, "%s/fifo", dir), 0600), 0);
	return 0;
}

static int tear_down(void **state)
{
	static const char *const names[] = { "file", "link", "out", "fifo" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(arena_printf(&arena, "%s/%s", dir, names[i]));
	rmdir(dir);
	arena_free(&arena);
	return 0;
}

static const struct {
	const char *root, *prefix; /* "@" is our directory */
	enum err_kind kind;
	const char *message;
	bool live;
	const char *shown; /* of /etc/passwd */
} cases[] = {
	{ NULL, NULL, ERR_NONE, "", true, "/etc/passwd" },
	{ "/", NULL, ERR_NONE, "", true, "/etc/passwd" },
	{ "//", NULL, ERR_NONE, "", true, "/etc/passwd" },
	{ "/tmp/..", NULL, ERR_NONE, "", true, "/etc/passwd" },
	{ NULL, "/", ERR_NONE, "", true, "/etc/passwd" },
	{ NULL, "", ERR_NONE, "", true, "/etc/passwd" },
	{ "@", NULL, ERR_NONE, "", false, "/etc/passwd" },
	{ NULL, "@", ERR_NONE, "", false, "@/etc/passwd" },
	{ NULL, "@//", ERR_NONE, "", false, "@/etc/passwd" },
	{ "@", "@", ERR_USAGE, "options --root and --prefix conflict", false, NULL },
	{ "", NULL, ERR_ARGUMENT, "invalid chroot path '', only absolute paths are supported.",
	  false, NULL },
	{ "x", NULL, ERR_ARGUMENT, "invalid chroot path 'x', only absolute paths are supported.",
	  false, NULL },
	{ NULL, "x", ERR_ARGUMENT, "prefix must be an absolute path", false, NULL },
	{ "@/none", NULL, ERR_ARGUMENT,
	  "cannot access chroot directory @/none: No such file or directory", false, NULL },
	{ NULL, "@/file", ERR_ARGUMENT, "cannot access prefix directory @/file: Not a directory",
	  false, NULL },
};

static const char *with_dir(const char *text)
{
	const char *at = text ? strchr(text, '@') : NULL;

	return at ? arena_printf(&arena, "%.*s%s%s", (int)(at - text), text, dir, at + 1) : text;
}

static void roots_are_opened_or_refused(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err e = { .kind = ERR_NONE };
		struct root r;
		int got = root_open(&r, with_dir(cases[i].root), with_dir(cases[i].prefix), &arena,
				    &e);

		assert_int_equal(got, cases[i].kind == ERR_NONE ? 0 : -1);
		assert_int_equal(e.kind, cases[i].kind);
		assert_string_equal(e.message, with_dir(cases[i].message));
		if (got < 0)
			continue;
		assert_int_equal(r.live, cases[i].live);
		assert_string_equal(root_show(&r, &arena, "/etc/passwd"), with_dir(cases[i].shown));
		root_close(&r);
	}
}

static void no_root_is_live_in_an_image(void **state)
{
	struct err e = { .kind = ERR_NONE };
	struct root r;
	size_t i;

	(void)state;
	for (i = 0; i < 7; i++) {
		const char *value = i % 2 ? "1" : "";

		setenv("SHADOW_IMAGE", value, 1);
		assert_int_equal(root_open(&r, with_dir(cases[i].root), with_dir(cases[i].prefix),
					   &arena, &e), 0);
		assert_int_equal(r.image, i % 2);
		assert_int_equal(r.live, cases[i].live && !r.image);
		assert_string_equal(root_show(&r, &arena, "/etc/passwd"), with_dir(cases[i].shown));
		root_close(&r);
	}
	unsetenv("SHADOW_IMAGE");
}

static void files_are_read_beneath_the_root(void **state)
{
	static const struct {
		const char *path;
		int error;
	} files[] = {
		{ "/file", 0 },
		{ "/link", 0 },
		{ "/../file", 0 },
		{ "/out", ENOENT },
		{ "/none", ENOENT },
		{ "/fifo", EINVAL },
		{ "/", EINVAL },
	};
	struct err e = { .kind = ERR_NONE };
	struct root r;
	struct str text;
	size_t i;

	(void)state;
	assert_int_equal(root_open(&r, NULL, dir, &arena, &e), 0);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		int got = root_read(&r, files[i].path, 100, &arena, &text);

		assert_int_equal(got, files[i].error == 0 ? 0 : -1);
		if (got < 0)
			assert_int_equal(errno, files[i].error);
		else
			assert_true(str_is(text, "content"));
	}
	assert_int_equal(root_read(&r, "/file", 6, &arena, &text), -1);
	assert_int_equal(errno, EFBIG);
	root_close(&r);
}

static void an_owner_who_is_neither_root_nor_we_is_foreign(void **state)
{
	struct err e = { .kind = ERR_NONE };
	struct root r;

	(void)state;
	assert_int_equal(root_open(&r, NULL, dir, &arena, &e), 0);
	assert_false(r.foreign);
	root_close(&r);
	assert_int_equal(root_open(&r, NULL, NULL, &arena, &e), 0);
	assert_false(r.foreign);
	root_close(&r);
	if (geteuid() != 0)
		return;
	assert_int_equal(chown(dir, 3000, 3000), 0);
	assert_int_equal(root_open(&r, dir, NULL, &arena, &e), 0);
	assert_true(r.foreign);
	root_close(&r);
	assert_int_equal(seteuid(3000), 0);
	assert_int_equal(root_open(&r, dir, NULL, &arena, &e), 0);
	assert_false(r.foreign);
	root_close(&r);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(chown(dir, 0, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roots_are_opened_or_refused),
		cmocka_unit_test(no_root_is_live_in_an_image),
		cmocka_unit_test(files_are_read_beneath_the_root),
		cmocka_unit_test(an_owner_who_is_neither_root_nor_we_is_foreign),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
