/* SPDX-License-Identifier: BSD-3-Clause */
#include "account_world.h"
#include "group.h"
#include "idmarks.h"
#include "new_id.h"
#include "subid.h"
#include "user.h"

#define PASSWD "root:x:0:0::/:/bin/sh\nalice:x:1000:1000::/:/bin/sh\nbob:x:1001:1001::/:/bin/sh\n"
#define GROUP "root:x:0:\nalice:x:1000:\n"

static struct world world;

static const char *const on[] = { "ID_NO_REUSE=yes", NULL };

static void open_marked(const char *subuid, const char *marks, const char *const *keys)
{
	const char *files[TABLE_COUNT] = {
		[TABLE_PASSWD] = PASSWD, [TABLE_GROUP] = GROUP, [TABLE_SUBUID] = subuid,
		[TABLE_IDMARKS] = marks,
	};

	world_open(&world, files, keys);
}

static void choosing_above_marks(void **state)
{
	static const struct {
		const char *file, *marks;
		const char *keys[7];
		struct subid_range expected; /* first 0: none */
	} cases[] = {
		{ "", NULL, { "ID_NO_REUSE=yes" }, { 100000, 65536 } },
		{ "", "subuid:100000:65536\n", { "ID_NO_REUSE=yes" }, { 165536, 65536 } },
		/* the mode off: not looked at */
		{ "", "subuid:100000:65536\n", { "SUB_UID_COUNT=65536" }, { 100000, 65536 } },
		/* above all that was ever used, a gap or not */
		{ "a:300000:10\n", "subuid:100000:10\n", { "ID_NO_REUSE=yes", "SUB_UID_COUNT=10" },
		  { 300010, 10 } },
		{ "a:100000:10\n", "subuid:300000:10\n", { "ID_NO_REUSE=yes", "SUB_UID_COUNT=10" },
		  { 300010, 10 } },
		/* then what is left below */
		{ "a:100010:10\n", "subuid:100080:20\nsubuid:100000:5\n",
		  { "ID_NO_REUSE=yes", "SUB_UID_COUNT=10", "SUB_UID_MAX=100099" }, { 100020, 10 } },
		{ "a:100010:10\n", "subuid:100020:80\nsubuid:100000:1\n",
		  { "ID_NO_REUSE=yes", "SUB_UID_COUNT=10", "SUB_UID_MAX=100099" }, { 0, 0 } },
		/* a uid that was somebody's is in no range */
		{ "", "uid:100007:1\n", { "ID_NO_REUSE=yes", "SUB_UID_COUNT=10" }, { 100008, 10 } },
		{ "", "gid:100007:1\nsubgid:100000:70\n", { "ID_NO_REUSE=yes",
		  "SUB_UID_COUNT=10" }, { 100000, 10 } },
		/* one's own place is nobody else's */
		{ "", "subuid:196608:65536\n", { "ID_NO_REUSE=yes", "SUB_UID_DETERMINISTIC=yes" },
		  { 196608, 65536 } },
		{ "", "subuid:100000:65536\n", { "ID_NO_REUSE=yes",
		  "SUB_UID_RESERVED=165536-200000" }, { 200001, 65536 } },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct subid_range r = { 9, 9 };
		int done;

		open_marked(cases[i].file, cases[i].marks, cases[i].keys);
		done = subid_choose(&world.run, world.txn, TABLE_SUBUID, "carol", 1002, &r);
		if (r.first != cases[i].expected.first)
			fail_msg("case %zu: %lu:%lu", i, (unsigned long)r.first,
				 (unsigned long)r.count);
		assert_int_equal(done, r.count ? 0 : -1);
		if (done < 0)
			assert_string_equal(world.run.err.message,
					    "Can't get unique subordinate UID range (ID_NO_REUSE "
					    "keeps back those of /etc/idmarks)");
		world_close(&world);
	}
}

static struct arena texts;

/* Random worlds: whatever is chosen, one after the other, meets nothing that it must not meet. */
#define WORLD_MIN 900
#define WORLD_MAX 1400

static void use(bool *used, uint32_t first, uint32_t count)
{
	for (; count > 0 && first < 2000; first++, count--)
		used[first] = true;
}

static const char *random_rows(unsigned *seed, const char *owner, unsigned most, bool *used)
{
	unsigned n = (unsigned)rand_r(seed) % most;
	const char *text = "";

	while (n-- > 0) {
		unsigned first = 850 + (unsigned)rand_r(seed) % 600;
		unsigned count = 1 + (unsigned)rand_r(seed) % 40;

		text = arena_printf(&texts, "%s%s:%u:%u\n", text, owner, first, count);
		use(used, first, count);
	}
	return text;
}

static const char *random_reserved(unsigned *seed, bool *used)
{
	unsigned first = 850 + (unsigned)rand_r(seed) % 600;
	unsigned count = 1 + (unsigned)rand_r(seed) % 60;

	use(used, first, count);
	return arena_printf(&texts, "SUB_UID_RESERVED=%u-%u", first, first + count - 1);
}

static void chosen_ranges_meet_nothing(void **state)
{
	unsigned seed = 6, round, refused = 0, chosen = 0;

	(void)state;
	for (round = 0; round < 300; round++) {
		bool used[2000] = { false };
		struct subid_cursor cursor = { .begun = false };
		const char *keys[] = {
			"SUB_UID_MIN=900", "SUB_UID_MAX=1400", "SUB_UID_COUNT=10",
			random_reserved(&seed, used),
			round % 2 ? "ID_NO_REUSE=yes" : "ID_NO_REUSE=no", NULL,
		};
		const char *rows = random_rows(&seed, "x", 8, used);
		/* With the mode off marks are nothing. */
		bool ignored[2000] = { false };
		const char *marks = arena_printf(
			&texts, "%s%s",
			random_rows(&seed, "subuid", 4, round % 2 ? used : ignored),
			random_rows(&seed, "uid", 3, round % 2 ? used : ignored));
		int n;

		use(used, 1000, 2); /* alice and bob */
		open_marked(rows, marks, keys);
		for (n = 0; n < 60; n++) {
			const char *name = arena_printf(&world.run.arena, "n%d", n);
			struct subid_range r;
			uint32_t i;

			if (subid_choose_next(&world.run, world.txn, TABLE_SUBUID, name,
					      (uid_t)(5000 + n), &cursor, &r) < 0)
				break;
			assert_int_equal(r.count, 10);
			for (i = r.first; i < r.first + 10; i++) {
				if (i < WORLD_MIN || i > WORLD_MAX || used[i])
					fail_msg("round %u: %lu is taken", round, (unsigned long)i);
				used[i] = true;
			}
			assert_int_equal(subid_add(&world.run, world.txn, TABLE_SUBUID, name, 0, r),
					 0);
			chosen++;
		}
		refused += n < 60;
		/* Nothing is left where nothing was found. */
		if (n < 60) {
			unsigned i, free = 0;

			for (i = WORLD_MIN; i <= WORLD_MAX; i++) {
				free = used[i] ? 0 : free + 1;
				if (free == 10)
					fail_msg("round %u: %u was free", round, i - 9);
			}
		}
		world_close(&world);
		arena_free(&texts);
	}
	assert_true(refused == 300 && chosen > 3000);
}

/* --- noting --- */

static void add_user(const char *name, uid_t uid)
{
	const struct user user = { name, "", "/", "", uid, 100 };
	struct user_aging aging = { 0, 0, 0, 0, 0, 0 };

	assert_int_equal(user_add(&world.run, world.txn, &user, "!", &aging), 0);
}

static void expect_marks(const char *expected)
{
	assert_int_equal(idmarks_note(&world.run, world.txn), 0);
	assert_string_equal(world_file(&world, TABLE_IDMARKS), expected);
	world_close(&world);
}

static void nothing_to_note(void **state)
{
	struct row row;

	(void)state;
	open_marked("", NULL, on);
	expect_marks("(none)");
	/* No id changes hands. */
	open_marked("", NULL, on);
	assert_true(table_find(txn_table(world.txn, TABLE_PASSWD), "bob", &row));
	assert_int_equal(table_set(txn_table(world.txn, TABLE_PASSWD), &row, PW_GECOS, "Bob",
				   &world.run.err), 0);
	expect_marks("(none)");
}

/* A kind without a mark begins with what is used. */
static void beginning(void **state)
{
	(void)state;
	open_marked("", NULL, on);
	add_user("carol", 1002);
	expect_marks("uid:0:1\nuid:1000:3\n");
	open_marked("", "gid:5:1\n", on);
	assert_int_equal(user_remove(&world.run, world.txn, "bob"), 0);
	expect_marks("gid:5:1\nuid:0:1\nuid:1000:2\n");
	open_marked("alice:100000:10\nbob:0x186aa:012\n#bob:5:5\n", NULL, on);
	assert_int_equal(subid_take(&world.run, world.txn, TABLE_SUBUID, "bob", 1001,
				    (struct subid_range){ 100012, 3 }), 0);
	expect_marks("subuid:100000:20\n");
}

static void notes_what_comes_and_goes(void **state)
{
	struct row row;

	(void)state;
	open_marked("alice:100000:10\nbob:100010:10\n", "uid:9:1\nsubuid:5:1\ngid:9:1\n", on);
	add_user("carol", 1002);
	assert_int_equal(user_remove(&world.run, world.txn, "bob"), 0);
	assert_true(table_find(txn_table(world.txn, TABLE_PASSWD), "alice", &row));
	assert_int_equal(table_set(txn_table(world.txn, TABLE_PASSWD), &row, PW_UID, "2000",
				   &world.run.err), 0);
	subid_forget(&world.run, world.txn, TABLE_SUBUID, "bob", 1001);
	assert_int_equal(subid_take(&world.run, world.txn, TABLE_SUBUID, "alice", 1000,
				    (struct subid_range){ 100002, 3 }), 0);
	expect_marks("uid:9:1\nsubuid:5:1\ngid:9:1\nuid:1000:3\nuid:2000:1\nsubuid:100000:20\n");
}

static void joining(void **state)
{
	static const struct {
		const char *before, *after;
	} cases[] = {
		/* carol is 1002 */
		{ "uid:1000:2\n", "uid:1000:3\n" },
		{ "uid:1003:2\n", "uid:1002:3\n" },
		{ "uid:1000:9\n", "uid:1000:9\n" },
		{ "uid:1002:1\n", "uid:1002:1\n" },
		{ "uid:1003:2\ngid:1:1\nuid:1001:1\n", "gid:1:1\nuid:1001:4\n" },
		{ "uid:1000:3\nuid:1001:9\n", "uid:1000:10\n" },
		{ "uid:1004:1\nuid:1000:1\n", "uid:1004:1\nuid:1000:1\nuid:1002:1\n" },
		{ "uid:0:4294967296\n# x\nuid:1001:1", "uid:0:4294967296\n# x\nuid:1001:2" },
		{ "uid:0:4294967295\n", "uid:0:4294967295\n" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		open_marked("", cases[i].before, on);
		add_user("carol", 1002);
		assert_int_equal(idmarks_note(&world.run, world.txn), 0);
		if (strcmp(world_file(&world, TABLE_IDMARKS), cases[i].after) != 0)
			fail_msg("case %zu: '%s'", i, world_file(&world, TABLE_IDMARKS));
		world_close(&world);
	}
}

/* What was noted is what was noted, in whichever order it came. */
static void noting_is_a_union(void **state)
{
	unsigned seed = 77, round;

	(void)state;
	for (round = 0; round < 400; round++) {
		bool used[2000] = { false };
		const char *marks = random_rows(&seed, "uid", 6, used);
		struct ids_spans spans;
		unsigned n, i;

		if (!*marks)
			continue;
		open_marked("", marks, on);
		for (n = 0; n < 8; n++) {
			unsigned uid = 850 + (unsigned)rand_r(&seed) % 600;

			add_user(arena_printf(&world.run.arena, "n%u", n), uid);
			used[uid] = true;
		}
		assert_int_equal(idmarks_note(&world.run, world.txn), 0);
		spans = idmarks_get(&world.run, world.txn, TABLE_PASSWD);
		for (i = 0; i < 2000; i++)
			if ((ids_spans_meet(&spans, i, i) != NULL) != used[i])
				fail_msg("round %u: %u", round, i);
		world_close(&world);
		arena_free(&texts);
	}
}

/* --- new users and groups --- */

static void new_ids(void **state)
{
	static const struct {
		const char *subuid, *marks;
		const char *keys[4];
		bool sys;
		long expected; /* -1: none */
	} cases[] = {
		{ "", NULL, { NULL }, false, 1002 },
		{ NULL, "uid:1002:8\n", { "ID_NO_REUSE=yes" }, false, 1010 },
		{ "", "uid:1002:8\n", { NULL }, false, 1002 },
		{ "", "uid:50000:1\n", { "ID_NO_REUSE=yes" }, false, 50001 },
		{ "", "uid:60000:1\n", { "ID_NO_REUSE=yes" }, false, 1002 },
		{ "", "uid:1002:58999\n", { "ID_NO_REUSE=yes" }, false, -1 },
		{ "", "uid:999:1\nuid:990:5\n", { "ID_NO_REUSE=yes" }, true, 989 },
		{ "", "uid:101:1\n", { "ID_NO_REUSE=yes" }, true, 999 },
		/* in somebody's range, now or before */
		{ "bob:1002:100\n", NULL, { NULL }, false, 1102 },
		{ "bob:0x3ea:100\nalice:1102:8\nbob:500:500\n", NULL, { NULL }, false, 1110 },
		{ "bob:900:100\n", NULL, { NULL }, true, 899 },
		{ "bob:1000:59001\n", NULL, { NULL }, false, -1 },
		{ "bob:1002:100\n", "subuid:1102:5\n", { "ID_NO_REUSE=yes" }, false, 1107 },
		{ "", "subuid:1002:5\n", { "ID_NO_REUSE=yes" }, false, 1007 },
	};
	size_t i;
	int many;

	(void)state;
	for (i = 0; i < 2 * (sizeof(cases) / sizeof(cases[0])); i++) {
		struct subid_cursor cursor = { .begun = false };
		struct new_id_many all = { .subids = &cursor };
		uint32_t uid = 0;
		int done;

		many = i % 2;
		open_marked(cases[i / 2].subuid, cases[i / 2].marks, cases[i / 2].keys);
		done = new_id_choose(&world.run, world.txn, IDS_UID, cases[i / 2].sys, IDS_NONE,
				     NULL, many ? &all : NULL, &uid);
		if ((done < 0 ? -1L : (long)uid) != cases[i / 2].expected)
			fail_msg("case %zu: %d, %lu", i / 2, done, (unsigned long)uid);
		if (done < 0)
			assert_string_equal(world.run.err.message, cases[i / 2].keys[0] ?
				"Can't get unique UID (ID_NO_REUSE keeps back those of "
				"/etc/idmarks)" :
				"Can't get unique UID (no more available UIDs)");
		world_close(&world);
	}
}

/* A range that this transaction has given counts too. */
static void new_ids_beside_new_ranges(void **state)
{
	static const char *const keys[] = { "SUB_UID_MIN=1002", "SUB_UID_COUNT=10", NULL };
	struct subid_cursor cursor = { .begun = false };
	struct new_id_many all = { .subids = &cursor };
	struct subid_range r;
	uint32_t uid, n;

	(void)state;
	open_marked("", NULL, keys);
	for (n = 0; n < 20; n++) {
		const char *name = arena_printf(&world.run.arena, "n%lu", (unsigned long)n);

		assert_int_equal(new_id_choose(&world.run, world.txn, IDS_UID, false, IDS_NONE,
					       NULL, &all, &uid), 0);
		add_user(name, uid);
		assert_int_equal(subid_choose_next(&world.run, world.txn, TABLE_SUBUID, name, uid,
						   &cursor, &r), 0);
		assert_int_equal(subid_add(&world.run, world.txn, TABLE_SUBUID, name, uid, r), 0);
		assert_int_equal(uid, 1002 + 11 * n);
		assert_int_equal(r.first, 1003 + 11 * n);
	}
	world_close(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(choosing_above_marks),
		cmocka_unit_test(chosen_ranges_meet_nothing),
		cmocka_unit_test(nothing_to_note),
		cmocka_unit_test(beginning),
		cmocka_unit_test(notes_what_comes_and_goes),
		cmocka_unit_test(joining),
		cmocka_unit_test(noting_is_a_union),
		cmocka_unit_test(new_ids),
		cmocka_unit_test(new_ids_beside_new_ranges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
