/* SPDX-License-Identifier: BSD-3-Clause */
#include "home.h"

#include "home_place.h"
#include "interleave.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include "btrfs.h"
#include "btrfs_mount.h"

/* --- before useradd's commit */

static void refuses_what_cannot_become_a_home(void **state)
{
	static const struct {
		const char *path, *message;
	} cases[] = {
		{ "/home/alice", NULL },
		{ "/home/new/deep/er/", NULL },
		{ "/home/there", NULL },
		{ "/linked/new", NULL },
		{ "/home/file", "home directory /home/file is not a directory" },
		{ "/home/file/x", "cannot create directory /home/file/x: Not a directory" },
		{ "/home/dangling",
		  "cannot create directory /home/dangling: it is a link to nowhere" },
		{ "/dangling/x", "cannot create directory /dangling/x: No such file or directory" },
		{ "/loop/x", "cannot create directory /loop/x: Too many levels of symbolic links" },
		{ "relative", "home directory relative is not an absolute path" },
		{ "", "home directory  is not an absolute path" },
	};
	struct place *p = *state;
	int fd = p->w.scratch.fd;
	struct home_new h = alice();
	size_t i;

	make_dir(fd, "home/there", 0755);
	make_dir(fd, "real", 0755);
	make_link(fd, "linked", "/real");
	make_file(fd, "home/file", "", 0644);
	make_link(fd, "home/dangling", "/nowhere");
	make_link(fd, "dangling", "nowhere");
	make_link(fd, "loop", "loop");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		h.path = cases[i].path;
		if (cases[i].message)
			is_refused(p, home_check_new(&p->w.run, &h), ERR_HOME, cases[i].message);
		else
			is_well(p, home_check_new(&p->w.run, &h));
	}
	assert_false(is_there(fd, "home/new"));
}

static void refuses_a_place_that_cannot_be_written(void **state)
{
	struct place *p = *state;
	struct home_new h = alice();

	needs_root();
	must(seteuid(65534), "seteuid");
	is_refused(p, home_check_new(&p->w.run, &h), ERR_HOME,
		   "cannot create directory /home/alice: Permission denied");
	must(seteuid(0), "seteuid");
	mount_tmpfs(&p->w.scratch, "home", NULL);
	must(mount("none", scratch_path(&p->w.scratch, "home"), NULL,
		   MS_REMOUNT | MS_BIND | MS_RDONLY, NULL),
	     "home");
	h.path = "/home/a/b";
	is_refused(p, home_check_new(&p->w.run, &h), ERR_HOME,
		   "cannot create directory /home/a/b: Read-only file system");
	unmount(&p->w.scratch, "home");
}

static void refuses_a_skel_that_cannot_be_read(void **state)
{
	struct place *p = *state;
	struct home_new h = alice();

	h.skel = "/etc/nosuch";
	is_well(p, home_check_new(&p->w.run, &h));
	h.usrskel = "/etc/passwd";
	is_refused(p, home_check_new(&p->w.run, &h), ERR_HOME,
		   "cannot read the skeleton directory /etc/passwd: Not a directory");
	h.usrskel = NULL;
	needs_root();
	h.skel = "/etc/skel";
	must(fchmodat(p->w.scratch.fd, "etc/skel", 0700, 0), "skel");
	must(fchmodat(p->w.scratch.fd, "home", 0777, 0), "home");
	must(seteuid(65534), "seteuid");
	is_refused(p, home_check_new(&p->w.run, &h), ERR_HOME,
		   "cannot read the skeleton directory /etc/skel: Permission denied");
	must(seteuid(0), "seteuid");
}

static void refuses_a_subvolume_elsewhere(void **state)
{
	struct place *p = *state;
	struct home_new h = alice();

	if (btrfs_here(p->w.scratch.fd))
		skip();
	h.kind = HOME_SUBVOLUME;
	is_refused(p, home_check_new(&p->w.run, &h), ERR_HOME,
		   "home directory \"/home/alice\" must be mounted on BTRFS");
	h.kind = HOME_SUBVOLUME_TRY;
	is_well(p, home_check_new(&p->w.run, &h));
}

/* --- useradd's effect */

static void mode_of_a_home(void **state)
{
	static const struct {
		const char *keys[3];
		mode_t mode;
	} cases[] = {
		{ { NULL }, 0755 },
		{ { "UMASK=027", NULL }, 0750 },
		{ { "HOME_MODE=0700", NULL }, 0700 },
		{ { "HOME_MODE=0711", "UMASK=077", NULL }, 0711 },
		{ { "UMASK=0", NULL }, 0777 },
	};
	static const char *const files[TABLE_COUNT] = { NULL };
	struct world w;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		world_open(&w, files, cases[i].keys);
		assert_int_equal(home_mode(&w.run), cases[i].mode);
		world_close(&w);
	}
}

static void makes_a_home(void **state)
{
	struct place *p = *state;
	int fd = p->w.scratch.fd;
	struct home_new h = alice();
	bool made = false;

	umask(0777);
	if (geteuid() == 0) {
		h.uid = 3000;
		h.gid = 3001;
	}
	is_well(p, home_create(&p->w.run, &h, &made));
	assert_true(made);
	assert_int_equal(look(fd, "home/alice").st_mode & 07777, 0750);
	assert_int_equal(look(fd, "home/alice").st_uid, h.uid);
	assert_int_equal(look(fd, "home/alice").st_gid, h.gid);
	assert_string_equal(content(fd, "home/alice/.profile"), "profile");
	assert_int_equal(look(fd, "home/alice/.profile").st_uid, h.uid);
	assert_string_equal(said(p), "");
}

static void makes_parents(void **state)
{
	struct place *p = *state;
	int fd = p->w.scratch.fd;
	struct home_new h = alice();
	bool made = false;

	umask(077);
	make_dir(fd, "srv", 02777);
	if (geteuid() == 0)
		give(fd, "srv", 5, 5);
	must(fchmodat(fd, "srv", 02777, 0), "srv");
	make_link(fd, "link", "/home/../srv/../../srv");
	h.path = "/link/a/b//c/";
	is_well(p, home_create(&p->w.run, &h, &made));
	assert_true(made);
	assert_int_equal(look(fd, "srv/a").st_mode & 07777, 0755);
	assert_int_equal(look(fd, "srv/a/b").st_mode & 07777, 0755);
	assert_int_equal(look(fd, "srv/a").st_uid, geteuid());
	if (geteuid() == 0)
		assert_int_equal(look(fd, "srv/a/b").st_gid, 0);
	assert_int_equal(look(fd, "srv/a/b/c").st_mode & 07777, 0750);
	assert_int_equal(look(fd, "srv/a/b/c").st_gid, getegid());
}

static void stays_beneath_the_root(void **state)
{
	struct place *p = *state;
	int fd = p->w.scratch.fd;
	struct home_new h = alice();
	char outside[256];
	struct stat st;
	bool made;

	snprintf(outside, sizeof(outside), "%s.outside", p->w.scratch.dir);
	must(mkdir(outside, 0755), outside);
	make_link(fd, "away", outside);
	h.path = "/away/alice";
	is_refused(p, home_check_new(&p->w.run, &h), ERR_HOME,
		   "cannot create directory /away/alice: No such file or directory");
	assert_int_equal(home_create(&p->w.run, &h, &made), -1);
	err_clear(&p->w.run.err);
	snprintf(outside, sizeof(outside), "%s.outside/alice", p->w.scratch.dir);
	assert_int_equal(stat(outside, &st), -1);
	snprintf(outside, sizeof(outside), "%s.outside", p->w.scratch.dir);
	rmdir(outside);
}

static void leaves_a_home_that_is_there(void **state)
{
	struct place *p = *state;
	struct home_new h = alice();
	bool made = true;

	make_home(p, "home/alice", 3005);
	is_well(p, home_create(&p->w.run, &h, &made));
	assert_false(made);
	assert_string_equal(said(p),
			    "test: warning: the home directory /home/alice already exists.\n"
			    "test: Not copying any file from skel directory into it.\n");
	assert_false(is_there(p->w.scratch.fd, "home/alice/.profile"));
	assert_int_equal(look(p->w.scratch.fd, "home/alice").st_mode & 07777, 0755);
}

static void merges_two_skels(void **state)
{
	struct place *p = *state;
	int fd = p->w.scratch.fd;
	struct home_new h = alice();
	bool made;

	make_dir(fd, "usr", 0755);
	make_dir(fd, "usr/skel", 0755);
	make_file(fd, "usr/skel/.profile", "vendor", 0644);
	make_file(fd, "usr/skel/vendor", "vendor", 0644);
	make_link(fd, "usr/skel/link", "/usr/skel/vendor");
	h.usrskel = "/usr/skel/";
	is_well(p, home_create(&p->w.run, &h, &made));
	assert_string_equal(content(fd, "home/alice/.profile"), "profile");
	assert_string_equal(content(fd, "home/alice/vendor"), "vendor");
	assert_string_equal(target(fd, "home/alice/link"), "/home/alice/vendor");
}

static void makes_the_same_home_twice(void **state)
{
	struct place *p = *state;
	int fd = p->w.scratch.fd;
	struct home_new h = alice();
	bool made;

	h.path = "/srv/a/alice/";
	setenv("SOURCE_DATE_EPOCH", "1000000000", 1);
	is_well(p, home_create(&p->w.run, &h, &made));
	unsetenv("SOURCE_DATE_EPOCH");
	assert_int_equal(look(fd, "srv").st_mtim.tv_sec, 1000000000);
	assert_int_equal(look(fd, "srv/a").st_mtim.tv_sec, 1000000000);
	assert_int_equal(look(fd, "srv/a/alice").st_mtim.tv_sec, 1000000000);
	assert_int_equal(look(fd, "srv/a/alice/.profile").st_mtim.tv_sec, 1000000000);
}

/* The account stays, so the user gets what there is. */
static void gives_an_incomplete_home_to_the_user(void **state)
{
	struct place *p = *state;
	int fd = p->w.scratch.fd;
	struct home_new h = alice();
	char big[65536];
	_cleanup_fd_ int file = -1;
	bool made = false;
	int i;

	needs_root();
	memset(big, 'b', sizeof(big));
	file = openat(fd, "etc/skel/big", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	for (i = 0; i < 32; i++)
		must(fd_write_all(file, big, sizeof(big)), "big");
	mount_tmpfs(&p->w.scratch, "home", "size=512k");
	h.uid = h.gid = 3000;
	is_refused(p, home_create(&p->w.run, &h, &made), ERR_HOME,
		   "cannot create /home/alice/big: No space left on device");
	assert_true(made);
	assert_int_equal(look(fd, "home/alice").st_uid, 3000);
	assert_int_equal(look(fd, "home/alice").st_mode & 07777, 0750);
	unmount(&p->w.scratch, "home");
}

static void chown_always_try_never(void **state)
{
	struct place *p = *state;
	int fd = p->w.scratch.fd;
	struct home_new h = alice();
	const char *notes;
	bool made;

	needs_root();
	must(fchmodat(fd, "home", 0777, 0), "home");
	must(fchmodat(fd, "said", 0666, 0), "said");
	h.uid = h.gid = 3000;
	must(setegid(65534), "setegid");
	must(seteuid(65534), "seteuid");
	is_refused(p, home_create(&p->w.run, &h, &made), ERR_HOME,
		   "cannot change the owner of /home/alice/.profile: Operation not permitted");
	h.path = "/home/try";
	h.chown = TREE_CHOWN_TRY;
	is_well(p, home_create(&p->w.run, &h, &made));
	h.path = "/home/never";
	h.chown = TREE_CHOWN_NEVER;
	is_well(p, home_create(&p->w.run, &h, &made));
	must(seteuid(0), "seteuid");
	must(setegid(0), "setegid");
	notes = said(p);
	assert_non_null(strstr(notes, "warning: cannot change the owner of /home/try/.profile: "));
	assert_non_null(strstr(notes, "warning: cannot change the owner of /home/try: "));
	assert_null(strstr(notes, "never"));
	assert_int_equal(look(fd, "home/try/.profile").st_uid, 65534);
	assert_int_equal(look(fd, "home/never").st_uid, 65534);
	assert_int_equal(look(fd, "home/never").st_mode & 07777, 0750);
}

static void call_create(void *data)
{
	struct place *p = data;
	struct home_new h = alice();
	bool made;

	h.uid = h.gid = 3000;
	home_create(&p->w.run, &h, &made);
}

/* A stranger's directory comes in the place of the one that was just made. */
static void put_another(void *data, int number)
{
	struct place *p = data;
	int fd = p->w.scratch.fd;

	(void)number;
	if (!is_there(fd, "home/alice") || is_there(fd, "made"))
		return;
	must(renameat(fd, "home/alice", fd, "made"), "made");
	must(renameat(fd, "his", fd, "home/alice"), "his");
}

static void fills_no_home_but_its_own(void **state)
{
	struct place *p = *state;
	const struct interleave i = { call_create, put_another, p };
	int fd = p->w.scratch.fd;

	needs_root();
	make_file(fd, "outside", "x", 0600);
	must(mkfifoat(fd, "etc/skel/fifo", 0666), "fifo");
	make_dir(fd, "his", 0777);
	make_link(fd, "his/fifo", "../../outside");
	give(fd, "home", 3001, 3001);
	give(fd, "his", 3001, 3001);
	if (interleave(&i) < 0)
		skip();
	assert_true(is_there(fd, "made"));
	assert_int_equal(look(fd, "home/alice").st_uid, 3001);
	assert_int_equal(look(fd, "home/alice").st_mode & 07777, 0777);
	assert_false(is_there(fd, "home/alice/.profile"));
	assert_int_equal(look(fd, "outside").st_mode & 07777, 0600);
}

static void makes_a_subvolume(void **state)
{
	struct place *p = *state;
	struct scratch *s = &p->w.scratch;
	_cleanup_fd_ int fs = -1, home = -1;
	struct home_removal *plan;
	struct home_new h = alice();
	bool made, removed;

	if (!mount_btrfs(s, "btrfs"))
		skip();
	fs = open_dir(s->fd, "btrfs");
	h.path = "/btrfs/homes/alice";
	h.kind = HOME_SUBVOLUME;
	h.uid = h.gid = 3000;
	is_well(p, home_check_new(&p->w.run, &h));
	is_well(p, home_create(&p->w.run, &h, &made));
	home = open_dir(fs, "homes/alice");
	assert_true(btrfs_is_subvolume(home));
	assert_int_equal(look(fs, "homes/alice").st_mode & 07777, 0750);
	assert_int_equal(look(fs, "homes/alice").st_uid, 3000);
	assert_string_equal(content(fs, "homes/alice/.profile"), "profile");
	fd_close(&home);
	home = -1;
	is_well(p, home_plan_removal(&p->w.run, NULL, "alice", h.path, 3000, false, &plan));
	is_well(p, home_remove(&p->w.run, plan, &removed));
	assert_true(removed);
	assert_false(is_there(fs, "homes/alice"));
	fd_close(&fs);
	fs = -1;
	unmount(s, "btrfs");
}

/* --- kernels and seccomp profiles that lack calls */

static int forbid_new_calls(int error)
{
	static const int numbers[] = { 437 /* openat2 */, SYS_statx, SYS_copy_file_range,
				       SYS_renameat2, 439 /* faccessat2 */, SYS_name_to_handle_at };
	enum { COUNT = sizeof(numbers) / sizeof(numbers[0]) };
	struct sock_filter rules[COUNT + 3] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	};
	struct sock_fprog program = { COUNT + 3, rules };
	int i;

	for (i = 0; i < COUNT; i++)
		rules[i + 1] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)numbers[i], COUNT - i, 0);
	rules[COUNT + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	rules[COUNT + 2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
							SECCOMP_RET_ERRNO | (unsigned int)error);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		return -1;
	return syscall(437, -1, "", NULL, 0) == -1 && errno == error ? 0 : -1;
}

/* The number of the step that failed. */
static int whole_life(struct place *p)
{
	struct home_new h = alice();
	struct home_move_spec spec = to_new();
	struct home_removal *plan;
	struct home_move *move;
	bool done;

	if (home_check_new(&p->w.run, &h) < 0)
		return 1;
	if (home_create(&p->w.run, &h, &done) < 0 || !done)
		return 2;
	spec.to = "/other/new";
	if (home_move_prepare(&p->w.run, &spec, &move) < 0 || !move)
		return 3;
	if (home_move_finish(&p->w.run, &move) < 0 ||
	    !is_there(p->w.scratch.fd, "other/new/.profile"))
		return 4;
	if (home_plan_removal(&p->w.run, txn_table(p->w.txn, TABLE_PASSWD), "alice", "/other/new",
			      geteuid(), false, &plan) < 0 ||
	    home_remove(&p->w.run, plan, &done) < 0 || !done)
		return 5;
	return 0;
}

static void works_on_old_kernels(void **state)
{
	static const int errors[] = { 0, ENOSYS, EPERM };
	struct place *p = *state;
	size_t i;
	int proc;

	make_dir(p->w.scratch.fd, "other", 0755);
	if (geteuid() == 0)
		mount_tmpfs(&p->w.scratch, "other", NULL);
	for (i = 0; i < 6; i++) {
		int error = errors[i % 3], status;
		pid_t pid;

		proc = i < 3;
		if (!proc && geteuid() != 0)
			break;
		if (i == 3)
			must(umount2("/proc", MNT_DETACH), "/proc");
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			int step = error && forbid_new_calls(error) < 0 ? 100 : whole_life(p);

			if (step)
				dprintf(p->stderr_fd, "%s, /proc %d: step %d: %s\n",
					strerror(error), proc, step, p->w.run.err.message);
			_exit(step);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
	if (geteuid() == 0) {
		must(mount("proc", "/proc", "proc", 0, NULL), "/proc");
		unmount(&p->w.scratch, "other");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		TEST(refuses_what_cannot_become_a_home),
		TEST(refuses_a_place_that_cannot_be_written),
		TEST(refuses_a_skel_that_cannot_be_read),
		TEST(refuses_a_subvolume_elsewhere),
		cmocka_unit_test(mode_of_a_home),
		TEST(makes_a_home),
		TEST(makes_parents),
		TEST(stays_beneath_the_root),
		TEST(leaves_a_home_that_is_there),
		TEST(merges_two_skels),
		TEST(makes_the_same_home_twice),
		TEST(gives_an_incomplete_home_to_the_user),
		TEST(chown_always_try_never),
		TEST(fills_no_home_but_its_own),
		TEST(makes_a_subvolume),
		TEST(works_on_old_kernels),
	};

	own_mounts();
	return cmocka_run_group_tests_name("home", tests, NULL, NULL);
}
