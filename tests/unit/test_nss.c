/* SPDX-License-Identifier: BSD-3-Clause */
#include "nss.h"

#include "scratch.h"

#include <nss.h>

static const struct {
	const char *text, *passwd, *subid;
} confs[] = {
	{ "", NULL, NULL },
	{ "passwd: files\n", NULL, NULL },
	{ "passwd:files", NULL, NULL },
	{ "passwd: files systemd", "systemd", NULL },
	{ "passwd:sss files systemd\nsubid: sss\n", "sss systemd", "sss" },
	{ "  passwd :\tfiles\tldap  \n", "ldap", NULL },
	{ "passwd: compat", "compat", NULL },
	{ "passwd: files [NOTFOUND=return] ldap", NULL, NULL },
	{ "passwd: files [notfound=return] ldap", NULL, NULL },
	{ "passwd: files [UNAVAIL=return] ldap", "ldap", NULL },
	{ "passwd: files [!NOTFOUND=return] ldap", "ldap", NULL },
	{ "passwd: sss [NOTFOUND=return] files", "sss [NOTFOUND=return]", NULL },
	{ "passwd: sss[!UNAVAIL=return]files ldap", "sss [!UNAVAIL=return] ldap", NULL },
	{ "passwd: [SUCCESS=merge] files", NULL, NULL },
	{ "# passwd: ldap\npasswd: files # ldap\n", NULL, NULL },
	{ "passwd_compat: nis\npasswdx: nis\ngroup: ldap\n", NULL, NULL },
	{ "passwd: ldap\npasswd: files\n", NULL, NULL },
	{ "passwd\n:ldap\n", NULL, NULL },
	{ "passwd: files [NOTFOUND", NULL, NULL },
	{ "subid: files\r\n", NULL, NULL },
};

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static void sources_beyond_files_are_found(void **state)
{
	struct arena a = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(confs) / sizeof(confs[0]); i++) {
		struct str text = str_of(confs[i].text);
		const char *passwd = nss_parse(text, "passwd", &a);

		if (!same(passwd, confs[i].passwd) ||
		    !same(nss_parse(text, "subid", &a), confs[i].subid))
			fail_msg("'%s' gives '%s'", confs[i].text, passwd ? passwd : "none");
	}
	arena_free(&a);
}

static void a_root_that_is_not_live_loads_nothing(void **state)
{
	struct err e = { .kind = ERR_NONE };
	struct arena a = { 0 };
	struct scratch s;
	struct root root;
	struct nss n;

	(void)state;
	scratch_open(&s);
	assert_int_equal(root_open(&root, NULL, s.dir, &a, &e), 0);
	assert_int_equal(nss_load(&n, &root, false, &a, &e), 0);
	assert_null(n.subid);
	make_dir(s.fd, "etc", 0755);
	make_file(s.fd, "etc/nsswitch.conf", "passwd: sss\ngroup: sss\nsubid: sss\n", 0644);
	assert_int_equal(nss_load(&n, &root, false, &a, &e), 0);
	assert_null(n.passwd);
	assert_null(n.group);
	assert_string_equal(n.subid, "sss");
	assert_false(nss_user(&n, "root", NULL, NULL));
	assert_false(nss_uid(&n, 0, NULL));
	assert_false(nss_group(&n, "root", NULL));
	assert_false(nss_takes_gid(&n, 0));
	assert_int_equal(nss_load(&n, &root, true, &a, &e), 0);
	assert_null(n.subid);
	root_close(&root);
	scratch_close(&s);
	arena_free(&a);
}

/* The files stand in for a source beyond the files. */
static void sources_are_asked(void **state)
{
	struct arena a = { 0 };
	struct nss n = { .passwd = "files", .group = "files", .arena = &a };
	uid_t uid = 1;
	gid_t gid = 1;
	const char *name = NULL;

	(void)state;
	assert_int_equal(__nss_configure_lookup("passwd", "files"), 0);
	assert_int_equal(__nss_configure_lookup("group", "files"), 0);
	assert_true(nss_user(&n, "root", &uid, &gid));
	assert_int_equal(uid, 0);
	assert_int_equal(gid, 0);
	assert_true(nss_uid(&n, 0, &name));
	assert_string_equal(name, "root");
	gid = 1;
	assert_true(nss_group(&n, "root", &gid));
	assert_int_equal(gid, 0);
	assert_true(nss_gid(&n, 0, &name));
	assert_string_equal(name, "root");
	assert_true(nss_takes_uid(&n, 0));
	assert_false(nss_takes_uid(&n, 4242424242u));
	assert_false(nss_user(&n, "no such user", NULL, NULL));
#if __GLIBC_PREREQ(2, 34)
	/* What was chosen counts for all questions after it: other sources, no files.  Before that
	 * release the choice must come before the first question, as it does in our tools. */
	assert_int_equal(__nss_configure_lookup("passwd", "no_such_module"), 0);
	assert_false(nss_user(&n, "root", NULL, NULL));
#endif
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sources_beyond_files_are_found),
		cmocka_unit_test(a_root_that_is_not_live_loads_nothing),
		cmocka_unit_test(sources_are_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
