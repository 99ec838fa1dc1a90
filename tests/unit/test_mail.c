/* SPDX-License-Identifier: BSD-3-Clause */
#include "mail.h"

#include "account_world.h"

struct place {
	struct world w;
	int stderr_fd;
};

static void open_place(struct place *p, const char *group, const char *const *keys)
{
	const char *files[TABLE_COUNT] = { [TABLE_GROUP] = group };
	int said;

	unsetenv("SOURCE_DATE_EPOCH");
	world_open(&p->w, files, keys);
	make_dir(p->w.scratch.fd, "var", 0755);
	make_dir(p->w.scratch.fd, "var/mail", 02775);
	make_dir(p->w.scratch.fd, "home", 0755);
	make_dir(p->w.scratch.fd, "home/alice", 0755);
	said = openat(p->w.scratch.fd, "said", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	p->stderr_fd = fcntl(2, F_DUPFD_CLOEXEC, 10);
	must(dup2(said, 2), "stderr");
	close(said);
}

static const char *const mail_dir[] = { "MAIL_DIR=/var/mail", NULL };
static const char *const mail_file[] = { "MAIL_FILE=.mail", NULL };

static int setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));
	char group[64];

	snprintf(group, sizeof(group), "root:x:0:\nmail:x:%u:\n",
		 geteuid() == 0 ? 8u : (unsigned int)getegid());
	open_place(p, group, mail_dir);
	*state = p;
	return 0;
}

static void close_place(struct place *p)
{
	must(dup2(p->stderr_fd, 2), "stderr");
	close(p->stderr_fd);
	selinux_end(&p->w.run.labels);
	world_close(&p->w);
}

static int teardown(void **state)
{
	close_place(*state);
	free(*state);
	return 0;
}

static const char *said(struct place *p)
{
	static char text[1024];

	snprintf(text, sizeof(text), "%s", content(p->w.scratch.fd, "said"));
	must(ftruncate(2, 0), "said");
	return text;
}

static void is_refused(struct place *p, int r, const char *message)
{
	assert_int_equal(r, -1);
	assert_int_equal(p->w.run.err.kind, ERR_MAIL);
	assert_string_equal(p->w.run.err.message, message);
	err_clear(&p->w.run.err);
}

/* In one profile it is an error, in the others a note. */
static void is_not_made(struct place *p, const char *user, const char *message)
{
	bool made = true;
	int r = mail_create(&p->w.run, user, "/home", geteuid(), getegid(), &made);

	assert_false(made);
	if (profile_get()->mail_counts) {
		is_refused(p, r, message);
		return;
	}
	assert_int_equal(r, 0);
	assert_string_equal(said(p), arena_printf(&p->w.run.arena, "test: %s\n", message));
}

static void knows_the_path(void **state)
{
	static const char *const both[] = { "MAIL_DIR=/spool", "MAIL_FILE=.mail", NULL };
	static const struct {
		const char *const *keys;
		const char *path;
	} cases[] = {
		{ NULL, NULL },
		{ mail_dir, "/var/mail/alice" },
		{ mail_file, "/home/alice/.mail" },
		{ both, "/spool/alice" },
	};
	static const char *const files[TABLE_COUNT] = { NULL };
	struct world w;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *expected = cases[i].path;

		world_open(&w, files, cases[i].keys);
		if (!expected)
			expected = arena_printf(&w.run.arena, "%s/alice", profile_get()->mail_dir);
		assert_string_equal(mail_path(&w.run, "alice", "/home/alice"), expected);
		world_close(&w);
	}
}

static void makes_a_mailbox(void **state)
{
	struct place *p = *state;
	bool made = false;
	struct stat st;

	umask(0777);
	setenv("SOURCE_DATE_EPOCH", "1000000000", 1);
	assert_int_equal(
		mail_create(&p->w.run, "alice", "/home/alice", geteuid(), getegid(), &made), 0);
	umask(022);
	unsetenv("SOURCE_DATE_EPOCH");
	assert_true(made);
	st = look(p->w.scratch.fd, "var/mail/alice");
	assert_int_equal(st.st_mode, S_IFREG | 0660);
	assert_int_equal(st.st_size, 0);
	assert_int_equal(st.st_uid, geteuid());
	assert_int_equal(st.st_gid, geteuid() == 0 ? 8 : getegid());
	assert_int_equal(st.st_mtim.tv_sec, 1000000000);
	assert_string_equal(said(p), "");
}

static void makes_no_mailbox_of_what_is_there(void **state)
{
	struct place *p = *state;
	int fd = p->w.scratch.fd;

	make_file(fd, "var/mail/alice", "old", 0600);
	is_not_made(p, "alice", "Creating mailbox file /var/mail/alice: File exists");
	assert_string_equal(content(fd, "var/mail/alice"), "old");
	make_link(fd, "var/mail/link", "nowhere");
	is_not_made(p, "link", "Creating mailbox file /var/mail/link: File exists");
	assert_false(is_there(fd, "var/mail/nowhere"));
	must(renameat(fd, "var/mail", fd, "var/mails"), "mail");
	is_not_made(p, "bob", "Creating mailbox file /var/mail/bob: No such file or directory");
}

static void does_without_the_group(void **state)
{
	struct place p;
	bool made;

	(void)state;
	open_place(&p, "root:x:0:\nmailman:x:8:\n", mail_dir);
	assert_int_equal(mail_create(&p.w.run, "alice", "/home/alice", geteuid(), getegid(), &made),
			 0);
	assert_true(made);
	assert_int_equal(look(p.w.scratch.fd, "var/mail/alice").st_mode & 07777, 0600);
	assert_int_equal(look(p.w.scratch.fd, "var/mail/alice").st_gid, getegid());
	assert_string_equal(said(&p), "test: Group 'mail' not found. Creating the user mailbox "
				      "file with 0600 mode.\n");
	close_place(&p);
}

static void a_file_in_the_home_comes_and_goes_with_it(void **state)
{
	struct place p;
	bool done = true;
	unsigned int what;
	struct mail_change change = { "alice", "alicia", "/home/alice", geteuid(), geteuid() };

	(void)state;
	open_place(&p, NULL, mail_file);
	assert_int_equal(mail_create(&p.w.run, "alice", "/home/alice", geteuid(), getegid(), &done),
			 0);
	assert_false(done);
	assert_false(is_there(p.w.scratch.fd, "home/alice/.mail"));
	make_file(p.w.scratch.fd, "home/alice/.mail", "x", 0600);
	assert_int_equal(mail_update(&p.w.run, &change, &what), 0);
	assert_int_equal(what, 0);
	assert_int_equal(mail_remove(&p.w.run, "alice", "/home/alice", geteuid(), false, &done), 0);
	assert_true(done);
	close_place(&p);
}

static void gives_and_renames(void **state)
{
	struct place *p = *state;
	int fd = p->w.scratch.fd;
	struct mail_change change = { "alice", "alicia", "/home/alice", 3000, 4000 };
	unsigned int done = 9;

	assert_int_equal(mail_update(&p->w.run, &change, &done), 0);
	assert_int_equal(done, 0);
	assert_string_equal(said(p), "");
	needs_root();
	make_file(fd, "var/mail/alice", "mail", 0660);
	give(fd, "var/mail/alice", 3000, 8);
	assert_int_equal(mail_update(&p->w.run, &change, &done), 0);
	assert_int_equal(done, MAIL_GIVEN | MAIL_RENAMED);
	assert_int_equal(look(fd, "var/mail/alicia").st_uid, 4000);
	assert_int_equal(look(fd, "var/mail/alicia").st_gid, 8);
	change = (struct mail_change){ "alicia", "alicia", "/home/alice", 4000, 5000 };
	assert_int_equal(mail_update(&p->w.run, &change, &done), 0);
	assert_int_equal(done, MAIL_GIVEN);
	change = (struct mail_change){ "alicia", "bob", "/home/alice", 5000, 5000 };
	make_file(fd, "var/mail/bob", "bob's", 0660);
	assert_int_equal(mail_update(&p->w.run, &change, &done), 0);
	assert_int_equal(done, 0);
	assert_string_equal(content(fd, "var/mail/bob"), "bob's");
	assert_string_equal(said(p),
			    "test: failed to rename mailbox: /var/mail/bob: File exists\n");
}

static void leaves_what_is_not_the_users(void **state)
{
	struct place *p = *state;
	int fd = p->w.scratch.fd;
	struct mail_change change = { "alice", "alicia", "/home/alice", 3000, 4000 };
	unsigned int done;

	needs_root();
	make_file(fd, "var/mail/alice", "mail", 0660);
	give(fd, "var/mail/alice", 3005, 8);
	assert_int_equal(mail_update(&p->w.run, &change, &done), 0);
	assert_int_equal(done, 0);
	assert_string_equal(said(p), "test: warning: /var/mail/alice not owned by alice\n");
	unlinkat(fd, "var/mail/alice", 0);
	make_file(fd, "outside", "x", 0644);
	give(fd, "outside", 3000, 3000);
	make_link(fd, "var/mail/alice", "/outside");
	give(fd, "var/mail/alice", 3000, 3000);
	assert_int_equal(mail_update(&p->w.run, &change, &done), 0);
	assert_int_equal(done, 0);
	assert_int_equal(look(fd, "outside").st_uid, 3000);
	assert_string_equal(said(p), "test: warning: /var/mail/alice not owned by alice\n");
}

static void removes_a_mailbox(void **state)
{
	struct place *p = *state;
	int fd = p->w.scratch.fd;
	bool removed = true;

	assert_int_equal(mail_remove(&p->w.run, "alice", "/home/alice", geteuid(), false, &removed),
			 0);
	assert_false(removed);
	assert_string_equal(said(p), "test: alice mail spool (/var/mail/alice) not found\n");
	make_file(fd, "var/mail/alice", "mail", 0660);
	is_refused(p, mail_remove(&p->w.run, "alice", "/home/alice", 77, false, &removed),
		   "/var/mail/alice not owned by alice, not removing");
	assert_false(removed);
	assert_int_equal(mail_remove(&p->w.run, "alice", "/home/alice", geteuid(), false, &removed),
			 0);
	assert_true(removed);
	make_file(fd, "outside", "x", 0644);
	make_link(fd, "var/mail/alice", "/outside");
	is_refused(p, mail_remove(&p->w.run, "alice", "/home/alice", geteuid(), false, &removed),
		   "/var/mail/alice not owned by alice, not removing");
	assert_int_equal(mail_remove(&p->w.run, "alice", "/home/alice", 77, true, &removed), 0);
	assert_true(removed);
	assert_true(is_there(fd, "outside"));
	make_dir(fd, "var/mail/alice", 0755);
	is_refused(p, mail_remove(&p->w.run, "alice", "/home/alice", geteuid(), true, &removed),
		   "warning: can't remove /var/mail/alice: Is a directory");
	assert_false(removed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		cmocka_unit_test(knows_the_path),
		TEST(makes_a_mailbox),
		TEST(makes_no_mailbox_of_what_is_there),
		cmocka_unit_test(does_without_the_group),
		cmocka_unit_test(a_file_in_the_home_comes_and_goes_with_it),
		TEST(gives_and_renames),
		TEST(leaves_what_is_not_the_users),
		TEST(removes_a_mailbox),
	};

	return cmocka_run_group_tests_name("mail", tests, NULL, NULL);
}
