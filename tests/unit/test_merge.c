/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "merge.h"

struct merge_case {
	enum table_id id;
	const char *from, *to, *now;
	const char *want; /* NULL: cannot be merged */
};

static const struct merge_case cases[] = {
	/* Nobody else was there. */
	{ TABLE_GROUP, "g:x:5:a", "g:x:5:a,b", "g:x:5:a", "g:x:5:a,b" },
	{ TABLE_GROUP, "g:x:5:a", "g:x:5:a,b", "g:x:5:a,b", "g:x:5:a,b" },
	/* Members: theirs and ours. */
	{ TABLE_GROUP, "g:x:5:a", "g:x:5:a,b", "g:x:5:a,c", "g:x:5:a,c,b" },
	{ TABLE_GROUP, "g:x:5:a", "g:x:5:a,b", "g:x:5:", "g:x:5:b" },
	{ TABLE_GROUP, "g:x:5:a,b", "g:x:5:b", "g:x:5:a,b,c", "g:x:5:b,c" },
	{ TABLE_GROUP, "g:x:5:a,b", "g:x:5:z,b", "g:x:5:a,b,c", "g:x:5:b,c,z" },
	{ TABLE_GROUP, "g:x:5:a", "g:x:5:", "g:x:5:a,c", "g:x:5:c" },
	{ TABLE_GSHADOW, "g:!:a:a", "g:!:a:a,b", "g:!:c:a", "g:!:c:a,b" },
	{ TABLE_GSHADOW, "g:!:a:a", "g:!:b:a", "g:!:a,c:a", "g:!:c,b:a" },
	/* Other columns: one each. */
	{ TABLE_PASSWD, "u:x:1:1::/u:/sh", "v:x:1:1::/u:/sh", "u:x:1:1:them:/u:/sh",
	  "v:x:1:1:them:/u:/sh" },
	{ TABLE_PASSWD, "u:x:1:1::/u:/sh", "v:x:2:1::/u:/sh", "u:x:1:1::/u:/other",
	  "v:x:2:1::/u:/other" },
	{ TABLE_SHADOW, "u:h:1:0:9:7:::", "v:h:1:0:9:7:::", "u:!h:1:0:9:7:::", "v:!h:1:0:9:7:::" },
	{ TABLE_SHADOW, "u:h:1:0:9", "v:h:1:0:9", "u:!h:1:0:9", "v:!h:1:0:9" },
	/* Both made the same of it. */
	{ TABLE_PASSWD, "u:x:1:1::/u:/sh", "u:x:1:1::/u:/b", "u:x:1:1:c:/u:/b",
	  "u:x:1:1:c:/u:/b" },
	/* One column, two wishes. */
	{ TABLE_PASSWD, "u:x:1:1::/u:/sh", "u:x:1:1::/u:/b", "u:x:1:1::/u:/c", NULL },
	{ TABLE_PASSWD, "u:x:1:1::/u:/sh", "u:x:2:1::/u:/sh", "u:x:3:1::/u:/sh", NULL },
	{ TABLE_SHADOW, "u:h:1:0:9:7:::", "u:i:1:0:9:7:::", "u:!h:1:0:9:7:::", NULL },
	/* No rows of one kind. */
	{ TABLE_SHADOW, "u:h:1:0:9:7:::", "u:i:1:0:9:7:::", "u:h:1:0:9", NULL },
	{ TABLE_PASSWD, "u:x:1:1::/u:/sh", "u:x:1:1::/u:/b", "junk", NULL },
};

static void merged(void **state)
{
	struct arena arena = { 0 };
	struct str line;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct merge_case *c = &cases[i];
		bool done = merge_row(c->id, str_of(c->from), str_of(c->to), str_of(c->now),
				      &arena, &line);

		if (done != (c->want != NULL) || (done && !str_is(line, c->want)))
			fail_msg("%s -> %s, now %s: %.*s", c->from, c->to, c->now,
				 done ? (int)line.n : 4, done ? line.p : "none");
	}
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
