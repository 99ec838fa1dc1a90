/* SPDX-License-Identifier: BSD-3-Clause */
#include "err.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_error_stays),
		cmocka_unit_test(sys_adds_the_cause_and_keeps_errno),
		cmocka_unit_test(clear_makes_room_for_another),
		cmocka_unit_test(long_messages_are_cut),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
