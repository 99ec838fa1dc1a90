/* SPDX-License-Identifier: BSD-3-Clause */
#include "account_world.h"
#include "group.h"
#include "user.h"

#define PASSWD                                                                                     \
	"root:x:0:0::/:/bin/sh\nalice:x:1000:1000::/:/bin/sh\nbob:x:1001:1001::/:/bin/sh\n"        \
	"carol:x:1002:100::/:/bin/sh\n"
#define GROUP "root:x:0:\nusers:x:100:\nalice:x:1000:\nclub:x:1100:alice,bob\nteam:x:1101:bob\n"
#define GSHADOW "root:*::\nusers:*::\nalice:!::\nclub:!:alice:alice,bob\nteam:!::bob\n"

static struct world w;

static void begin(const char *group, const char *gshadow, const char *key)
{
	const char *files[TABLE_COUNT] = { [TABLE_PASSWD] = PASSWD,
					   [TABLE_GROUP] = group,
					   [TABLE_GSHADOW] = gshadow };
	const char *keys[] = { key, NULL };

	world_open(&w, files, keys);
}

/* NULL: as it was, or of no interest. */
static void expect(const char *group, const char *gshadow, const char *log)
{
	if (group)
		assert_string_equal(world_file(&w, TABLE_GROUP), group);
	if (gshadow)
		assert_string_equal(world_file(&w, TABLE_GSHADOW), gshadow);
	if (log)
		assert_string_equal(world_log(&w), log);
	world_close(&w);
}

static void expect_error(int done, enum err_kind kind, const char *message)
{
	assert_int_equal(done, -1);
	assert_int_equal(w.run.err.kind, kind);
	assert_string_equal(w.run.err.message, message);
	err_clear(&w.run.err);
}

static void add(const struct group_new *g)
{
	assert_int_equal(group_add(&w.run, w.txn, g), 0);
}

static void adding(void **state)
{
	(void)state;
	begin("a:x:1:\n", "a:!::\n", NULL);
	add(&(struct group_new){ .name = "g", .gid = 7 });
	expect("a:x:1:\ng:x:7:\n", "a:!::\ng:!::\n",
	       "group added to /etc/group: name=g, GID=7\n"
	       "group added to /etc/gshadow: name=g\nnew group: name=g, GID=7\n");

	begin("", "", NULL);
	add(&(struct group_new){ .name = "g", .gid = 7, .password = "HASH", .members = "a,,b,a" });
	expect("g:x:7:a,b\n", "g:HASH::a,b\n", NULL);

	begin("", "", NULL);
	add(&(struct group_new){ .name = "g", .gid = 7, .for_user = true, .members = "" });
	expect("g:x:7:\n", "g:!::\n", "new group: name=g, GID=7\n");

	/* without gshadow; without group */
	begin(NULL, NULL, NULL);
	add(&(struct group_new){ .name = "g", .gid = 7 });
	add(&(struct group_new){ .name = "h", .gid = 8, .password = "HASH" });
	add(&(struct group_new){ .name = "u", .gid = 9, .for_user = true });
	expect("g:x:7:\nh:HASH:8:\nu:!:9:\n", "(none)",
	       "group added to /etc/group: name=g, GID=7\nnew group: name=g, GID=7\n"
	       "group added to /etc/group: name=h, GID=8\nnew group: name=h, GID=8\n"
	       "new group: name=u, GID=9\n");

	/* a row left over in gshadow */
	begin("", "g:x:bob:bob\nh:!::\n", NULL);
	add(&(struct group_new){ .name = "g", .gid = 7 });
	expect("g:x:7:\n", "g:!::\nh:!::\n", NULL);

	begin("", "", "MAX_MEMBERS_PER_GROUP=2");
	add(&(struct group_new){ .name = "g", .gid = 7, .members = "a,b,c,d,e" });
	expect("g:x:7:a,b\ng:x:7:c,d\ng:x:7:e\n", "g:!::a,b,c,d,e\n", NULL);

	begin("", "", NULL);
	expect_error(group_add(&w.run, w.txn, &(struct group_new){ .name = "a:b", .gid = 7 }),
		     ERR_ARGUMENT, "a value for /etc/group may not hold ':' or a newline");
	world_close(&w);
}

static void finding(void **state)
{
	const char *const *names;
	struct group_id g;
	gid_t gid;

	(void)state;
	begin(GROUP "1100:x:1200:\ndup:x:1:\ndup:x:2:\n", GSHADOW, NULL);
	assert_int_equal(group_find(&w.run, w.txn, "club", &g), 0);
	assert_int_equal(g.gid, 1100);
	expect_error(group_find(&w.run, w.txn, "no", &g), ERR_UNKNOWN, "group 'no' does not exist");
	expect_error(group_find(&w.run, w.txn, "dup", &g), ERR_GROUP_FILE,
		     "Multiple entries named 'dup' in /etc/group. "
		     "Please fix this with pwck or grpck.");

	/* a number before a name, a name where the number is nobody's */
	assert_int_equal(group_gid(&w.run, w.txn, "team", &gid), 0);
	assert_int_equal(gid, 1101);
	assert_int_equal(group_gid(&w.run, w.txn, "1100", &gid), 0);
	assert_int_equal(gid, 1100);
	expect_error(group_gid(&w.run, w.txn, "7777", &gid), ERR_UNKNOWN,
		     "group '7777' does not exist");
	expect_error(group_gid(&w.run, w.txn, "", &gid), ERR_UNKNOWN, "group '' does not exist");

	assert_int_equal(group_list(&w.run, w.txn, "team,1100,club,1101", &names), 0);
	assert_string_equal(names[0], "team");
	assert_string_equal(names[1], "club");
	assert_null(names[2]);
	assert_int_equal(group_list(&w.run, w.txn, "", &names), 0);
	assert_null(names[0]);
	expect_error(group_list(&w.run, w.txn, "club,no", &names), ERR_UNKNOWN,
		     "group 'no' does not exist");
	expect_error(group_list(&w.run, w.txn, "club,", &names), ERR_UNKNOWN,
		     "group '' does not exist");

	assert_int_equal(group_parse_gid(&w.run, "4294967294", &gid), 0);
	assert_int_equal(gid, 4294967294u);
	expect_error(group_parse_gid(&w.run, "4294967295", &gid), ERR_ARGUMENT,
		     "invalid group ID '4294967295'");
	expect_error(group_parse_gid(&w.run, "-1", &gid), ERR_ARGUMENT, "invalid group ID '-1'");
	expect_error(group_parse_gid(&w.run, "", &gid), ERR_ARGUMENT, "invalid group ID ''");
	world_close(&w);
}

static void checks(void **state)
{
	gid_t gid;

	(void)state;
	begin(GROUP, GSHADOW, "GID_MAX=1102");
	assert_int_equal(group_check_new_name(&w.run, w.txn, "new"), 0);
	expect_error(group_check_new_name(&w.run, w.txn, "club"), ERR_EXISTS,
		     "group 'club' already exists");
	assert_int_equal(group_check_new_gid(&w.run, w.txn, 7), 0);
	expect_error(group_check_new_gid(&w.run, w.txn, 100), ERR_ID_IN_USE,
		     "GID '100' already exists");
	assert_int_equal(group_check_members(&w.run, w.txn, "alice,,bob"), 0);
	expect_error(group_check_members(&w.run, w.txn, "alice,no,bob"), ERR_GROUP_FILE,
		     "Invalid member username no");
	assert_int_equal(group_check_not_primary(&w.run, w.txn, 1100), 0);
	expect_error(group_check_not_primary(&w.run, w.txn, 100), ERR_BUSY,
		     "cannot remove the primary group of user 'carol'");
	/* 1002 is carol's uid only */
	assert_int_equal(group_check_not_primary(&w.run, w.txn, 1002), 0);

	assert_int_equal(group_choose_gid(&w.run, w.txn, false, IDS_NONE, NULL, &gid), 0);
	assert_int_equal(gid, 1102);
	assert_int_equal(group_choose_gid(&w.run, w.txn, false, 1001, NULL, &gid), 0);
	assert_int_equal(gid, 1001);
	assert_int_equal(group_choose_gid(&w.run, w.txn, true, IDS_NONE, NULL, &gid), 0);
	assert_int_equal(gid, 999);
	world_close(&w);
}

static int change(const char *name, const struct group_change *c)
{
	struct group_id g;

	if (group_find(&w.run, w.txn, name, &g) < 0)
		return -1;
	return group_change(&w.run, w.txn, &g, c);
}

static void changing(void **state)
{
	static const struct {
		const char *group, *gshadow;
		struct group_change change;
		const char *group_after, *gshadow_after, *log;
	} cases[] = {
		{ "club:x:1100:a,b\nz:x:1:\n", "club:!:a:a,b\nz:!::\n", { .name = "klub" },
		  "klub:x:1100:a,b\nz:x:1:\n", "klub:!:a:a,b\nz:!::\n",
		  "group changed in /etc/group (group club/1100, new name: klub)\n"
		  "group changed in /etc/gshadow (group club, new name: klub)\n" },
		{ "club:x:1100:\n", "club:!::\n",
		  { .name = "klub", .has_gid = true, .gid = 5, .password = "H" },
		  "klub:x:5:\n", "klub:H::\n",
		  "group changed in /etc/group (group club/1100, new name: klub, new password, "
		  "new gid: 5)\n"
		  "group changed in /etc/gshadow (group club, new name: klub, new password)\n"
		  "group changed in /etc/passwd (group club/1100, new name: klub, new gid: 5)\n" },
		{ "club:x:1100:\n", "club:!::\n",
		  { .name = "club", .has_gid = true, .gid = 1100 },
		  "club:x:1100:\n", "club:!::\n",
		  "group changed in /etc/group (group club/1100)\n" },
		/* the password: gshadow's row, a new row, group where that has it */
		{ "club:old:1100:a\n", "club:!::\n", { .password = "H" },
		  "club:x:1100:a\n", "club:H::\n", NULL },
		{ "club:x:1100:a\n", "", { .password = "H" },
		  "club:x:1100:a\n", "club:H::a\n", NULL },
		{ "club:old:1100:a\n", "", { .password = "H" }, "club:H:1100:a\n", "",
		  "group changed in /etc/group (group club/1100, new password)\n" },
		{ "club:x:1100:a\n", NULL, { .password = "H" }, "club:H:1100:a\n", NULL, NULL },
		/* members */
		{ "club:x:1100:a,b\n", "club:!:a:a\n", { .members = "c,,b,c" },
		  "club:x:1100:c,b\n", "club:!:a:c,b\n",
		  "group changed in /etc/group (group club/1100)\n"
		  "group changed in /etc/gshadow (group club)\n" },
		{ "club:x:1100:a,b\n", "club:!:a:a\n", { .members = "c,b", .append = true },
		  "club:x:1100:a,b,c\n", "club:!:a:a,c,b\n", NULL },
		{ "club:x:1100:a,b\n", "club:!:a:a\n", { .members = "" },
		  "club:x:1100:\n", "club:!:a:\n", NULL },
		/* short rows, a stale row of the new name */
		{ "club:x:1100\n", "club:!:a\n", { .members = "b", .append = true },
		  "club:x:1100:b\n", "club:!:a:b\n", NULL },
		{ "club:x:1100:\n", "klub:OLD:x:x\nclub:!::\n", { .name = "klub" },
		  "klub:x:1100:\n", "klub:!::\n", NULL },
		/* several lines */
		{ "club:x:1:a\nz:x:2:\nclub:x:1:b\n", "", { .name = "klub" },
		  "klub:x:1:a\nz:x:2:\nklub:x:1:b\n", NULL, NULL },
		{ "club:x:1:a,d\nz:x:2:\nclub:x:1:b\n", "", { .members = "c,d,b" },
		  "club:x:1:d\nz:x:2:\nclub:x:1:c,b\n", NULL, NULL },
		{ "club:x:1:a\nz:x:2:\nclub:x:1:b\n", "", { .members = "" },
		  "club:x:1:\nz:x:2:\nclub:x:1:\n", NULL, NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin(cases[i].group, cases[i].gshadow, NULL);
		assert_int_equal(change("club", &cases[i].change), 0);
		expect(cases[i].group_after, cases[i].gshadow_after, cases[i].log);
	}
}

static void changing_lines_with_a_limit(void **state)
{
	static const struct {
		const char *group;
		struct group_change change;
		const char *after;
	} cases[] = {
		{ "club:x:1:a,b\nz:x:2:\nclub:x:1:c,d\nclub:x:1:e\n", { .name = "klub" },
		  "klub:x:1:a,b\nz:x:2:\nklub:x:1:c,d\nklub:x:1:e\n" },
		{ "club:x:1:a,b\nclub:x:1:c,d\nclub:x:1:e\n", { .members = "a,c,f" },
		  "club:x:1:a,c\nclub:x:1:f\n" },
		{ "club:x:1:a,b\nz:x:2:\n", { .members = "c,d,e", .append = true },
		  "club:x:1:a,b\nz:x:2:\nclub:x:1:c,d\nclub:x:1:e\n" },
		{ "club:x:1:a,b\nclub:x:1:c\n", { .members = "" }, "club:x:1:\n" },
		{ "club:x:1:a,b,c,d,e\n", { .has_gid = true, .gid = 9 },
		  "club:x:9:a,b\nclub:x:9:c,d\nclub:x:9:e\n" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin(cases[i].group, NULL, "MAX_MEMBERS_PER_GROUP=2");
		assert_int_equal(change("club", &cases[i].change), 0);
		expect(cases[i].after, NULL, NULL);
	}
	begin("club:x:1:a\nclub:x:2:b\n", NULL, "MAX_MEMBERS_PER_GROUP=2");
	assert_int_equal(change("club", &cases[0].change), -1);
	expect("club:x:1:a\nclub:x:2:b\n", NULL, "");
}

static void users_follow_a_new_gid(void **state)
{
	struct group_change c = { .has_gid = true, .gid = 5 };

	(void)state;
	begin(GROUP, GSHADOW, NULL);
	assert_int_equal(change("users", &c), 0);
	assert_string_equal(world_file(&w, TABLE_PASSWD),
			    "root:x:0:0::/:/bin/sh\nalice:x:1000:1000::/:/bin/sh\n"
			    "bob:x:1001:1001::/:/bin/sh\ncarol:x:1002:5::/:/bin/sh\n");
	world_close(&w);
}

static void removing(void **state)
{
	struct group_id g;

	(void)state;
	begin(GROUP "team:x:1101:alice\n", GSHADOW, NULL);
	assert_int_equal(group_find(&w.run, w.txn, "team", &g), 0);
	assert_int_equal(group_remove(&w.run, w.txn, &g), 0);
	expect("root:x:0:\nusers:x:100:\nalice:x:1000:\nclub:x:1100:alice,bob\n",
	       "root:*::\nusers:*::\nalice:!::\nclub:!:alice:alice,bob\n",
	       "group 'team' removed from /etc/group\ngroup 'team' removed from /etc/gshadow\n"
	       "group 'team' removed\n");
	begin("team:x:5:\n", "", NULL);
	assert_int_equal(group_find(&w.run, w.txn, "team", &g), 0);
	assert_int_equal(group_remove(&w.run, w.txn, &g), 0);
	expect("", "", "group 'team' removed from /etc/group\ngroup 'team' removed\n");
}

static void memberships(void **state)
{
	static const struct {
		struct group_memberships wish;
		const char *group, *gshadow, *log;
	} cases[] = {
		/* in the file's order, each once */
		{ { .user = "carol", .groups = "team,club,1101", .how = GROUP_ADD },
		  "club:x:1100:alice,bob,carol\nteam:x:1101:bob,carol\n",
		  "club:!:alice:alice,bob,carol\nteam:!::bob,carol\n",
		  "add 'carol' to group 'club'\nadd 'carol' to group 'team'\n"
		  "add 'carol' to shadow group 'club'\nadd 'carol' to shadow group 'team'\n" },
		{ { .user = "alice", .groups = "club", .how = GROUP_ADD },
		  "club:x:1100:alice,bob\nteam:x:1101:bob\n", NULL, "" },
		{ { .user = "bob", .groups = "club", .how = GROUP_REMOVE },
		  "club:x:1100:alice\nteam:x:1101:bob\n", "club:!:alice:alice\nteam:!::bob\n",
		  "delete 'bob' from group 'club'\ndelete 'bob' from shadow group 'club'\n" },
		{ { .user = "alice", .groups = "team", .how = GROUP_SET },
		  "club:x:1100:bob\nteam:x:1101:bob,alice\n",
		  "club:!:alice:bob\nteam:!::bob,alice\n",
		  "delete 'alice' from group 'club'\nadd 'alice' to group 'team'\n"
		  "delete 'alice' from shadow group 'club'\nadd 'alice' to shadow group 'team'\n" },
		{ { .user = "bob", .groups = "", .how = GROUP_SET },
		  "club:x:1100:alice\nteam:x:1101:\n", "club:!:alice:alice\nteam:!::\n", NULL },
		/* a new name, alone and with groups */
		{ { .user = "alice", .new_name = "al" },
		  "club:x:1100:al,bob\nteam:x:1101:bob\n", "club:!:al:al,bob\nteam:!::bob\n",
		  "change 'alice' to 'al' in group 'club'\n"
		  "change admin 'alice' to 'al' in shadow group 'club'\n"
		  "change 'alice' to 'al' in shadow group 'club'\n" },
		{ { .user = "alice", .new_name = "al", .groups = "team", .how = GROUP_SET },
		  "club:x:1100:bob\nteam:x:1101:bob,al\n", "club:!:al:bob\nteam:!::bob,al\n",
		  "delete 'alice' from group 'club'\nadd 'al' to group 'team'\n"
		  "change admin 'alice' to 'al' in shadow group 'club'\n"
		  "delete 'alice' from shadow group 'club'\nadd 'al' to shadow group 'team'\n" },
		{ { .user = "bob", .new_name = "bo", .groups = "team", .how = GROUP_REMOVE },
		  "club:x:1100:alice,bo\nteam:x:1101:\n", NULL, NULL },
		{ { .user = "bob", .new_name = "bob" }, "club:x:1100:alice,bob\nteam:x:1101:bob\n",
		  NULL, "" },
		/* part of a name is no name */
		{ { .user = "lice", .groups = "", .how = GROUP_SET },
		  "club:x:1100:alice,bob\nteam:x:1101:bob\n", NULL, "" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin("club:x:1100:alice,bob\nteam:x:1101:bob\n",
		      "club:!:alice:alice,bob\nteam:!::bob\n", NULL);
		assert_int_equal(group_set_memberships(&w.run, w.txn, &cases[i].wish), 0);
		expect(cases[i].group, cases[i].gshadow, cases[i].log);
	}
}

static void memberships_of_odd_files(void **state)
{
	struct group_memberships join = { .user = "c", .groups = "club", .how = GROUP_ADD };
	struct group_memberships leave = { .user = "b", .groups = "", .how = GROUP_SET };

	(void)state;
	/* no gshadow, no row in it */
	begin("club:x:1:\n", NULL, NULL);
	assert_int_equal(group_set_memberships(&w.run, w.txn, &join), 0);
	expect("club:x:1:c\n", "(none)", "add 'c' to group 'club'\n");
	begin("club:x:1:\n", "", NULL);
	assert_int_equal(group_set_memberships(&w.run, w.txn, &join), 0);
	expect("club:x:1:c\n", "", "add 'c' to group 'club'\n");
	/* several lines, with and without a limit */
	begin("club:x:1:a,b\nz:x:2:b\nclub:x:1:d\n", "", NULL);
	assert_int_equal(group_set_memberships(&w.run, w.txn, &join), 0);
	assert_int_equal(group_set_memberships(&w.run, w.txn, &leave), 0);
	expect("club:x:1:a\nz:x:2:\nclub:x:1:d,c\n", "",
	       "add 'c' to group 'club'\ndelete 'b' from group 'club'\n"
	       "delete 'b' from group 'z'\n");
	begin("club:x:1:a,b\nz:x:2:b\nclub:x:1:d\n", "", "MAX_MEMBERS_PER_GROUP=2");
	assert_int_equal(group_set_memberships(&w.run, w.txn, &leave), 0);
	expect("club:x:1:a,d\nz:x:2:\n", "", NULL);
	/* lines that differ: which to join is not clear, leaving them is */
	begin("club:x:1:a,b\nclub:x:2:b\n", "", NULL);
	expect_error(group_set_memberships(&w.run, w.txn, &join), ERR_GROUP_FILE,
		     "Multiple entries named 'club' in /etc/group. "
		     "Please fix this with pwck or grpck.");
	assert_int_equal(group_set_memberships(&w.run, w.txn, &leave), 0);
	expect("club:x:1:a\nclub:x:2:\n", NULL, NULL);
}

static void forgetting(void **state)
{
	static const struct {
		const char *group, *gshadow, *key;
		bool force;
		const char *group_after, *gshadow_after, *log;
	} cases[] = {
		{ "al:x:5:\nclub:x:6:al,b\n", "al:!::\nclub:!:b,al:al,b\nrun:!:al:\n",
		  "USERGROUPS_ENAB=yes", false, "club:x:6:b\n", "club:!:b:b\nrun:!::\n",
		  "delete 'al' from group 'club'\nremoved group 'al' owned by 'al'\n"
		  "removed shadow group 'al' owned by 'al'\n"
		  "delete 'al' from shadow group 'club'\ndelete 'al' from shadow group 'run'\n" },
		{ "al:x:5:al\n", NULL, "USERGROUPS_ENAB=yes", false, "", "(none)",
		  "delete 'al' from group 'al'\nremoved group 'al' owned by 'al'\n" },
		{ "al:x:5:\n", "al:!::\n", "USERGROUPS_ENAB=no", false,
		  "al:x:5:\n", "al:!::\n", "" },
		/* not the primary group, other members */
		{ "al:x:6:\n", "al:!::\n", "USERGROUPS_ENAB=yes", true,
		  "al:x:6:\n", "al:!::\n", "" },
		{ "al:x:5:b\n", "al:!::b\n", "USERGROUPS_ENAB=yes", true, "al:x:5:b\n",
		  "al:!::b\n", "" },
		/* lines that differ */
		{ "dup:x:6:al\ndup:x:7:b,al\n", "", "USERGROUPS_ENAB=yes", false,
		  "dup:x:6:\ndup:x:7:b\n", "",
		  "delete 'al' from group 'dup'\ndelete 'al' from group 'dup'\n" },
	};
	struct user user = { .name = "al", .uid = 5, .gid = 5 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin(cases[i].group, cases[i].gshadow, cases[i].key);
		assert_int_equal(group_forget_user(&w.run, w.txn, &user, cases[i].force), 0);
		expect(cases[i].group_after, cases[i].gshadow_after, cases[i].log);
	}
}

static void a_primary_group_of_another_goes_by_force_only(void **state)
{
	struct user user = { .name = "users", .uid = 5, .gid = 100 };

	(void)state;
	begin("users:x:100:\n", NULL, "USERGROUPS_ENAB=yes");
	assert_int_equal(group_forget_user(&w.run, w.txn, &user, false), 0);
	expect("users:x:100:\n", NULL, "");
	begin("users:x:100:\n", NULL, "USERGROUPS_ENAB=yes");
	assert_int_equal(group_forget_user(&w.run, w.txn, &user, true), 0);
	expect("", NULL, "removed group 'users' owned by 'users'\n");
}

/* The records of one step each, as this build's profile has them. */
static void audit_records(void **state)
{
	static const char old[] = "adding group to /etc/group g 7\n"
				  "adding group to /etc/gshadow g 7\nadding group g 7\n";
	static const char verbs[] = "add-group g 7\nadd-shadow-group g 7\n";
	const char *text = "";
	size_t i;

	(void)state;
	begin("", "", NULL);
	add(&(struct group_new){ .name = "g", .gid = 7 });
	for (i = 0; i < w.run.events.count; i++) {
		const struct event *ev = &w.run.events.items[i];

		if (ev->audit != AUDIT_NONE)
			text = arena_printf(&w.run.arena, "%s%s %s %ld\n", text, ev->operation,
					    ev->name, ev->id);
	}
	assert_string_equal(text, profile_get()->audit_verbs ? verbs : old);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adding),
		cmocka_unit_test(finding),
		cmocka_unit_test(checks),
		cmocka_unit_test(changing),
		cmocka_unit_test(changing_lines_with_a_limit),
		cmocka_unit_test(users_follow_a_new_gid),
		cmocka_unit_test(removing),
		cmocka_unit_test(memberships),
		cmocka_unit_test(memberships_of_odd_files),
		cmocka_unit_test(forgetting),
		cmocka_unit_test(a_primary_group_of_another_goes_by_force_only),
		cmocka_unit_test(audit_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
