/* SPDX-License-Identifier: BSD-3-Clause */
/* The file contexts of a target: found beneath it, judged, copied, and asked through libselinux. */
#include "selinux_contexts.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define FILES "etc/selinux/test/contexts/files/"
#define FC FILES "file_contexts"

struct fixture {
	char dir[64];
	int rootfd;
	struct arena arena;
};

static void make_parents(int rootfd, const char *path)
{
	char part[256];
	size_t i;

	for (i = 0; path[i]; i++) {
		if (path[i] == '/') {
			snprintf(part, sizeof(part), "%.*s", (int)i, path);
			mkdirat(rootfd, part, 0755);
		}
	}
}

static void put(const struct fixture *f, const char *path, const char *text)
{
	int fd;

	make_parents(f->rootfd, path);
	fd = openat(f->rootfd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static void link_to(const struct fixture *f, const char *path, const char *target)
{
	make_parents(f->rootfd, path);
	assert_int_equal(symlinkat(target, f->rootfd, path), 0);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	snprintf(f->dir, sizeof(f->dir), "/tmp/test_contexts.XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	f->rootfd = open(f->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(f->rootfd >= 0);
	*state = f;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st, (void)type, (void)walk;
	return remove(path);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	nftw(f->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	close(f->rootfd);
	arena_free(&f->arena);
	free(f);
	return 0;
}

/* --- a libselinux that only shows what it is given */

struct shown {
	char file[256], text[4096], path[256];
	int error;
	int opened, closed;
};

static void *show_open(void *data, const char *file)
{
	struct shown *shown = data;
	ssize_t n;
	int fd;

	shown->opened++;
	snprintf(shown->file, sizeof(shown->file), "%s", file);
	if (shown->error) {
		errno = shown->error > 0 ? shown->error : 0;
		return NULL;
	}
	fd = open(file, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	n = read(fd, shown->text, sizeof(shown->text) - 1);
	assert_true(n >= 0);
	shown->text[n] = '\0';
	close(fd);
	return shown;
}

static void show_close(void *data, void *handle)
{
	struct shown *shown = data;

	assert_ptr_equal(data, handle);
	shown->closed++;
}

static int show_lookup(void *data, void *handle, const char *path, mode_t type, char **ret_label)
{
	struct shown *shown = data;

	(void)type;
	assert_ptr_equal(data, handle);
	snprintf(shown->path, sizeof(shown->path), "%s", path);
	*ret_label = strdup("u:object_r:x_t:s0");
	return 0;
}

static const struct selinux_ops show_ops = {
	.built = true,
	.open = show_open,
	.close = show_close,
	.lookup = show_lookup,
};

static enum selinux_policy policy_of(struct fixture *f, struct shown *shown)
{
	struct selinux_facts facts = { .mode = SELINUX_AUTO };
	struct selinux_contexts contexts;
	struct err e = { 0 };

	assert_int_equal(selinux_contexts_open(&contexts, &show_ops, shown, f->rootfd, &facts,
					       &f->arena, &e),
			 0);
	assert_int_equal(contexts.handle != NULL, facts.policy == SELINUX_POLICY_LOADED);
	selinux_contexts_close(&contexts);
	assert_int_equal(e.kind, ERR_NONE);
	return facts.policy;
}

static void a_tree_without_policy_is_told_from_one_with(void **state)
{
	struct fixture *f = *state;
	struct shown shown = { .opened = 0 };

	assert_int_equal(policy_of(f, &shown), SELINUX_POLICY_NO_CONFIG);
	put(f, "etc/selinux/config", "");
	assert_int_equal(policy_of(f, &shown), SELINUX_POLICY_MISSING);
	put(f, "etc/selinux/targeted/contexts/files/file_contexts", "/.* u:object_r:a_t:s0\n");
	assert_int_equal(policy_of(f, &shown), SELINUX_POLICY_LOADED);
	put(f, "etc/selinux/config",
	    "# SELINUXTYPE=x\nSELINUX=disabled\n \tSELINUXTYPE=test \t\r\n");
	assert_int_equal(policy_of(f, &shown), SELINUX_POLICY_MISSING);
	make_parents(f->rootfd, FC);
	assert_int_equal(policy_of(f, &shown), SELINUX_POLICY_MISSING);
	put(f, FC, "");
	assert_int_equal(policy_of(f, &shown), SELINUX_POLICY_EMPTY);
	put(f, FC ".homedirs", "/home u:object_r:h_t:s0\n");
	assert_int_equal(policy_of(f, &shown), SELINUX_POLICY_LOADED);
	shown.error = EINVAL;
	assert_int_equal(policy_of(f, &shown), SELINUX_POLICY_BROKEN);
	shown.error = -1;
	assert_int_equal(policy_of(f, &shown), SELINUX_POLICY_BROKEN);
}

static void a_type_must_be_a_plain_name(void **state)
{
	static const char *const types[] = {
		"", ".", "..", "../../../../tmp", "a/b", "/etc", ".hidden", "a b", "a\tb", "a\x7f",
	};
	struct fixture *f = *state;
	struct shown shown = { .opened = 0 };
	char text[512];
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		snprintf(text, sizeof(text), "SELINUXTYPE=%s\n", types[i]);
		put(f, "etc/selinux/config", text);
		assert_int_equal(policy_of(f, &shown),
				 *types[i] ? SELINUX_POLICY_BAD_TYPE : SELINUX_POLICY_MISSING);
	}
	snprintf(text, sizeof(text), "SELINUXTYPE=%0300d\n", 0);
	put(f, "etc/selinux/config", text);
	assert_int_equal(policy_of(f, &shown), SELINUX_POLICY_BAD_TYPE);
	assert_int_equal(shown.opened, 0);
}

static void what_is_no_file_is_unreadable(void **state)
{
	struct fixture *f = *state;
	struct shown shown = { .opened = 0 };

	make_parents(f->rootfd, "etc/selinux/config");
	assert_int_equal(mkfifoat(f->rootfd, "etc/selinux/config", 0600), 0);
	assert_int_equal(policy_of(f, &shown), SELINUX_POLICY_UNREADABLE);
	unlinkat(f->rootfd, "etc/selinux/config", 0);
	link_to(f, "etc/selinux/config", "config");
	assert_int_equal(policy_of(f, &shown), SELINUX_POLICY_UNREADABLE);
	unlinkat(f->rootfd, "etc/selinux/config", 0);
	put(f, "etc/selinux/config", "SELINUXTYPE=test\n");
	make_parents(f->rootfd, FC "/");
	assert_int_equal(policy_of(f, &shown), SELINUX_POLICY_UNREADABLE);
	unlinkat(f->rootfd, FC, AT_REMOVEDIR);
	assert_int_equal(mkfifoat(f->rootfd, FC, 0600), 0);
	assert_int_equal(policy_of(f, &shown), SELINUX_POLICY_UNREADABLE);
	unlinkat(f->rootfd, FC, 0);
	put(f, FC, "/.* u:object_r:a_t:s0\n");
	assert_int_equal(mkfifoat(f->rootfd, FC ".local", 0600), 0);
	assert_int_equal(policy_of(f, &shown), SELINUX_POLICY_UNREADABLE);
	assert_int_equal(shown.opened, 0);
}

static void libselinux_gets_a_copy_of_a_foreign_tree(void **state)
{
	struct fixture *f = *state;
	struct shown shown = { .opened = 0 };

	put(f, "etc/selinux/config", "SELINUXTYPE=test");
	put(f, FC, "/a u:object_r:a_t:s0\n/n(/.*)? <<none>>\n/x<<none>> u:object_r:x_t:s0");
	put(f, FC ".homedirs", "/home u:object_r:h_t:s0\n");
	put(f, FC ".local", "/a u:object_r:l_t:s0\n/m\t<<none>>");
	put(f, FC ".bin", "not to be opened");
	assert_int_equal(policy_of(f, &shown), SELINUX_POLICY_LOADED);
	assert_int_equal(strncmp(shown.file, "/proc/self/fd/", 14), 0);
	assert_string_equal(shown.text, "/a u:object_r:a_t:s0\n/n(/.*)? n:n:n:s0\n/x<<none>> "
					"u:object_r:x_t:s0\n/home u:object_r:h_t:s0\n\n"
					"/a u:object_r:l_t:s0\n/m\tn:n:n:s0\n");
	assert_int_equal(shown.opened, 1);
	assert_int_equal(shown.closed, 1);
}

/* Planted links lead nowhere but into the tree. */
static void links_stay_in_the_tree(void **state)
{
	struct fixture *f = *state;
	struct shown shown = { .opened = 0 };
	char outside[128];

	snprintf(outside, sizeof(outside), "%s.outside", f->dir);
	put(f, "etc/selinux/config", "SELINUXTYPE=test\n");
	link_to(f, FC, outside);
	{
		FILE *file = fopen(outside, "we");

		assert_non_null(file);
		fputs("/.* u:object_r:outside_t:s0\n", file);
		fclose(file);
	}
	assert_int_equal(policy_of(f, &shown), SELINUX_POLICY_MISSING);
	assert_int_equal(shown.opened, 0);
	put(f, outside + 1, "/.* u:object_r:inside_t:s0\n");
	assert_int_equal(policy_of(f, &shown), SELINUX_POLICY_LOADED);
	assert_non_null(strstr(shown.text, "inside_t"));
	unlink(outside);
}

static void a_path_is_substituted(void **state)
{
	static const struct {
		const char *path, *asked;
	} cases[] = {
		{ "/b/x", "/c/x" }, /* of two lines the last one */
		{ "/b", "/c" },
		{ "/bb/x", "/bb/x" },
		{ "/g/x", "/b2/x" }, /* .subs, then .subs_dist */
		{ "/d/x", "/b2/x" },
		{ "/e/x", "/x" },
		{ "/e", "/" },
		{ "/i/x", "/i/x" }, /* a comment */
		{ "/j/x", "/a/x" },
		{ "/k/x", "/k/x" }, /* half a line */
	};
	struct fixture *f = *state;
	struct shown shown = { .opened = 0 };
	struct selinux_facts facts = { .mode = SELINUX_AUTO };
	struct selinux_contexts contexts;
	struct err e = { 0 };
	char *label;
	size_t i;

	put(f, "etc/selinux/config", "SELINUXTYPE=test\n");
	put(f, FC, "/.* u:object_r:a_t:s0\n");
	put(f, FC ".subs", "/b /a\n/b /c\n/g /d\n# /i /a\n#/i /a\n  /j   /a  \n/k\n");
	put(f, FC ".subs_dist", "/d /b2\n/e /");
	assert_int_equal(selinux_contexts_open(&contexts, &show_ops, &shown, f->rootfd, &facts,
					       &f->arena, &e),
			 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
			selinux_contexts_lookup(&contexts, cases[i].path, 0, false, &label),
			SELINUX_FOUND);
		free(label);
		assert_string_equal(shown.path, cases[i].asked);
	}
	selinux_contexts_close(&contexts);
}

static void want_of_descriptors_is_an_error(void **state)
{
	struct fixture *f = *state;
	struct shown shown = { .error = EMFILE };
	struct selinux_facts facts = { .mode = SELINUX_AUTO };
	struct selinux_contexts contexts;
	struct err e = { 0 };

	put(f, "etc/selinux/config", "SELINUXTYPE=test\n");
	put(f, FC, "/.* u:object_r:a_t:s0\n");
	assert_int_equal(selinux_contexts_open(&contexts, &show_ops, &shown, f->rootfd, &facts,
					       &f->arena, &e),
			 -1);
	assert_int_equal(e.kind, ERR_IO);
}

/* --- the true libselinux, which needs no SELinux kernel for this */

static void open_real(struct fixture *f, struct selinux_contexts *contexts,
		      enum selinux_policy policy)
{
	struct selinux_facts facts = { .mode = SELINUX_AUTO };
	struct err e = { 0 };

	assert_int_equal(selinux_contexts_open(contexts, &selinux_ops_real, NULL, f->rootfd, &facts,
					       &f->arena, &e),
			 0);
	assert_int_equal(facts.policy, policy);
}

static void expect(struct selinux_contexts *contexts, const char *path, mode_t type,
		   enum selinux_found found, const char *want)
{
	char *label = NULL;

	assert_int_equal(selinux_contexts_lookup(contexts, path, type, true, &label), found);
	if (want)
		assert_string_equal(label, want);
	else
		assert_null(label);
	free(label);
}

static void libselinux_looks_up_in_the_copy(void **state)
{
	struct selinux_contexts contexts;
	struct fixture *f = *state;

	put(f, "etc/selinux/config", "SELINUXTYPE=test\n");
	put(f, FC,
	    "/etc(/.*)? u:object_r:etc_t:s0\n/etc/shadow.* -- u:object_r:shadow_t:s0\n"
	    "/proc(/.*)? <<none>>\n/home/[^/]+/.* u:object_r:main_t:s0\n");
	put(f, FC ".homedirs",
	    "/home/[^/]+ -d u:object_r:home_dir_t:s0\n"
	    "/home/[^/]+/.+ u:object_r:home_t:s0\n");
	put(f, FC ".local", "/etc/local u:object_r:local_t:s0\n");
	put(f, FC ".subs_dist", "/srv/home /home\n");
	put(f, FC ".bin", "junk");
	open_real(f, &contexts, SELINUX_POLICY_LOADED);
	expect(&contexts, "/etc/shadow", S_IFREG, SELINUX_FOUND, "u:object_r:shadow_t:s0");
	expect(&contexts, "/etc/shadow-", S_IFREG, SELINUX_FOUND, "u:object_r:shadow_t:s0");
	expect(&contexts, "/etc/shadow", S_IFDIR, SELINUX_FOUND, "u:object_r:etc_t:s0");
	expect(&contexts, "/etc/local", S_IFREG, SELINUX_FOUND, "u:object_r:local_t:s0");
	expect(&contexts, "/home/bob", S_IFDIR, SELINUX_FOUND, "u:object_r:home_dir_t:s0");
	expect(&contexts, "/srv/home/bob/.x", S_IFREG, SELINUX_FOUND, "u:object_r:home_t:s0");
	expect(&contexts, "/proc/1", S_IFDIR, SELINUX_NONE, NULL);
	expect(&contexts, "/none", S_IFREG, SELINUX_NO_MATCH, NULL);
	selinux_contexts_close(&contexts);
}

static void libselinux_refuses_broken_files(void **state)
{
	struct selinux_contexts contexts;
	struct fixture *f = *state;

	put(f, "etc/selinux/config", "SELINUXTYPE=test\n");
	put(f, FC, "/a -q u:object_r:a_t:s0\n");
	open_real(f, &contexts, SELINUX_POLICY_BROKEN);
	put(f, FC,
	    "\x7f"
	    "ELF\x02\x01\x01\n\xff\xfe two words too many here\n");
	open_real(f, &contexts, SELINUX_POLICY_BROKEN);
}

/* Whether a bad expression is found at loading or at a lookup depends on the version. */
static void a_broken_expression_is_no_label(void **state)
{
	struct selinux_facts facts = { .mode = SELINUX_AUTO };
	struct selinux_contexts contexts;
	struct fixture *f = *state;
	struct err e = { 0 };

	put(f, "etc/selinux/config", "SELINUXTYPE=test\n");
	put(f, FC, "/etc/.* u:object_r:etc_t:s0\n/etc/[ u:object_r:a_t:s0\n");
	assert_int_equal(selinux_contexts_open(&contexts, &selinux_ops_real, NULL, f->rootfd,
					       &facts, &f->arena, &e),
			 0);
	if (facts.policy == SELINUX_POLICY_LOADED)
		expect(&contexts, "/etc/shadow", S_IFREG, SELINUX_FAILED, NULL);
	else
		assert_int_equal(facts.policy, SELINUX_POLICY_BROKEN);
	selinux_contexts_close(&contexts);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_tree_without_policy_is_told_from_one_with),
		TEST(a_type_must_be_a_plain_name),
		TEST(what_is_no_file_is_unreadable),
		TEST(libselinux_gets_a_copy_of_a_foreign_tree),
		TEST(links_stay_in_the_tree),
		TEST(a_path_is_substituted),
		TEST(want_of_descriptors_is_an_error),
		/* With libselinux only: */
		TEST(libselinux_looks_up_in_the_copy),
		TEST(libselinux_refuses_broken_files),
		TEST(a_broken_expression_is_no_label),
	};
	const size_t all = sizeof(tests) / sizeof(*tests);

	return _cmocka_run_group_tests("selinux_contexts", tests,
				       selinux_ops_real.built ? all : all - 3, NULL, NULL);
}
