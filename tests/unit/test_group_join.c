/* SPDX-License-Identifier: BSD-3-Clause */
/* Who has to give a group's password. */
#include "account_world.h"
#include "group_join.h"

static void the_verdict(void **state)
{
	static const struct {
		struct group_join facts;
		bool asks;
	} cases[] = {
		{ { .password = "HASH" }, true },
		{ { .password = "!" }, true },
		{ { .password = "" }, true },
		{ { .password = "x" }, true },
		{ { .password = "HASH", .root = true }, false },
		{ { .password = "HASH", .primary = true }, false },
		{ { .password = "HASH", .primary = true, .no_password = true }, false },
		{ { .password = "HASH", .has_now = true }, false },
		{ { .password = "HASH", .has_now = true, .no_password = true }, false },
		{ { .password = "HASH", .member = true }, false },
		{ { .password = "", .member = true }, false },
		{ { .password = "", .member = true, .no_password = true }, false },
		{ { .password = "HASH", .member = true, .no_password = true }, true },
		{ { .password = "!", .member = true, .no_password = true }, true },
		{ { .password = "", .no_password = true }, true },
		{ { .password = "HASH", .member = true, .no_password = true, .root = true },
		  false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(group_join_asks(&cases[i].facts), cases[i].asks);
}

#define PASSWD "zoe-unit:x:54321:54321::/:/bin/sh\nyve-unit:x:54322:54322::/:/bin/sh\n"
#define SHADOW "zoe-unit:HASH:1::::::\nyve-unit::1::::::\n"

static const struct self zoe = { .name = "zoe-unit", .uid = 54321, .gid = 54321 };
static const struct self yve = { .name = "yve-unit", .uid = 54322, .gid = 54322 };
static struct world w;

static struct group_join find(const char *group, const char *gshadow, const char *text,
			      const struct self *self)
{
	const char *files[TABLE_COUNT] = {
		[TABLE_PASSWD] = PASSWD, [TABLE_SHADOW] = SHADOW, [TABLE_GROUP] = group,
		[TABLE_GSHADOW] = gshadow,
	};
	struct group_join join;

	world_open(&w, files, NULL);
	w.run.caller.uid = self->uid;
	if (group_join_find(&w.run, text, self, &join) < 0)
		join.name = NULL;
	return join;
}

#define GROUP "club-unit:GROUP:54400:yve-unit\nown-unit:x:54321:\nclub-unit:GROUP:54400:zoe-unit\n"

static void lines_of_one_group(void **state)
{
	struct group_join join = find(GROUP, NULL, "club-unit", &zoe);

	(void)state;
	assert_string_equal(join.name, "club-unit");
	assert_string_equal(join.password, "GROUP");
	assert_int_equal(join.gid, 54400);
	assert_true(join.member);
	assert_false(join.primary || join.has_now || join.root || join.no_password);
	world_close(&w);
	join = find(GROUP, NULL, "club-unit", &yve);
	assert_true(join.member && join.no_password);
	world_close(&w);
}

static void gshadow_goes_before(void **state)
{
	struct group_join join = find(GROUP, "club-unit:SECRET:zoe-unit:yve-unit\n", "club-unit",
				      &zoe);

	(void)state;
	/* An administrator is no member. */
	assert_false(join.member);
	assert_string_equal(join.password, "SECRET");
	world_close(&w);
	join = find(GROUP, "own-unit:SECRET::\n", "club-unit", &zoe);
	assert_true(join.member);
	assert_string_equal(join.password, "GROUP");
	world_close(&w);
	join = find("club-unit:x:54400:\n", "club-unit:\n", "club-unit", &zoe);
	assert_false(join.member);
	assert_string_equal(join.password, "");
	world_close(&w);
}

static void a_number_or_none(void **state)
{
	struct group_join join = find(GROUP, NULL, "54400", &zoe);

	(void)state;
	assert_string_equal(join.name, "club-unit");
	assert_true(join.member);
	world_close(&w);
	join = find(GROUP, NULL, NULL, &zoe);
	assert_string_equal(join.name, "own-unit");
	assert_true(join.primary);
	world_close(&w);
	/* A name of digits is a name. */
	join = find(GROUP "54400:x:54401:\n", NULL, "54400", &zoe);
	assert_int_equal(join.gid, 54401);
	world_close(&w);
}

static void unknown_ones(void **state)
{
	(void)state;
	find(GROUP, NULL, "nosuch-unit", &zoe);
	assert_int_equal(w.run.err.kind, ERR_UNKNOWN);
	assert_string_equal(w.run.err.message, "group 'nosuch-unit' does not exist");
	world_close(&w);
	find("club-unit:x:54400:\n", NULL, NULL, &zoe);
	assert_string_equal(w.run.err.message, "GID '54321' does not exist");
	world_close(&w);
	find(GROUP "club-unit:OTHER:54400:\n", NULL, "club-unit", &zoe);
	assert_int_equal(w.run.err.kind, ERR_GROUP_FILE);
	world_close(&w);
}

/* As root of a user namespace, who may not read them. */
static void root_needs_no_secrets(void **state)
{
	struct group_join join = find(GROUP, "club-unit:SECRET::\n", "nosuch-unit", &zoe);
	static const struct self root = { .name = "root", .uid = 0, .gid = 0 };

	(void)state;
	assert_null(join.name);
	err_clear(&w.run.err);
	must(unlinkat(w.scratch.fd, "etc/shadow", 0), "unlink");
	must(unlinkat(w.scratch.fd, "etc/gshadow", 0), "unlink");
	make_dir(w.scratch.fd, "etc/shadow", 0755);
	make_dir(w.scratch.fd, "etc/gshadow", 0755);
	assert_int_equal(group_join_find(&w.run, "club-unit", &zoe, &join), -1);
	err_clear(&w.run.err);
	w.run.caller.uid = 0;
	assert_int_equal(group_join_find(&w.run, "club-unit", &root, &join), 0);
	assert_int_equal(join.gid, 54400);
	assert_false(group_join_asks(&join));
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_verdict),
		cmocka_unit_test(lines_of_one_group),
		cmocka_unit_test(gshadow_goes_before),
		cmocka_unit_test(a_number_or_none),
		cmocka_unit_test(unknown_ones),
		cmocka_unit_test(root_needs_no_secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
