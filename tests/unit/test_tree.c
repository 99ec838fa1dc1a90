/* SPDX-License-Identifier: BSD-3-Clause */
#include "tree.h"

#include "scratch.h"

#include "interleave.h"
#include "mount.h"

static int setup(void **state)
{
	struct scratch *s = calloc(1, sizeof(*s));

	scratch_open(s);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	scratch_close(*state);
	free(*state);
	return 0;
}

/* --- helpers */

static int remove_tree(const struct scratch *s, const char *name, struct err *e)
{
	_cleanup_fd_ int dir = openat(s->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	err_clear(e);
	return tree_remove(s->fd, name, dir, name, e);
}

static int give_tree(const struct scratch *s, const char *name, const struct tree_ids *ids,
		     unsigned limits, struct err *e)
{
	_cleanup_fd_ int dir = openat(s->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	err_clear(e);
	return tree_give(dir, ids, limits, name, e);
}

/* --- remove */

static void removes_all_kinds(void **state)
{
	const struct scratch *s = *state;
	struct err e = { 0 };

	make_dir(s->fd, "t", 0755);
	make_dir(s->fd, "t/empty", 0755);
	make_dir(s->fd, "t/dir", 0700);
	make_file(s->fd, "t/dir/file", "x", 0);
	make_file(s->fd, "outside", "x", 0644);
	make_link(s->fd, "t/dir/link", "../../outside");
	make_dir(s->fd, "outdir", 0755);
	make_file(s->fd, "outdir/file", "x", 0644);
	make_link(s->fd, "t/dirlink", "../outdir");
	must(mkfifoat(s->fd, "t/fifo", 0600), "fifo");
	must(linkat(s->fd, "outside", s->fd, "t/hard", 0), "hard");
	assert_int_equal(remove_tree(s, "t", &e), 0);
	assert_false(is_there(s->fd, "t"));
	assert_true(is_there(s->fd, "outside"));
	assert_true(is_there(s->fd, "outdir/file"));
}

static void removes_what_is_deeper_than_descriptors(void **state)
{
	const struct scratch *s = *state;
	struct err e = { 0 };
	int top;

	make_dir(s->fd, "t", 0755);
	top = open_dir(s->fd, "t");
	make_deep(top, 2000);
	close(top);
	limit_descriptors(256);
	assert_int_equal(remove_tree(s, "t", &e), 0);
	limit_descriptors(1024);
	assert_false(is_there(s->fd, "t"));
}

static void refuses_another_directory_of_that_name(void **state)
{
	const struct scratch *s = *state;
	struct err e = { 0 };
	int dir;

	make_dir(s->fd, "t", 0755);
	make_file(s->fd, "t/file", "x", 0644);
	make_dir(s->fd, "other", 0755);
	make_file(s->fd, "other/file", "x", 0644);
	dir = open_dir(s->fd, "t");
	assert_int_equal(tree_remove(s->fd, "other", dir, "other", &e), -1);
	assert_int_equal(e.kind, ERR_HOME);
	assert_true(is_there(s->fd, "other/file"));
	assert_true(is_there(s->fd, "t/file"));
	close(dir);
}

static void says_what_cannot_be_removed(void **state)
{
	const struct scratch *s = *state;
	struct err e = { 0 };

	needs_root();
	make_dir(s->fd, "t", 0777);
	make_dir(s->fd, "t/dir", 0755);
	make_file(s->fd, "t/dir/file", "x", 0644);
	must(seteuid(65534), "seteuid");
	assert_int_equal(remove_tree(s, "t", &e), -1);
	must(seteuid(0), "seteuid");
	assert_string_equal(e.message, "cannot remove t/dir/file: Permission denied");
}

/* tree, its mount point, and whether that is found before anything is removed. */
static void check_mount(const struct scratch *s, const char *point, bool at_once)
{
	struct err e = { 0 };
	char message[64];

	assert_int_equal(remove_tree(s, "t", &e), -1);
	assert_int_equal(e.kind, ERR_HOME);
	snprintf(message, sizeof(message), "cannot remove %s: it is a mount point", point);
	assert_string_equal(e.message, message);
	assert_true(is_there(s->fd, "t/mnt/inside"));
	if (at_once)
		assert_true(is_there(s->fd, "t/a"));
}

static void make_mount_tree(const struct scratch *s)
{
	make_dir(s->fd, "t", 0755);
	make_file(s->fd, "t/a", "x", 0644);
	make_dir(s->fd, "t/mnt", 0755);
	make_file(s->fd, "t/z", "x", 0644);
}

static void stops_at_a_mounted_file_system(void **state)
{
	const struct scratch *s = *state;

	needs_root();
	make_mount_tree(s);
	mount_tmpfs(s, "t/mnt", NULL);
	make_file(s->fd, "t/mnt/inside", "x", 0644);
	check_mount(s, "t/mnt", true);
	unmount(s, "t/mnt");
}

/* The same file system has the same device number. */
static void stops_at_a_bind_mount(void **state)
{
	const struct scratch *s = *state;

	needs_root();
	make_mount_tree(s);
	make_dir(s->fd, "victim", 0755);
	make_file(s->fd, "victim/inside", "x", 0644);
	mount_bind(s, "victim", "t/mnt");
	check_mount(s, "t/mnt", true);
	unmount(s, "t/mnt");
	assert_true(is_there(s->fd, "victim/inside"));
}

static void stops_at_a_mount_with_a_blank_in_its_name(void **state)
{
	const struct scratch *s = *state;
	struct err e = { 0 };

	needs_root();
	make_mount_tree(s);
	make_dir(s->fd, "t/m n\tt\\", 0755);
	mount_tmpfs(s, "t/m n\tt\\", NULL);
	assert_int_equal(remove_tree(s, "t", &e), -1);
	assert_string_equal(e.message, "cannot remove t/m n\tt\\: it is a mount point");
	assert_true(is_there(s->fd, "t/a"));
	unmount(s, "t/m n\tt\\");
}

/* Without /proc the mount is met on the way; what is mounted stays. */
static void stops_at_a_mount_without_proc(void **state)
{
	const struct scratch *s = *state;

	needs_root();
	make_mount_tree(s);
	make_dir(s->fd, "victim", 0755);
	make_file(s->fd, "victim/inside", "x", 0644);
	mount_bind(s, "victim", "t/mnt");
	must(umount2("/proc", MNT_DETACH), "/proc");
	check_mount(s, "t/mnt", false);
	must(mount("proc", "/proc", "proc", 0, NULL), "/proc");
	unmount(s, "t/mnt");
	assert_true(is_there(s->fd, "victim/inside"));
}

static void refuses_a_tree_that_is_a_mount(void **state)
{
	const struct scratch *s = *state;
	struct err e = { 0 };

	needs_root();
	make_dir(s->fd, "t", 0755);
	mount_tmpfs(s, "t", NULL);
	make_file(s->fd, "t/inside", "x", 0644);
	assert_int_equal(remove_tree(s, "t", &e), -1);
	assert_string_equal(e.message, "cannot remove t: it is a mount point");
	assert_true(is_there(s->fd, "t/inside"));
	unmount(s, "t");
}

/* Three ways to ask give one answer. */
static void mounts_have_one_number(void **state)
{
	const struct scratch *s = *state;
	_cleanup_fd_ int here = -1, there = -1;
	uint64_t a, b, c;
	char path[64];

	needs_root();
	make_dir(s->fd, "mnt", 0755);
	here = open(s->dir, O_PATH | O_CLOEXEC);
	assert_int_equal(mount_id(here, &a), 0);
	assert_int_equal(mount_below(here, path, sizeof(path)), 0);
	mount_tmpfs(s, "mnt", NULL);
	there = open(scratch_path(s, "mnt"), O_PATH | O_CLOEXEC);
	assert_int_equal(mount_id(there, &b), 0);
	assert_int_not_equal(a, b);
	assert_int_equal(mount_below(here, path, sizeof(path)), 1);
	assert_string_equal(path, "/mnt");
	assert_int_equal(mount_below(there, path, sizeof(path)), 1);
	assert_string_equal(path, "");
	must(umount2("/proc", MNT_DETACH), "/proc");
	assert_int_equal(mount_id(there, &c), 0);
	assert_int_equal(mount_below(here, path, sizeof(path)), -1);
	must(mount("proc", "/proc", "proc", 0, NULL), "/proc");
	assert_int_equal(b, c);
	unmount(s, "mnt");
}

/* --- races: two names change places before one of our calls, before every one in turn */

struct race {
	const struct scratch *s;
	const char *a, *b;
	int when; /* the number of the call; -1: before each */
	const struct tree_ids *ids;
	int *moved; /* shared with the child: it was told that something moved */
};

static void exchange(void *data, int number)
{
	const struct race *r = data;

	if (r->when < 0 || r->when == number)
		syscall(SYS_renameat2, r->s->fd, r->a, r->s->fd, r->b, 2);
}

static void call_remove(void *data)
{
	const struct race *r = data;
	struct err e = { 0 };

	remove_tree(r->s, "t", &e);
	if (r->moved && strstr(e.message, "it was moved meanwhile"))
		*r->moved = 1;
}

static void call_give(void *data)
{
	const struct race *r = data;
	struct err e = { 0 };

	give_tree(r->s, "t", r->ids, false, &e);
}

static void make_race_tree(const struct scratch *s)
{
	make_dir(s->fd, "t", 0755);
	make_dir(s->fd, "t/dir", 0755);
	make_file(s->fd, "t/dir/file", "x", 0644);
	make_link(s->fd, "t/link", "../outside");
	make_file(s->fd, "t/file", "x", 0644);
	make_link(s->fd, "t/filelink", "../outside/file");
}

static void race(struct race *r, void (*call)(void *data), void (*check)(const struct race *r))
{
	const struct interleave i = { call, exchange, r };
	struct err e = { 0 };
	int calls = 1;

	for (r->when = -1; r->when < calls; r->when++) {
		make_race_tree(r->s);
		calls = interleave(&i);
		if (calls < 0)
			skip();
		check(r);
		if (is_there(r->s->fd, "t"))
			assert_int_equal(remove_tree(r->s, "t", &e), 0);
	}
	/* An older C library makes fewer. */
	assert_true(calls > 5);
}

static void outside_is_there(const struct race *r)
{
	assert_true(is_there(r->s->fd, "outside/file"));
}

static void removal_is_not_led_out(void **state)
{
	struct race r = { *state, "t/dir", "t/link", 0, NULL, NULL };

	make_dir(r.s->fd, "outside", 0755);
	make_file(r.s->fd, "outside/file", "x", 0644);
	race(&r, call_remove, outside_is_there);
}

/* The tree itself changes places with another directory. */
static void removes_no_other_tree(void **state)
{
	const struct scratch *s = *state;
	struct race r = { s, "t", "other", 0, NULL, NULL };
	const struct interleave i = { call_remove, exchange, &r };
	struct err e = { 0 };
	int calls = 1;

	make_dir(s->fd, "other", 0755);
	make_file(s->fd, "other/precious", "x", 0644);
	/* The first call is the test's own: it opens t. */
	for (r.when = 1; r.when < calls || r.when == 1; r.when++) {
		make_race_tree(s);
		calls = interleave(&i);
		if (calls < 0)
			skip();
		if (is_there(s->fd, "t/precious")) {
			exchange(&r, r.when);
			if (!is_there(s->fd, "other"))
				must(renameat(s->fd, "t", s->fd, "other"), "other");
		}
		assert_true(is_there(s->fd, "other/precious"));
		if (is_there(s->fd, "t"))
			assert_int_equal(remove_tree(s, "t", &e), 0);
	}
}

static void outside_keeps_its_owner(const struct race *r)
{
	assert_int_equal(look(r->s->fd, "outside/file").st_uid, r->ids->from_uid);
}

static void giving_is_not_led_out(void **state)
{
	static const struct tree_ids ids = { 3000, 4000, 3000, 4000 };
	struct race dirs = { *state, "t/dir", "t/link", 0, &ids, NULL };
	struct race files = { *state, "t/file", "t/filelink", 0, &ids, NULL };

	needs_root();
	make_dir(dirs.s->fd, "outside", 0755);
	make_file(dirs.s->fd, "outside/file", "x", 0644);
	give(dirs.s->fd, "outside/file", 3000, 3000);
	race(&dirs, call_give, outside_keeps_its_owner);
	race(&files, call_give, outside_keeps_its_owner);
}

/* A directory far up is taken away while we are deep below it; what is above it then has a file of
 * the same name as the one that would come next. */
static void stops_when_the_way_back_is_gone(void **state)
{
	const struct scratch *s = *state;
	struct race r = { s, "t/d", "pool/d", 0, NULL, NULL };
	const struct interleave i = { call_remove, exchange, &r };
	struct err e = { 0 };
	int top, n;
	char name[64];

	r.moved =
		mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(r.moved != MAP_FAILED);
	make_dir(s->fd, "pool", 0755);
	for (r.when = 30; r.when < 400; r.when += 25) {
		make_dir(s->fd, "t", 0755);
		make_dir(s->fd, "pool/d", 0755);
		top = open_dir(s->fd, "t");
		make_deep(top, 70);
		close(top);
		for (n = 0; n < 20; n++) {
			snprintf(name, sizeof(name), "t/f%d", n);
			make_file(s->fd, name, "x", 0644);
			snprintf(name, sizeof(name), "pool/f%d", n);
			if (r.when == 30)
				make_file(s->fd, name, "x", 0644);
		}
		if (interleave(&i) < 0)
			skip();
		for (n = 0; n < 20; n++) {
			snprintf(name, sizeof(name), "pool/f%d", n);
			assert_true(is_there(s->fd, name));
		}
		if (is_there(s->fd, "t"))
			assert_int_equal(remove_tree(s, "t", &e), 0);
		if (is_there(s->fd, "pool/d"))
			assert_int_equal(remove_tree(s, "pool/d", &e), 0);
	}
	assert_true(*r.moved);
	munmap(r.moved, sizeof(int));
}

/* --- give */

static void gives_by_owner_and_group(void **state)
{
	static const struct tree_ids ids = { 3000, 4000, 3001, 4001 };
	static const struct {
		const char *name;
		uid_t uid, new_uid;
		gid_t gid, new_gid;
	} cases[] = {
		{ "t/own", 3000, 4000, 3001, 4001 },
		{ "t/own-other", 3000, 4000, 77, 77 },
		{ "t/other-own", 77, 77, 3001, 4001 },
		{ "t/other", 77, 77, 78, 78 },
		{ "t/root", 0, 0, 0, 0 },
		{ "t/dir", 3000, 4000, 3001, 4001 },
		{ "t", 3000, 4000, 3001, 4001 },
	};
	const struct scratch *s = *state;
	struct err e = { 0 };
	size_t i;

	needs_root();
	make_dir(s->fd, "t", 0755);
	make_dir(s->fd, "t/dir", 0755);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (i < 5)
			make_file(s->fd, cases[i].name, "x", 0644);
		give(s->fd, cases[i].name, cases[i].uid, cases[i].gid);
	}
	assert_int_equal(give_tree(s, "t", &ids, false, &e), 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct stat st = look(s->fd, cases[i].name);

		assert_int_equal(st.st_uid, cases[i].new_uid);
		assert_int_equal(st.st_gid, cases[i].new_gid);
	}
}

static void gives_links_not_what_they_lead_to(void **state)
{
	static const struct tree_ids ids = { 3000, 4000, 3000, 4000 };
	const struct scratch *s = *state;
	struct err e = { 0 };

	needs_root();
	make_dir(s->fd, "t", 0755);
	make_file(s->fd, "outside", "x", 0644);
	give(s->fd, "outside", 3000, 3000);
	make_link(s->fd, "t/link", "../outside");
	give(s->fd, "t/link", 3000, 3000);
	must(mkfifoat(s->fd, "t/fifo", 0600), "fifo");
	give(s->fd, "t/fifo", 3000, 3000);
	assert_int_equal(give_tree(s, "t", &ids, false, &e), 0);
	assert_int_equal(look(s->fd, "t/link").st_uid, 4000);
	assert_int_equal(look(s->fd, "t/fifo").st_uid, 4000);
	assert_int_equal(look(s->fd, "outside").st_uid, 3000);
}

/* The user named root's file in her home; group 3000 is hers and root's file has it too. */
static void leaves_other_names_of_foreign_files(void **state)
{
	static const struct tree_ids ids = { 3000, 4000, 3000, 4000 };
	const struct scratch *s = *state;
	struct err e = { 0 };

	needs_root();
	make_file(s->fd, "foreign", "x", 0640);
	give(s->fd, "foreign", 0, 3000);
	make_file(s->fd, "own", "x", 0640);
	give(s->fd, "own", 3000, 3000);
	make_dir(s->fd, "t", 0755);
	must(linkat(s->fd, "foreign", s->fd, "t/foreign", 0), "link");
	must(linkat(s->fd, "own", s->fd, "t/own", 0), "link");
	assert_int_equal(give_tree(s, "t", &ids, false, &e), 0);
	assert_int_equal(look(s->fd, "foreign").st_gid, 3000);
	assert_int_equal(look(s->fd, "own").st_uid, 4000);
	assert_int_equal(look(s->fd, "own").st_gid, 4000);
}

static void touches_nothing_that_is_right(void **state)
{
	static const struct tree_ids ids = { 3000, 4000, 3000, 4000 };
	const struct scratch *s = *state;
	struct stat before;
	struct err e = { 0 };

	needs_root();
	make_dir(s->fd, "t", 0755);
	make_file(s->fd, "t/file", "x", 04755);
	before = look(s->fd, "t/file");
	usleep(20000);
	assert_int_equal(give_tree(s, "t", &ids, false, &e), 0);
	assert_int_equal(look(s->fd, "t/file").st_ctim.tv_nsec, before.st_ctim.tv_nsec);
	assert_int_equal(look(s->fd, "t/file").st_mode & 07777, 04755);
}

static void gives_on_one_file_system(void **state)
{
	static const struct tree_ids ids = { 3000, 4000, 3000, 4000 };
	const struct scratch *s = *state;
	struct err e = { 0 };

	needs_root();
	make_dir(s->fd, "t", 0755);
	make_dir(s->fd, "t/mnt", 0755);
	make_dir(s->fd, "bound", 0755);
	make_file(s->fd, "bound/file", "x", 0644);
	give(s->fd, "bound/file", 3000, 3000);
	mount_bind(s, "bound", "t/mnt");
	assert_int_equal(give_tree(s, "t", &ids, true, &e), 0);
	assert_int_equal(look(s->fd, "bound/file").st_uid, 3000);
	assert_int_equal(give_tree(s, "t", &ids, false, &e), 0);
	assert_int_equal(look(s->fd, "bound/file").st_uid, 4000);
	unmount(s, "t/mnt");
}

static void gives_files_of_one_name(void **state)
{
	static const struct tree_ids ids = { 3000, 4000, 3000, 4000 };
	const struct scratch *s = *state;
	struct err e = { 0 };

	needs_root();
	make_dir(s->fd, "t", 0755);
	make_dir(s->fd, "t/dir", 0755);
	make_file(s->fd, "t/one", "x", 0644);
	make_file(s->fd, "outside", "x", 0600);
	must(linkat(s->fd, "outside", s->fd, "t/dir/planted", 0), "planted");
	give(s->fd, "t/dir", 3000, 3000);
	give(s->fd, "t/one", 3000, 3000);
	give(s->fd, "outside", 3000, 3000);
	assert_int_equal(give_tree(s, "t", &ids, TREE_ONE_NAME, &e), 0);
	assert_int_equal(look(s->fd, "t/one").st_uid, 4000);
	assert_int_equal(look(s->fd, "t/dir").st_uid, 4000);
	assert_int_equal(look(s->fd, "outside").st_uid, 3000);
	assert_int_equal(give_tree(s, "t", &ids, 0, &e), 0);
	assert_int_equal(look(s->fd, "outside").st_uid, 4000);
}

static void gives_what_is_deeper_than_descriptors(void **state)
{
	const struct scratch *s = *state;
	const struct tree_ids ids = { 0, 4000, 0, 4000 };
	struct err e = { 0 };
	int top;

	needs_root();
	make_dir(s->fd, "t", 0755);
	top = open_dir(s->fd, "t");
	make_deep(top, 2000);
	limit_descriptors(256);
	assert_int_equal(give_tree(s, "t", &ids, false, &e), 0);
	limit_descriptors(1024);
	assert_int_equal(look(top, "d/d/d/d").st_uid, 4000);
	assert_int_equal(look(s->fd, "t").st_uid, 4000);
	close(top);
	assert_int_equal(remove_tree(s, "t", &e), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		TEST(removes_all_kinds),
		TEST(removes_what_is_deeper_than_descriptors),
		TEST(refuses_another_directory_of_that_name),
		TEST(says_what_cannot_be_removed),
		TEST(stops_at_a_mounted_file_system),
		TEST(stops_at_a_bind_mount),
		TEST(stops_at_a_mount_with_a_blank_in_its_name),
		TEST(stops_at_a_mount_without_proc),
		TEST(refuses_a_tree_that_is_a_mount),
		TEST(mounts_have_one_number),
		TEST(removal_is_not_led_out),
		TEST(removes_no_other_tree),
		TEST(giving_is_not_led_out),
		TEST(stops_when_the_way_back_is_gone),
		TEST(gives_by_owner_and_group),
		TEST(gives_links_not_what_they_lead_to),
		TEST(leaves_other_names_of_foreign_files),
		TEST(touches_nothing_that_is_right),
		TEST(gives_on_one_file_system),
		TEST(gives_files_of_one_name),
		TEST(gives_what_is_deeper_than_descriptors),
	};

	own_mounts();
	return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
