/* SPDX-License-Identifier: BSD-3-Clause */
/* Passwords locked, unlocked and taken away. */
#include "account_world.h"
#include "password_mark.h"

static void the_field(void **state)
{
	static const struct {
		struct password_mark mark;
		const char *field, *expected;
	} cases[] = {
		{ { .lock = true }, "HASH", "!HASH" },
		{ { .lock = true }, "!HASH", "!HASH" },
		{ { .lock = true }, "*", "!*" },
		{ { .lock = true }, "!", "!" },
		{ { .lock = true }, "", "!" },
		{ { .unlock = true }, "!HASH", "HASH" },
		{ { .unlock = true }, "HASH", "HASH" },
		{ { .unlock = true }, "!!HASH", "!HASH" },
		{ { .unlock = true }, "!!", "!" },
		{ { .unlock = true }, "!", NULL },
		{ { .unlock = true }, "", "" },
		{ { .unlock = true }, "*", "*" },
		{ { .unlock = true }, "!*", "*" },
		{ { .remove = true }, "HASH", "" },
		{ { .remove = true }, "!HASH", "" },
		{ { .remove = true, .unlock = true }, "!HASH", "" },
		{ { .remove = true, .lock = true }, "HASH", "!" },
		{ { .remove = true, .lock = true, .unlock = true }, "HASH", "!" },
		{ { .lock = true, .unlock = true }, "HASH", "!HASH" },
		{ { .lock = true, .unlock = true }, "!HASH", "!HASH" },
		{ { .lock = true, .unlock = true }, "!", "!" },
		{ { .lock = false }, "!HASH", "!HASH" },
	};
	struct arena a = { NULL };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *got = password_mark_of(&a, str_of(cases[i].field), &cases[i].mark);

		if (!cases[i].expected)
			assert_null(got);
		else
			assert_string_equal(got, cases[i].expected);
	}
	arena_free(&a);
}

static struct world w;

static void begin(const char *passwd, const char *shadow)
{
	const char *files[TABLE_COUNT] = { [TABLE_PASSWD] = passwd, [TABLE_SHADOW] = shadow };

	world_open(&w, files, NULL);
}

static void expect(const char *passwd, const char *shadow)
{
	assert_string_equal(world_file(&w, TABLE_PASSWD), passwd);
	assert_string_equal(world_file(&w, TABLE_SHADOW), shadow);
	world_close(&w);
}

static void fails(const struct password_mark *mark, enum err_kind kind)
{
	assert_int_equal(password_mark_set(&w.run, w.txn, "u", mark), -1);
	assert_int_equal(w.run.err.kind, kind);
	err_clear(&w.run.err);
}

static void the_row(void **state)
{
	const struct password_mark lock = { .lock = true }, unlock = { .unlock = true };

	(void)state;
	/* where the hash is; the days stay */
	begin("u:x:1:1::/:/bin/sh\n", "v:V:1::::::\nu:U:18000:0:9:7:::\n");
	assert_int_equal(password_mark_set(&w.run, w.txn, "u", &lock), 0);
	expect("u:x:1:1::/:/bin/sh\n", "v:V:1::::::\nu:!U:18000:0:9:7:::\n");

	begin("u:U:1:1::/:/bin/sh\n", "v:V:1::::::\n");
	assert_int_equal(password_mark_set(&w.run, w.txn, "u", &lock), 0);
	expect("u:!U:1:1::/:/bin/sh\n", "v:V:1::::::\n");

	begin("u:!U:1:1::/:/bin/sh\n", NULL);
	assert_int_equal(password_mark_set(&w.run, w.txn, "u", &unlock), 0);
	expect("u:U:1:1::/:/bin/sh\n", "(none)");

	/* what is refused changes nothing */
	begin("u:x:1:1::/:/bin/sh\n", "u:!:1::::::\n");
	fails(&unlock, ERR_NO_PASSWORD);
	expect("u:x:1:1::/:/bin/sh\n", "u:!:1::::::\n");

	begin("v:x:1:1::/:/bin/sh\n", "u:U:1::::::\n");
	fails(&lock, ERR_UNKNOWN);
	expect("v:x:1:1::/:/bin/sh\n", "u:U:1::::::\n");

	begin("u:x:1:1::/:/bin/sh\n", "u:U:1::::::\nu:W:1::::::\n");
	fails(&lock, ERR_USER_FILE);
	expect("u:x:1:1::/:/bin/sh\n", "u:U:1::::::\nu:W:1::::::\n");

	begin("u:U:1:1::/:/bin/sh\nu:W:2:2::/:/bin/sh\n", "");
	fails(&lock, ERR_USER_FILE);
	expect("u:U:1:1::/:/bin/sh\nu:W:2:2::/:/bin/sh\n", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_field),
		cmocka_unit_test(the_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
