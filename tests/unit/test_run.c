/* SPDX-License-Identifier: BSD-3-Clause */
#include "run.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "fd.h"

#define GROUP "root:x:0:\nclub:x:5:\n"

static struct arena arena;
static char dir[32];
static char out[8192], said[8192];

struct options {
	bool fail, fail_after;
	const char *kind;
};

/* What work and change saw. */
static struct {
	int works, changes, commits, failed;
	size_t events;
	long timeout;
	bool disturb, unknown_first;
} seen;

static const char *in_dir(const char *path)
{
	return arena_printf(&arena, "%s%s", dir, path);
}

static void write_file(const char *path, const char *text)
{
	_cleanup_fd_ int fd = open(in_dir(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, text, strlen(text)), 0);
}

static const char *read_file(const char *path)
{
	_cleanup_fd_ int fd = open(in_dir(path), O_RDONLY | O_CLOEXEC);
	struct str text;

	if (fd < 0)
		return NULL;
	assert_int_equal(fd_read_all(fd, 100000, &arena, &text), 0);
	return str_dup(&arena, text);
}

static int begin(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/test_run.XXXXXX");
	assert_non_null(mkdtemp(dir));
	mkdir(in_dir("/etc"), 0755);
	write_file("/etc/group", GROUP);
	memset(&seen, 0, sizeof(seen));
	return 0;
}

static int drop(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int end(void **state)
{
	(void)state;
	nftw(dir, drop, 8, FTW_DEPTH | FTW_PHYS);
	arena_free(&arena);
	return 0;
}

static int change(struct run *run, struct txn *txn, void *context)
{
	static const char *const values[] = { "new", "x", "7", "" };
	struct options *o = context;

	seen.changes++;
	event_log(&run->events, &run->arena, "new group");
	if (table_add(txn_table(txn, TABLE_GROUP), values, &run->err) < 0)
		return -1;
	/* Somebody who takes no lock, once or for ever. */
	if (seen.disturb || (seen.unknown_first && seen.changes == 1))
		write_file("/etc/group", arena_printf(&arena, GROUP "by%d:x:8:\n", seen.changes));
	return o->fail ? err_set(&run->err, ERR_EXISTS, "group exists") : 0;
}

static int work(struct run *run, void *options, const char *const *operands)
{
	struct options *o = options;
	int r;

	seen.works++;
	seen.timeout = run->lock_timeout;
	if (!run_operands(run, operands, 1))
		return -1;
	if (strcmp(operands[0], "print") == 0)
		return puts("some output") < 0;
	r = run_transaction(run, TABLE_BIT(TABLE_GROUP), change, o);
	seen.events = run->events.count;
	if (r == 0 && o->fail_after)
		return err_set(&run->err, ERR_HOME, "no home");
	return r;
}

static void failed(struct run *run, void *options, int status)
{
	(void)run;
	(void)options;
	seen.failed = status;
}

static const struct opt own_opts[] = {
	{ 0, "fail", NULL, "fail before the commit", OPT_FLAG, offsetof(struct options, fail) },
	{ 0, "fail-after", NULL, "and after it", OPT_FLAG, offsetof(struct options, fail_after) },
	{ 0 },
};

static const struct tool tool = {
	.name = "test_run",
	.synopsis = "[options] NAME",
	.summary = "Runs.",
	.options = own_opts,
	.takes_keys = true,
	.status = { [ERR_USAGE] = 2, [ERR_ARGUMENT] = 3, [ERR_EXISTS] = 9, [ERR_HOME] = 12 },
	.work = work,
	.failed = failed,
};

static void collect(FILE *file, char *buffer, size_t size)
{
	size_t n;

	rewind(file);
	n = fread(buffer, 1, size - 1, file);
	buffer[n] = '\0';
}

/* Runs the tool with --prefix DIR and the arguments; stdout goes to the file named, or to out. */
static int run_tool(const char *stdout_file, const char *const *args)
{
	_cleanup_file_ FILE *out_file = tmpfile(), *err_file = tmpfile();
	int saved_out = dup(STDOUT_FILENO), saved_err = dup(STDERR_FILENO);
	struct options o = { 0 };
	char *argv[16] = { arena_strdup(&arena, "test_run"), arena_strdup(&arena, "--prefix"),
			   dir };
	int argc = 3, status, fd = -1;

	for (; *args; args++)
		argv[argc++] = arena_strdup(&arena, *args);
	if (stdout_file)
		fd = open(stdout_file, O_WRONLY | O_CLOEXEC);
	fflush(stdout);
	dup2(stdout_file ? fd : fileno(out_file), STDOUT_FILENO);
	dup2(fileno(err_file), STDERR_FILENO);
	status = run_main(&tool, &o, argc, argv);
	fflush(stdout);
	clearerr(stdout);
	dup2(saved_out, STDOUT_FILENO);
	dup2(saved_err, STDERR_FILENO);
	close(saved_out);
	close(saved_err);
	fd_close(&fd);
	collect(out_file, out, sizeof(out));
	collect(err_file, said, sizeof(said));
	return status;
}

#define RUN(...) run_tool(NULL, (const char *const[]){ __VA_ARGS__, NULL })

static void a_change_is_committed(void **state)
{
	(void)state;
	assert_int_equal(RUN("new"), 0);
	assert_string_equal(out, "");
	assert_string_equal(said, "");
	assert_string_equal(read_file("/etc/group"), GROUP "new:x:7:\n");
	assert_string_equal(read_file("/etc/group-"), GROUP);
	assert_int_equal(seen.changes, 1);
	assert_int_equal(seen.events, 1);
	assert_int_equal(seen.failed, 0);
	assert_int_equal(seen.timeout, 15);
}

static void no_backup_leaves_none(void **state)
{
	(void)state;
	assert_int_equal(RUN("--no-backup", "--lock-timeout=3", "new"), 0);
	assert_null(read_file("/etc/group-"));
	assert_int_equal(seen.timeout, 3);
}

static void a_dry_run_shows_the_diff_only(void **state)
{
	(void)state;
	assert_int_equal(RUN("--dry-run", "new"), 0);
	assert_string_equal(said, "");
	assert_non_null(strstr(out, "+new:x:7:\n"));
	assert_non_null(strstr(out, in_dir("/etc/group")));
	assert_string_equal(read_file("/etc/group"), GROUP);
	assert_int_equal(seen.events, 0);
}

static void an_error_changes_nothing_and_has_its_status(void **state)
{
	(void)state;
	assert_int_equal(RUN("--fail", "new"), 9);
	assert_string_equal(said, "test_run: group exists\n");
	assert_string_equal(read_file("/etc/group"), GROUP);
	assert_int_equal(seen.events, 0);
	assert_int_equal(seen.failed, 9);
}

static void an_error_after_the_commit_leaves_it(void **state)
{
	(void)state;
	assert_int_equal(RUN("--fail-after", "new"), 12);
	assert_string_equal(said, "test_run: no home\n");
	assert_string_equal(read_file("/etc/group"), GROUP "new:x:7:\n");
	assert_int_equal(seen.events, 1);
}

static void a_foreign_write_begins_anew(void **state)
{
	(void)state;
	seen.unknown_first = true;
	assert_int_equal(RUN("new"), 0);
	assert_int_equal(seen.changes, 2);
	assert_int_equal(seen.events, 1);
	assert_string_equal(read_file("/etc/group"), GROUP "by1:x:8:\nnew:x:7:\n");
}

static void foreign_writes_without_end_are_an_error(void **state)
{
	(void)state;
	seen.disturb = true;
	assert_int_equal(RUN("new"), 1);
	assert_int_equal(seen.changes, 5);
	assert_int_equal(seen.events, 0);
	assert_non_null(strstr(said, "try again later"));
	assert_string_equal(read_file("/etc/group"), GROUP "by5:x:8:\n");
}

static void the_command_line_is_judged_first(void **state)
{
	static const struct {
		const char *args[4];
		int status;
		const char *message;
	} cases[] = {
		{ { NULL }, 2, "usage: test_run [options] NAME (see test_run --help)" },
		{ { "a", "b" }, 2, "usage: test_run [options] NAME (see test_run --help)" },
		{ { "--nonsense" }, 2, "unrecognized option '--nonsense'" },
		{ { "--root=/x", "a" }, 2, "options --root and --prefix conflict" },
		{ { "--selinux=on", "a" }, 2,
		  "invalid SELinux mode 'on': not auto, off or strict" },
		{ { "--lock-timeout=x", "a" }, 3, "invalid lock timeout 'x'" },
		{ { "-K", "UMASK" }, 3, "-K requires KEY=VALUE" },
		{ { "-P", "rel", "a" }, 3, "prefix must be an absolute path" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *line = arena_printf(&arena, "test_run: %s\n", cases[i].message);

		assert_int_equal(run_tool(NULL, cases[i].args), cases[i].status);
		assert_string_equal(out, "");
		assert_string_equal(said, line);
	}
	assert_int_equal(seen.changes, 0);
}

static void help_goes_to_stdout(void **state)
{
	(void)state;
	assert_int_equal(RUN("--help", "--nonsense"), 0);
	assert_string_equal(said, "");
	assert_int_equal(strncmp(out, "Usage: test_run", 15), 0);
	assert_non_null(strstr(out, "--lock-timeout"));
	assert_non_null(strstr(out, "-K, --key"));
	assert_int_equal(seen.works, 0);
}

static void output_that_is_lost_is_an_error(void **state)
{
	static const char *const args[] = { "print", NULL };

	(void)state;
	if (access("/dev/full", W_OK) != 0)
		skip();
	assert_int_equal(run_tool("/dev/full", args), 1);
	assert_string_equal(said, "test_run: cannot write the output: No space left on device\n");
	assert_int_equal(RUN("print"), 0);
	assert_string_equal(out, "some output\n");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_change_is_committed),
		TEST(no_backup_leaves_none),
		TEST(a_dry_run_shows_the_diff_only),
		TEST(an_error_changes_nothing_and_has_its_status),
		TEST(an_error_after_the_commit_leaves_it),
		TEST(a_foreign_write_begins_anew),
		TEST(foreign_writes_without_end_are_an_error),
		TEST(the_command_line_is_judged_first),
		TEST(help_goes_to_stdout),
		TEST(output_that_is_lost_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
