/* SPDX-License-Identifier: BSD-3-Clause */
#include "event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <syslog.h>

#include <cmocka.h>

#include "profile.h"

static void events_are_kept_in_order_and_taken_back(void **state)
{
	struct events ev = { 0 };
	struct arena a = { 0 };
	size_t i, mark;

	(void)state;
	event_log(&ev, &a, "new user: name=%s, UID=%u", "joe", 1000u);
	event_log_at(&ev, &a, LOG_WARNING, "careful");
	mark = ev.count;
	for (i = 0; i < 40; i++)
		event_log(&ev, &a, "%zu", i);
	assert_int_equal(ev.count, 42);
	assert_string_equal(ev.items[0].text, "new user: name=joe, UID=1000");
	assert_int_equal(ev.items[0].priority, LOG_INFO);
	assert_int_equal(ev.items[0].audit, AUDIT_NONE);
	assert_int_equal(ev.items[1].priority, LOG_WARNING);
	assert_string_equal(ev.items[41].text, "39");
	events_rewind(&ev, mark);
	assert_int_equal(ev.count, 2);
	events_rewind(&ev, 10);
	assert_int_equal(ev.count, 2);
	arena_free(&a);
}

static void audit_speaks_the_words_of_the_profile(void **state)
{
	char name[] = "joe", group[] = "my club";
	struct events ev = { 0 };
	struct arena a = { 0 };

	(void)state;
	event_audit(&ev, &a, AUDIT_TYPE_USER_CHAUTHTOK, "adding user to group",
		    AUDIT_TYPE_USER_MGMT, "add-user-to-group", group, name, EVENT_NO_ID, true);
	/* The strings are ours by now. */
	name[0] = group[0] = 'X';
	assert_int_equal(ev.count, 1);
	assert_null(ev.items[0].text);
	assert_string_equal(ev.items[0].name, "joe");
	assert_int_equal(ev.items[0].id, EVENT_NO_ID);
	assert_true(ev.items[0].success);
	if (profile_get()->audit_verbs) {
		assert_int_equal(ev.items[0].audit, AUDIT_TYPE_USER_MGMT);
		assert_string_equal(ev.items[0].operation, "add-user-to-group grp=6D7920636C7562");
	} else {
		assert_int_equal(ev.items[0].audit, AUDIT_TYPE_USER_CHAUTHTOK);
		assert_string_equal(ev.items[0].operation, "adding user to group");
	}
	arena_free(&a);
}

static void odd_values_are_written_in_hex(void **state)
{
	static const struct {
		const char *value, *expected;
	} cases[] = {
		{ "club", "\"club\"" },
		{ "a'b\\", "\"a'b\\\"" },
		{ "", "\"\"" },
		{ "a b", "612062" },
		{ "a\"b", "612262" },
		{ "a\nb", "610A62" },
		{ "\xc3\xa9", "C3A9" },
		{ "a\x7f", "617F" },
	};
	struct arena a = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(audit_value(&a, cases[i].value), cases[i].expected);
	arena_free(&a);
}

static void a_word_is_no_field(void **state)
{
	static const struct {
		const char *value, *expected;
	} cases[] = {
		{ "club", "club" },
		{ "alice,bob", "alice,bob" },
		{ "", "" },
		{ "x res=success", "78207265733D73756363657373" },
		{ "res=1", "7265733D31" },
		{ "a\"b", "612262" },
		{ "a'b", "612762" },
		{ "a\nb", "610A62" },
		{ "\xc3\xa9", "C3A9" },
	};
	struct arena a = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(audit_word(&a, cases[i].value), cases[i].expected);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_are_kept_in_order_and_taken_back),
		cmocka_unit_test(audit_speaks_the_words_of_the_profile),
		cmocka_unit_test(odd_values_are_written_in_hex),
		cmocka_unit_test(a_word_is_no_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
