/* SPDX-License-Identifier: BSD-3-Clause */
#include "profile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void every_profile_is_complete(void **state)
{
	int id;

	(void)state;
	for (id = 0; id < PROFILE_COUNT; id++) {
		const struct profile *p = profile_of((enum profile_id)id);

		assert_non_null(p->name);
		assert_non_null(p->shadow_group);
		assert_non_null(p->passwd_log);
		assert_int_equal(p->shell[0], '/');
		assert_int_equal(p->locked[0], '!');
		assert_int_equal(p->mail_dir[0], '/');
		assert_int_not_equal(p->status_bad_name, 0);
		assert_in_range(p->user_name_max, 32, 255);
		assert_int_equal(p->shadow_mode & 07137, 0);
	}
}

static void the_build_has_the_profile_that_it_is_named_for(void **state)
{
	(void)state;
	assert_string_equal(profile_get()->name, PROFILE_NAME);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_profile_is_complete),
		cmocka_unit_test(the_build_has_the_profile_that_it_is_named_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
