/* SPDX-License-Identifier: BSD-3-Clause */
#include "account_world.h"
#include "group_deed.h"

static struct run run;

static const struct event *last(void)
{
	return &run.events.items[run.events.count - 1];
}

static const char *last_text(void)
{
	return run.events.items[run.events.count - 2].text;
}

static void texts(void **state)
{
	static const struct {
		struct group_deed deed;
		const char *done, *failed, *verb, *name;
	} cases[] = {
		{ { GROUP_DEED_ADD, "club", "carol", "alice" },
		  "user carol added by alice to group club",
		  "alice failed to add user carol to group club: no",
		  "add-user-to-group grp=\"club\"", "carol" },
		{ { GROUP_DEED_REMOVE, "club", "carol", "alice" },
		  "user carol removed by alice from group club",
		  "alice failed to remove user carol from group club: no",
		  "delete-user-from-group grp=\"club\"", "carol" },
		{ { GROUP_DEED_PASSWORD, "club", NULL, "alice" },
		  "password of group club changed by alice",
		  "alice failed to change password of group club: no",
		  "change-password grp=\"club\"", "alice" },
		{ { GROUP_DEED_REMOVE_PASSWORD, "club", NULL, "alice" },
		  "password of group club removed by alice",
		  "alice failed to remove password of group club: no",
		  "delete-group-password grp=\"club\"", "alice" },
		{ { GROUP_DEED_RESTRICT, "club", NULL, "alice" },
		  "access to group club restricted by alice",
		  "alice failed to restrict access to group club: no",
		  "restrict-group grp=\"club\"", "alice" },
		{ { GROUP_DEED_ADMINS, "club", "bob,carol", "root" },
		  "administrators of group club set by root to bob,carol",
		  "root failed to set the administrators of group club to bob,carol: no",
		  "set-admins-of-group grp=\"club\"", "bob,carol" },
		{ { GROUP_DEED_MEMBERS, "club", "", "root" },
		  "members of group club set by root to ",
		  "root failed to set the members of group club to : no",
		  "add-users-to-group grp=\"club\"", "" },
	};
	bool verbs = profile_get()->audit_verbs;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		group_deed_done(&run, &cases[i].deed);
		assert_string_equal(last_text(), cases[i].done);
		assert_string_equal(last()->operation, verbs ? cases[i].verb : cases[i].done);
		assert_string_equal(last()->name, verbs ? cases[i].name : "club");
		assert_true(last()->success);
		group_deed_failed(&run, &cases[i].deed, ": no");
		assert_string_equal(last_text(), cases[i].failed);
		assert_string_equal(last()->operation, verbs ? cases[i].verb : cases[i].failed);
		assert_false(last()->success);
	}
}

static void names_are_no_fields_of_a_record(void **state)
{
	const struct group_deed deed = { GROUP_DEED_REMOVE, "club", "x res=success", "bob" };

	(void)state;
	group_deed_failed(&run, &deed, ": Permission denied");
	assert_string_equal(last_text(), "bob failed to remove user x res=success from group club: "
					 "Permission denied");
	assert_null(strstr(last()->operation, "res="));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(names_are_no_fields_of_a_record),
	};
	int status = cmocka_run_group_tests(tests, NULL, NULL);

	arena_free(&run.arena);
	return status;
}
