/* SPDX-License-Identifier: BSD-3-Clause */
#include "account_world.h"
#include "password.h"

static struct secret secret_of(const char *text)
{
	struct err e = { .kind = ERR_NONE };
	struct secret s;

	assert_int_equal(secret_make(&s, SECRET_SIZE, &e), 0);
	assert_int_equal(secret_set(&s, str_of(text)), 0);
	return s;
}

static const char *const no_files[TABLE_COUNT];

/* --- the method --- */

static struct pwhash_method method_of(const char *const *keys, const char *asked,
				      const char *rounds)
{
	struct pwhash_method m = { PWHASH_NONE, 77 };
	struct world w;

	world_open(&w, no_files, keys);
	assert_int_equal(password_method(&w.run, asked, rounds, &m), 0);
	world_close(&w);
	return m;
}

static void chooses_a_method(void **state)
{
	static const struct {
		const char *keys[3], *asked, *rounds;
		struct pwhash_method expected;
	} cases[] = {
		{ { NULL }, NULL, NULL, { PWHASH_SHA512, 0 } },
		{ { "ENCRYPT_METHOD=YESCRYPT" }, NULL, NULL, { PWHASH_YESCRYPT, 5 } },
		{ { "ENCRYPT_METHOD=YESCRYPT", "YESCRYPT_COST_FACTOR=20" }, NULL, NULL,
		  { PWHASH_YESCRYPT, 11 } },
		{ { "ENCRYPT_METHOD=BCRYPT" }, NULL, NULL, { PWHASH_BCRYPT, 13 } },
		{ { "ENCRYPT_METHOD=BCRYPT", "BCRYPT_MIN_ROUNDS=5" }, NULL, NULL,
		  { PWHASH_BCRYPT, 5 } },
		{ { "ENCRYPT_METHOD=SHA256", "SHA_CRYPT_MIN_ROUNDS=3000" }, NULL, NULL,
		  { PWHASH_SHA256, 3000 } },
		{ { "ENCRYPT_METHOD=SHA256", "SHA_CRYPT_MAX_ROUNDS=3000" }, NULL, NULL,
		  { PWHASH_SHA256, 3000 } },
		{ { "SHA_CRYPT_MIN_ROUNDS=9000", "SHA_CRYPT_MAX_ROUNDS=8000" }, NULL, NULL,
		  { PWHASH_SHA512, 9000 } },
		{ { "SHA_CRYPT_MIN_ROUNDS=10" }, NULL, NULL, { PWHASH_SHA512, 1000 } },
		/* Never made unless asked for by name. */
		{ { "ENCRYPT_METHOD=DES" }, NULL, NULL, { PWHASH_SHA512, 0 } },
		{ { "ENCRYPT_METHOD=MD5" }, NULL, NULL, { PWHASH_SHA512, 0 } },
		{ { "ENCRYPT_METHOD=NONE" }, NULL, NULL, { PWHASH_SHA512, 0 } },
		{ { "MD5_CRYPT_ENAB=yes" }, NULL, NULL, { PWHASH_SHA512, 0 } },
		{ { "ENCRYPT_METHOD=FOO" }, NULL, NULL, { PWHASH_SHA512, 0 } },
		{ { "ENCRYPT_METHOD=YESCRYPT", "MD5_CRYPT_ENAB=yes" }, NULL, NULL,
		  { PWHASH_YESCRYPT, 5 } },
		{ { NULL }, "DES", NULL, { PWHASH_DES, 0 } },
		{ { NULL }, "DES", "5000", { PWHASH_DES, 0 } },
		{ { NULL }, "MD5", NULL, { PWHASH_MD5, 0 } },
		{ { NULL }, "NONE", NULL, { PWHASH_NONE, 0 } },
		{ { "ENCRYPT_METHOD=DES" }, "SHA256", NULL, { PWHASH_SHA256, 0 } },
		{ { NULL }, "SHA256", "6000", { PWHASH_SHA256, 6000 } },
		{ { NULL }, "SHA256", "0", { PWHASH_SHA256, 0 } },
		{ { NULL }, "SHA256", "10", { PWHASH_SHA256, 1000 } },
		{ { NULL }, "SHA256", "9223372036854775807", { PWHASH_SHA256, 999999999 } },
		{ { NULL }, "YESCRYPT", "3", { PWHASH_YESCRYPT, 3 } },
		{ { "SHA_CRYPT_MIN_ROUNDS=3000" }, NULL, "4000", { PWHASH_SHA512, 4000 } },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pwhash_method m =
			method_of(cases[i].keys, cases[i].asked, cases[i].rounds);

		if (m.kind != cases[i].expected.kind || m.cost != cases[i].expected.cost)
			fail_msg("case %zu: %s, %lu", i, pwhash_kind_name(m.kind), m.cost);
	}
}

static void rounds_lie_between(void **state)
{
	static const char *const keys[] = { "SHA_CRYPT_MIN_ROUNDS=2000",
					    "SHA_CRYPT_MAX_ROUNDS=2999", NULL };
	unsigned long first = 0;
	bool differ = false;
	int i;

	(void)state;
	for (i = 0; i < 32; i++) {
		struct pwhash_method m = method_of(keys, NULL, NULL);

		assert_in_range(m.cost, 2000, 2999);
		differ = differ || (i > 0 && m.cost != first);
		first = m.cost;
	}
	assert_true(differ);
}

static void refuses_what_is_no_method(void **state)
{
	static const struct {
		const char *asked, *rounds, *message;
	} cases[] = {
		{ "FOO", NULL, "unsupported crypt method: FOO" },
		{ "", NULL, "unsupported crypt method: " },
		{ "SHA512", "abc", "invalid numeric argument 'abc'" },
		{ "SHA512", "-1", "invalid numeric argument '-1'" },
		{ "SHA512", "", "invalid numeric argument ''" },
		{ "SHA512", "99999999999999999999",
		  "invalid numeric argument '99999999999999999999'" },
	};
	struct pwhash_method m;
	struct world w;
	size_t i;

	(void)state;
	world_open(&w, no_files, NULL);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		err_clear(&w.run.err);
		assert_int_equal(password_method(&w.run, cases[i].asked, cases[i].rounds, &m), -1);
		assert_int_equal(w.run.err.kind, ERR_USAGE);
		assert_string_equal(w.run.err.message, cases[i].message);
	}
	world_close(&w);
}

/* --- what is too weak --- */

static void weighs_passwords(void **state)
{
	static const char *const length[] = { "PASS_MIN_LEN=8", NULL };
	static const char *const checks[] = { "OBSCURE_CHECKS_ENAB=yes", NULL };
	static const struct {
		const char *const *keys;
		const char *old, *new, *why;
	} cases[] = {
		{ NULL, NULL, "a", NULL },
		{ NULL, "a", "a", NULL },
		{ length, NULL, "1234567", "it is too short" },
		{ length, NULL, "12345678", NULL },
		{ checks, NULL, "plum-tree7", NULL },
		{ checks, "plum-tree7", "plum-tree7", "it is the old one" },
		{ checks, "plum-tree7", "Plum-Tree7",
		  "it differs from the old one in upper and lower case only" },
		{ checks, "plum-tree7", "tree7plum-", "it is the old one rotated" },
		{ checks, "plum-tree7", "plum-tree8", "it is too similar to the old one" },
		{ checks, "plum-tree7", "xQ9 and some more", NULL },
		{ checks, "", "plum-tree7", NULL },
		{ checks, NULL, "ab-1c1-ba", "it is a palindrome" },
		{ checks, NULL, "xAlice99", "the user name is in it" },
		{ checks, NULL, "aB1aB1aB1", "it is too simple" },
		{ checks, NULL, "qwertzuiop", "it is too simple" },
		{ checks, NULL, "qwertzuiopas", NULL },
		{ checks, NULL, "", "it is a palindrome" },
		{ checks, NULL, "größeres", NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_secret_ struct secret old = secret_of(cases[i].old ? cases[i].old : "");
		_cleanup_secret_ struct secret new = secret_of(cases[i].new);
		const char *why;
		struct world w;

		world_open(&w, no_files, cases[i].keys);
		why = password_weakness(&w.run.defs, "alice", cases[i].old ? &old : NULL, &new);
		if ((why == NULL) != (cases[i].why == NULL) ||
		    (why && strcmp(why, cases[i].why) != 0))
			fail_msg("'%s': %s", cases[i].new, why ? why : "good");
		world_close(&w);
	}
}

static void fields(void **state)
{
	(void)state;
	assert_true(password_is_field(""));
	assert_true(password_is_field("*"));
	assert_true(password_is_field("!$6$a$b"));
	assert_true(password_is_field("h\xf6 i"));
	assert_false(password_is_field("a:b"));
	assert_false(password_is_field("a\n"));
	assert_false(password_is_field("a\r"));
	assert_false(password_is_field("\x7f"));
}

/* --- the row --- */

/* Passwd and shadow before and after; NULL: there is none, or the same. */
struct change {
	const char *passwd, *shadow, *new_passwd, *new_shadow;
};

static void sets_rows(void **state)
{
	static const char *const keys[] = { "PASS_MAX_DAYS=99", "PASS_WARN_AGE=7", NULL };
	static const struct change changes[] = {
		/* The ageing stays, the day is today. */
		{ "u:x:1:1:::\n", "u:!:5:1:2:3:4:5:6\n", NULL, "u:H:20000:1:2:3:4:5:6\n" },
		/* Short rows. */
		{ "u:x:1:1:::\n", "u:!:5:1:2\n", NULL, "u:H:20000:1:2\n" },
		/* One that passwd refers to is made. */
		{ "u:x:1:1:::\n", "", NULL, "u:H:20000::99:7:::\n" },
		/* A password in passwd stays there while shadow has no row, */
		{ "u:old:1:1:::\n", "v:!:::::::\n", "u:H:1:1:::\n", NULL },
		{ "u:x:1:1:::\n", NULL, "u:H:1:1:::\n", NULL },
		/* and gives way where it has one: the hash is not for everybody to read. */
		{ "u:old:1:1:::\n", "u:!:5::::::\n", "u:x:1:1:::\n", "u:H:20000::::::\n" },
		{ "+:::::\nu:x:1:1:::\n", "#u:\nu:!:5::::::\n+::::::::\n", NULL,
		  "#u:\nu:H:20000::::::\n+::::::::\n" },
	};
	size_t i;

	(void)state;
	assert_int_equal(setenv("SOURCE_DATE_EPOCH", "1728000000", 1), 0);
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const struct change *c = &changes[i];
		const char *const files[TABLE_COUNT] = { [TABLE_PASSWD] = c->passwd,
							 [TABLE_SHADOW] = c->shadow };
		const char *old, *now;
		struct world w;

		world_open(&w, files, keys);
		assert_int_equal(password_get(&w.run, w.txn, "u", &old), 0);
		assert_int_equal(password_set(&w.run, w.txn, "u", "H"), 0);
		assert_string_equal(world_file(&w, TABLE_PASSWD),
				    c->new_passwd ? c->new_passwd : c->passwd);
		if (c->shadow)
			assert_string_equal(world_file(&w, TABLE_SHADOW),
					    c->new_shadow ? c->new_shadow : c->shadow);
		assert_int_equal(password_get(&w.run, w.txn, "u", &now), 0);
		assert_string_not_equal(old, now);
		assert_string_equal(now, "H");
		world_close(&w);
	}
	unsetenv("SOURCE_DATE_EPOCH");
}

static void day_0_is_no_day(void **state)
{
	const char *const files[TABLE_COUNT] = { [TABLE_PASSWD] = "u:x:1:1:::\n",
						 [TABLE_SHADOW] = "u:!:5::::::\n" };
	struct world w;

	(void)state;
	setenv("SOURCE_DATE_EPOCH", "0", 1);
	world_open(&w, files, NULL);
	assert_int_equal(password_set(&w.run, w.txn, "u", "H"), 0);
	assert_string_equal(world_file(&w, TABLE_SHADOW), "u:H:::::::\n");
	world_close(&w);
	unsetenv("SOURCE_DATE_EPOCH");
}

static void refuses_who_is_not_there(void **state)
{
	const char *const files[TABLE_COUNT] = {
		[TABLE_PASSWD] = "u:x:1:1:::\n#c:x:1:1:::\n+n:::::\n",
		[TABLE_SHADOW] = "ghost:!:::::::\nu:!:::::::\nu:*:::::::\n"
	};
	static const char *const names[] = { "nosuch", "ghost", "#c", "+n", "" };
	const char *hash = "set";
	struct world w;
	size_t i;

	(void)state;
	world_open(&w, files, NULL);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		err_clear(&w.run.err);
		assert_int_equal(password_set(&w.run, w.txn, names[i], "H"), -1);
		assert_int_equal(w.run.err.kind, ERR_UNKNOWN);
		assert_int_equal(password_get(&w.run, w.txn, names[i], &hash), 0);
		assert_null(hash);
	}
	err_clear(&w.run.err);
	assert_int_equal(password_set(&w.run, w.txn, "u", "H"), -1);
	assert_int_equal(w.run.err.kind, ERR_USER_FILE);
	assert_false(txn_changed(w.txn));
	world_close(&w);
}

/* --- the dialogue --- */

/* What comes out of it when these lines are typed (through a pipe): NULL, nothing. */
static void ask(uid_t uid, const char *const *keys, const char *typed, const char *expected)
{
	_cleanup_secret_ struct secret got = SECRET_NONE;
	int pipes[2], saved = dup(0), errors = dup(2), null = open("/dev/null", O_WRONLY);
	struct world w;
	int r;

	world_open(&w, no_files, keys);
	w.run.caller.uid = uid;
	must(pipe(pipes), "pipe");
	must(fd_write_all(pipes[1], typed, strlen(typed)), "write");
	close(pipes[1]);
	must(dup2(pipes[0], 0), "dup2");
	must(dup2(null, 2), "dup2");
	r = password_ask(&w.run, "alice", NULL, &got);
	must(dup2(saved, 0), "dup2");
	must(dup2(errors, 2), "dup2");
	close(pipes[0]);
	close(saved);
	close(errors);
	close(null);
	assert_int_equal(r, expected ? 0 : -1);
	if (expected) {
		assert_string_equal(got.p, expected);
	} else {
		assert_null(got.p);
		assert_int_equal(w.run.err.kind, ERR_IO);
		assert_string_equal(w.run.err.message, "The password for alice is unchanged.");
	}
	world_close(&w);
}

static void asks_twice(void **state)
{
	static const char *const tries[] = { "PASS_CHANGE_TRIES=2", NULL };

	(void)state;
	ask(1000, NULL, "one\none\n", "one");
	ask(1000, NULL, "one\ntwo\nthree\nthree\n", "three");
	ask(1000, NULL, "\none\none\n", "one");
	ask(1000, NULL, "one\none", "one");
	ask(1000, NULL, "", NULL);
	ask(1000, NULL, "one\n", NULL);
	ask(1000, tries, "1\n2\n3\n4\n5\n5\n", NULL);
	ask(1000, NULL, "1\n2\n3\n4\n5\n6\n7\n8\n9\n9\n", "9");
	ask(1000, NULL, "1\n2\n3\n4\n5\n6\n7\n8\n9\n0\na\na\n", NULL);
}

static void root_insists(void **state)
{
	static const char *const quiet[] = { "PASS_MIN_LEN=8", NULL };
	static const char *const warn[] = { "PASS_MIN_LEN=8", "PASS_ALWAYS_WARN=yes", NULL };

	(void)state;
	ask(1000, quiet, "short\nshort\nlong enough\nlong enough\n", "long enough");
	ask(1000, warn, "short\nshort\nshort\nshort\n", NULL);
	ask(0, quiet, "short\nshort\n", "short");
	ask(0, warn, "short\nshort\nshort\nshort\n", "short");
	ask(0, warn, "short\nshort\nother\nother\nlong enough\nlong enough\n", "long enough");
	ask(0, warn, "short\nshort\n", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses_a_method),
		cmocka_unit_test(rounds_lie_between),
		cmocka_unit_test(refuses_what_is_no_method),
		cmocka_unit_test(weighs_passwords),
		cmocka_unit_test(fields),
		cmocka_unit_test(sets_rows),
		cmocka_unit_test(day_0_is_no_day),
		cmocka_unit_test(refuses_who_is_not_there),
		cmocka_unit_test(asks_twice),
		cmocka_unit_test(root_insists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
