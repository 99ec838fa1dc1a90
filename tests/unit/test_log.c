/* SPDX-License-Identifier: BSD-3-Clause */
#include "log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "fd.h"

/* What syslog(3) writes to stderr under LOG_PERROR is what it sends. */
static void logged(char *buffer, size_t size, const char *text)
{
	_cleanup_file_ FILE *file = tmpfile();
	int saved = dup(STDERR_FILENO);
	size_t n;

	assert_non_null(file);
	assert_true(saved >= 0);
	openlog("test_log", LOG_PERROR, LOG_USER);
	dup2(fileno(file), STDERR_FILENO);
	log_say(LOG_DEBUG, "text '%s'", text);
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(file);
	n = fread(buffer, 1, size - 1, file);
	buffer[n] = '\0';
}

static void control_characters_cannot_forge_lines(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "plain %s", "test_log: text 'plain %s'\n" },
		{ "a\nuseradd[1]: b", "test_log: text 'a#012useradd[1]: b'\n" },
		{ "\x7f\x1b[0m\xc3\xa9", "test_log: text '#177#033[0m\xc3\xa9'\n" },
	};
	char got[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		logged(got, sizeof(got), cases[i].text);
		assert_string_equal(got, cases[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_characters_cannot_forge_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
