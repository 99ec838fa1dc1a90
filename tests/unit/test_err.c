/* SPDX-License-Identifier: BSD-3-Clause */
#include "err.h"

#include <errno.h>
#include <gnu/libc-version.h>
#include <libintl.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "err_log.h"
#include "text.h"

static void the_first_error_stays(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_int_equal(err_set(&e, ERR_EXISTS, "user '%s' already exists", "joe"), -1);
	assert_int_equal(err_set(&e, ERR_IO, "later"), -1);
	errno = EIO;
	assert_int_equal(err_sys(&e, ERR_IO, "later still"), -1);
	assert_int_equal(e.kind, ERR_EXISTS);
	assert_string_equal(e.message, "user 'joe' already exists");
}

static void sys_adds_the_cause_and_keeps_errno(void **state)
{
	struct err e = { 0 };

	(void)state;
	errno = ENOSPC;
	assert_int_equal(err_sys(&e, ERR_USER_FILE, "cannot write %s", "/etc/passwd"), -1);
	assert_int_equal(errno, ENOSPC);
	assert_int_equal(e.kind, ERR_USER_FILE);
	assert_string_equal(e.message, "cannot write /etc/passwd: No space left on device");
}

static void clear_makes_room_for_another(void **state)
{
	struct err e = { 0 };

	(void)state;
	err_set(&e, ERR_IO, "first");
	err_clear(&e);
	assert_int_equal(e.kind, ERR_NONE);
	assert_string_equal(e.message, "");
	err_set(&e, ERR_LOCK, "second");
	assert_int_equal(e.kind, ERR_LOCK);
	assert_string_equal(e.message, "second");
}

static void long_messages_are_cut(void **state)
{
	static char word[2 * ERR_MESSAGE_SIZE];
	struct err e = { 0 };

	(void)state;
	memset(word, 'x', sizeof(word) - 1);
	err_set(&e, ERR_USAGE, "%s", word);
	assert_int_equal(strlen(e.message), ERR_MESSAGE_SIZE - 1);
	err_clear(&e);
	errno = EIO;
	err_sys(&e, ERR_USAGE, "%s", word);
	assert_int_equal(strlen(e.message), ERR_MESSAGE_SIZE - 1);
	assert_int_equal(e.message[ERR_MESSAGE_SIZE - 2], 'x');
}

#if ENABLE_NLS
/* A catalogue (gettext's .mo) of one message: "cannot open %s". */
#define ENGLISH "cannot open %s"
static const char english[] = ENGLISH, german[] = "%s geht nicht auf";

static void write_catalogue(const char *dir)
{
	const uint32_t head[] = { 0x950412de, 0, 1, 28, 36, 0, 0 };
	const uint32_t places[] = { sizeof(english) - 1, 44, sizeof(german) - 1,
				    44 + sizeof(english) };
	char path[256];
	FILE *out;

	snprintf(path, sizeof(path), "%s/xx", dir);
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/xx/LC_MESSAGES", dir);
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/xx/LC_MESSAGES/" TEXT_DOMAIN ".mo", dir);
	out = fopen(path, "w");
	assert_non_null(out);
	fwrite(head, sizeof(head), 1, out);
	fwrite(places, sizeof(places), 1, out);
	fwrite(english, sizeof(english), 1, out);
	fwrite(german, sizeof(german), 1, out);
	assert_int_equal(fclose(out), 0);
}

static void remove_catalogue(const char *dir)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/xx/LC_MESSAGES/" TEXT_DOMAIN ".mo", dir);
	unlink(path);
	*strrchr(path, '/') = '\0';
	rmdir(path);
	*strrchr(path, '/') = '\0';
	rmdir(path);
	rmdir(dir);
}

static void logs_are_in_english(void **state)
{
	char dir[] = "/tmp/test_err.XXXXXX";
	struct arena a = { NULL };
	struct err e = { 0 };

	(void)state;
	assert_non_null(mkdtemp(dir));
	write_catalogue(dir);
	setenv("LANGUAGE", "xx", 1);
	if (!setlocale(LC_MESSAGES, "C.UTF-8"))
		skip();
	bindtextdomain(TEXT_DOMAIN, dir);
	/* Later than bookworm's, it translates nothing in C.UTF-8. */
	if (strverscmp(gnu_get_libc_version(), "2.36") > 0 &&
	    strcmp(dgettext(TEXT_DOMAIN, ENGLISH), ENGLISH) == 0) {
		remove_catalogue(dir);
		skip();
	}
	err_set(&e, ERR_IO, ENGLISH, "/x");
	assert_string_equal(e.message, "/x geht nicht auf");
	assert_string_equal(err_log_text(&e, &a), "cannot open /x");
	err_clear(&e);
	errno = ENOENT;
	err_sys(&e, ERR_IO, ENGLISH, "/x");
	assert_string_equal(err_log_text(&e, &a), "cannot open /x: No such file or directory");
	err_clear(&e);
	assert_string_equal(err_log_text(&e, &a), "");
	setlocale(LC_MESSAGES, "C");
	arena_free(&a);
	remove_catalogue(dir);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_error_stays),
		cmocka_unit_test(sys_adds_the_cause_and_keeps_errno),
		cmocka_unit_test(clear_makes_room_for_another),
		cmocka_unit_test(long_messages_are_cut),
#if ENABLE_NLS
		cmocka_unit_test(logs_are_in_english),
#endif
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
