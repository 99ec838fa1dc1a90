/* SPDX-License-Identifier: BSD-3-Clause */
#include "home.h"

#include "account_world.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include "btrfs.h"
#include "btrfs_mount.h"

/* The root is the scratch directory itself. */
struct place {
	struct world w;
	int stderr_fd;
};

static const char passwd[] =
	"root:x:0:0::/root:/bin/sh\n"
	"sys:x:3:3::/dev:/bin/false\n"
	"alice:x:3000:3000::/home/alice:/bin/sh\n"
	"bob:x:3001:3001::/home/bob:/bin/sh\n";

static int setup(void **state)
{
	static const char *const files[TABLE_COUNT] = { [TABLE_PASSWD] = passwd };
	struct place *p = calloc(1, sizeof(*p));
	int said;

	unsetenv("SOURCE_DATE_EPOCH");
	umask(022);
	world_open(&p->w, files, NULL);
	make_dir(p->w.scratch.fd, "home", 0755);
	make_dir(p->w.scratch.fd, "etc/skel", 0755);
	make_file(p->w.scratch.fd, "etc/skel/.profile", "profile", 0644);
	said = openat(p->w.scratch.fd, "said", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	p->stderr_fd = fcntl(2, F_DUPFD_CLOEXEC, 10);
	must(dup2(said, 2), "stderr");
	close(said);
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct place *p = *state;

	must(dup2(p->stderr_fd, 2), "stderr");
	close(p->stderr_fd);
	selinux_end(&p->w.run.labels);
	world_close(&p->w);
	free(p);
	return 0;
}

/* --- helpers */

static struct home_new alice(void)
{
	return (struct home_new){ .path = "/home/alice",
				  .uid = geteuid(),
				  .gid = getegid(),
				  .mode = 0750,
				  .skel = "/etc/skel" };
}

static const char *said(struct place *p)
{
	static char text[1024];

	snprintf(text, sizeof(text), "%s", content(p->w.scratch.fd, "said"));
	must(ftruncate(2, 0), "said");
	return text;
}

static void is_well(struct place *p, int r)
{
	if (r < 0)
		dprintf(p->stderr_fd, "%s\n", p->w.run.err.message);
	assert_int_equal(r, 0);
	assert_int_equal(p->w.run.err.kind, ERR_NONE);
}

static void is_refused(struct place *p, int r, enum err_kind kind, const char *message)
{
	assert_int_equal(r, -1);
	assert_int_equal(p->w.run.err.kind, kind);
	assert_string_equal(p->w.run.err.message, message);
	err_clear(&p->w.run.err);
}

/* A home directory of a user, with a file in it. */
static void make_home(struct place *p, const char *name, uid_t uid)
{
	int fd = p->w.scratch.fd;
	char file[128];

	make_dir(fd, name, 0755);
	snprintf(file, sizeof(file), "%s/file", name);
	make_file(fd, file, "mine", 0644);
	if (geteuid() == 0) {
		give(fd, name, uid, uid);
		give(fd, file, uid, uid);
	}
}

static bool has_home(const struct place *p, const char *name)
{
	char file[128];

	snprintf(file, sizeof(file), "%s/file", name);
	return is_there(p->w.scratch.fd, file);
}

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

/* --- usermod -m */

static struct home_move_spec to_new(void)
{
	return (struct home_move_spec){ .from = "/home/alice",
					.to = "/home/new",
					.ids = { 3000, 3000, 3000, 3000 } };
}

static void renames_and_takes_back(void **state)
{
	struct place *p = *state;
	struct home_move_spec spec = to_new();
	struct home_move *move;

	make_home(p, "home/alice", 3000);
	is_well(p, home_move_prepare(&p->w.run, &spec, &move));
	assert_non_null(move);
	assert_false(is_there(p->w.scratch.fd, "home/alice"));
	assert_true(has_home(p, "home/new"));
	home_move_undo(&p->w.run, &move);
	assert_null(move);
	assert_true(has_home(p, "home/alice"));
	assert_false(is_there(p->w.scratch.fd, "home/new"));
	is_well(p, home_move_prepare(&p->w.run, &spec, &move));
	is_well(p, home_move_finish(&p->w.run, &move));
	assert_null(move);
	assert_true(has_home(p, "home/new"));
	assert_string_equal(said(p), "");
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
	is_well(p, home_give(&p->w.run, "/home/alice", &same, false, &given));
	assert_false(given);
	is_well(p, home_give(&p->w.run, "/home/alice/", &ids, false, &given));
	assert_true(given);
	assert_int_equal(look(fd, "home/alice/file").st_uid, 4000);
	make_home(p, "home/bob", 3000);
	give(fd, "home/bob", 3001, 3001);
	is_well(p, home_give(&p->w.run, "/home/bob", &ids, false, &given));
	assert_false(given);
	assert_int_equal(look(fd, "home/bob/file").st_uid, 3000);
	is_well(p, home_give(&p->w.run, "/home/nobody", &ids, false, &given));
	assert_false(given);
	make_file(fd, "home/file", "", 0644);
	give(fd, "home/file", 3000, 3000);
	is_refused(p, home_give(&p->w.run, "/home/file", &ids, false, &given), ERR_HOME,
		   "cannot change the owner of /home/file: it is not a directory");
	give(fd, "home", 3000, 3000);
	is_well(p, home_give(&p->w.run, "/home", &ids, false, &given));
	assert_false(given);
	assert_string_equal(said(p),
			    "test: warning: /home is a system directory, its owner stays\n");
	assert_int_equal(look(fd, "home/bob/file").st_uid, 3000);
}

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
		TEST(makes_a_subvolume),
		TEST(renames_and_takes_back),
		TEST(copies_to_another_file_system_and_takes_back),
		TEST(moves_without_giving_away),
		TEST(a_copy_that_fails_leaves_nothing),
		TEST(says_that_the_old_home_could_not_go),
		TEST(gives_what_it_renamed),
		TEST(refuses_to_move),
		TEST(moves_nothing_in_a_dry_run_or_without_a_home),
		TEST(moves_no_mount_to_another_file_system),
		TEST(gives_only_the_users_home),
		TEST(removes_a_home),
		TEST(removes_what_is_not_the_users_only_by_force),
		TEST(never_removes_a_system),
		TEST(never_removes_another_users_home),
		TEST(removes_no_link_file_or_mount),
		TEST(removes_only_what_it_looked_at),
		TEST(works_on_old_kernels),
	};

	own_mounts();
	return cmocka_run_group_tests_name("home", tests, NULL, NULL);
}
