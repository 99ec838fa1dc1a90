/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fd.h"
#include "txn.h"
#include "txn_private.h"

#define PASSWD "root:x:0:0:root:/root:/bin/sh\n"
#define SHADOW "root:*:19000:0:99999:7:::\n"
#define GROUP "root:x:0:\nwheel:x:10:bob\n"

struct fixture {
	char dir[64];
	struct arena arena;
	struct err err;
	struct note note;
	struct root root;
	struct events events;
	struct selinux *labels;
	struct txn_spec spec;
};

static void put(struct fixture *f, const char *name, const char *text, mode_t mode)
{
	char path[256];
	FILE *out;

	snprintf(path, sizeof(path), "%s/etc/%s", f->dir, name);
	unlink(path);
	out = fopen(path, "w");
	assert_non_null(out);
	fputs(text, out);
	fclose(out);
	assert_int_equal(chmod(path, mode), 0);
}

static const char *get(struct fixture *f, const char *name)
{
	struct str text;
	char path[256];
	_cleanup_fd_ int fd = -1;

	snprintf(path, sizeof(path), "%s/etc/%s", f->dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	assert_int_equal(fd_read_all(fd, 1 << 20, &f->arena, &text), 0);
	return str_dup(&f->arena, text);
}

static void remove_file(struct fixture *f, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/etc/%s", f->dir, name);
	assert_int_equal(unlink(path), 0);
}

static bool is_there(struct fixture *f, const char *name)
{
	return get(f, name) != NULL;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char path[128];

	assert_non_null(f);
	snprintf(f->dir, sizeof(f->dir), "/tmp/test_txn.XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(path, sizeof(path), "%s/etc", f->dir);
	assert_int_equal(mkdir(path, 0755), 0);
	put(f, "passwd", PASSWD, 0644);
	put(f, "shadow", SHADOW, 0640);
	put(f, "group", GROUP, 0644);
	f->note.prog = "test";
	assert_int_equal(root_open(&f->root, NULL, f->dir, &f->arena, &f->err), 0);
	assert_int_equal(
		selinux_begin(&f->labels, f->root.fd, false, SELINUX_OFF, &f->note, &f->err), 0);
	f->spec = (struct txn_spec){ .root = &f->root, .arena = &f->arena, .note = &f->note,
				     .labels = f->labels, .events = &f->events,
				     .tables = TABLE_ALL, .lock_timeout = 2 };
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	root_close(&f->root);
	selinux_end(&f->labels);
	arena_free(&f->arena);
	if (fork() == 0) {
		execl("/bin/rm", "rm", "-rf", f->dir, (char *)NULL);
		_exit(127);
	}
	wait(NULL);
	free(f);
	return 0;
}

static void add_alice(struct fixture *f, struct txn *txn)
{
	static const char *const user[] = { "alice", "x", "1000", "1000", "", "/", "" };
	static const char *const secret[] = { "alice", "!", "19675", "", "", "", "", "", "" };
	static const char *const group[] = { "alice", "x", "1000", "" };
	struct row row;

	assert_int_equal(table_add(txn_table(txn, TABLE_PASSWD), user, &f->err), 0);
	assert_int_equal(table_add(txn_table(txn, TABLE_SHADOW), secret, &f->err), 0);
	assert_int_equal(table_add(txn_table(txn, TABLE_GROUP), group, &f->err), 0);
	assert_true(table_find(txn_table(txn, TABLE_GROUP), "wheel", &row));
	assert_int_equal(table_set(txn_table(txn, TABLE_GROUP), &row, GR_MEMBERS, "bob,alice",
				   &f->err),
			 0);
	event_log(&f->events, &f->arena, "new user: alice");
}

#define PASSWD_AFTER PASSWD "alice:x:1000:1000::/:\n"
#define SHADOW_AFTER SHADOW "alice:!:19675::::::\n"
#define GROUP_AFTER "root:x:0:\nwheel:x:10:bob,alice\nalice:x:1000:\n"

static void assert_before(struct fixture *f)
{
	assert_string_equal(get(f, "passwd"), PASSWD);
	assert_string_equal(get(f, "shadow"), SHADOW);
	assert_string_equal(get(f, "group"), GROUP);
}

static void assert_after(struct fixture *f)
{
	assert_string_equal(get(f, "passwd"), PASSWD_AFTER);
	assert_string_equal(get(f, "shadow"), SHADOW_AFTER);
	assert_string_equal(get(f, "group"), GROUP_AFTER);
}

static void assert_tidy(struct fixture *f)
{
	static const char *const leftovers[] = { "passwd+", "shadow+", "group+", "passwd-+",
						 "shadow.journal", "shadow.journal+", ".pwd.lock",
						 "passwd.lock" };
	size_t i;

	for (i = 0; i < sizeof(leftovers) / sizeof(*leftovers); i++)
		assert_false(is_there(f, leftovers[i]));
}

static void commit(void **state)
{
	struct fixture *f = *state;
	struct txn *txn;
	struct stat st;
	char path[128];

	assert_int_equal(txn_begin(&txn, &f->spec, &f->err), 0);
	assert_null(txn_table(txn, TABLE_GSHADOW));
	assert_true(is_there(f, "passwd.lock"));
	add_alice(f, txn);
	assert_int_equal(txn_commit(txn, &f->err), 0);
	txn_end(&txn);
	assert_after(f);
	assert_string_equal(get(f, "passwd-"), PASSWD);
	assert_string_equal(get(f, "shadow-"), SHADOW);
	assert_tidy(f);
	snprintf(path, sizeof(path), "%s/etc/shadow", f->dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
}

static void nothing_to_do_writes_nothing(void **state)
{
	struct fixture *f = *state;
	struct txn *txn;

	assert_int_equal(txn_begin(&txn, &f->spec, &f->err), 0);
	assert_int_equal(txn_commit(txn, &f->err), 0);
	txn_end(&txn);
	assert_before(f);
	assert_false(is_there(f, "passwd-"));
	assert_tidy(f);
}

static void somebody_else_wrote(void **state)
{
	struct fixture *f = *state;
	struct txn *txn;

	assert_int_equal(txn_begin(&txn, &f->spec, &f->err), 0);
	add_alice(f, txn);
	put(f, "group", GROUP "new:x:7:\n", 0644);
	assert_int_equal(txn_commit(txn, &f->err), TXN_AGAIN);
	txn_end(&txn);
	assert_string_equal(get(f, "passwd"), PASSWD);
	assert_string_equal(get(f, "group"), GROUP "new:x:7:\n");
	assert_tidy(f);
}

/* Does what a commit does up to and including the n-th rename, then dies. */
static void die_after(struct fixture *f, int n)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		static const enum table_id order[] = { TABLE_GROUP, TABLE_SHADOW, TABLE_PASSWD };
		struct txn *txn;
		int i;

		if (txn_begin(&txn, &f->spec, &f->err) < 0)
			_exit(1);
		add_alice(f, txn);
		for (i = 0; i < 3; i++)
			if (file_prepare(txn, &txn->files[order[i]], &f->err) < 0)
				_exit(1);
		if (journal_write(txn, &f->err) < 0)
			_exit(1);
		for (i = 0; i < n; i++)
			if (file_publish(txn, &txn->files[order[i]]) < 0)
				_exit(1);
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_true(is_there(f, "shadow.journal"));
	/* What only the kernel could have tidied. */
	remove_file(f, ".pwd.lock");
}

static void recover_by_next_run(struct fixture *f)
{
	struct txn *txn;

	assert_int_equal(txn_begin(&txn, &f->spec, &f->err), 0);
	txn_end(&txn);
}

static const char *last_event(struct fixture *f)
{
	return f->events.count ? f->events.items[f->events.count - 1].text : "";
}

static void death_before_the_first_rename(void **state)
{
	struct fixture *f = *state;

	die_after(f, 0);
	recover_by_next_run(f);
	assert_before(f);
	assert_tidy(f);
}

static void death_in_between(void **state)
{
	struct fixture *f = *state;
	int n;

	for (n = 1; n <= 3; n++) {
		put(f, "passwd", PASSWD, 0644);
		put(f, "shadow", SHADOW, 0640);
		put(f, "group", GROUP, 0644);
		die_after(f, n);
		recover_by_next_run(f);
		assert_after(f);
		assert_tidy(f);
		assert_string_equal(get(f, "group-"), GROUP);
		assert_string_equal(get(f, "passwd-"), PASSWD);
		assert_non_null(strstr(last_event(f), "new user: alice (completed by recovery"));
	}
}

/* A file that goes leaves its content as the backup; with nothing else to change, too. */
static void a_file_goes(void **state)
{
	struct fixture *f = *state;
	struct txn *txn = NULL;

	assert_int_equal(txn_begin(&txn, &f->spec, &f->err), 0);
	txn_remove(txn, TABLE_SHADOW);
	assert_true(txn_changed(txn));
	assert_int_equal(txn_commit(txn, &f->err), 0);
	txn_end(&txn);
	assert_null(get(f, "shadow"));
	assert_string_equal(get(f, "shadow-"), SHADOW);
	assert_tidy(f);

	assert_int_equal(txn_begin(&txn, &f->spec, &f->err), 0);
	txn_remove(txn, TABLE_SHADOW);
	assert_false(txn_changed(txn));
	txn_end(&txn);
}

/* Another tool added bob after the death: both stand. */
static void another_tool_between(void **state)
{
	struct fixture *f = *state;

	die_after(f, 1);
	put(f, "passwd", PASSWD "bob:x:1001:1001::/:\n", 0644);
	recover_by_next_run(f);
	assert_string_equal(get(f, "passwd"),
			    PASSWD "bob:x:1001:1001::/:\nalice:x:1000:1000::/:\n");
	assert_string_equal(get(f, "shadow"), SHADOW_AFTER);
	assert_string_equal(get(f, "group"), GROUP_AFTER);
	assert_tidy(f);
}

/* Another tool gave alice's uid away: ours is taken back, all of it. */
static void id_given_away_between(void **state)
{
	struct fixture *f = *state;

	die_after(f, 2);
	put(f, "passwd", PASSWD "bob:x:1000:1001::/:\n", 0644);
	recover_by_next_run(f);
	assert_string_equal(get(f, "passwd"), PASSWD "bob:x:1000:1001::/:\n");
	assert_string_equal(get(f, "shadow"), SHADOW);
	assert_string_equal(get(f, "group"), GROUP);
	assert_tidy(f);
	assert_non_null(strstr(last_event(f), "taken back"));
}

/* Another tool changed a row after we had: both changes stand. */
static void row_changed_between(void **state)
{
	struct fixture *f = *state;

	die_after(f, 1);
	put(f, "group", "root:x:0:\nwheel:x:10:bob,alice,carol\nalice:x:1000:\n", 0644);
	recover_by_next_run(f);
	assert_string_equal(get(f, "group"),
			    "root:x:0:\nwheel:x:10:bob,alice,carol\nalice:x:1000:\n");
	assert_string_equal(get(f, "passwd"), PASSWD_AFTER);
	assert_tidy(f);
	assert_non_null(strstr(last_event(f), "new user: alice (completed by recovery"));
}

static void undo_is_completed(void **state)
{
	struct fixture *f = *state;
	struct txn fake = { .etc = -1 };

	die_after(f, 2);
	fake.etc = beneath_open(f->root.fd, "/etc", O_RDONLY | O_DIRECTORY, 0);
	assert_int_equal(journal_mark(&fake, JOURNAL_UNDO), 0);
	close(fake.etc);
	recover_by_next_run(f);
	assert_before(f);
	assert_tidy(f);
}

static void a_done_journal_is_removed(void **state)
{
	struct fixture *f = *state;
	struct txn fake = { .etc = -1 };

	die_after(f, 2);
	put(f, "group", GROUP, 0644);
	put(f, "shadow", SHADOW, 0640);
	fake.etc = beneath_open(f->root.fd, "/etc", O_RDONLY | O_DIRECTORY, 0);
	assert_int_equal(journal_mark(&fake, JOURNAL_DONE), 0);
	close(fake.etc);
	recover_by_next_run(f);
	assert_before(f);
	assert_tidy(f);
}

/* Journals that anybody could have made: set aside, nothing done. */
static void untrusted_journals(void **state)
{
	static const struct {
		const char *text;
		mode_t mode;
	} cases[] = {
		{ "junk", 0600 },
		{ "", 0600 },
		{ "shadow-portable journal 1\nstate forward\ncaller 0\nedit passwd -1 5\n\n"
		  "a:b:c\nsum 0000000000000000\n",
		  0600 },
		{ "junk", 0644 },
	};
	struct fixture *f = *state;
	char path[128], link_path[128];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		put(f, "shadow.journal", cases[i].text, cases[i].mode);
		recover_by_next_run(f);
		assert_before(f);
		assert_true(is_there(f, "shadow.journal.untrusted"));
		assert_tidy(f);
	}
	/* A good one, but with the mode of a stranger's; and a link. */
	die_after(f, 1);
	snprintf(path, sizeof(path), "%s/etc/shadow.journal", f->dir);
	assert_int_equal(chmod(path, 0660), 0);
	recover_by_next_run(f);
	assert_string_equal(get(f, "passwd"), PASSWD);
	put(f, "group", GROUP, 0644);
	die_after(f, 1);
	snprintf(link_path, sizeof(link_path), "%s/etc/elsewhere", f->dir);
	assert_int_equal(rename(path, link_path), 0);
	assert_int_equal(symlink("elsewhere", path), 0);
	recover_by_next_run(f);
	assert_string_equal(get(f, "passwd"), PASSWD);
}

/* Whoever owns etc may put another file in the place of a journal that was read. */
static void marks_nothing_but_the_journal(void **state)
{
	struct fixture *f = *state;
	char path[128], other[128];
	struct txn txn = { .etc = -1 };
	size_t i;

	snprintf(path, sizeof(path), "%s/etc", f->dir);
	txn.etc = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	snprintf(path, sizeof(path), "%s/etc/shadow.journal", f->dir);
	snprintf(other, sizeof(other), "%s/etc/other", f->dir);
	for (i = 0; i < 3; i++) {
		put(f, "other", PASSWD, i == 1 ? 0644 : 0600);
		if (i == 0)
			assert_int_equal(link(other, path), 0);
		else if (i == 1)
			assert_int_equal(rename(other, path), 0);
		else
			assert_int_equal(symlink("other", path), 0);
		assert_int_equal(journal_mark(&txn, JOURNAL_UNDO), -1);
		assert_string_equal(get(f, i == 1 ? "shadow.journal" : "other"), PASSWD);
		unlink(path);
		unlink(other);
	}
	close(txn.etc);
}

static void made_anew(void **state)
{
	static const char *const group[] = { "g", "!", "", "" };
	struct fixture *f = *state;
	struct txn *txn;
	char path[128];
	struct stat st;

	assert_int_equal(txn_begin(&txn, &f->spec, &f->err), 0);
	assert_int_equal(table_add(txn_create(txn, TABLE_GSHADOW), group, &f->err), 0);
	assert_int_equal(txn_commit(txn, &f->err), 0);
	txn_end(&txn);
	assert_string_equal(get(f, "gshadow"), "g:!::\n");
	snprintf(path, sizeof(path), "%s/etc/gshadow", f->dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 077 & ~040, 0);
	assert_false(is_there(f, "gshadow-"));
}

static void through_a_symbolic_link(void **state)
{
	struct fixture *f = *state;
	char from[128], to[128];
	struct stat st;
	struct txn *txn;

	snprintf(from, sizeof(from), "%s/etc/passwd", f->dir);
	snprintf(to, sizeof(to), "%s/data", f->dir);
	assert_int_equal(mkdir(to, 0755), 0);
	snprintf(to, sizeof(to), "%s/data/users", f->dir);
	assert_int_equal(rename(from, to), 0);
	/* Absolute: the target's root is meant. */
	assert_int_equal(symlink("/data/users", from), 0);
	assert_int_equal(txn_begin(&txn, &f->spec, &f->err), 0);
	add_alice(f, txn);
	assert_int_equal(txn_commit(txn, &f->err), 0);
	txn_end(&txn);
	assert_int_equal(lstat(from, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_string_equal(get(f, "../data/users"), PASSWD_AFTER);
	assert_string_equal(get(f, "../data/users-"), PASSWD);
}

static void odd_files(void **state)
{
	struct fixture *f = *state;
	char path[128];
	struct txn *txn;

	snprintf(path, sizeof(path), "%s/etc/passwd", f->dir);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0644), 0);
	assert_int_equal(txn_begin(&txn, &f->spec, &f->err), -1);
	assert_int_equal(f->err.kind, ERR_USER_FILE);
	assert_tidy(f);
}

/* FILE.lock files that cannot be true are no hindrance. */
static void stale_lock_files(void **state)
{
	static const char *const texts[] = { "", "junk", "999999999", "-5", "1", "12x\n" };
	struct timespec old[2] = { { 1000000000, 0 }, { 1000000000, 0 } };
	struct fixture *f = *state;
	char path[128];
	size_t i;

	snprintf(path, sizeof(path), "%s/etc/passwd.lock", f->dir);
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		put(f, "passwd.lock", texts[i], 0600);
		assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
		recover_by_next_run(f);
		assert_tidy(f);
	}
}

/* A fresh one without a pid may be one in the making: waited for, then an error. */
static void fresh_odd_lock_file(void **state)
{
	struct timespec future[2] = { { 4000000000, 0 }, { 4000000000, 0 } };
	struct fixture *f = *state;
	struct txn *txn;
	char path[128];

	snprintf(path, sizeof(path), "%s/etc/passwd.lock", f->dir);
	f->spec.lock_timeout = 1;
	put(f, "passwd.lock", "", 0600);
	assert_int_equal(txn_begin(&txn, &f->spec, &f->err), 0);
	txn_end(&txn);
	f->spec.lock_timeout = 0;
	put(f, "passwd.lock", "1x", 0600);
	assert_int_equal(utimensat(AT_FDCWD, path, future, 0), 0);
	assert_int_equal(txn_begin(&txn, &f->spec, &f->err), -1);
	assert_int_equal(f->err.kind, ERR_LOCK);
	assert_non_null(strstr(f->err.message, "cannot lock"));
}

static void held_lock(void **state)
{
	struct fixture *f = *state;
	struct txn *txn, *second;

	assert_int_equal(txn_begin(&txn, &f->spec, &f->err), 0);
	f->spec.lock_timeout = 0;
	assert_int_equal(txn_begin(&second, &f->spec, &f->err), -1);
	assert_int_equal(f->err.kind, ERR_LOCK);
	txn_end(&txn);
	err_clear(&f->err);
	assert_int_equal(txn_begin(&txn, &f->spec, &f->err), 0);
	txn_end(&txn);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(commit),
		TEST(nothing_to_do_writes_nothing),
		TEST(somebody_else_wrote),
		TEST(death_before_the_first_rename),
		TEST(death_in_between),
		TEST(a_file_goes),
		TEST(another_tool_between),
		TEST(id_given_away_between),
		TEST(row_changed_between),
		TEST(undo_is_completed),
		TEST(a_done_journal_is_removed),
		TEST(untrusted_journals),
		TEST(marks_nothing_but_the_journal),
		TEST(made_anew),
		TEST(through_a_symbolic_link),
		TEST(odd_files),
		TEST(stale_lock_files),
		TEST(fresh_odd_lock_file),
		TEST(held_lock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
