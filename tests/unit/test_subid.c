/* SPDX-License-Identifier: BSD-3-Clause */
#include "account_world.h"
#include "subid.h"
#include "user.h"

#define PASSWD "root:x:0:0::/:/bin/sh\nalice:x:1000:1000::/:/bin/sh\nbob:x:1001:1001::/:/bin/sh\n"
#define GROUP "root:x:0:\nalice:x:1000:\n"

static struct world world;

static void with_subuid(const char *subuid, const char *const *keys)
{
	const char *files[TABLE_COUNT] = {
		[TABLE_PASSWD] = PASSWD, [TABLE_GROUP] = GROUP, [TABLE_SUBUID] = subuid
	};

	world_open(&world, files, keys);
}

static void expect_subuid(const char *expected)
{
	assert_string_equal(world_file(&world, TABLE_SUBUID), expected);
	world_close(&world);
}

static void parsing(void **state)
{
	static const struct {
		const char *text;
		struct subid_range expected; /* count 0: refused */
	} cases[] = {
		{ "500000-500099", { 500000, 100 } },
		{ "5-5", { 5, 1 } },
		{ "010-020", { 10, 11 } },
		{ "0-4294967294", { 0, 4294967295u } },
		{ "5-4", { 0, 0 } },
		{ "10", { 0, 0 } },
		{ "-10", { 0, 0 } },
		{ "10-", { 0, 0 } },
		{ "10-x", { 0, 0 } },
		{ "10-20-30", { 0, 0 } },
		{ "0x10-0x20", { 0, 0 } },
		{ " 1-2", { 0, 0 } },
		{ "1- 2", { 0, 0 } },
		{ "+1-2", { 0, 0 } },
		{ "", { 0, 0 } },
		{ "-", { 0, 0 } },
		{ "0-4294967295", { 0, 0 } },
		{ "0-4294967296", { 0, 0 } },
		{ "99999999999-99999999999", { 0, 0 } },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct subid_range r = { 0, 0 };
		bool ok = subid_parse(cases[i].text, &r);

		if (ok != (cases[i].expected.count > 0))
			fail_msg("'%s'", cases[i].text);
		assert_int_equal(r.first, cases[i].expected.first);
		assert_int_equal(r.count, cases[i].expected.count);
	}
}

struct choice {
	const char *file;
	const char *keys[7];
	uid_t uid;
	struct subid_range expected; /* first 0: none */
	const char *error;
};

static void check_choices(const struct choice *cases, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct subid_range r = { 9, 9 };
		int done;

		with_subuid(cases[i].file, cases[i].keys);
		done = subid_choose(&world.run, world.txn, TABLE_SUBUID, "carol", cases[i].uid, &r);
		if (cases[i].error) {
			assert_int_equal(done, -1);
			assert_int_equal(world.run.err.kind, ERR_SUBUID_FILE);
			assert_string_equal(world.run.err.message, cases[i].error);
		} else {
			assert_int_equal(done, 0);
		}
		if (r.first != cases[i].expected.first || r.count != cases[i].expected.count)
			fail_msg("case %zu: %lu:%lu", i, (unsigned long)r.first,
				 (unsigned long)r.count);
		world_close(&world);
	}
}

static void choosing(void **state)
{
	static const struct choice cases[] = {
		{ "", { NULL }, 1002, { 100000, 65536 }, NULL },
		{ "alice:100000:65536\n", { NULL }, 1002, { 165536, 65536 }, NULL },
		{ NULL, { NULL }, 1002, { 0, 0 }, NULL },
		{ "", { "SUB_UID_COUNT=0" }, 1002, { 0, 0 }, NULL },
		/* carol has some already, by name or by uid */
		{ "carol:1:1\n", { NULL }, 1002, { 0, 0 }, NULL },
		{ "1002:1:1\n", { NULL }, 1002, { 0, 0 }, NULL },
		{ "carol:1:0\n", { NULL }, 1002, { 100000, 65536 }, NULL },
		/* unsorted, overlapping, written in other bases, opaque */
		{ "b:231072:65536\na:100000:65536\n", { NULL }, 1002, { 165536, 65536 }, NULL },
		{ "a:100000:300000\nb:150000:10\nc:200000:10\n", { NULL }, 1002,
		  { 400000, 65536 }, NULL },
		{ "c:200000:10\na:100000:300000\nb:150000:10\n", { NULL }, 1002,
		  { 400000, 65536 }, NULL },
		{ "a:0x186a0:0200000\n#b:165536:65536\nbad:165536\n", { NULL }, 1002,
		  { 165536, 65536 }, NULL },
		{ "a:50000:100000\nb:65536:70000\n", { NULL }, 1002, { 150000, 65536 }, NULL },
		{ "a:100000:99999999999\n", { NULL }, 1002, { 0, 0 },
		  "Can't get unique subordinate UID range" },
		/* limits */
		{ "", { "SUB_UID_MIN=200000", "SUB_UID_MAX=200009", "SUB_UID_COUNT=10" }, 1002,
		  { 200000, 10 }, NULL },
		{ "a:200005:1\n",
		  { "SUB_UID_MIN=200000", "SUB_UID_MAX=200014", "SUB_UID_COUNT=10" }, 1002,
		  { 0, 0 }, "Can't get unique subordinate UID range" },
		{ "", { "SUB_UID_MIN=200000", "SUB_UID_MAX=100000" }, 1002, { 0, 0 },
		  "Invalid configuration: SUB_UID_MIN (200000), SUB_UID_MAX (100000), "
		  "SUB_UID_COUNT (65536)" },
		/* the uids of accounts are in no range */
		{ "", { "SUB_UID_MIN=999", "SUB_UID_COUNT=10" }, 1002, { 1002, 10 }, NULL },
	};

	(void)state;
	check_choices(cases, sizeof(cases) / sizeof(cases[0]));
}

static void choosing_ones_own_place(void **state)
{
	static const struct choice cases[] = {
		/* a place of one's own */
		{ "", { "SUB_UID_DETERMINISTIC=yes" }, 1000, { 65536, 65536 }, NULL },
		{ "", { "SUB_UID_DETERMINISTIC=yes" }, 1002, { 196608, 65536 }, NULL },
		{ "", { "SUB_UID_DETERMINISTIC=yes", "SUB_UID_MIN=100000", "SUB_UID_MAX=100029",
			"SUB_UID_COUNT=10" }, 1002, { 100020, 10 }, NULL },
		{ "", { "SUB_UID_DETERMINISTIC=yes", "SUB_UID_MIN=100000", "SUB_UID_MAX=100029",
			"SUB_UID_COUNT=10" }, 1003, { 0, 0 },
		  "Can't get unique subordinate UID range: that of UID 1003 lies beyond the last "
		  "one" },
		{ "", { "SUB_UID_DETERMINISTIC=yes", "SUB_UID_MIN=100000", "SUB_UID_MAX=100029",
			"SUB_UID_COUNT=10", "UNSAFE_SUB_UID_DETERMINISTIC_WRAP=yes" }, 1004,
		  { 100010, 10 }, NULL },
		{ "", { "SUB_UID_DETERMINISTIC=yes" }, 999, { 0, 0 },
		  "UID 999 is below UID_MIN and has no subordinate UID range" },
		{ "", { "SUB_UID_DETERMINISTIC=yes" }, 66534, { 0, 0 },
		  "Can't get unique subordinate UID range: that of UID 66534 lies beyond the last "
		  "one" },
		{ "", { "SUB_UID_DETERMINISTIC=yes" }, 66533, { 4294836224u, 65536 }, NULL },
		{ "a:196700:1\n", { "SUB_UID_DETERMINISTIC=yes" }, 1002, { 0, 0 },
		  "Can't get unique subordinate UID range: that of UID 1002 is in use" },
		{ "", { "SUB_UID_DETERMINISTIC=yes", "SUB_UID_MIN=980", "SUB_UID_COUNT=10" }, 1002,
		  { 0, 0 }, "Can't get unique subordinate UID range: that of UID 1002 holds the ID "
		  "of a user or group" },
		{ "", { "SUB_UID_DETERMINISTIC=yes", "SUB_UID_RESERVED=196608" }, 1002, { 0, 0 },
		  "Can't get unique subordinate UID range: that of UID 1002 meets "
		  "SUB_UID_RESERVED" },
		{ "", { "SUB_UID_DETERMINISTIC=yes", "SUB_UID_RESERVED=196607 262144" }, 1002,
		  { 196608, 65536 }, NULL },
		/* wrapping waives other ranges, not what is reserved */
		{ "", { "SUB_UID_DETERMINISTIC=yes", "SUB_UID_MIN=100000", "SUB_UID_MAX=100029",
			"SUB_UID_COUNT=10", "UNSAFE_SUB_UID_DETERMINISTIC_WRAP=yes",
			"SUB_UID_RESERVED=100015" }, 1004, { 0, 0 },
		  "Can't get unique subordinate UID range: that of UID 1004 meets "
		  "SUB_UID_RESERVED" },
	};

	(void)state;
	check_choices(cases, sizeof(cases) / sizeof(cases[0]));
}

static void choosing_beside_reserved(void **state)
{
	static const struct choice cases[] = {
		/* reserved ids */
		{ "", { "SUB_UID_RESERVED=100000-199999" }, 1002, { 200000, 65536 }, NULL },
		{ "", { "SUB_UID_RESERVED=300000-400000,100000 200000\t150000-160000, 0x40000" },
		  1002, { 400001, 65536 }, NULL },
		{ "a:265535:1\n", { "SUB_UID_RESERVED=100000-199999" }, 1002, { 265536, 65536 },
		  NULL },
		{ "", { "SUB_UID_RESERVED=0-4294967295" }, 1002, { 0, 0 },
		  "Can't get unique subordinate UID range" },
		{ "", { "SUB_UID_RESERVED= , ," }, 1002, { 100000, 65536 }, NULL },
		{ "", { "SUB_UID_RESERVED=1000-x" }, 1002, { 0, 0 },
		  "Invalid configuration: SUB_UID_RESERVED: '1000-x' is no id or range of ids" },
		{ "", { "SUB_UID_RESERVED=5,20-10" }, 1002, { 0, 0 },
		  "Invalid configuration: SUB_UID_RESERVED: '20-10' is no id or range of ids" },
		{ "", { "SUB_UID_RESERVED=10 - 20" }, 1002, { 0, 0 },
		  "Invalid configuration: SUB_UID_RESERVED: '-' is no id or range of ids" },
		{ "", { "SUB_UID_RESERVED=1-2-3" }, 1002, { 0, 0 },
		  "Invalid configuration: SUB_UID_RESERVED: '1-2-3' is no id or range of ids" },
		{ "", { "SUB_UID_RESERVED=4294967296" }, 1002, { 0, 0 },
		  "Invalid configuration: SUB_UID_RESERVED: '4294967296' is no id or range of "
		  "ids" },
	};

	(void)state;
	check_choices(cases, sizeof(cases) / sizeof(cases[0]));
}

/* Many accounts with one cursor; each answer is that of a look at all rows. */
static void choosing_many(void **state)
{
	static const char *const keys[][5] = {
		{ "SUB_UID_COUNT=10", "SUB_UID_MIN=900", "SUB_UID_MAX=1600", NULL },
		{ "SUB_UID_COUNT=10", "SUB_UID_MIN=900", "SUB_UID_DETERMINISTIC=yes",
		  "SUB_UID_MAX=1600", NULL },
		{ "SUB_UID_COUNT=10", "SUB_UID_MIN=900", "SUB_UID_DETERMINISTIC=yes",
		  "UNSAFE_SUB_UID_DETERMINISTIC_WRAP=yes", NULL },
	};
	struct subid_range a, b;
	size_t i;
	uid_t n;

	(void)state;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct subid_cursor cursor = { .begun = false };
		int refused = 0;

		with_subuid("x:1200:30\nx:950:7\nx:1205:3\nx:1230:1\nx:1500:20\n", keys[i]);
		for (n = 0; n < 100; n++) {
			const char *name = arena_printf(&world.run.arena, "n%u", (unsigned)n);
			/* Every fifth has the uid of the one before. */
			uid_t uid = (i > 0 ? 1000 : 2000) + n - (n % 5 == 4);
			const struct user user = { name, "", "/", "", uid, 100 };
			struct user_aging aging = { 0, 0, 0, 0, 0, 0 };
			int one, many;

			one = subid_choose(&world.run, world.txn, TABLE_SUBUID, name, uid, &a);
			err_clear(&world.run.err);
			many = subid_choose_next(&world.run, world.txn, TABLE_SUBUID, name, uid,
						 &cursor, &b);
			err_clear(&world.run.err);
			assert_int_equal(one, many);
			assert_int_equal(a.first, b.first);
			assert_int_equal(a.count, b.count);
			refused += one < 0;
			assert_int_equal(user_add(&world.run, world.txn, &user, "!", &aging), 0);
			if (a.count > 0)
				assert_int_equal(subid_add(&world.run, world.txn, TABLE_SUBUID,
							   name, uid, a), 0);
		}
		assert_true(i == 2 ? refused == 0 : refused > 0 && refused < 80);
		world_close(&world);
	}
}

static void gids_of_groups_are_in_no_range(void **state)
{
	const char *files[TABLE_COUNT] = {
		[TABLE_PASSWD] = "a:x:100000:0::/:\n",
		[TABLE_GROUP] = "g:x:100007:\n",
		[TABLE_SUBGID] = "",
	};
	static const char *const keys[] = { "SUB_GID_COUNT=8", NULL };
	struct subid_range r;

	(void)state;
	world_open(&world, files, keys);
	assert_int_equal(subid_choose(&world.run, world.txn, TABLE_SUBGID, "a", 100000, &r), 0);
	assert_int_equal(r.first, 100008);
	assert_int_equal(subid_choose(&world.run, world.txn, TABLE_SUBUID, "a", 100000, &r), 0);
	assert_int_equal(r.count, 0);
	world_close(&world);
}

static void adding(void **state)
{
	static const char *const by_uid[] = { "SUB_UID_STORE_BY_UID=yes", NULL };
	struct subid_range r = { 100000, 65536 };

	(void)state;
	with_subuid("a:1:1", NULL);
	assert_int_equal(subid_add(&world.run, world.txn, TABLE_SUBUID, "carol", 1002, r), 0);
	expect_subuid("a:1:1\ncarol:100000:65536\n");
	with_subuid("", by_uid);
	assert_int_equal(subid_add(&world.run, world.txn, TABLE_SUBUID, "carol", 1002, r), 0);
	expect_subuid("1002:100000:65536\n");
}

static void giving(void **state)
{
	static const struct {
		const char *before;
		struct subid_range range;
		const char *after;
	} cases[] = {
		{ "", { 500, 10 }, "alice:500:10\n" },
		{ "alice:500:10\n", { 500, 10 }, "alice:500:10\n" },
		{ "alice:500:10\n", { 505, 5 }, "alice:500:10\n" },
		{ "alice:500:10\n", { 505, 6 }, "alice:500:10\nalice:505:6\n" },
		/* together, by name and by uid */
		{ "alice:510:10\n1000:500:10\n", { 505, 10 }, "alice:510:10\n1000:500:10\n" },
		{ "alice:511:10\n1000:500:10\n", { 505, 10 },
		  "alice:511:10\n1000:500:10\nalice:505:10\n" },
		{ "bob:500:10\n", { 500, 10 }, "bob:500:10\nalice:500:10\n" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		with_subuid(cases[i].before, NULL);
		assert_int_equal(subid_give(&world.run, world.txn, TABLE_SUBUID, "alice", 1000,
					    cases[i].range), 0);
		expect_subuid(cases[i].after);
	}
	with_subuid(NULL, NULL);
	assert_int_equal(subid_give(&world.run, world.txn, TABLE_SUBUID, "alice", 1000,
				    cases[0].range), -1);
	assert_string_equal(world.run.err.message, "/etc/subuid does not exist");
	world_close(&world);
}

static void taking(void **state)
{
	static const struct {
		const char *before;
		struct subid_range range;
		const char *after;
	} cases[] = {
		{ "alice:500:100\nbob:1:1\n", { 510, 10 },
		  "alice:500:10\nbob:1:1\nalice:520:80\n" },
		{ "alice:500:100\nbob:500:100\n", { 500, 10 }, "alice:510:90\nbob:500:100\n" },
		{ "alice:500:100\n", { 590, 100 }, "alice:500:90\n" },
		{ "alice:500:100\nbob:1:1\n", { 400, 300 }, "bob:1:1\n" },
		{ "alice:500:100\n", { 600, 10 }, "alice:500:100\n" },
		{ "alice:500:100\n", { 490, 10 }, "alice:500:100\n" },
		{ "alice:200000:100\nalice:200050:100\nbob:1:1\n", { 200040, 21 },
		  "alice:200000:40\nalice:200061:89\nbob:1:1\nalice:200061:39\n" },
		/* the owner as it stands, and a start that stays as it is written */
		{ "1000:500:100\n", { 510, 10 }, "1000:500:10\n1000:520:80\n" },
		{ "alice:0764:0x64\n", { 510, 1000 }, "alice:0764:10\n" },
		{ "alice:0200:0x10\n", { 128, 2 }, "alice:130:14\n" },
		{ "alice:0:4294967295\n", { 5, 1 }, "alice:0:5\nalice:6:4294967289\n" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		with_subuid(cases[i].before, NULL);
		assert_int_equal(subid_take(&world.run, world.txn, TABLE_SUBUID, "alice", 1000,
					    cases[i].range), 0);
		expect_subuid(cases[i].after);
	}
}

static void forgetting(void **state)
{
	(void)state;
	with_subuid("alice:1:1\nbob:2:1\n1000:3:1\n# alice:\nalice:4:1\n", NULL);
	subid_forget(&world.run, world.txn, TABLE_SUBUID, "alice", 1000);
	subid_forget(&world.run, world.txn, TABLE_SUBGID, "alice", 1000);
	expect_subuid("bob:2:1\n# alice:\n");
	/* root has uid 0 too */
	with_subuid("toor:1:1\n0:2:1\n", NULL);
	subid_forget(&world.run, world.txn, TABLE_SUBUID, "toor", 0);
	expect_subuid("0:2:1\n");
}

static void renaming(void **state)
{
	(void)state;
	with_subuid("alice:1:1\nbob:2:1\nalice:3:1\n", NULL);
	assert_int_equal(subid_rename(&world.run, world.txn, TABLE_SUBUID, "alice", "al"), 0);
	assert_int_equal(subid_rename(&world.run, world.txn, TABLE_SUBGID, "alice", "al"), 0);
	expect_subuid("al:1:1\nbob:2:1\nal:3:1\n");
}

static void renumbering(void **state)
{
	(void)state;
	with_subuid("alice:1:1\n1000:2:1\nbob:3:1\n1000:4:1\n", NULL);
	assert_int_equal(subid_renumber(&world.run, world.txn, TABLE_SUBUID, "alice", 1000, 7), 0);
	assert_int_equal(subid_renumber(&world.run, world.txn, TABLE_SUBGID, "alice", 1000, 7), 0);
	expect_subuid("alice:1:1\n7:2:1\nbob:3:1\n7:4:1\n");
	/* root has uid 0 too */
	with_subuid("0:2:1\n", NULL);
	assert_int_equal(subid_renumber(&world.run, world.txn, TABLE_SUBUID, "toor", 0, 7), 0);
	expect_subuid("0:2:1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parsing),
		cmocka_unit_test(choosing),
		cmocka_unit_test(choosing_ones_own_place),
		cmocka_unit_test(choosing_beside_reserved),
		cmocka_unit_test(choosing_many),
		cmocka_unit_test(gids_of_groups_are_in_no_range),
		cmocka_unit_test(adding),
		cmocka_unit_test(giving),
		cmocka_unit_test(taking),
		cmocka_unit_test(forgetting),
		cmocka_unit_test(renaming),
		cmocka_unit_test(renumbering),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
