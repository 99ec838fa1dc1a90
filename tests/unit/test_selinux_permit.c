/* SPDX-License-Identifier: BSD-3-Clause */
#include "selinux_permit.h"

#include "selinux_world.h"

#define CALLER "user_u:user_r:user_t:s0"
#define CLASS_NUMBER 61

/* What the policy says: a number is an errno, 0 says yes. */
static struct policy {
	struct world world;
	int previous_error, class_error, permission_error, unknown_error, access_error;
	unsigned long permission, deny_unknown;
	unsigned int allowed;
	bool permissive;
	int asked; /* for access */
} policy;

static int p_previous(void *data, char **ret_label)
{
	(void)data;
	if (policy.previous_error)
		return answer(policy.previous_error);
	*ret_label = strdup(CALLER);
	return 0;
}

static int p_number(void *data, const char *mount, const char *node, unsigned long *ret)
{
	int error;

	(void)data;
	assert_string_equal(mount, "/sys/fs/selinux");
	if (strcmp(node, "class/passwd/index") == 0) {
		error = policy.class_error;
		*ret = CLASS_NUMBER;
	} else if (strcmp(node, "deny_unknown") == 0) {
		error = policy.unknown_error;
		*ret = policy.deny_unknown;
	} else {
		assert_string_equal(node, "class/passwd/perms/chsh");
		error = policy.permission_error;
		*ret = policy.permission;
	}
	return answer(error);
}

static int p_access(void *data, const char *mount, const char *label, unsigned long class_number,
		    unsigned int *ret_allowed, bool *ret_permissive)
{
	(void)data;
	assert_string_equal(mount, "/sys/fs/selinux");
	assert_string_equal(label, CALLER);
	assert_int_equal(class_number, CLASS_NUMBER);
	policy.asked++;
	*ret_allowed = policy.allowed;
	*ret_permissive = policy.permissive;
	return answer(policy.access_error);
}

/* An enforcing system on which all is denied. */
static const struct policy denying = { .permission = 3 };

struct row {
	const char *name;
	int line;
	int expect; /* 0 allowed, 1 denied, 2 an error */
	struct policy policy;
	int enforcing;
	bool no_kernel, no_mount, not_live, not_built, off;
};

static int ask(const struct fixture *f, const struct row *row, struct err *e)
{
	struct selinux_ops ops = world_ops;
	struct selinux *s = NULL;
	int r;

	policy = row->policy;
	policy.world = full;
	policy.world.enforcing = row->enforcing;
	if (row->no_kernel || row->no_mount) {
		policy.world.mount_error = ENOENT;
		policy.world.found_error = ENOENT;
		policy.world.kernel = !row->no_kernel;
	}
	ops.built = !row->not_built;
	ops.previous = p_previous;
	ops.number = p_number;
	ops.access = p_access;
	assert_int_equal(selinux_begin_with(&s, &ops, &policy.world, f->rootfd, !row->not_live,
					    row->off ? SELINUX_OFF : SELINUX_AUTO, NULL, e), 0);
	r = selinux_permit(s, "chsh", e);
	selinux_end(&s);
	return r;
}

static void check(const struct fixture *f, const struct row *rows, size_t count)
{
	static const enum err_kind kinds[] = { ERR_NONE, ERR_PERMISSION, ERR_IO };
	size_t i;

	for (i = 0; i < count; i++) {
		struct err e = { .kind = ERR_NONE };
		int r = ask(f, &rows[i], &e);

		if (r == (rows[i].expect ? -1 : 0) && e.kind == kinds[rows[i].expect])
			continue;
		fprintf(stderr, "line %d, %s: %d, kind %d\n", rows[i].line, rows[i].name, r,
			e.kind);
		fail();
	}
}

#define ROW(name, expect, ...) { name, __LINE__, expect, { __VA_ARGS__ }, 1, 0, 0, 0, 0, 0 }
#define CHECK(rows) check(*state, rows, sizeof(rows) / sizeof(rows[0]))

static void the_policy_decides(void **state)
{
	static const struct row rows[] = {
		ROW("allowed", 0, .permission = 3, .allowed = 1u << 2),
		ROW("denied", 1, .permission = 3, .allowed = ~(1u << 2)),
		ROW("the first", 0, .permission = 1, .allowed = 1),
		ROW("the last", 0, .permission = 32, .allowed = 1u << 31),
		ROW("no bit", 1, .permission = 0, .allowed = ~0u),
		ROW("no bit", 1, .permission = 33, .allowed = ~0u),
		ROW("a permissive domain", 0, .permission = 3, .permissive = true),
	};

	CHECK(rows);
}

static void what_it_does_not_know(void **state)
{
	static const struct row rows[] = {
		ROW("class", 0, .class_error = ENOENT),
		ROW("class, denied", 1, .class_error = ENOENT, .deny_unknown = 1),
		ROW("permission", 0, .permission_error = ENOENT),
		ROW("permission, denied", 1, .permission_error = ENOENT, .deny_unknown = 1),
		ROW("no word on it", 0, .class_error = ENOENT, .unknown_error = ENOENT),
		ROW("no answer", 0, .class_error = ENOENT, .unknown_error = EACCES,
		    .deny_unknown = 1),
		/* What it knows is not unknown. */
		ROW("known", 0, .permission = 3, .allowed = 4, .deny_unknown = 1),
	};

	CHECK(rows);
}

static void what_cannot_be_asked_is_allowed(void **state)
{
	static const struct row rows[] = {
		ROW("no /proc", 0, .previous_error = ENOENT),
		ROW("no label", 0, .previous_error = ENODATA),
		ROW("not of SELinux", 0, .previous_error = EINVAL),
		ROW("class", 0, .class_error = EACCES),
		ROW("permission", 0, .permission_error = EACCES),
		ROW("access", 0, .permission = 3, .access_error = EACCES),
		ROW("access ro", 0, .permission = 3, .access_error = EROFS),
		ROW("unknown label", 0, .permission = 3, .access_error = EINVAL),
	};

	CHECK(rows);
}

static void a_caller_cannot_choose_that(void **state)
{
	static const struct row rows[] = {
		ROW("previous", 2, .previous_error = EMFILE),
		ROW("previous", 2, .previous_error = ENOMEM),
		ROW("class", 2, .class_error = ENFILE),
		ROW("permission", 2, .permission_error = EMFILE),
		ROW("unknown", 2, .class_error = ENOENT, .unknown_error = EMFILE),
		ROW("access", 2, .permission = 3, .access_error = EIO),
	};

	CHECK(rows);
}

static void only_an_enforcing_system_is_asked(void **state)
{
	const struct row rows[] = {
		{ "enforcing", __LINE__, 1, denying, .enforcing = 1 },
		{ "permissive", __LINE__, 0, denying, .enforcing = 0 },
		{ "no answer", __LINE__, 0, denying, .enforcing = -1 },
		{ "enforce unreadable", __LINE__, 0, denying, .enforcing = -EACCES },
		{ "no kernel", __LINE__, 0, denying, .enforcing = 1, .no_kernel = true },
		{ "no selinuxfs", __LINE__, 0, denying, .enforcing = 1, .no_mount = true },
		{ "another root", __LINE__, 0, denying, .enforcing = 1, .not_live = true },
		{ "without libselinux", __LINE__, 0, denying, .enforcing = 1, .not_built = true },
		{ "off", __LINE__, 0, denying, .enforcing = 1, .off = true },
	};
	struct err e = { .kind = ERR_NONE };

	CHECK(rows);
	assert_int_equal(selinux_permit(NULL, "chsh", &e), 0);
	/* The first and only the first was asked. */
	check(*state, rows, 1);
	assert_int_equal(policy.asked, 1);
	check(*state, rows + 1, 1);
	assert_int_equal(policy.asked, 0);
}

static void the_error_names_all(void **state)
{
	const struct row row = { "denied", __LINE__, 1, denying, .enforcing = 1 };
	struct err e = { .kind = ERR_NONE };

	assert_int_equal(ask(*state, &row, &e), -1);
	assert_string_equal(e.message, "SELinux denies " CALLER
				       " the permission chsh of class passwd");
}

/* The true table on what kernel there is: it answers, and never with a crash. */
static void the_real_one_answers(void **state)
{
	struct fixture *f = *state;
	struct err e = { .kind = ERR_NONE };
	struct selinux *s = NULL;

	assert_int_equal(selinux_begin(&s, f->rootfd, true, SELINUX_AUTO, NULL, &e), 0);
	if (selinux_get_facts(s)->enforce != SELINUX_ENFORCE_YES)
		assert_int_equal(selinux_permit(s, "rootok", &e), 0);
	else if (selinux_permit(s, "rootok", &e) < 0)
		assert_int_equal(e.kind, ERR_PERMISSION);
	selinux_end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_policy_decides),
		TEST(what_it_does_not_know),
		TEST(what_cannot_be_asked_is_allowed),
		TEST(a_caller_cannot_choose_that),
		TEST(only_an_enforcing_system_is_asked),
		TEST(the_error_names_all),
		TEST(the_real_one_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
