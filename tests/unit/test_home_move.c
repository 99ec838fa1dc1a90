/* SPDX-License-Identifier: BSD-3-Clause */
#include "home.h"

#include "home_place.h"

/* --- usermod -m */

static void renames_and_takes_back(void **state)
{
	struct place *p = *state;
	struct home_move_spec spec = to_new();
	struct home_move *move;

	make_home(p, "home/alice", 3000);
	is_well(p, home_move_prepare(&p->w.run, &spec, &move));
	assert_non_null(move);
	/* Until passwd says so, the old path leads there too. */
	assert_string_equal(target(p->w.scratch.fd, "home/alice"), "/home/new");
	assert_true(has_home(p, "home/new"));
	home_move_undo(&p->w.run, &move);
	assert_null(move);
	assert_true(has_home(p, "home/alice"));
	assert_false(is_there(p->w.scratch.fd, "home/new"));
	is_well(p, home_move_prepare(&p->w.run, &spec, &move));
	is_well(p, home_move_finish(&p->w.run, &move));
	assert_null(move);
	assert_true(has_home(p, "home/new"));
	assert_false(is_there(p->w.scratch.fd, "home/alice"));
	assert_string_equal(said(p), "");
}

static void goes_on_after_a_death(void **state)
{
	struct place *p = *state;
	struct home_move_spec spec = to_new();
	struct home_move *move;
	int fd = p->w.scratch.fd;

	/* Who is not root cannot give it away. */
	if (geteuid() != 0)
		spec.ids = (struct tree_ids){ geteuid(), geteuid(), getegid(), getegid() };
	/* As a run leaves it that was killed after its rename and before its commit. */
	make_home(p, "home/new", 3000);
	make_link(fd, "home/alice", "/home/new");
	is_well(p, home_move_prepare(&p->w.run, &spec, &move));
	assert_non_null(move);
	home_move_undo(&p->w.run, &move);
	assert_true(has_home(p, "home/alice"));
	assert_false(is_there(fd, "home/new"));
	must(renameat(fd, "home/alice", fd, "home/new"), "rename");
	make_link(fd, "home/alice", "/home/new");
	is_well(p, home_move_prepare(&p->w.run, &spec, &move));
	is_well(p, home_move_finish(&p->w.run, &move));
	assert_true(has_home(p, "home/new"));
	assert_false(is_there(fd, "home/alice"));
	/* A link to somewhere else is nobody's move. */
	make_link(fd, "home/alice", "/home/other");
	is_refused(p, home_move_prepare(&p->w.run, &spec, &move), ERR_HOME,
		   "cannot rename directory /home/alice to /home/new: "
		   "/home/alice is a symbolic link");
}

static void copies_to_another_file_system_and_takes_back(void **state)
{
	struct place *p = *state;
	int fd = p->w.scratch.fd;
	struct home_move_spec spec = to_new();
	struct home_move *move;

	needs_root();
	make_home(p, "home/alice", 3000);
	make_link(fd, "home/alice/link", "/home/alice/file");
	make_file(fd, "home/alice/foreign", "", 0600);
	must(fchmodat(fd, "home/alice", 0711, 0), "mode");
	make_dir(fd, "other", 0755);
	mount_tmpfs(&p->w.scratch, "other", NULL);
	spec.to = "/other/new";
	spec.ids = (struct tree_ids){ 3000, 4000, 3000, 4001 };
	is_well(p, home_move_prepare(&p->w.run, &spec, &move));
	assert_true(has_home(p, "home/alice"));
	assert_true(has_home(p, "other/new"));
	home_move_undo(&p->w.run, &move);
	assert_true(has_home(p, "home/alice"));
	assert_false(is_there(fd, "other/new"));
	is_well(p, home_move_prepare(&p->w.run, &spec, &move));
	is_well(p, home_move_finish(&p->w.run, &move));
	assert_false(is_there(fd, "home/alice"));
	assert_int_equal(look(fd, "other/new").st_mode & 07777, 0711);
	assert_int_equal(look(fd, "other/new").st_uid, 4000);
	assert_int_equal(look(fd, "other/new/file").st_gid, 4001);
	assert_int_equal(look(fd, "other/new/foreign").st_uid, 0);
	assert_string_equal(target(fd, "other/new/link"), "/other/new/file");
	unmount(&p->w.scratch, "other");
}

static void moves_without_giving_away(void **state)
{
	struct place *p = *state;
	int fd = p->w.scratch.fd;
	struct home_move_spec spec = to_new();
	struct home_move *move;

	needs_root();
	make_home(p, "home/alice", 3000);
	must(fchmodat(fd, "home/alice/file", 04755, 0), "file");
	make_dir(fd, "other", 0755);
	mount_tmpfs(&p->w.scratch, "other", NULL);
	spec.ids = (struct tree_ids){ 3000, 4000, 3000, 4000 };
	spec.chown = TREE_CHOWN_NEVER;
	is_well(p, home_move_prepare(&p->w.run, &spec, &move));
	is_well(p, home_move_finish(&p->w.run, &move));
	assert_int_equal(look(fd, "home/new/file").st_uid, 3000);
	spec.from = "/home/new";
	spec.to = "/other/new";
	is_well(p, home_move_prepare(&p->w.run, &spec, &move));
	is_well(p, home_move_finish(&p->w.run, &move));
	assert_int_equal(look(fd, "other/new").st_uid, 3000);
	assert_int_equal(look(fd, "other/new/file").st_gid, 3000);
	assert_int_equal(look(fd, "other/new/file").st_mode & 07777, 04755);
	unmount(&p->w.scratch, "other");
}

static void a_copy_that_fails_leaves_nothing(void **state)
{
	struct place *p = *state;
	int fd = p->w.scratch.fd;
	struct home_move_spec spec = to_new();
	struct home_move *move;
	char big[65536] = { 0 };
	_cleanup_fd_ int file = -1;
	int i;

	needs_root();
	make_home(p, "home/alice", 3000);
	memset(big, 'b', sizeof(big));
	file = openat(fd, "home/alice/big", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	for (i = 0; i < 32; i++)
		must(fd_write_all(file, big, sizeof(big)), "big");
	make_dir(fd, "other", 0755);
	mount_tmpfs(&p->w.scratch, "other", "size=512k");
	spec.to = "/other/new";
	is_refused(p, home_move_prepare(&p->w.run, &spec, &move), ERR_HOME,
		   "cannot create /other/new/big: No space left on device");
	assert_null(move);
	assert_false(is_there(fd, "other/new"));
	assert_true(has_home(p, "home/alice"));
	unmount(&p->w.scratch, "other");
}

static void says_that_the_old_home_could_not_go(void **state)
{
	struct place *p = *state;
	int fd = p->w.scratch.fd;
	struct home_move_spec spec = to_new();
	struct home_move *move;

	needs_root();
	make_home(p, "home/alice", 3000);
	make_dir(fd, "home/alice/mnt", 0755);
	make_dir(fd, "other", 0755);
	mount_tmpfs(&p->w.scratch, "other", NULL);
	spec.to = "/other/new";
	is_well(p, home_move_prepare(&p->w.run, &spec, &move));
	mount_tmpfs(&p->w.scratch, "home/alice/mnt", NULL);
	is_well(p, home_move_finish(&p->w.run, &move));
	assert_non_null(strstr(said(p), "warning: failed to completely remove old home directory "
					"/home/alice: cannot remove "));
	unmount(&p->w.scratch, "home/alice/mnt");
	unmount(&p->w.scratch, "other");
}

static void gives_what_it_renamed(void **state)
{
	struct place *p = *state;
	int fd = p->w.scratch.fd;
	struct home_move_spec spec = to_new();
	struct home_move *move;

	needs_root();
	make_home(p, "home/alice", 3000);
	spec.ids = (struct tree_ids){ 3000, 4000, 3000, 3000 };
	is_well(p, home_move_prepare(&p->w.run, &spec, &move));
	assert_int_equal(look(fd, "home/new/file").st_uid, 3000);
	is_well(p, home_move_finish(&p->w.run, &move));
	assert_int_equal(look(fd, "home/new").st_uid, 4000);
	assert_int_equal(look(fd, "home/new/file").st_uid, 4000);
	assert_int_equal(look(fd, "home/new/file").st_gid, 3000);
}

static void refuses_to_move(void **state)
{
	static const struct {
		const char *from, *to, *message;
	} cases[] = {
		{ "/home/alice", "/home/bob", "directory /home/bob exists" },
		{ "/home/alice/", "/home/alice", "directory /home/alice exists" },
		{ "/home/alice", "/home/dangling", "directory /home/dangling exists" },
		{ "/home/alice", "/srv/no/new", "cannot rename directory /home/alice to "
						"/srv/no/new: No such file or directory" },
		{ "/home/alice", "/home/f/new", "cannot rename directory /home/alice to "
						"/home/f/new: Not a directory" },
		{ "/home/alice", "/home/alice/in", "cannot rename directory /home/alice to "
						   "/home/alice/in: Invalid argument" },
		{ "/home/f", "/home/new", "The previous home directory (/home/f) was not a "
					  "directory. It is not removed and no home directories "
					  "are created." },
		{ "/home/link", "/home/new", "cannot rename directory /home/link to /home/new: "
					     "/home/link is a symbolic link" },
		{ "/home", "/new", "cannot rename directory /home to /new: /home is a system "
				   "directory" },
	};
	struct place *p = *state;
	struct home_move *move;
	size_t i;

	make_home(p, "home/alice", 3000);
	make_home(p, "home/bob", 3001);
	make_file(p->w.scratch.fd, "home/f", "", 0644);
	make_link(p->w.scratch.fd, "home/link", "alice");
	make_link(p->w.scratch.fd, "home/dangling", "nowhere");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct home_move_spec spec = to_new();

		spec.from = cases[i].from;
		spec.to = cases[i].to;
		is_refused(p, home_move_prepare(&p->w.run, &spec, &move), ERR_HOME,
			   cases[i].message);
		assert_null(move);
		assert_true(has_home(p, "home/alice"));
	}
}

static void moves_nothing_in_a_dry_run_or_without_a_home(void **state)
{
	struct place *p = *state;
	struct home_move_spec spec = to_new();
	struct home_move *move;

	is_well(p, home_move_prepare(&p->w.run, &spec, &move));
	assert_null(move);
	assert_string_equal(said(p), "test: The previous home directory (/home/alice) does not "
				     "exist or is inaccessible. Move cannot be completed.\n");
	make_home(p, "home/alice", 3000);
	p->w.run.opt.dry_run = true;
	is_well(p, home_move_prepare(&p->w.run, &spec, &move));
	assert_null(move);
	assert_true(has_home(p, "home/alice"));
	spec.to = "/home";
	is_refused(p, home_move_prepare(&p->w.run, &spec, &move), ERR_HOME,
		   "directory /home exists");
	/* Both are nothing to do. */
	is_well(p, home_move_finish(&p->w.run, &move));
	home_move_undo(&p->w.run, &move);
}

/* A rename takes along what is mounted in the home; a copy would leave it behind. */
static void moves_no_mount_to_another_file_system(void **state)
{
	struct place *p = *state;
	int fd = p->w.scratch.fd;
	struct home_move_spec spec = to_new();
	struct home_move *move;

	needs_root();
	make_home(p, "home/alice", 3000);
	make_dir(fd, "home/alice/mnt", 0755);
	mount_tmpfs(&p->w.scratch, "home/alice/mnt", NULL);
	make_dir(fd, "other", 0755);
	mount_tmpfs(&p->w.scratch, "other", NULL);
	spec.to = "/other/new";
	is_refused(p, home_move_prepare(&p->w.run, &spec, &move), ERR_HOME,
		   "cannot rename directory /home/alice to /other/new: /home/alice/mnt is a mount "
		   "point");
	assert_false(is_there(fd, "other/new"));
	spec.to = "/home/new";
	is_well(p, home_move_prepare(&p->w.run, &spec, &move));
	is_well(p, home_move_finish(&p->w.run, &move));
	unmount(&p->w.scratch, "home/new/mnt");
	unmount(&p->w.scratch, "other");
}

/* --- usermod -u */

static void gives_only_the_users_home(void **state)
{
	static const struct tree_ids ids = { 3000, 4000, 3000, 3000 }, same = { 3000, 3000, 5, 5 };
	struct place *p = *state;
	int fd = p->w.scratch.fd;
	bool given;

	needs_root();
	make_home(p, "home/alice", 3000);
	is_well(p, home_give(&p->w.run, "/home/alice", &same, TREE_CHOWN_ALWAYS, false, &given));
	assert_false(given);
	is_well(p, home_give(&p->w.run, "/home/alice/", &ids, TREE_CHOWN_ALWAYS, false, &given));
	assert_true(given);
	assert_int_equal(look(fd, "home/alice/file").st_uid, 4000);
	make_home(p, "home/bob", 3000);
	give(fd, "home/bob", 3001, 3001);
	is_well(p, home_give(&p->w.run, "/home/bob", &ids, TREE_CHOWN_ALWAYS, false, &given));
	assert_false(given);
	assert_int_equal(look(fd, "home/bob/file").st_uid, 3000);
	is_well(p, home_give(&p->w.run, "/home/nobody", &ids, TREE_CHOWN_ALWAYS, false, &given));
	assert_false(given);
	make_file(fd, "home/file", "", 0644);
	give(fd, "home/file", 3000, 3000);
	is_refused(p,
		   home_give(&p->w.run, "/home/file", &ids, TREE_CHOWN_ALWAYS, false, &given),
		   ERR_HOME,
		   "cannot change the owner of /home/file: it is not a directory");
	give(fd, "home", 3000, 3000);
	is_well(p, home_give(&p->w.run, "/home", &ids, TREE_CHOWN_ALWAYS, false, &given));
	assert_false(given);
	assert_string_equal(said(p),
			    "test: warning: /home is a system directory, its owner stays\n");
	assert_int_equal(look(fd, "home/bob/file").st_uid, 3000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		TEST(renames_and_takes_back),
		TEST(goes_on_after_a_death),
		TEST(copies_to_another_file_system_and_takes_back),
		TEST(moves_without_giving_away),
		TEST(a_copy_that_fails_leaves_nothing),
		TEST(says_that_the_old_home_could_not_go),
		TEST(gives_what_it_renamed),
		TEST(refuses_to_move),
		TEST(moves_nothing_in_a_dry_run_or_without_a_home),
		TEST(moves_no_mount_to_another_file_system),
		TEST(gives_only_the_users_home),
	};

	own_mounts();
	return cmocka_run_group_tests_name("home_move", tests, NULL, NULL);
}
