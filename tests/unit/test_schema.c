/* SPDX-License-Identifier: BSD-3-Clause */
#include "schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct {
	enum table_id id;
	const char *line;
	int columns;
} lines[] = {
	{ TABLE_PASSWD, "joe:x:1000:1000:Joe:/home/joe:/bin/sh", 7 },
	{ TABLE_PASSWD, "joe:x:1000:1000:::", 7 },
	{ TABLE_PASSWD, "joe:: 5:+5:::", 7 },
	{ TABLE_PASSWD, "joe:x:4294967295:0:::", 7 },
	{ TABLE_PASSWD, "joe:x:4294967296:0:::", 0 },
	{ TABLE_PASSWD, "joe:x:-1:0:::", 0 },
	{ TABLE_PASSWD, "joe:x:0x10:0:::", 0 },
	{ TABLE_PASSWD, "joe:x::0:::", 0 },
	{ TABLE_PASSWD, "joe:x:0::::", 0 },
	{ TABLE_PASSWD, "joe:x:5:5:Joe:/home/joe", 0 },
	{ TABLE_PASSWD, "joe:x:5:5:Joe:/home/joe:/bin/sh:", 0 },
	{ TABLE_PASSWD, "", 0 },
	{ TABLE_PASSWD, ":x:5:5:::", 0 },
	{ TABLE_PASSWD, "#joe:x:5:5:::", 0 },
	{ TABLE_PASSWD, "+", 0 },
	{ TABLE_PASSWD, "+joe:x:5:5:::", 0 },
	{ TABLE_PASSWD, "-joe:x:5:5:::", 0 },
	{ TABLE_PASSWD, "::::::::::::::::::::", 0 },
	{ TABLE_SHADOW, "joe:!:19000:0:99999:7:::", 9 },
	{ TABLE_SHADOW, "joe::::::::", 9 },
	{ TABLE_SHADOW, "joe:!:1:2:3:4:5:6", 8 },
	{ TABLE_SHADOW, "joe:!:1:2:3:4:5", 0 },
	{ TABLE_SHADOW, "joe:!:1:2:3", 5 },
	{ TABLE_SHADOW, "joe:!:bad:-1::::::", 0 },
	{ TABLE_SHADOW, "joe:!:bad:-1:::::", 9 },
	{ TABLE_GROUP, "club:x:5:joe,ann", 4 },
	{ TABLE_GROUP, "club:x:5:", 4 },
	{ TABLE_GROUP, "club:x:5", 3 },
	{ TABLE_GROUP, "club:x::joe", 0 },
	{ TABLE_GROUP, "club:x:5:joe:", 0 },
	{ TABLE_GSHADOW, "club:!:joe:joe,ann", 4 },
	{ TABLE_GSHADOW, "club:!:", 3 },
	{ TABLE_GSHADOW, "club:!", 2 },
	{ TABLE_GSHADOW, "club", 0 },
	{ TABLE_GSHADOW, "club:!:a:b:c", 0 },
	{ TABLE_SUBUID, "joe:100000:65536", 3 },
	{ TABLE_SUBUID, "1000:0x186a0:0200000", 3 },
	{ TABLE_SUBUID, "joe:100000:", 0 },
	{ TABLE_SUBGID, "joe:100000:65536:", 0 },
	{ TABLE_SUBGID, "joe:1e5:65536", 0 },
};

static void lines_are_rows_or_opaque(void **state)
{
	struct str columns[SCHEMA_COLUMNS_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		int n = schema_split(lines[i].id, str_of(lines[i].line), columns);

		if (n != lines[i].columns)
			fail_msg("'%s' has %d columns, not %d", lines[i].line, n,
				 lines[i].columns);
	}
}

static void columns_are_slices_of_the_line(void **state)
{
	struct str columns[SCHEMA_COLUMNS_MAX];
	/* The slice ends before the newline. */
	struct str line = { "joe:x:1000:100:J:/h:/bin/sh\nnext", 27 };

	(void)state;
	assert_int_equal(schema_split(TABLE_PASSWD, line, columns), PW_COLUMNS);
	assert_true(str_is(columns[PW_NAME], "joe"));
	assert_true(str_is(columns[PW_UID], "1000"));
	assert_true(str_is(columns[PW_SHELL], "/bin/sh"));
	assert_ptr_equal(columns[PW_NAME].p, line.p);
}

static void every_table_has_its_schema(void **state)
{
	int id;

	(void)state;
	for (id = 0; id < TABLE_COUNT; id++) {
		const struct schema *s = schema_get((enum table_id)id);

		assert_non_null(s->file);
		assert_string_equal(s->path + sizeof("/etc/") - 1, s->file);
		assert_in_range(s->columns, 1, SCHEMA_COLUMNS_MAX);
	}
	assert_int_equal(schema_get(TABLE_PASSWD)->id_column, PW_UID);
	assert_int_equal(schema_get(TABLE_GROUP)->id_column, GR_GID);
	assert_true(schema_get(TABLE_GSHADOW)->secret);
	assert_int_equal(schema_get(TABLE_SUBGID)->error, ERR_SUBGID_FILE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_rows_or_opaque),
		cmocka_unit_test(columns_are_slices_of_the_line),
		cmocka_unit_test(every_table_has_its_schema),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
