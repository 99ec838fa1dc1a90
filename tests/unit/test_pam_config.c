/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_config.h"

#include "scratch.h"

#define FILES_MAX 4

/* Files of a tree, one service asked for, what is missing (NULL: nothing). */
struct config {
	const char *name;
	struct {
		const char *path, *text;
	} files[FILES_MAX];
	const char *why;
};

static const struct config configs[] = {
	{ "no configuration at all", { { NULL, NULL } }, "/etc/pam.d/chpasswd is missing" },
	{ "a directory without the service", { { "etc/pam.d/login", "auth required pam_x.so\n" } },
	  "/etc/pam.d/chpasswd is missing" },
	{ "one module that is there",
	  { { "etc/pam.d/chpasswd", "password required pam_here.so nullok\n" } }, NULL },
	{ "one that is not",
	  { { "etc/pam.d/chpasswd", "password required pam_here.so\n"
				    "password required pam_no.so\n" } },
	  "pam_no.so is missing" },
	{ "a minus before the type",
	  { { "etc/pam.d/chpasswd", "-password required pam_no.so\n"
				    "password required pam_here.so\n" } },
	  NULL },
	{ "an optional one beside another",
	  { { "etc/pam.d/chpasswd", "password optional pam_no.so\n"
				    "password required pam_here.so\n" } },
	  NULL },
	{ "optional ones and no other of the type",
	  { { "etc/pam.d/chpasswd", "password optional pam_no.so\nauth required pam_here.so\n" } },
	  "pam_no.so is missing" },
	{ "a control in brackets",
	  { { "etc/pam.d/chpasswd",
	      "password\t[success=1 default=ignore]\tpam_here.so x [y z]\n" } },
	  NULL },
	{ "a control in brackets, no module",
	  { { "etc/pam.d/chpasswd", "password [success=1 default=ignore] pam_no.so\n" } },
	  "pam_no.so is missing" },
	{ "Debian's include",
	  { { "etc/pam.d/chpasswd", "# text\n\n@include common-password\n" },
	    { "etc/pam.d/common-password", "password required pam_here.so\n" } }, NULL },
	{ "an include that is not there",
	  { { "etc/pam.d/chpasswd", "@include common-password\n" } },
	  "/etc/pam.d/common-password is missing" },
	{ "Fedora's include and substack",
	  { { "etc/pam.d/chpasswd", "password include system-auth\npassword substack more\n" },
	    { "etc/pam.d/system-auth", "password required pam_here.so\n" },
	    { "usr/lib/pam.d/more", "password requisite pam_no.so\n" } },
	  "pam_no.so is missing" },
	{ "files that include each other",
	  { { "etc/pam.d/chpasswd", "@include chpasswd\n" } }, "chpasswd is included too deep" },
	{ "the vendor's directory",
	  { { "usr/lib/pam.d/chpasswd", "password required pam_here.so\n" } }, NULL },
	{ "/etc goes before the vendor's",
	  { { "usr/lib/pam.d/chpasswd", "password required pam_no.so\n" },
	    { "etc/pam.d/chpasswd", "password required pam_here.so\n" } }, NULL },
	{ "other", { { "etc/pam.d/other", "password required pam_here.so\n" } }, NULL },
	{ "other without its module", { { "etc/pam.d/other", "auth required pam_no.so\n" } },
	  "pam_no.so is missing" },
	{ "pam.conf",
	  { { "etc/pam.conf", "login auth required pam_no.so\n"
			      "chpasswd password required pam_here.so\n" } }, NULL },
	{ "pam.conf without the service", { { "etc/pam.conf", "login auth required pam_no.so\n" } },
	  "/etc/pam.d/chpasswd is missing" },
	{ "pam.conf's other", { { "etc/pam.conf", "other password required pam_no.so\n" } },
	  "pam_no.so is missing" },
	{ "pam.conf beside a directory",
	  { { "etc/pam.conf", "chpasswd password required pam_here.so\n" },
	    { "etc/pam.d/login", "" } }, "/etc/pam.d/chpasswd is missing" },
	{ "a module by its path",
	  { { "etc/pam.d/chpasswd", "password required /opt/pam_mine.so\n" },
	    { "opt/pam_mine.so", "" } }, NULL },
	{ "a path that leads nowhere",
	  { { "etc/pam.d/chpasswd", "password required /opt/pam_mine.so\n" } },
	  "/opt/pam_mine.so is missing" },
	{ "$ISA",
	  { { "etc/pam.d/chpasswd", "password required /$ISA/pam_here.so\n" } },
	  "/$ISA/pam_here.so is missing" },
	{ "../$ISA",
	  { { "etc/pam.d/chpasswd", "password required ../$ISA/pam_here.so\n" } }, NULL },
	{ "a line that goes on",
	  { { "etc/pam.d/chpasswd", "password \\\n required \\\n pam_no.so\n" } },
	  "pam_no.so is missing" },
	{ "a comment after a line, upper case",
	  { { "etc/pam.d/chpasswd", "PASSWORD REQUIRED pam_here.so # pam_no.so\n" } }, NULL },
	{ "an empty file of the service", { { "etc/pam.d/chpasswd", "" } }, NULL },
};

static void set_up(struct scratch *s, const struct config *c)
{
	static const char *const dirs[] = { "etc", "usr", "usr/lib", "opt", "modules", "lib",
					    "lib/security" };
	size_t i;

	scratch_open(s);
	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		make_dir(s->fd, dirs[i], 0755);
	make_file(s->fd, "lib/security/pam_here.so", "", 0644);
	for (i = 0; i < FILES_MAX && c->files[i].path; i++) {
		const char *path = c->files[i].path;

		if (strncmp(path, "etc/pam.d/", 10) == 0 && !is_there(s->fd, "etc/pam.d"))
			make_dir(s->fd, "etc/pam.d", 0755);
		if (strncmp(path, "usr/lib/pam.d/", 14) == 0 && !is_there(s->fd, "usr/lib/pam.d"))
			make_dir(s->fd, "usr/lib/pam.d", 0755);
		make_file(s->fd, path, c->files[i].text, 0644);
	}
}

static void finds_what_is_missing(void **state)
{
	struct arena a = { NULL };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
		const struct config *c = &configs[i];
		const char *why = NULL;
		struct scratch s;
		bool good;

		set_up(&s, c);
		good = pam_config_usable(s.dir, NULL, "chpasswd", &a, &why);
		if (good != !c->why || (why && strcmp(why, c->why) != 0))
			fail_msg("%s: %s", c->name, why ? why : "usable");
		scratch_close(&s);
	}
	arena_free(&a);
}

static void libpams_own_directory_counts(void **state)
{
	static const struct config c = {
		"", { { "etc/pam.d/chpasswd", "password required pam_own.so\n" } }, NULL
	};
	struct arena a = { NULL };
	const char *why = NULL;
	struct scratch s;

	(void)state;
	set_up(&s, &c);
	make_file(s.fd, "modules/pam_own.so", "", 0644);
	assert_false(pam_config_usable(s.dir, NULL, "chpasswd", &a, &why));
	assert_string_equal(why, "pam_own.so is missing");
	assert_true(pam_config_usable(s.dir, "/modules", "chpasswd", &a, &why));
	scratch_close(&s);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_is_missing),
		cmocka_unit_test(libpams_own_directory_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
