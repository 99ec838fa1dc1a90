/* SPDX-License-Identifier: BSD-3-Clause */
#include "may.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define YES MAY_YES
#define NOT MAY_NOT
#define OTHERS MAY_NOT_OTHERS

static const struct may_caller root = { .root = true }, user = { .root = false };

/* What each caller may, where nothing but the relation to the target differs: the target is the
 * caller's own, somebody else's, or a group that the caller administers. */
static const struct {
	const char *tool;
	enum may_field field;
	enum may_verdict own, other, admin;
} fields[] = {
	{ "passwd", MAY_PASSWORD, YES, OTHERS, OTHERS },
	{ "passwd -S", MAY_PASSWORD_STATUS, YES, OTHERS, OTHERS },
	{ "passwd -d -e -i -k -l -n -S -a -u -w -x --stdin, chage", MAY_PASSWORD_ADMIN, NOT, NOT,
	  NOT },
	{ "chage -l, expiry", MAY_AGING, YES, OTHERS, OTHERS },
	{ "chsh", MAY_SHELL, YES, OTHERS, OTHERS },
	{ "chfn -f", MAY_GECOS_NAME, YES, OTHERS, OTHERS },
	{ "chfn -r", MAY_GECOS_ROOM, YES, OTHERS, OTHERS },
	{ "chfn -w", MAY_GECOS_WORK, YES, OTHERS, OTHERS },
	{ "chfn -h", MAY_GECOS_HOME, YES, OTHERS, OTHERS },
	{ "chfn -o", MAY_GECOS_OTHER, NOT, NOT, NOT },
	{ "gpasswd -a -d", MAY_GROUP_MEMBERS, NOT, NOT, YES },
	{ "gpasswd, -r, -R", MAY_GROUP_PASSWORD, NOT, NOT, YES },
	{ "gpasswd -A -M", MAY_GROUP_ADMIN, NOT, NOT, NOT },
};

static void each_field_and_caller(void **state)
{
	struct may_target own = { .own = true, .chfn_restrict = "frwh", .shell_listed = true,
				  .new_shell_listed = true };
	struct may_target other = own, admin = own;
	size_t i;

	(void)state;
	other.own = admin.own = false;
	admin.group_admin = true;
	assert_int_equal(LENGTH(fields), MAY_FIELDS);
	for (i = 0; i < LENGTH(fields); i++) {
		enum may_field f = fields[i].field;

		assert_int_equal(f, i);
		if (may_change(&user, &own, f) != fields[i].own ||
		    may_change(&user, &other, f) != fields[i].other ||
		    may_change(&user, &admin, f) != fields[i].admin ||
		    may_change(&root, &own, f) != YES || may_change(&root, &other, f) != YES ||
		    may_change(&root, &admin, f) != YES)
			fail_msg("%s", fields[i].tool);
	}
}

/* Nothing that speaks for a caller is given: all but root are refused everything. */
static void nothing_is_given(void **state)
{
	struct may_target nobody = { .own = false };
	int f;

	(void)state;
	for (f = 0; f < MAY_FIELDS; f++) {
		assert_int_not_equal(may_change(&user, &nobody, (enum may_field)f), MAY_YES);
		assert_int_equal(may_change(&root, &nobody, (enum may_field)f), MAY_YES);
	}
	assert_int_equal(may_change(&user, &nobody, MAY_FIELDS), MAY_NOT);
}

static const struct {
	const char *restriction;
	enum may_verdict name, room, work, home;
} restrictions[] = {
	{ NULL, NOT, NOT, NOT, NOT },
	{ "", NOT, NOT, NOT, NOT },
	{ "yes", NOT, YES, YES, YES },
	{ "no", YES, YES, YES, YES },
	{ "YES", NOT, NOT, NOT, NOT },
	{ "f", YES, NOT, NOT, NOT },
	{ "r", NOT, YES, NOT, NOT },
	{ "w", NOT, NOT, YES, NOT },
	{ "h", NOT, NOT, NOT, YES },
	{ "rwh", NOT, YES, YES, YES },
	{ "frwh", YES, YES, YES, YES },
	{ "FRWH", NOT, NOT, NOT, NOT },
	{ "o", NOT, NOT, NOT, NOT },
};

static void chfn_restrict(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < LENGTH(restrictions); i++) {
		struct may_target t = { .own = true,
					.chfn_restrict = restrictions[i].restriction };

		if (may_change(&user, &t, MAY_GECOS_NAME) != restrictions[i].name ||
		    may_change(&user, &t, MAY_GECOS_ROOM) != restrictions[i].room ||
		    may_change(&user, &t, MAY_GECOS_WORK) != restrictions[i].work ||
		    may_change(&user, &t, MAY_GECOS_HOME) != restrictions[i].home ||
		    may_change(&user, &t, MAY_GECOS_OTHER) != NOT ||
		    may_change(&root, &t, MAY_GECOS_NAME) != YES ||
		    may_change(&root, &t, MAY_GECOS_OTHER) != YES)
			fail_msg("CHFN_RESTRICT %s", t.chfn_restrict ? t.chfn_restrict : "not set");
		t.own = false;
		assert_int_equal(may_change(&user, &t, MAY_GECOS_ROOM), OTHERS);
	}
}

static const struct {
	bool own, listed, new_listed;
	enum may_verdict verdict;
} shells[] = {
	{ true, true, true, MAY_YES },
	{ true, true, false, MAY_NOT_TO_SHELL },
	{ true, false, true, MAY_NOT_FROM_SHELL },
	{ true, false, false, MAY_NOT_FROM_SHELL },
	{ false, true, true, MAY_NOT_OTHERS },
	{ false, false, false, MAY_NOT_OTHERS },
};

static void restricted_shells(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < LENGTH(shells); i++) {
		struct may_target t = { .own = shells[i].own, .shell_listed = shells[i].listed,
					.new_shell_listed = shells[i].new_listed };

		assert_int_equal(may_change(&user, &t, MAY_SHELL), shells[i].verdict);
		assert_int_equal(may_change(&root, &t, MAY_SHELL), MAY_YES);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_field_and_caller),
		cmocka_unit_test(nothing_is_given),
		cmocka_unit_test(chfn_restrict),
		cmocka_unit_test(restricted_shells),
	};

	return cmocka_run_group_tests_name("may", tests, NULL, NULL);
}
