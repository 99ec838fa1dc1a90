/* SPDX-License-Identifier: BSD-3-Clause */
/* Who may change his password without PAM, and when.  Today is day 19675. */
#include <stdlib.h>

#include "account_world.h"
#include "password_change.h"

#define PASSWD "u:x:1000:1::/:/bin/sh\nv:x:1001:1::/:/bin/sh\np:H:1000:1::/:/bin/sh\n"
#define REFUSED "The password for u cannot be changed"

static struct world w;

static void begin(const char *shadow, uid_t caller)
{
	const char *files[TABLE_COUNT] = { [TABLE_PASSWD] = PASSWD, [TABLE_SHADOW] = shadow };

	world_open(&w, files, NULL);
	w.run.caller = (struct caller){ .uid = caller };
}

static void who_may_now(void **state)
{
	static const struct {
		const char *shadow;
		uid_t caller;
		const char *error, *log; /* NULL: he may */
		bool due;
	} cases[] = {
		{ "u:H:19000:0:99999:7:::\n", 1000, NULL, "", false },
		{ "u:H:19000:0:99999:7:::\n", 1001, "Permission denied.", "", false },
		{ "u:!H:19000:0:99999:7:::\n", 1000, REFUSED ".", "password locked for 'u'\n",
		  false },
		{ "u:!H:19000:0:99999:7:::\n", 0, NULL, "", false },
		/* the minimum age: the day itself is late enough */
		{ "u:H:19670:6:99999:7:::\n", 1000, REFUSED " yet.", "now < minimum age for 'u'\n",
		  false },
		{ "u:H:19670:5:99999:7:::\n", 1000, NULL, "", false },
		{ "u:H:19670:6:99999:7:::\n", 0, NULL, "", false },
		/* one that must be changed is not too young */
		{ "u:H:0:6:99999:7:::\n", 1000, NULL, "", true },
		{ "u:H::6:99999:7:::\n", 1000, NULL, "", false },
		/* expired; expired for too long; the account is over */
		{ "u:H:19600:0:75:7:::\n", 1000, NULL, "", true },
		{ "u:H:19600:0:76:7:::\n", 1000, NULL, "", false },
		{ "u:H:19600:0:70:7:5::\n", 1000, REFUSED ".", "password locked for 'u'\n", true },
		{ "u:H:19600:0:70:7:6::\n", 1000, NULL, "", true },
		{ "u:H:19600:0:70:7:5::\n", 0, NULL, "", true },
		{ "u:H:19000:0:99999:7::19675:\n", 1000, REFUSED ".", "password locked for 'u'\n",
		  true },
		{ "u:H:19000:0:99999:7::19676:\n", 1000, NULL, "", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct password_change c = { .user = NULL };
		int r;

		begin(cases[i].shadow, cases[i].caller);
		r = password_change_begin(&c, &w.run, "u");
		assert_int_equal(r, cases[i].error ? -1 : 0);
		assert_string_equal(w.run.err.message, cases[i].error ? cases[i].error : "");
		assert_string_equal(world_log(&w), cases[i].log);
		if (!cases[i].error) {
			assert_string_equal(c.hash, cases[i].shadow[2] == '!' ? "!H" : "H");
			assert_int_equal(c.due, cases[i].due);
		} else {
			assert_int_equal(w.run.err.kind, ERR_PERMISSION);
		}
		world_close(&w);
	}
}

static void which_row(void **state)
{
	struct password_change c;

	(void)state;
	begin("v:H:19000::::::\n", 0);
	assert_int_equal(password_change_begin(&c, &w.run, "nosuch"), -1);
	assert_int_equal(w.run.err.kind, ERR_UNKNOWN);
	err_clear(&w.run.err);
	/* no row in shadow: nothing ages */
	assert_int_equal(password_change_begin(&c, &w.run, "p"), 0);
	assert_string_equal(c.hash, "H");
	assert_false(c.due);
	world_close(&w);

	begin("u:H:19000::::::\nu:I:19000::::::\n", 0);
	assert_int_equal(password_change_begin(&c, &w.run, "u"), -1);
	assert_int_equal(w.run.err.kind, ERR_USER_FILE);
	world_close(&w);
}

static int commit(const struct password_change *c)
{
	_cleanup_secret_ struct secret new = SECRET_NONE;

	assert_int_equal(secret_make(&new, SECRET_SIZE, &w.run.err), 0);
	assert_int_equal(secret_set(&new, str_of("New-secret2")), 0);
	return password_change_commit(c, &w.run, &new);
}

static const char *shadow_now(void)
{
	return content(w.scratch.fd, "etc/shadow");
}

/* Somebody else is at work. */
static void put_shadow(const char *text)
{
	must(unlinkat(w.scratch.fd, "etc/shadow", 0), "etc/shadow");
	make_file(w.scratch.fd, "etc/shadow", text, 0644);
}

static void the_row_that_was_looked_at(void **state)
{
	const char *before = "u:H:19000:0:99999:7:::\n", *other = "u:I:19000:0:99999:7:::\n";
	const char *young = "u:H:19675:9:99999:7:::\n";
	struct password_change c;
	const char *text;

	(void)state;
	begin(before, 1000);
	assert_int_equal(password_change_begin(&c, &w.run, "u"), 0);
	assert_int_equal(commit(&c), 0);
	text = shadow_now();
	assert_non_null(strstr(text, ":19675:0:99999:7:::\n"));
	assert_int_equal(strncmp(text, "u:$6$", 5), 0);
	assert_null(strstr(text, "New-secret2"));
	assert_non_null(strstr(world_log(&w), "password for 'u' changed by '"));
	world_close(&w);

	/* the password that was proved is gone; and a minimum age has come */
	begin(before, 1000);
	assert_int_equal(password_change_begin(&c, &w.run, "u"), 0);
	put_shadow(other);
	assert_int_equal(commit(&c), -1);
	assert_int_equal(w.run.err.kind, ERR_PERMISSION);
	assert_string_equal(shadow_now(), other);
	assert_string_equal(world_log(&w), "");
	err_clear(&w.run.err);
	put_shadow(young);
	assert_int_equal(commit(&c), -1);
	assert_string_equal(w.run.err.message, REFUSED " yet.");
	assert_string_equal(shadow_now(), young);
	world_close(&w);

	/* root proved nothing */
	begin(before, 0);
	assert_int_equal(password_change_begin(&c, &w.run, "u"), 0);
	put_shadow(other);
	assert_int_equal(commit(&c), 0);
	assert_string_not_equal(shadow_now(), other);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_may_now),
		cmocka_unit_test(which_row),
		cmocka_unit_test(the_row_that_was_looked_at),
	};

	setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
