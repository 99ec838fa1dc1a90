/* SPDX-License-Identifier: BSD-3-Clause */
/* Labelling a file that replaces another, from begin to warning. */
#include "selinux_world.h"

/* One file made and judged, as a transaction does it. */
struct result {
	int begun, made, settled;
	char warning[1024], error[ERR_MESSAGE_SIZE];
};

static struct result play(const struct fixture *f, struct world *w, enum selinux_mode mode,
			  bool live, bool replaces, bool secret)
{
	const struct selinux_maker maker = { w_make, w_unmake, w };
	const struct note note = { .prog = "test" };
	struct result r = { -1, -1, -1, "", "" };
	struct selinux *s = NULL;
	struct err e = { 0 };

	r.begun = selinux_begin_with(&s, &world_ops, w, f->rootfd, live, mode, &note, &e);
	if (r.begun == 0)
		r.made = selinux_make(s, "/etc/shadow", S_IFREG, &maker, &e);
	if (r.made == 0)
		r.settled =
			selinux_settle(s, "/etc/shadow", f->file, replaces ? OLD : -1, secret, &e);
	if (s && selinux_warning(s))
		snprintf(r.warning, sizeof(r.warning), "%s", selinux_warning(s));
	snprintf(r.error, sizeof(r.error), "%s", e.message);
	if (r.begun < 0 || r.made < 0 || r.settled < 0)
		assert_int_not_equal(e.kind, ERR_NONE);
	else
		assert_int_equal(e.kind, ERR_NONE);
	selinux_end(&s);
	assert_null(s);
	if (!w->reset_error)
		assert_string_equal(w->fscreate, "");
	return r;
}

#define FINE(r) assert_true((r).begun == 0 && (r).made == 0 && (r).settled == 0)
#define STOPPED(r) assert_true((r).begun < 0 || (r).made < 0 || (r).settled < 0)

static void a_full_system_gets_the_labels_of_policy(void **state)
{
	struct world w = full;
	struct result r = play(*state, &w, SELINUX_AUTO, true, true, true);

	FINE(r);
	assert_string_equal(w.now, SHADOW);
	assert_string_equal(r.warning, "");
	assert_int_equal(w.sets, 1);
	assert_int_equal(w.resets, 1);
	assert_int_equal(w.lookups, 1);
}

static void off_asks_nothing(void **state)
{
	struct world w = full;
	struct result r = play(*state, &w, SELINUX_OFF, true, true, true);

	FINE(r);
	assert_string_equal(w.now, ETC);
	assert_int_equal(w.calls + w.lookups + w.sets + w.resets, 0);
}

static void a_kernel_without_selinux_is_left_alone(void **state)
{
	static const enum selinux_mode modes[] = { SELINUX_AUTO, SELINUX_STRICT };
	size_t i;

	for (i = 0; i < 2; i++) {
		struct world w = full;
		struct result r;

		w.mount_error = ENOENT;
		w.kernel = 0;
		r = play(*state, &w, modes[i], true, true, true);
		FINE(r);
		assert_int_equal(w.calls, 3);
		assert_int_equal(w.lookups + w.sets + w.resets, 0);
	}
}

/* The bug of the field: -1 from the question is not yes. */
static void unknown_enforcement_is_not_enforcing(void **state)
{
	static const int answers[] = { -1, -ENOENT, -EACCES, -EPERM, -ENXIO, -ENOTDIR, 0 };
	size_t i;

	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		struct world w = full;
		struct result r;

		w.enforcing = answers[i];
		w.set_error = EACCES;
		w.put_error = EACCES;
		r = play(*state, &w, SELINUX_AUTO, true, true, true);
		FINE(r);
		assert_string_equal(w.now, ETC);
		assert_non_null(strstr(r.warning, "/etc/shadow"));
		assert_non_null(strstr(r.warning, SHADOW));
		assert_non_null(strstr(r.warning, ETC));
	}
}

/* libselinux before 2011: the kernel counts as enabled though selinuxfs cannot be seen. */
static void hidden_selinuxfs_means_unknown(void **state)
{
	static const int errors[] = { ENOENT, EACCES, ENOTDIR };
	size_t i;

	for (i = 0; i < 3; i++) {
		struct world w = full;
		struct result r;

		w.mount_error = errors[i];
		w.found_error = ENOENT;
		w.set_error = EACCES;
		w.put_error = EACCES;
		r = play(*state, &w, SELINUX_AUTO, true, true, true);
		FINE(r);
	}
}

static void selinuxfs_at_an_odd_place_is_found(void **state)
{
	struct world w = full;
	struct result r;

	w.mount_error = ENOENT;
	w.set_error = EACCES;
	w.put_error = EACCES;
	r = play(*state, &w, SELINUX_AUTO, true, true, true);
	STOPPED(r);
}

/* Puts an error into one of eight answers. */
static void place_error(struct world *w, size_t where, int error)
{
	int *const places[] = {
		&w->mount_error, &w->kernel,    &w->found_error, &w->enforcing,
		&w->open_error,  &w->set_error, &w->get_error,   &w->check_error,
	};

	if (where < 3)
		w->mount_error = ENOENT;
	if (places[where] == &w->check_error)
		w->context_mount = ETC; /* else nothing is to be checked */
	*places[where] = where == 1 || where == 3 ? -error : error;
}

static void want_of_resources_is_an_error(void **state)
{
	static const int errors[] = { EMFILE, ENFILE, ENOMEM, EIO };
	static const enum selinux_mode modes[] = { SELINUX_AUTO, SELINUX_STRICT };
	size_t i, mode, where;

	for (i = 0; i < 4; i++)
		for (mode = 0; mode < 2; mode++)
			for (where = 0; where < 8; where++) {
				struct world w = full;
				struct result r;

				place_error(&w, where, errors[i]);
				r = play(*state, &w, modes[mode], true, true, true);
				STOPPED(r);
				w = full;
				r = play(*state, &w, SELINUX_OFF, true, true, true);
				FINE(r);
			}
}

static void an_unknown_kernel_goes_on_without(void **state)
{
	struct world w = full;
	struct result r;

	w.mount_error = ENOENT;
	w.kernel = -ENOENT;
	r = play(*state, &w, SELINUX_AUTO, true, true, true);
	FINE(r);
	w = full;
	w.mount_error = ENOENT;
	w.kernel = -ENOENT;
	r = play(*state, &w, SELINUX_STRICT, true, true, true);
	assert_int_equal(r.begun, -1);
}

/* The errno of a failed lookup may be stale, or 0. */
static void a_failed_lookup_is_no_labelling(void **state)
{
	static const int errors[] = { -1, ENOENT, EINVAL, EACCES, ENOMEM };
	size_t i;

	for (i = 0; i < 5; i++) {
		struct world w = full;
		struct result r;

		w.lookup_error = errors[i];
		r = play(*state, &w, SELINUX_AUTO, true, true, true);
		FINE(r);
		assert_int_equal(w.sets + w.resets, 0);
		assert_string_equal(w.now, SHADOW); /* the old file's, copied */
		w = full;
		w.lookup_error = errors[i];
		r = play(*state, &w, SELINUX_STRICT, true, true, true);
		assert_int_equal(r.made, -1);
		assert_int_equal(w.made, 0);
		assert_non_null(strstr(r.error, "/etc/shadow"));
	}
}

static void contexts_that_do_not_load_are_no_policy(void **state)
{
	static const int errors[] = { -1, EINVAL, ENOENT };
	size_t i;

	for (i = 0; i < 3; i++) {
		struct world w = full;
		struct result r;

		w.open_error = errors[i];
		w.old = SHARED;
		w.put_error = EACCES;
		r = play(*state, &w, SELINUX_AUTO, true, true, true);
		FINE(r);
		assert_int_equal(w.lookups + w.sets, 0);
		w.made = 0;
		r = play(*state, &w, SELINUX_STRICT, true, true, true);
		assert_int_equal(r.begun, -1);
		assert_int_equal(w.made, 0);
	}
}

/* EINVAL: unknown to the policy; EACCES: the domain may not; ENOENT: no /proc. */
static void a_refused_label_is_left_out_and_the_old_copied(void **state)
{
	static const int errors[] = { EINVAL, EACCES, ENOENT, ENOSPC };
	size_t i;

	for (i = 0; i < 4; i++) {
		struct world w = full;
		struct result r;

		w.set_error = errors[i];
		r = play(*state, &w, SELINUX_AUTO, true, true, true);
		FINE(r);
		assert_int_equal(w.resets, 0);
		assert_string_equal(w.now, SHADOW);
		assert_string_equal(r.warning, "");
		w = full;
		w.set_error = errors[i];
		r = play(*state, &w, SELINUX_STRICT, true, true, true);
		assert_int_equal(r.made, -1);
		assert_int_equal(w.made, 0);
	}
}

static void files_that_share_one_label_never_fail(void **state)
{
	struct world w = full;
	struct result r;

	w.old = w.parent = SHARED;
	w.set_error = EACCES;
	w.put_error = EACCES;
	r = play(*state, &w, SELINUX_AUTO, true, true, true);
	FINE(r);
	assert_string_equal(r.warning, "");
	w = full;
	w.old = w.context_mount = SHARED; /* as container engines mount */
	r = play(*state, &w, SELINUX_AUTO, true, true, true);
	FINE(r);
	assert_string_equal(r.warning, "");
	r = play(*state, &w, SELINUX_STRICT, true, true, true);
	FINE(r);
}

static void a_refused_creation_is_tried_without_the_label(void **state)
{
	struct world w = full;
	struct result r;

	w.create_error = EACCES;
	w.old = w.parent = SHARED;
	r = play(*state, &w, SELINUX_AUTO, true, true, true);
	FINE(r);
	assert_int_equal(w.made, 1);
	assert_int_equal(w.resets, 1);
	w = full;
	w.create_error = EACCES;
	w.put_error = EACCES;
	r = play(*state, &w, SELINUX_AUTO, true, true, true);
	assert_int_equal(r.settled, -1);
	assert_non_null(strstr(r.error, "/etc/shadow"));
	assert_non_null(strstr(r.error, SHADOW));
	assert_non_null(strstr(r.error, ETC));
	assert_non_null(strstr(r.error, "Permission denied"));
	w = full;
	w.create_error = EACCES;
	r = play(*state, &w, SELINUX_STRICT, true, true, true);
	assert_int_equal(r.made, -1);
	assert_int_equal(w.made, 0);
	w = full;
	w.create_error = EEXIST; /* not about the label: once, and nothing in e */
	w.made = 0;
	{
		const struct selinux_maker maker = { w_make, w_unmake, &w };
		struct fixture *f = *state;
		struct selinux *s;
		struct err e = { 0 };

		assert_int_equal(selinux_begin_with(&s, &world_ops, &w, f->rootfd, true,
						    SELINUX_AUTO, NULL, &e),
				 0);
		assert_int_equal(selinux_make(s, "/etc/x", S_IFREG, &maker, &e), -1);
		assert_int_equal(errno, EEXIST);
		assert_int_equal(e.kind, ERR_NONE);
		assert_string_equal(w.fscreate, "");
		assert_null(selinux_warning(s));
		selinux_end(&s);
	}
}

static void a_full_system_fails_closed(void **state)
{
	struct world w = full;
	struct result r;

	w.set_error = EACCES;
	w.put_error = EACCES;
	r = play(*state, &w, SELINUX_AUTO, true, true, false);
	assert_int_equal(r.settled, -1);
	w.check_error = EINVAL; /* the type is unknown to the kernel's policy */
	r = play(*state, &w, SELINUX_AUTO, true, true, false);
	FINE(r);
	w.check_error = 0;
	r = play(*state, &w, SELINUX_AUTO, false, true, false);
	FINE(r);
	r = play(*state, &w, SELINUX_AUTO, true, false, true);
	assert_int_equal(r.settled, -1);
	r = play(*state, &w, SELINUX_AUTO, true, false, false);
	FINE(r);
	assert_non_null(strstr(r.warning, SHADOW));
}

/* A first shadow or a journal: no old file tells what label would do. */
static void a_first_secret_goes_by_its_directory(void **state)
{
	struct world w = full;
	struct result r;

	w.set_error = EACCES; /* but may relabel */
	r = play(*state, &w, SELINUX_AUTO, true, false, true);
	FINE(r);
	assert_string_equal(w.now, SHADOW);
	w = full;
	w.set_error = w.put_error = EACCES;
	r = play(*state, &w, SELINUX_AUTO, true, false, true);
	assert_int_equal(r.settled, -1);
	w.parent = SHARED; /* a container's */
	r = play(*state, &w, SELINUX_AUTO, true, false, true);
	FINE(r);
	assert_string_equal(w.now, SHARED);
	assert_string_equal(r.warning, "");
	w.parent = "system_u:object_r:unlabeled_t:s0";
	r = play(*state, &w, SELINUX_AUTO, true, false, true);
	FINE(r);
	w = full;
	w.context_mount = w.parent = SHARED;
	r = play(*state, &w, SELINUX_AUTO, true, false, true);
	FINE(r);
	w.policy_etc = SHARED; /* policy names it for the directory: not a container's */
	w.put_error = EACCES;
	r = play(*state, &w, SELINUX_AUTO, true, false, true);
	assert_int_equal(r.settled, -1);
}

static void a_reset_is_tried_twice(void **state)
{
	struct world w = full;
	struct result r;

	w.reset_error = EACCES;
	w.resets_failing = 1;
	r = play(*state, &w, SELINUX_AUTO, true, true, true);
	FINE(r);
	assert_int_equal(w.resets, 2);
	assert_string_equal(w.fscreate, "");
	w = full;
	w.reset_error = EACCES;
	w.resets_failing = 2;
	r = play(*state, &w, SELINUX_AUTO, true, true, true);
	assert_int_equal(r.made, -1);
	assert_int_equal(w.resets, 2);
	assert_int_equal(w.made, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_full_system_gets_the_labels_of_policy),
		TEST(off_asks_nothing),
		TEST(a_kernel_without_selinux_is_left_alone),
		TEST(unknown_enforcement_is_not_enforcing),
		TEST(hidden_selinuxfs_means_unknown),
		TEST(selinuxfs_at_an_odd_place_is_found),
		TEST(want_of_resources_is_an_error),
		TEST(an_unknown_kernel_goes_on_without),
		TEST(a_failed_lookup_is_no_labelling),
		TEST(contexts_that_do_not_load_are_no_policy),
		TEST(a_refused_label_is_left_out_and_the_old_copied),
		TEST(files_that_share_one_label_never_fail),
		TEST(a_refused_creation_is_tried_without_the_label),
		TEST(a_full_system_fails_closed),
		TEST(a_first_secret_goes_by_its_directory),
		TEST(a_reset_is_tried_twice),
	};

	return cmocka_run_group_tests_name("selinux", tests, NULL, NULL);
}
