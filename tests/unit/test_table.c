/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

static struct arena arena;

static struct table *open_text(enum table_id id, const char *text)
{
	return table_new(id, text, strlen(text), &arena);
}

/* The file as a commit would write it. */
static const char *written(struct table *t)
{
	const struct span *spans;
	size_t i, n = table_spans(t, &spans), used = 0, size = 1;
	char *p;

	for (i = 0; i < n; i++)
		size += spans[i].size;
	p = arena_alloc(&arena, size);
	for (i = 0; i < n; i++) {
		memcpy(p + used, spans[i].p, spans[i].size);
		used += spans[i].size;
	}
	return p;
}

static void add_group(struct table *t, const char *name, const char *gid)
{
	const char *values[] = { name, "x", gid, "" };
	struct err e = { .kind = ERR_NONE };

	assert_int_equal(table_add(t, values, &e), 0);
}

/* What is added, to what, and the result. */
static void added_rows(void **state)
{
	static const struct {
		const char *before, *after;
	} cases[] = {
		{ "", "new:x:7:\n" },
		{ "a:x:1:\n", "a:x:1:\nnew:x:7:\n" },
		{ "a:x:1:", "a:x:1:\nnew:x:7:\n" },
		{ "a:x:1:\n+::::\n", "a:x:1:\nnew:x:7:\n+::::\n" },
		{ "a:x:1:\n-x\nb:x:2:\n+", "a:x:1:\nnew:x:7:\n-x\nb:x:2:\n+" },
		{ "+::::\na:x:1:\n", "new:x:7:\n+::::\na:x:1:\n" },
		{ "+", "new:x:7:\n+" },
		{ "# c\n\njunk\n", "# c\n\njunk\nnew:x:7:\n" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct table *t = open_text(TABLE_GROUP, cases[i].before);

		add_group(t, "new", "7");
		assert_string_equal(written(t), cases[i].after);
		assert_int_equal(table_edits(t), 1);
	}
}

static void two_rows_after_a_missing_newline(void **state)
{
	struct table *t = open_text(TABLE_GROUP, "a:x:1:");

	(void)state;
	add_group(t, "b", "2");
	add_group(t, "c", "3");
	assert_string_equal(written(t), "a:x:1:\nb:x:2:\nc:x:3:\n");
}

static void edited_rows_keep_all_other_bytes(void **state)
{
	static const char text[] = "# c\nroot:x:0:\n bad\nwheel:x:10:a,b\n\nlast:x:11:";
	struct table *t = open_text(TABLE_GROUP, text);
	struct err e = { .kind = ERR_NONE };
	struct row row;

	(void)state;
	assert_true(table_find(t, "wheel", &row));
	assert_int_equal(table_set(t, &row, GR_MEMBERS, "a,b,c", &e), 0);
	assert_true(str_is(row.column[GR_MEMBERS], "a,b,c"));
	assert_true(table_find(t, "last", &row));
	assert_int_equal(table_set(t, &row, GR_NAME, "end", &e), 0);
	assert_string_equal(written(t),
			    "# c\nroot:x:0:\n bad\nwheel:x:10:a,b,c\n\nend:x:11:");
	assert_false(table_find(t, "last", &row));
	assert_true(table_find(t, "end", &row));
	/* Back as it was: no edit is left. */
	assert_int_equal(table_set(t, &row, GR_NAME, "last", &e), 0);
	assert_int_equal(table_edits(t), 1);
	add_group(t, "x", "12");
	assert_string_equal(
		written(t),
		"# c\nroot:x:0:\n bad\nwheel:x:10:a,b,c\n\nlast:x:11:\nx:x:12:\n");
}

static void removed_rows(void **state)
{
	static const struct {
		const char *before, *after;
	} cases[] = {
		{ "b:x:1:\n", "" },
		{ "b:x:1:", "" },
		{ "a:x:1:\nb:x:2:\nc:x:3:\n", "a:x:1:\nc:x:3:\n" },
		{ "a:x:1:\nb:x:2:", "a:x:1:\n" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct table *t = open_text(TABLE_GROUP, cases[i].before);
		struct row row;

		assert_true(table_find(t, "b", &row));
		table_remove(t, &row);
		assert_string_equal(written(t), cases[i].after);
		assert_false(table_find(t, "b", &row));
		assert_true(table_removes(t));
		add_group(t, "b", "9");
		assert_true(table_find(t, "b", &row));
		table_remove(t, &row);
		assert_string_equal(written(t), cases[i].after);
	}
}

static void the_gate(void **state)
{
	static const char *const bad[] = { "a:b", "a\nb", ":", "\n" };
	struct table *t = open_text(TABLE_GROUP, "a:x:1:\n");
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct err e = { .kind = ERR_NONE };
		const char *values[] = { bad[i], "x", "5", "" };
		struct row row;

		assert_true(table_find(t, "a", &row));
		assert_int_equal(table_set(t, &row, GR_MEMBERS, bad[i], &e), -1);
		assert_int_equal(e.kind, ERR_ARGUMENT);
		err_clear(&e);
		assert_int_equal(table_add(t, values, &e), -1);
		assert_int_equal(table_edits(t), 0);
	}
}

static void finding_by_id(void **state)
{
	struct table *t = open_text(TABLE_PASSWD, "a:x:100:1000::/:\nb:x:0010:10::/:\n"
						  "c:x:10:10::/:\n10:x:11:5::/:\n");
	struct err e = { .kind = ERR_NONE };
	struct row row;

	(void)state;
	assert_true(table_find_id(t, 100, &row) && str_is(row.column[0], "a"));
	assert_true(table_find_id(t, 10, &row) && str_is(row.column[0], "b"));
	assert_false(table_find_id(t, 1000, &row));
	assert_true(table_find(t, "10", &row));
	assert_int_equal(table_set(t, &row, PW_UID, "1000", &e), 0);
	assert_true(table_find_id(t, 1000, &row) && str_is(row.column[0], "10"));
	assert_false(table_find_id(t, 11, &row));
}

static void used_ids(void **state)
{
	struct table *t =
		open_text(TABLE_PASSWD, "a:x:100:1::/:\nb:x:1001:1::/:\n+::::::\n"
					"c:x:1003:1::/:\nbroken:x:1005\nd:x:65000:1::/:\n");
	struct idset s;

	(void)state;
	table_ids(t, 1000, 60000, &arena, &s);
	assert_true(s.any);
	assert_int_equal(s.least, 1001);
	assert_int_equal(s.most, 1005);
	assert_true(idset_has(&s, 1003));
	assert_false(idset_has(&s, 1000));
	assert_false(idset_has(&s, 100));
	table_ids(t, 2, 1, &arena, &s);
	assert_false(idset_has(&s, 1));
}

static void used_ids_after_edits(void **state)
{
	static const char *const added[] = { "e", "x", "1004", "1", "", "/", "" };
	struct table *t = open_text(TABLE_PASSWD, "a:x:1000:1::/:\nb:x:1001:1::/:\n");
	struct err e = { .kind = ERR_NONE };
	struct idset s;
	struct row row;

	(void)state;
	table_ids(t, 1000, 1010, &arena, &s);
	table_ids(t, 5, 9, &arena, &s);
	assert_false(s.any);
	assert_int_equal(table_add(t, added, &e), 0);
	table_ids(t, 1000, 1010, &arena, &s);
	assert_true(idset_has(&s, 1004));
	assert_int_equal(s.most, 1004);
	assert_true(table_find(t, "e", &row));
	assert_int_equal(table_set(t, &row, PW_UID, "1002", &e), 0);
	table_ids(t, 1000, 1010, &arena, &s);
	assert_false(idset_has(&s, 1004));
	assert_int_equal(s.most, 1002);
	assert_true(table_find(t, "a", &row));
	table_remove(t, &row);
	table_ids(t, 1000, 1010, &arena, &s);
	assert_int_equal(s.least, 1001);
	table_ids(t, 5, 9, &arena, &s);
	assert_false(s.any);
}

static void a_wide_range_has_no_bits(void **state)
{
	struct table *t = open_text(TABLE_GROUP, "a:x:7:\nb:x:4000000000:\nc:x:4294967295:\n");
	struct idset s;

	(void)state;
	table_ids(t, 1, 4294967294u, &arena, &s);
	assert_null(s.bits);
	assert_int_equal(s.least, 7);
	assert_int_equal(s.most, 4000000000u);
	table_ids(t, 4000000000u - IDSET_WIDTH_MAX + 1, 4000000000u, &arena, &s);
	assert_true(idset_has(&s, 4000000000u));
}

/* The gids of the rows called name, in the order in which they are found. */
static const char *gids_of(struct table *t, const char *name)
{
	const char *list = "";
	struct row row;

	if (!table_find(t, name, &row))
		return list;
	do
		list = arena_printf(&arena, "%s%.*s ", list, (int)row.column[GR_GID].n,
				    row.column[GR_GID].p);
	while (table_find_again(t, &row));
	return list;
}

static void finding_all_rows_of_a_name(void **state)
{
	static const char text[] = "big:x:1:\nbigger:x:2:\nbig:x:3:\n# big:\nabig:x:4:\nbig:x:5:\n";
	struct table *t = open_text(TABLE_GROUP, text);
	struct err e = { .kind = ERR_NONE };
	struct row row;
	int i;

	(void)state;
	add_group(t, "big", "6");
	assert_true(table_find_id(t, 2, &row));
	assert_int_equal(table_set(t, &row, GR_NAME, "big", &e), 0);
	assert_true(table_find_id(t, 3, &row));
	assert_int_equal(table_set(t, &row, GR_NAME, "small", &e), 0);
	/* Scanning first, then with hints. */
	for (i = 0; i < 100; i++) {
		assert_string_equal(gids_of(t, "big"), "1 2 5 6 ");
		assert_string_equal(gids_of(t, "small"), "3 ");
		add_group(t, "other", "9");
	}
	/* Hinted again after an edit: each row still comes once. */
	assert_true(table_find_id(t, 2, &row));
	assert_int_equal(table_set(t, &row, GR_MEMBERS, "m", &e), 0);
	assert_string_equal(gids_of(t, "big"), "1 2 5 6 ");
}

static void iteration_sees_edits(void **state)
{
	struct table *t = open_text(TABLE_GROUP, "a:x:1:al\nb:x:2:\nc:x:3:al,bo\n");
	struct err e = { .kind = ERR_NONE };
	struct row row;
	int n = 0;

	(void)state;
	assert_true(table_find(t, "b", &row));
	assert_int_equal(table_set(t, &row, GR_MEMBERS, "al", &e), 0);
	add_group(t, "al", "4");
	for (row = ROW_START; table_next_with(t, "al", &row);)
		n++;
	assert_int_equal(n, 4);
	assert_true(table_find(t, "a", &row));
	table_remove(t, &row);
	n = 0;
	for (row = ROW_START; table_next(t, &row);)
		n++;
	assert_int_equal(n, 3);
}

/* Enough rows and lookups that the hints are made; they must agree with scanning. */
static void hints_agree_with_scanning(void **state)
{
	size_t room = 1024 * 1024, used = 0;
	char *text = arena_alloc(&arena, room), name[32];
	struct err e = { .kind = ERR_NONE };
	struct table *t;
	struct row row;
	int i;

	(void)state;
	for (i = 0; i < 5000; i++)
		used += (size_t)snprintf(text + used, room - used, "u%d:x:%d:100::/:\n", i,
					 10000 + i);
	t = table_new(TABLE_PASSWD, text, used, &arena);
	for (i = 0; i < 5000; i += 7) {
		snprintf(name, sizeof(name), "u%d", i);
		assert_true(table_find(t, name, &row));
		assert_true(str_is(row.column[PW_NAME], name));
		assert_int_equal(table_set(t, &row, PW_NAME, name + 1, &e), 0);
		assert_false(table_find(t, name, &row));
		assert_true(table_find(t, name + 1, &row));
		assert_true(table_find_id(t, (uint32_t)(10000 + i), &row));
		assert_true(str_is(row.column[PW_NAME], name + 1));
	}
	for (i = 0; i < 3000; i++) {
		const char *values[] = { name, "x", "5", "5", "", "/", "" };

		snprintf(name, sizeof(name), "added%d", i);
		assert_int_equal(table_add(t, values, &e), 0);
		assert_true(table_find(t, name, &row));
	}
	table_remove(t, &row);
	assert_false(table_find(t, "added2999", &row));
}

static void long_rows(void **state)
{
	size_t size = 100000;
	char *members = arena_alloc(&arena, size + 1), *text;
	struct err e = { .kind = ERR_NONE };
	struct table *t;
	struct row row;

	(void)state;
	memset(members, 'm', size);
	text = arena_printf(&arena, "big:x:5:%s\nb:x:6:\n", members);
	t = open_text(TABLE_GROUP, text);
	assert_true(table_find(t, "big", &row));
	assert_int_equal(row.column[GR_MEMBERS].n, size);
	assert_true(table_find(t, "b", &row));
	assert_int_equal(table_set(t, &row, GR_MEMBERS, members, &e), 0);
	assert_int_equal(strlen(written(t)), 2 * size + 9 + 7);
}

static void diff(void **state)
{
	struct table *t = open_text(TABLE_GROUP, "a:x:1:\nb:x:2:\nc:x:3:\nd:x:4:\ne:x:5:\nf:x:6:\n"
						 "g:x:7:\nh:x:8:\ni:x:9:\nj:x:10:\n"
						 "k:x:11:\nl:x:12:");
	struct err e = { .kind = ERR_NONE };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	struct row row;

	(void)state;
	assert_true(table_find(t, "a", &row));
	assert_int_equal(table_set(t, &row, GR_MEMBERS, "z", &e), 0);
	assert_true(table_find(t, "k", &row));
	table_remove(t, &row);
	add_group(t, "n", "13");
	table_diff(t, "/etc/group", out);
	fclose(out);
	assert_string_equal(text, "--- /etc/group\n+++ /etc/group\n"
				  "@@ -1,4 +1,4 @@\n-a:x:1:\n+a:x:1:z\n b:x:2:\n c:x:3:\n d:x:4:\n"
				  "@@ -8,5 +8,5 @@\n h:x:8:\n i:x:9:\n j:x:10:\n-k:x:11:\n"
				  "-l:x:12:\n\\ No newline at end of file\n+l:x:12:\n+n:x:13:\n");
	free(text);
}

static int end_arena(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(added_rows),
		cmocka_unit_test(two_rows_after_a_missing_newline),
		cmocka_unit_test(edited_rows_keep_all_other_bytes),
		cmocka_unit_test(removed_rows),
		cmocka_unit_test(the_gate),
		cmocka_unit_test(finding_by_id),
		cmocka_unit_test(used_ids),
		cmocka_unit_test(used_ids_after_edits),
		cmocka_unit_test(a_wide_range_has_no_bits),
		cmocka_unit_test(finding_all_rows_of_a_name),
		cmocka_unit_test(iteration_sees_edits),
		cmocka_unit_test(hints_agree_with_scanning),
		cmocka_unit_test(long_rows),
		cmocka_unit_test(diff),
	};

	return cmocka_run_group_tests(tests, NULL, end_arena);
}
