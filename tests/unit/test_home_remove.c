/* SPDX-License-Identifier: BSD-3-Clause */
#include "home.h"

#include "home_place.h"

/* --- userdel -r */

static int plan_and_remove(struct place *p, const char *path, uid_t uid, bool force, bool *removed)
{
	struct home_removal *plan;

	*removed = false;
	is_well(p, home_plan_removal(&p->w.run, txn_table(p->w.txn, TABLE_PASSWD), "alice", path,
				     uid, force, &plan));
	return home_remove(&p->w.run, plan, removed);
}

static void removes_a_home(void **state)
{
	struct place *p = *state;
	uid_t uid = geteuid() == 0 ? 3000 : geteuid();
	bool removed;

	make_home(p, "home/alice", 3000);
	is_well(p, plan_and_remove(p, "/home/alice/", uid, false, &removed));
	assert_true(removed);
	assert_false(is_there(p->w.scratch.fd, "home/alice"));
	is_well(p, plan_and_remove(p, "/home/alice", uid, false, &removed));
	assert_false(removed);
	is_well(p, plan_and_remove(p, "", uid, false, &removed));
	is_well(p, plan_and_remove(p, "relative/alice", uid, false, &removed));
	assert_string_equal(said(p), "test: alice home directory (/home/alice) not found\n"
				     "test: alice home directory () not found\n"
				     "test: alice home directory (relative/alice) not found\n");
}

static void removes_what_is_not_the_users_only_by_force(void **state)
{
	struct place *p = *state;
	bool removed;

	needs_root();
	make_home(p, "home/alice", 3005);
	is_refused(p, plan_and_remove(p, "/home/alice", 3000, false, &removed), ERR_HOME,
		   "/home/alice not owned by alice, not removing");
	assert_true(has_home(p, "home/alice"));
	is_well(p, plan_and_remove(p, "/home/alice", 3000, true, &removed));
	assert_true(removed);
}

static void never_removes_a_system(void **state)
{
	static const char *const dirs[] = {
		"/",	    "/.",	 "/..",	   "/usr/..",	   "/etc",     "/usr",
		"/usr/bin", "/bin",	 "/home/", "/home/../var", "/var/lib", "/var/spool",
		"/data",    "/data/var", "/proc",  "/root",
	};
	struct place *p = *state;
	int fd = p->w.scratch.fd;
	uid_t uid = geteuid();
	bool removed;
	size_t i;
	int force;

	make_dir(fd, "usr", 0755);
	make_dir(fd, "usr/bin", 0755);
	make_link(fd, "bin", "usr/bin");
	make_dir(fd, "data", 0755);
	make_dir(fd, "data/var", 0755);
	make_dir(fd, "data/var/lib", 0755);
	make_dir(fd, "data/var/spool", 0755);
	make_link(fd, "var", "/data/var");
	make_dir(fd, "proc", 0755);
	make_dir(fd, "root", 0755);
	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		for (force = 0; force < 2; force++) {
			int r = plan_and_remove(p, dirs[i], uid, force, &removed);

			if (r == 0)
				dprintf(p->stderr_fd, "%s was removed\n", dirs[i]);
			assert_int_equal(r, -1);
			assert_int_equal(p->w.run.err.kind, ERR_HOME);
			assert_non_null(strstr(p->w.run.err.message, ", not removing"));
			err_clear(&p->w.run.err);
		}
	assert_true(is_there(fd, "data/var/lib"));
	assert_true(is_there(fd, "usr/bin"));
	assert_true(is_there(fd, "etc/passwd"));
	/* What only begins like one is none. */
	make_dir(fd, "usr/binary", 0755);
	is_well(p, plan_and_remove(p, "/usr/binary", uid, false, &removed));
	assert_true(removed);
}

static void never_removes_another_users_home(void **state)
{
	static const struct {
		const char *path, *message; /* NULL: it goes */
	} cases[] = {
		{ "/srv/both", "/srv/both is or holds the home directory of same, not removing" },
		{ "/srv/both/.",
		  "/srv/both/. is or holds the home directory of same, not removing" },
		{ "/srv/above",
		  "/srv/above is or holds the home directory of below, not removing" },
		{ "/srv/by-link",
		  "/srv/by-link is or holds the home directory of linked, not removing" },
		{ "/srv/own-link",
		  "/srv/own-link is or holds the home directory of link, not removing" },
		{ "/srv/dotted",
		  "/srv/dotted is or holds the home directory of dots, not removing" },
		{ "/srv/gone", NULL },
		{ "/srv/bot", NULL },
		{ "/srv/above/sub/below2", NULL },
	};
	static const char *const files[TABLE_COUNT] = {
		[TABLE_PASSWD] = "alice:x:3000:3000::/srv/both:/bin/sh\n"
				 "+nis\n"
				 "same:x:1:1::/srv/both/:/bin/sh\n"
				 "below:x:2:2::/srv/above/sub/below:/bin/sh\n"
				 "linked:x:3:3::/into/home:/bin/sh\n"
				 "link:x:4:4::/srv/link:/bin/sh\n"
				 "dots:x:4:4::/srv/dotted/sub/..:/bin/sh\n"
				 "gone:x:5:5::/srv/gone/gone:/bin/sh\n"
				 "nowhere:x:6:6::/nonexistent:/bin/sh\n"
				 "top:x:7:7::/:/bin/sh\n"
				 "empty:x:8:8:::/bin/sh\n"
	};
	struct place *p = *state;
	struct world w;
	size_t i;
	int fd, force;

	world_open(&w, files, NULL);
	fd = w.scratch.fd;
	make_dir(fd, "srv", 0755);
	make_dir(fd, "srv/both", 0755);
	make_dir(fd, "srv/bot", 0755);
	make_dir(fd, "srv/gone", 0755);
	make_dir(fd, "srv/above", 0755);
	make_dir(fd, "srv/above/sub", 0755);
	make_dir(fd, "srv/above/sub/below", 0755);
	make_dir(fd, "srv/above/sub/below2", 0755);
	make_dir(fd, "srv/by-link", 0755);
	make_dir(fd, "srv/by-link/home", 0755);
	make_link(fd, "into", "/srv/by-link");
	make_dir(fd, "srv/own-link", 0755);
	make_dir(fd, "srv/own-link/x", 0755);
	make_link(fd, "srv/link", "own-link/x");
	make_dir(fd, "srv/dotted", 0755);
	make_dir(fd, "srv/dotted/sub", 0755);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (force = 1; force >= 0; force--) {
			struct home_removal *plan;
			bool removed = false;
			int r;

			if (!cases[i].message && force)
				continue;
			assert_int_equal(home_plan_removal(&w.run, txn_table(w.txn, TABLE_PASSWD),
							   "alice", cases[i].path, geteuid(), force,
							   &plan), 0);
			r = home_remove(&w.run, plan, &removed);
			if ((r == 0) != !cases[i].message)
				dprintf(p->stderr_fd, "%s: %s\n", cases[i].path, w.run.err.message);
			assert_int_equal(r, cases[i].message ? -1 : 0);
			if (cases[i].message)
				assert_string_equal(w.run.err.message, cases[i].message);
			err_clear(&w.run.err);
		}
	world_close(&w);
}

/* More directories with homes, and more links in one, than are kept in mind. */
static void finds_another_user_among_many(void **state)
{
	static const char *const homes[] = { "/p99/link", "/many/l1200", "/target/in", "/p3/link" };
	struct place *p = *state;
	int fd = p->w.scratch.fd, i;
	char name[64], *lines;
	struct str bytes;
	size_t h;

	make_dir(fd, "target", 0755);
	make_dir(fd, "target/in", 0755);
	make_dir(fd, "many", 0755);
	for (i = 0; i < 1500; i++) {
		snprintf(name, sizeof(name), "many/l%d", i);
		make_link(fd, name, i == 1200 ? "../target/in" : "nowhere");
	}
	lines = arena_printf(&p->w.run.arena, "x:x:1:1::/many/none:/bin/sh\n");
	for (i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		make_dir(fd, name, 0755);
		lines = arena_printf(&p->w.run.arena, "%su%d:x:1:1::/p%d/home:/bin/sh\n", lines, i,
				     i);
	}
	make_link(fd, "p99/link", "/target");
	make_link(fd, "p3/link", "/target/in");
	for (h = 0; h < sizeof(homes) / sizeof(homes[0]); h++) {
		struct home_removal *plan;
		bool removed;

		bytes = str_of(arena_printf(&p->w.run.arena, "%sother:x:1:1::%s:/bin/sh\n", lines,
					    homes[h]));
		is_well(p, home_plan_removal(&p->w.run,
					     table_new(TABLE_PASSWD, bytes.p, bytes.n,
						       &p->w.run.arena),
					     "alice", "/target", geteuid(), true, &plan));
		is_refused(p, home_remove(&p->w.run, plan, &removed), ERR_HOME,
			   "/target is or holds the home directory of other, not removing");
	}
}

static void removes_no_link_file_or_mount(void **state)
{
	struct place *p = *state;
	int fd = p->w.scratch.fd;
	uid_t uid = geteuid();
	bool removed;

	make_home(p, "home/real", uid);
	make_link(fd, "home/link", "real");
	is_refused(p, plan_and_remove(p, "/home/link", uid, true, &removed), ERR_HOME,
		   "/home/link is a symbolic link, not removing");
	make_file(fd, "home/file", "", 0644);
	is_refused(p, plan_and_remove(p, "/home/file", uid, true, &removed), ERR_HOME,
		   "/home/file is not a directory, not removing");
	needs_root();
	make_dir(fd, "home/mnt", 0755);
	mount_tmpfs(&p->w.scratch, "home/mnt", NULL);
	is_refused(p, plan_and_remove(p, "/home/mnt", uid, true, &removed), ERR_HOME,
		   "error removing directory /home/mnt: cannot remove /home/mnt: it is a mount "
		   "point");
	unmount(&p->w.scratch, "home/mnt");
}

static void removes_only_what_it_looked_at(void **state)
{
	struct place *p = *state;
	int fd = p->w.scratch.fd;
	struct home_removal *plan;
	bool removed;

	make_home(p, "home/alice", geteuid());
	make_home(p, "home/bob", geteuid());
	is_well(p, home_plan_removal(&p->w.run, NULL, "alice", "/home/alice", geteuid(), false,
				     &plan));
	must(renameat(fd, "home/alice", fd, "home/x"), "x");
	must(renameat(fd, "home/bob", fd, "home/alice"), "bob");
	is_refused(p, home_remove(&p->w.run, plan, &removed), ERR_HOME,
		   "error removing directory /home/alice: it was changed meanwhile");
	assert_true(has_home(p, "home/alice"));
	is_well(p, home_plan_removal(&p->w.run, NULL, "alice", "/home/none", geteuid(), false,
				     &plan));
	make_home(p, "home/none", geteuid());
	is_refused(p, home_remove(&p->w.run, plan, &removed), ERR_HOME,
		   "error removing directory /home/none: it was changed meanwhile");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		TEST(removes_a_home),
		TEST(removes_what_is_not_the_users_only_by_force),
		TEST(never_removes_a_system),
		TEST(never_removes_another_users_home),
		TEST(finds_another_user_among_many),
		TEST(removes_no_link_file_or_mount),
		TEST(removes_only_what_it_looked_at),
	};

	own_mounts();
	return cmocka_run_group_tests_name("home_remove", tests, NULL, NULL);
}
