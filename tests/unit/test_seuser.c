/* SPDX-License-Identifier: BSD-3-Clause */
/* Login mappings with a libsemanage that does what it is told, dying included.  Both it and the
 * kernel are defined here, in place of those in the library. */
#include "seuser.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "selinux_ops.h"
#include "semanage.h"

/* Plans by the name of the login; what only looks has no login and goes by the environment. */
static enum semanage_result follow(const char *plan, char *message)
{
	sigset_t blocked;

	signal(SIGSEGV, SIG_DFL); /* cmocka's */
	if (strcmp(plan, "dies") == 0)
		raise(SIGSEGV);
	if (strcmp(plan, "aborts") == 0)
		abort();
	if (strcmp(plan, "leaves") == 0)
		_exit(0);
	if (strcmp(plan, "talks") == 0)
		(void)!write(STDERR_FILENO, "noise\n", 6);
	sigprocmask(SIG_SETMASK, NULL, &blocked);
	if (strcmp(plan, "blocked") == 0 && sigismember(&blocked, SIGTERM))
		return SEMANAGE_FAILED;
	snprintf(message, SEMANAGE_MESSAGE_SIZE, "%s", "the reason");
	if (strcmp(plan, "no store") == 0)
		return SEMANAGE_NO_STORE;
	if (strcmp(plan, "refused") == 0)
		return SEMANAGE_FAILED;
	return SEMANAGE_DONE;
}

enum semanage_result semanage_change(const struct seuser_change *change,
				     char message[SEMANAGE_MESSAGE_SIZE])
{
	return follow(change ? change->login : getenv("TEST_PLAN"), message);
}

static int is_mount(void *data, const char *path)
{
	const char *kernel = getenv("TEST_KERNEL");

	(void)data, (void)path;
	if (strcmp(kernel, "full") == 0) {
		errno = EMFILE;
		return -1;
	}
	return strcmp(kernel, "yes") == 0;
}

static int in_kernel(void *data)
{
	(void)data;
	errno = ENOENT;
	return strcmp(getenv("TEST_KERNEL"), "unknown") == 0 ? -1 : 0;
}

static int enforce(void *data, const char *mount)
{
	(void)data, (void)mount;
	return 0;
}

const struct selinux_ops selinux_ops_real = {
	.built = true,
	.is_mount = is_mount,
	.in_kernel = in_kernel,
	.enforce = enforce,
};

static const struct note note = { .prog = "test" };

static void a_change_is_possible_or_not(void **state)
{
	static const struct {
		const char *kernel, *plan;
		bool live;
		enum selinux_mode mode;
		bool go;
		enum err_kind error;
	} cases[] = {
		{ "yes", "done", true, SELINUX_AUTO, true, ERR_NONE },
		{ "yes", "done", true, SELINUX_STRICT, true, ERR_NONE },
		{ "yes", "done", true, SELINUX_OFF, false, ERR_NONE },
		{ "no", "done", true, SELINUX_AUTO, false, ERR_ARGUMENT },
		{ "no", "done", true, SELINUX_STRICT, false, ERR_ARGUMENT },
		{ "unknown", "done", true, SELINUX_AUTO, false, ERR_ARGUMENT },
		{ "full", "done", true, SELINUX_AUTO, false, ERR_IO },
		{ "no", "done", false, SELINUX_AUTO, false, ERR_NONE },
		{ "yes", "done", false, SELINUX_STRICT, false, ERR_SEUSER },
		{ "yes", "no store", true, SELINUX_AUTO, false, ERR_NONE },
		{ "yes", "no store", true, SELINUX_STRICT, false, ERR_SEUSER },
		{ "yes", "dies", true, SELINUX_AUTO, false, ERR_NONE },
		{ "yes", "dies", true, SELINUX_STRICT, false, ERR_SEUSER },
		{ "yes", "aborts", true, SELINUX_AUTO, false, ERR_NONE },
		{ "yes", "leaves", true, SELINUX_STRICT, false, ERR_SEUSER },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err e = { 0 };
		bool go = true;

		setenv("TEST_KERNEL", cases[i].kernel, 1);
		setenv("TEST_PLAN", cases[i].plan, 1);
		assert_int_equal(seuser_check(cases[i].live, cases[i].mode, &note, &go, &e),
				 cases[i].error == ERR_NONE ? 0 : -1);
		assert_int_equal(e.kind, cases[i].error);
		assert_int_equal(go, cases[i].go);
		if (e.kind == ERR_ARGUMENT)
			assert_string_equal(e.message, "-Z requires SELinux enabled kernel");
	}
}

static void apply(const char *plan, const char *seuser, const char *message)
{
	const struct seuser_change change = { plan, seuser, NULL };
	struct err e = { 0 };

	assert_int_equal(seuser_apply(&change, &e), message ? -1 : 0);
	assert_int_equal(e.kind, message ? ERR_SEUSER : ERR_NONE);
	assert_string_equal(e.message, message ? message : "");
}

static void a_change_is_made_or_is_an_error(void **state)
{
	sigset_t all;

	(void)state;
	apply("done", "staff_u", NULL);
	apply("done", NULL, NULL);
	apply("talks", "staff_u", NULL);
	apply("refused", "staff_u",
	      "the user name refused to staff_u SELinux user mapping failed: the reason");
	apply("refused", NULL,
	      "removing SELinux user mapping for user 'refused' failed: the reason");
	apply("dies", "u",
	      "the user name dies to u SELinux user mapping failed: libsemanage failed: "
	      "Segmentation fault");
	apply("leaves", "u",
	      "the user name leaves to u SELinux user mapping failed: "
	      "libsemanage failed");
	sigemptyset(&all);
	sigaddset(&all, SIGTERM);
	sigprocmask(SIG_BLOCK, &all, NULL);
	apply("blocked", "u", NULL);
	sigprocmask(SIG_UNBLOCK, &all, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_change_is_possible_or_not),
		cmocka_unit_test(a_change_is_made_or_is_an_error),
	};

	return cmocka_run_group_tests_name("seuser", tests, NULL, NULL);
}
