/* SPDX-License-Identifier: BSD-3-Clause */
/* Making files with a label, the warnings, and what a path would get. */
#include "selinux_world.h"

/* Home, skel: a warning, one for all. */
static void files_that_replace_none_are_warned_of_once(void **state)
{
	struct fixture *f = *state;
	struct world w = full;
	const struct selinux_maker maker = { w_make, w_unmake, &w };
	struct selinux *s;
	struct err e = { 0 };
	int i;

	w.set_error = EACCES;
	assert_int_equal(
		selinux_begin_with(&s, &world_ops, &w, f->rootfd, true, SELINUX_AUTO, NULL, &e), 0);
	assert_null(selinux_warning(s));
	assert_int_equal(selinux_make(s, "/home/t", S_IFDIR, &maker, &e), 0);
	assert_string_equal(selinux_warning(s), "/home/t was made without the SELinux label " SHADOW
						" of the policy: Permission denied");
	for (i = 0; i < 4; i++)
		assert_int_equal(selinux_make(s, "/home/t/x", S_IFREG, &maker, &e), 0);
	assert_string_equal(selinux_warning(s),
			    "/home/t was made without the SELinux label " SHADOW
			    " of the policy: Permission denied (and 4 more like this)");
	selinux_end(&s);
}

static void files_are_really_made(void **state)
{
	struct fixture *f = *state;
	struct world w = full;
	struct selinux *s;
	struct err e = { 0 };
	struct stat st;
	int fd;

	assert_int_equal(
		selinux_begin_with(&s, &world_ops, &w, f->rootfd, true, SELINUX_AUTO, NULL, &e), 0);
	fd = selinux_open(s, "/etc/a", f->rootfd, "a", O_WRONLY | O_CREAT | O_EXCL, 0600, &e);
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
	assert_int_equal(
		selinux_open(s, "/etc/a", f->rootfd, "a", O_WRONLY | O_CREAT | O_EXCL, 0600, &e),
		-1);
	assert_int_equal(errno, EEXIST);
	assert_int_equal(selinux_mkdir(s, "/etc/d", f->rootfd, "d", 0700, &e), 0);
	assert_int_equal(selinux_mknod(s, "/etc/p", f->rootfd, "p", S_IFIFO | 0600, 0, &e), 0);
	assert_int_equal(selinux_symlink(s, "/etc/l", "/nowhere", f->rootfd, "l", &e), 0);
	assert_int_equal(w.sets, 5);
	assert_int_equal(fstatat(f->rootfd, "p", &st, 0), 0);
	assert_true(S_ISFIFO(st.st_mode));
	/* A reset that fails takes the file back. */
	w.reset_error = EACCES;
	w.resets = 0;
	w.resets_failing = 9;
	assert_int_equal(selinux_mkdir(s, "/etc/e", f->rootfd, "e", 0700, &e), -1);
	assert_int_equal(e.kind, ERR_IO);
	assert_int_equal(fstatat(f->rootfd, "e", &st, 0), -1);
	selinux_end(&s);
	unlinkat(f->rootfd, "a", 0);
	unlinkat(f->rootfd, "p", 0);
	unlinkat(f->rootfd, "l", 0);
	unlinkat(f->rootfd, "d", AT_REMOVEDIR);
}

static void without_a_decision_files_are_made_plainly(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };

	assert_int_equal(selinux_mkdir(NULL, "/d", f->rootfd, "d", 0700, &e), 0);
	assert_int_equal(selinux_mkdir(NULL, "/d", f->rootfd, "d", 0700, &e), -1);
	assert_int_equal(errno, EEXIST);
	assert_int_equal(selinux_settle(NULL, "/etc/shadow", f->file, OLD, true, &e), 0);
	assert_int_equal(set_selinux_file_context(NULL, "/etc/shadow", S_IFREG, &e), 0);
	assert_int_equal(reset_selinux_file_context(NULL, &e), 0);
	assert_null(selinux_warning(NULL));
	assert_false(selinux_active(NULL));
	assert_false(selinux_kernel(NULL));
	assert_int_equal(unlinkat(f->rootfd, "d", AT_REMOVEDIR), 0);
}

static void explain(const struct fixture *f, struct world *w, const char *path,
		    enum selinux_origin origin, const char *label)
{
	struct selinux_answer answer;
	struct selinux *s;
	struct err e = { 0 };

	assert_int_equal(
		selinux_probe_with(&s, &world_ops, w, f->rootfd, true, SELINUX_STRICT, NULL, &e),
		0);
	assert_int_equal(selinux_explain(s, path, &answer, &e), 0);
	assert_int_equal(answer.origin, origin);
	if (label)
		assert_string_equal(answer.label, label);
	else
		assert_null(answer.label);
	if (origin != SELINUX_ORIGIN_POLICY)
		assert_non_null(answer.why);
	assert_string_equal(w->fscreate, "");
	selinux_end(&s);
}

static void what_a_path_would_get_is_told(void **state)
{
	struct world w = full;

	snprintf(w.now, sizeof(w.now), "%s", SHARED); /* all that is there */
	w.parent = SHARED;
	explain(*state, &w, "/etc/shadow", SELINUX_ORIGIN_POLICY, SHADOW);
	w.set_error = EACCES;
	explain(*state, &w, "/etc/shadow", SELINUX_ORIGIN_FILE, SHARED);
	explain(*state, &w, "/etc/none/such", SELINUX_ORIGIN_PARENT, SHARED);
	explain(*state, &w, "/none", SELINUX_ORIGIN_PARENT, SHARED);
	w.lookup_error = -1;
	explain(*state, &w, "/etc/shadow", SELINUX_ORIGIN_FILE, SHARED);
	w.open_error = EINVAL;
	explain(*state, &w, "/etc/shadow", SELINUX_ORIGIN_FILE, SHARED);
	w.now[0] = '\0';
	w.parent = NULL;
	explain(*state, &w, "/etc/shadow", SELINUX_ORIGIN_NONE, NULL);
	w.mount_error = ENOENT;
	w.kernel = 0;
	explain(*state, &w, "/etc/shadow", SELINUX_ORIGIN_NONE, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(files_that_replace_none_are_warned_of_once),
		TEST(files_are_really_made),
		TEST(without_a_decision_files_are_made_plainly),
		TEST(what_a_path_would_get_is_told),
	};

	return cmocka_run_group_tests_name("selinux_make", tests, NULL, NULL);
}
