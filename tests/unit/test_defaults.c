/* SPDX-License-Identifier: BSD-3-Clause */
#include "defaults.h"

#include "scratch.h"

#include "profile.h"

#define FILE_NAME "etc/default/useradd"

static struct scratch s;
static struct run run;
static char said[2048];

static int begin(void **state)
{
	(void)state;
	scratch_open(&s);
	make_dir(s.fd, "etc", 0755);
	make_dir(s.fd, "etc/default", 0755);
	make_dir(s.fd, "usr", 0755);
	make_dir(s.fd, "usr/etc", 0755);
	make_dir(s.fd, "usr/etc/default", 0755);
	make_file(s.fd, "etc/group", "root:x:0:\nusers:x:100:\nclub:x:1100:joe\n5:x:7:\n", 0644);
	run = (struct run){ .note = { .prog = "useradd" }, .mode = SELINUX_OFF };
	return root_open(&run.root, NULL, s.dir, &run.arena, &run.err);
}

static int end(void **state)
{
	(void)state;
	selinux_end(&run.labels);
	root_close(&run.root);
	arena_free(&run.arena);
	scratch_close(&s);
	return 0;
}

static void put(const char *text)
{
	unlinkat(s.fd, FILE_NAME, 0);
	make_file(s.fd, FILE_NAME, text, 0644);
}

/* What load notes goes to said, our directory cut out. */
static struct defaults load(void)
{
	_cleanup_file_ FILE *file = tmpfile();
	int saved = dup(STDERR_FILENO);
	struct defaults d;
	char *at;
	size_t n;

	dup2(fileno(file), STDERR_FILENO);
	n = (size_t)defaults_load(&run, &d);
	dup2(saved, STDERR_FILENO);
	close(saved);
	assert_int_equal(n, 0);
	rewind(file);
	n = fread(said, 1, sizeof(said) - 1, file);
	said[n] = '\0';
	while ((at = strstr(said, s.dir)))
		memmove(at, at + strlen(s.dir), strlen(at + strlen(s.dir)) + 1);
	return d;
}

static const char *printed(const struct defaults *d)
{
	char *text = NULL, *copy;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	defaults_print(d, out);
	fclose(out);
	copy = arena_strdup(&run.arena, text);
	free(text);
	return copy;
}

#define GROUPS_LINE (profile_get()->defaults_groups ? "GROUPS=\n" : "")
#define USRSKEL_LINE (profile_get()->defaults_groups ? "USRSKEL=/usr/etc/skel\n" : "")
#define BTRFS_LINES                                                                            \
	(profile_get()->defaults_btrfs ?                                                       \
		 "BTRFS_SUBVOLUME_HOME=no\nBTRFS_SUBVOLUME_SYSTEM=no\n" : "")
#define SPOOL (profile_get()->create_mail_spool ? "yes" : "no")

static const char *lines(const char *group, const char *home, const char *shell)
{
	return arena_printf(&run.arena,
			    "GROUP=%s\n%sHOME=%s\nINACTIVE=-1\nEXPIRE=\nSHELL=%s\nSKEL=/etc/skel\n"
			    "%sCREATE_MAIL_SPOOL=%s\nLOG_INIT=yes\n%s",
			    group, GROUPS_LINE, home, shell, USRSKEL_LINE, SPOOL, BTRFS_LINES);
}

static void without_a_file_the_built_in_values_count(void **state)
{
	struct defaults d = load();

	(void)state;
	assert_string_equal(printed(&d), lines("100", "/home", "/bin/bash"));
	assert_string_equal(d.group, "100");
	assert_null(d.groups);
	assert_string_equal(d.home, "/home");
	assert_int_equal(d.inactive, -1);
	assert_string_equal(d.expire, "");
	assert_string_equal(d.skel, "/etc/skel");
	assert_true(d.log_init);
	assert_int_equal(d.create_mail_spool, profile_get()->create_mail_spool);
	assert_string_equal(said, "");
}

static void vendor_files_stand_in(void **state)
{
	struct defaults d;

	(void)state;
	make_file(s.fd, "usr/etc/default/useradd", "HOME=/vendor\nSHELL=/bin/v\n", 0644);
	d = load();
	assert_string_equal(d.home, "/vendor");
	put("SHELL=/bin/sh\n");
	d = load();
	assert_string_equal(d.home, "/home");
	assert_string_equal(d.shell, "/bin/sh");
}

#define IGNORED(key) "useradd: the " key "= configuration in /etc/default/useradd will be ignored\n"

static const struct {
	const char *text;
	enum defaults_key key;
	const char *value, *said;
} files[] = {
	{ "HOME=/a\n", DEFAULTS_HOME, "/a", "" },
	{ "HOME=/a\nHOME=/b", DEFAULTS_HOME, "/b", "" },
	{ "HOME=/a\r\n", DEFAULTS_HOME, "/a", "" },
	{ "HOME=/a # c\n", DEFAULTS_HOME, "/a # c", "" },
	{ "HOME=\n", DEFAULTS_HOME, "/home", "" },
	{ "HOME =/a\n HOME=/b\nexport HOME=/c\nhome=/d\n#HOME=/e\nHOME\n", DEFAULTS_HOME, "/home",
	  "" },
	{ "HOME=\"/q\"\n", DEFAULTS_HOME, "/home",
	  "useradd: invalid base directory '\"/q\"'\n" IGNORED("HOME") },
	{ "HOME=/a:b\n", DEFAULTS_HOME, "/home",
	  "useradd: invalid base directory '/a:b'\n" IGNORED("HOME") },
	{ "SHELL=\n", DEFAULTS_SHELL, "", "" },
	{ "SHELL=sh\n", DEFAULTS_SHELL, "/bin/bash",
	  "useradd: invalid shell 'sh'\n" IGNORED("SHELL") },
	{ "INACTIVE=30\n", DEFAULTS_INACTIVE, "30", "" },
	{ "INACTIVE=0x10\n", DEFAULTS_INACTIVE, "16", "" },
	{ "INACTIVE=abc\n", DEFAULTS_INACTIVE, "-1",
	  "useradd: invalid numeric argument 'abc'\n" IGNORED("INACTIVE") },
	{ "INACTIVE=\n", DEFAULTS_INACTIVE, "-1",
	  "useradd: invalid numeric argument ''\n" IGNORED("INACTIVE") },
	{ "INACTIVE=-2\n", DEFAULTS_INACTIVE, "-1",
	  "useradd: invalid numeric argument '-2'\n" IGNORED("INACTIVE") },
	{ "EXPIRE=2031-05-06\n", DEFAULTS_EXPIRE, "2031-05-06", "" },
	{ "EXPIRE=soon\n", DEFAULTS_EXPIRE, "",
	  "useradd: invalid date 'soon'\n" IGNORED("EXPIRE") },
	{ "GROUP=club\n", DEFAULTS_GROUP, "1100", "" },
	{ "GROUP=1100\n", DEFAULTS_GROUP, "1100", "" },
	{ "GROUP=5\n", DEFAULTS_GROUP, "7", "" },
	{ "GROUP=nosuch\n", DEFAULTS_GROUP, "100",
	  "useradd: group 'nosuch' does not exist\n" IGNORED("GROUP") },
	{ "GROUP=7777\n", DEFAULTS_GROUP, "100",
	  "useradd: group '7777' does not exist\n" IGNORED("GROUP") },
	{ "CREATE_MAIL_SPOOL=YES\n", DEFAULTS_CREATE_MAIL_SPOOL, "YES", "" },
	{ "LOG_INIT=no\n", DEFAULTS_LOG_INIT, "no", "" },
	{ "LOG_INIT=\n", DEFAULTS_LOG_INIT, "yes", "" },
};

static void files_are_read_as_useradd_reads_them(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct defaults d;

		put(files[i].text);
		d = load();
		if (strcmp(d.value[files[i].key], files[i].value) != 0 ||
		    strcmp(said, files[i].said) != 0)
			fail_msg("'%s' gives '%s' and says '%s'", files[i].text,
				 d.value[files[i].key], said);
	}
}

static void groups_that_do_not_exist_go(void **state)
{
	struct defaults d;

	(void)state;
	put("GROUPS=users,nosuch,club,users\nUSRSKEL=/usr/skel\n");
	d = load();
	if (!profile_get()->defaults_groups) {
		assert_null(d.groups);
		assert_null(d.usrskel);
		return;
	}
	assert_string_equal(d.groups, "users,club");
	assert_string_equal(d.usrskel, "/usr/skel");
	assert_string_equal(said, "useradd: group 'nosuch' does not exist\n"
				  "useradd: the 'GROUPS=' configuration in "
				  "/etc/default/useradd has an invalid group, "
				  "ignoring the bad group\n");
}

static void values_set_by_options_must_be_good(void **state)
{
	struct defaults d = load();

	(void)state;
	assert_int_equal(defaults_set(&run, &d, DEFAULTS_GROUP, "nosuch"), -1);
	assert_int_equal(run.err.kind, ERR_UNKNOWN);
	err_clear(&run.err);
	assert_int_equal(defaults_set(&run, &d, DEFAULTS_HOME, "relative"), -1);
	assert_int_equal(run.err.kind, ERR_ARGUMENT);
	assert_string_equal(run.err.message, "invalid base directory 'relative'");
	err_clear(&run.err);
	assert_string_equal(d.home, "/home");
	assert_int_equal(defaults_set(&run, &d, DEFAULTS_GROUP, "club"), 0);
	assert_string_equal(d.group, "1100");
	assert_int_equal(defaults_set(&run, &d, DEFAULTS_INACTIVE, "9"), 0);
	assert_int_equal(d.inactive, 9);
}

static void save(const struct defaults *d)
{
	if (defaults_save(&run, d) < 0)
		fail_msg("%s", run.err.message);
}

static void set_and_save(enum defaults_key key, const char *value)
{
	struct defaults d = load();

	assert_int_equal(defaults_set(&run, &d, key, value), 0);
	save(&d);
}

static const char *file_text(const char *name)
{
	struct str text;

	assert_int_equal(root_read(&run.root, name, 10000, &run.arena, &text), 0);
	return str_dup(&run.arena, text);
}

static void other_lines_are_kept(void **state)
{
	static const char old[] = "# c1\nSHELL=/bin/sh\nFOO=bar\n\n#SKEL=/x\n"
				  "SHELL=/bin/zz\nHOME=/h";
	const char *rest;

	(void)state;
	put(old);
	set_and_save(DEFAULTS_SHELL, "/bin/bash");
	rest = arena_printf(&run.arena,
			    "GROUP=100\n%sINACTIVE=-1\nEXPIRE=\nSKEL=/etc/skel\n%s"
			    "CREATE_MAIL_SPOOL=%s\nLOG_INIT=yes\n%s",
			    GROUPS_LINE, USRSKEL_LINE, SPOOL, BTRFS_LINES);
	/* Both lines of SHELL: the last one counts. */
	assert_string_equal(file_text("/" FILE_NAME),
			    arena_printf(&run.arena,
					 "# c1\nSHELL=/bin/bash\nFOO=bar\n\n#SKEL=/x\n"
					 "SHELL=/bin/bash\nHOME=/h\n%s", rest));
	assert_string_equal(file_text("/" FILE_NAME "-"), old);
	assert_int_equal(run.events.count, 2);
	assert_string_equal(run.events.items[0].text,
			    arena_printf(&run.arena,
					 "useradd defaults: GROUP=100, HOME=/h, SHELL=/bin/bash, "
					 "INACTIVE=-1, EXPIRE=, SKEL=/etc/skel, "
					 "CREATE_MAIL_SPOOL=%s, LOG_INIT=yes", SPOOL));
	assert_int_equal(run.events.items[1].audit, AUDIT_TYPE_USYS_CONFIG);
	/* A second time it is a file of ours: nothing else changes. */
	rest = file_text("/" FILE_NAME);
	set_and_save(DEFAULTS_SHELL, "/bin/bash");
	assert_string_equal(file_text("/" FILE_NAME), rest);
	assert_string_equal(file_text("/" FILE_NAME "-"), rest);
}

static void a_missing_file_is_made(void **state)
{
	struct stat st;

	(void)state;
	must(unlinkat(s.fd, "etc/default", AT_REMOVEDIR), "etc/default");
	set_and_save(DEFAULTS_SHELL, "/bin/sh");
	assert_string_equal(file_text("/" FILE_NAME),
			    arena_printf(&run.arena, "# useradd defaults file\n%s",
					 lines("100", "/home", "/bin/sh")));
	st = look(s.fd, FILE_NAME);
	assert_int_equal(st.st_mode & 07777, 0644);
	st = look(s.fd, "etc/default");
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_false(is_there(s.fd, FILE_NAME "-"));
}

static void mode_and_owner_stay(void **state)
{
	struct timespec times[2] = { { 1000000000, 0 }, { 1000000000, 0 } };
	struct stat st;

	(void)state;
	put("HOME=/h\n");
	must(fchmodat(s.fd, FILE_NAME, 0640, 0), "chmod");
	if (geteuid() == 0)
		give(s.fd, FILE_NAME, 0, 42);
	must(utimensat(s.fd, FILE_NAME, times, 0), "utimensat");
	set_and_save(DEFAULTS_HOME, "/srv");
	st = look(s.fd, FILE_NAME);
	assert_int_equal(st.st_mode & 07777, 0640);
	if (geteuid() == 0)
		assert_int_equal(st.st_gid, 42);
	assert_int_equal(st.st_nlink, 1);
	st = look(s.fd, FILE_NAME "-");
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(st.st_mtime, 1000000000);
	assert_int_equal(st.st_nlink, 1);
}

static void a_link_is_followed(void **state)
{
	(void)state;
	make_dir(s.fd, "srv", 0755);
	make_file(s.fd, "srv/real", "HOME=/h\n", 0644);
	make_link(s.fd, FILE_NAME, "/srv/real");
	set_and_save(DEFAULTS_HOME, "/srv");
	assert_string_equal(target(s.fd, FILE_NAME), "/srv/real");
	assert_non_null(strstr(file_text("/srv/real"), "HOME=/srv\n"));
	assert_string_equal(file_text("/srv/real-"), "HOME=/h\n");
}

static void without_a_backup_there_is_none(void **state)
{
	(void)state;
	put("HOME=/h\n");
	run.opt.no_backup = true;
	set_and_save(DEFAULTS_HOME, "/srv");
	assert_false(is_there(s.fd, FILE_NAME "-"));
	assert_non_null(strstr(file_text("/" FILE_NAME), "HOME=/srv\n"));
}

static void a_dry_run_changes_nothing(void **state)
{
	_cleanup_file_ FILE *file = tmpfile();
	int saved = dup(STDOUT_FILENO);
	char text[2048];
	size_t n;

	(void)state;
	put("# c\nHOME=/h\n");
	run.opt.dry_run = true;
	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	set_and_save(DEFAULTS_HOME, "/srv");
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	rewind(file);
	n = fread(text, 1, sizeof(text) - 1, file);
	text[n] = '\0';
	assert_non_null(strstr(text, "\n@@ -1,2 +1,"));
	assert_non_null(strstr(text, "\n # c\n-HOME=/h\n+HOME=/srv\n+GROUP=100\n"));
	assert_string_equal(file_text("/" FILE_NAME), "# c\nHOME=/h\n");
	assert_int_equal(run.events.count, 0);
}

static void a_failure_leaves_the_old_file(void **state)
{
	struct defaults d;

	(void)state;
	put("HOME=/h\n");
	d = load();
	must(unlinkat(s.fd, FILE_NAME, 0), FILE_NAME);
	make_dir(s.fd, FILE_NAME, 0755);
	assert_int_equal(defaults_save(&run, &d), -1);
	assert_int_equal(run.err.kind, ERR_IO);
	assert_string_equal(run.err.message,
			    arena_printf(&run.arena, "cannot write %s/" FILE_NAME
						     ": Invalid argument", s.dir));
	assert_int_equal(run.events.count, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_a_file_the_built_in_values_count),
		TEST(vendor_files_stand_in),
		TEST(files_are_read_as_useradd_reads_them),
		TEST(groups_that_do_not_exist_go),
		TEST(values_set_by_options_must_be_good),
		TEST(other_lines_are_kept),
		TEST(a_missing_file_is_made),
		TEST(mode_and_owner_stay),
		TEST(a_link_is_followed),
		TEST(without_a_backup_there_is_none),
		TEST(a_dry_run_changes_nothing),
		TEST(a_failure_leaves_the_old_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
