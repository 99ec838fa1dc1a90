/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pwhash.h"

static struct secret secret_of(const char *text)
{
	struct err e = { .kind = ERR_NONE };
	struct secret s;

	assert_int_equal(secret_make(&s, SECRET_SIZE + 64, &e), 0);
	assert_int_equal(secret_set(&s, str_of(text)), 0);
	return s;
}

/* Known answers: published vectors, and what OpenSSL makes. */
static void checks_known_hashes(void **state)
{
	static const struct {
		const char *password, *hash;
	} good[] = {
		{ "test", "aaqPiZY5xR5l." },
		{ "password", "$1$saltstri$qQY4WxjABChYG1ccLpfkz/" },
		{ "Hello world!",
		  "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5" },
		{ "Hello world!",
		  "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJ"
		  "uesI68u4OTLiBFdcbYEdFCoEOfaS35inz1" },
		{ "U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		_cleanup_secret_ struct secret right = secret_of(good[i].password);
		_cleanup_secret_ struct secret wrong = secret_of("Hello World?");

		if (!pwhash_check(&right, good[i].hash))
			fail_msg("%s is not fulfilled", good[i].hash);
		assert_false(pwhash_check(&wrong, good[i].hash));
		assert_true(pwhash_is_known(good[i].hash));
	}
}

static void fulfils_nothing_else(void **state)
{
	static const char *const hashes[] = {
		"", "!", "!!", "*", "*0", "*1", "x", "a", "test", "$", "$6$", "$6$salt", "$6$salt$",
		"!$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5",
		"$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc",
		"$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5x",
		"$nosuch$salt$hash", "Hello world!", "\n", "aa:",
	};
	_cleanup_secret_ struct secret s = secret_of("Hello world!");
	_cleanup_secret_ struct secret empty = secret_of("");
	struct secret none = SECRET_NONE;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		if (pwhash_check(&s, hashes[i]) || pwhash_check(&empty, hashes[i]))
			fail_msg("'%s' is fulfilled", hashes[i]);
		assert_false(pwhash_check(&none, hashes[i]));
	}
	assert_false(pwhash_check(&s, NULL));
}

static void makes_what_it_checks(void **state)
{
	static const struct {
		struct pwhash_method method;
		const char *begins;
	} made[] = {
		{ { PWHASH_DES, 0 }, "" },
		{ { PWHASH_MD5, 0 }, "$1$" },
		{ { PWHASH_SHA256, 0 }, "$5$" },
		{ { PWHASH_SHA256, 1000 }, "$5$rounds=1000$" },
		{ { PWHASH_SHA512, 0 }, "$6$" },
		{ { PWHASH_SHA512, 6000 }, "$6$rounds=6000$" },
		{ { PWHASH_BCRYPT, 4 }, "$2b$04$" },
		{ { PWHASH_YESCRYPT, 1 }, "$y$j75$" },
		{ { PWHASH_YESCRYPT, 5 }, "$y$j9T$" },
	};
	_cleanup_secret_ struct secret s = secret_of("pass wörd");
	_cleanup_secret_ struct secret other = secret_of("pass word");
	char one[PWHASH_SIZE], two[PWHASH_SIZE];
	struct err e = { .kind = ERR_NONE };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		assert_int_equal(pwhash_make(&made[i].method, &s, one, &e), 0);
		assert_int_equal(pwhash_make(&made[i].method, &s, two, &e), 0);
		if (strncmp(one, made[i].begins, strlen(made[i].begins)) != 0)
			fail_msg("%s does not begin with %s", one, made[i].begins);
		assert_string_not_equal(one, two);
		assert_true(pwhash_check(&s, one));
		assert_true(pwhash_check(&s, two));
		assert_false(pwhash_check(&other, one));
		assert_true(pwhash_is_known(one));
	}
}

static void keeps_plain_text_by_name_only(void **state)
{
	const struct pwhash_method none = { PWHASH_NONE, 0 };
	_cleanup_secret_ struct secret s = secret_of("plain");
	struct err e = { .kind = ERR_NONE };
	char hash[PWHASH_SIZE];

	(void)state;
	assert_int_equal(pwhash_make(&none, &s, hash, &e), 0);
	assert_string_equal(hash, "plain");
	assert_false(pwhash_check(&s, hash));
}

static void refuses_what_crypt_would_cut(void **state)
{
	const struct pwhash_method sha = { PWHASH_SHA256, 1000 };
	char text[SECRET_SIZE + 1], hash[PWHASH_SIZE];
	struct err e = { .kind = ERR_NONE };
	struct secret s;

	(void)state;
	memset(text, 'a', SECRET_SIZE);
	text[SECRET_SIZE] = '\0';
	s = secret_of(text);
	assert_int_equal(pwhash_make(&sha, &s, hash, &e), -1);
	assert_int_equal(e.kind, ERR_ARGUMENT);
	err_clear(&e);
	assert_int_equal(secret_set(&s, (struct str){ text, SECRET_SIZE - 1 }), 0);
	assert_int_equal(pwhash_make(&sha, &s, hash, &e), 0);
	assert_true(pwhash_check(&s, hash));
	assert_int_equal(secret_set(&s, (struct str){ "ab\0cd", 5 }), 0);
	assert_int_equal(pwhash_make(&sha, &s, hash, &e), -1);
	assert_false(pwhash_check(&s, hash));
	secret_end(&s);
}

static void names(void **state)
{
	unsigned long min, max;
	enum pwhash_kind kind;
	int i;

	(void)state;
	for (i = 0; i < PWHASH_KINDS; i++) {
		assert_true(pwhash_kind_of(pwhash_kind_name((enum pwhash_kind)i), &kind));
		assert_int_equal(kind, i);
	}
	assert_true(pwhash_kind_of("sha512", &kind));
	assert_int_equal(kind, PWHASH_SHA512);
	assert_false(pwhash_kind_of("SHA51", &kind));
	assert_false(pwhash_kind_of("", &kind));
	assert_false(pwhash_cost_range(PWHASH_DES, &min, &max));
	assert_false(pwhash_cost_range(PWHASH_NONE, &min, &max));
	assert_true(pwhash_cost_range(PWHASH_SHA512, &min, &max));
	assert_int_equal(min, 1000);
	assert_int_equal(max, 999999999);
	assert_true(pwhash_cost_range(PWHASH_BCRYPT, &min, &max));
	assert_int_equal(max, 31);
	assert_true(pwhash_cost_range(PWHASH_YESCRYPT, &min, &max));
	assert_int_equal(max, 11);
}

static void knows_shapes(void **state)
{
	static const char *const known[] = { "", "*", "!", "!!", "!*", "!aaqPiZY5xR5l." };
	static const char *const odd[] = { "x", "hash", "*LK*", "$6$salt$short", "$9$a$b", "NP" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		assert_true(pwhash_is_known(known[i]));
	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		assert_false(pwhash_is_known(odd[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checks_known_hashes),
		cmocka_unit_test(fulfils_nothing_else),
		cmocka_unit_test(makes_what_it_checks),
		cmocka_unit_test(keeps_plain_text_by_name_only),
		cmocka_unit_test(refuses_what_crypt_would_cut),
		cmocka_unit_test(names),
		cmocka_unit_test(knows_shapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
