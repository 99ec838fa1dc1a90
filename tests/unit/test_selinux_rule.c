/* SPDX-License-Identifier: BSD-3-Clause */
/* The labelling decision: facts in, verdict and reason out. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "selinux_rule.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const enum selinux_mode modes[] = { SELINUX_AUTO, SELINUX_OFF, SELINUX_STRICT };

struct begin_case {
	enum selinux_kernel kernel;
	enum selinux_policy policy;
	bool built;
	enum selinux_verdict in_auto, in_strict;
	enum selinux_why why;
};

static const struct begin_case begin_cases[] = {
	{ SELINUX_KERNEL_NO, SELINUX_POLICY_UNASKED, true, SELINUX_NO_LABEL, SELINUX_NO_LABEL,
	  SELINUX_WHY_NO_KERNEL },
	{ SELINUX_KERNEL_NO, SELINUX_POLICY_UNASKED, false, SELINUX_NO_LABEL, SELINUX_NO_LABEL,
	  SELINUX_WHY_NO_KERNEL },
	{ SELINUX_KERNEL_UNKNOWN, SELINUX_POLICY_UNASKED, true, SELINUX_NO_LABEL, SELINUX_REFUSE,
	  SELINUX_WHY_KERNEL_UNKNOWN },
	{ SELINUX_KERNEL_YES, SELINUX_POLICY_UNASKED, false, SELINUX_NO_LABEL, SELINUX_REFUSE,
	  SELINUX_WHY_BUILD },
	{ SELINUX_KERNEL_YES, SELINUX_POLICY_LOADED, true, SELINUX_LABEL, SELINUX_LABEL,
	  SELINUX_WHY_LABELS },
	{ SELINUX_KERNEL_YES, SELINUX_POLICY_NO_CONFIG, true, SELINUX_NO_LABEL, SELINUX_REFUSE,
	  SELINUX_WHY_NO_CONFIG },
	{ SELINUX_KERNEL_YES, SELINUX_POLICY_BAD_TYPE, true, SELINUX_NO_LABEL, SELINUX_REFUSE,
	  SELINUX_WHY_BAD_TYPE },
	{ SELINUX_KERNEL_YES, SELINUX_POLICY_MISSING, true, SELINUX_NO_LABEL, SELINUX_REFUSE,
	  SELINUX_WHY_MISSING },
	{ SELINUX_KERNEL_YES, SELINUX_POLICY_EMPTY, true, SELINUX_NO_LABEL, SELINUX_REFUSE,
	  SELINUX_WHY_EMPTY },
	{ SELINUX_KERNEL_YES, SELINUX_POLICY_UNREADABLE, true, SELINUX_NO_LABEL, SELINUX_REFUSE,
	  SELINUX_WHY_UNREADABLE },
	{ SELINUX_KERNEL_YES, SELINUX_POLICY_BROKEN, true, SELINUX_NO_LABEL, SELINUX_REFUSE,
	  SELINUX_WHY_BROKEN },
};

/* Neither enforcement nor live has a say in whether labels are looked up. */
static void the_start_decides_by_kernel_policy_and_mode(void **state)
{
	static const enum selinux_enforce enforces[] = { SELINUX_ENFORCE_UNKNOWN,
							 SELINUX_ENFORCE_NO, SELINUX_ENFORCE_YES };
	size_t i, mode, enforce, live;

	(void)state;
	for (i = 0; i < COUNT(begin_cases); i++)
		for (mode = 0; mode < COUNT(modes); mode++)
			for (enforce = 0; enforce < COUNT(enforces); enforce++)
				for (live = 0; live < 2; live++) {
					const struct begin_case *c = &begin_cases[i];
					const struct selinux_facts facts = {
						.mode = modes[mode],
						.live = live,
						.built = c->built,
						.kernel = c->kernel,
						.enforce = enforces[enforce],
						.policy = c->policy,
					};
					enum selinux_why why;
					enum selinux_verdict verdict =
						selinux_rule_begin(&facts, &why);

					if (modes[mode] == SELINUX_OFF) {
						assert_int_equal(verdict, SELINUX_NO_LABEL);
						assert_int_equal(why, SELINUX_WHY_OFF);
						continue;
					}
					assert_int_equal(verdict, modes[mode] == SELINUX_AUTO
									  ? c->in_auto
									  : c->in_strict);
					assert_int_equal(why, c->why);
					assert_non_null(selinux_why_text(why));
				}
}

static void a_lookup_that_finds_nothing_is_an_error_only_in_strict(void **state)
{
	(void)state;
	assert_int_equal(selinux_rule_lookup(SELINUX_AUTO, SELINUX_FOUND), SELINUX_LABEL);
	assert_int_equal(selinux_rule_lookup(SELINUX_AUTO, SELINUX_NONE), SELINUX_NO_LABEL);
	assert_int_equal(selinux_rule_lookup(SELINUX_AUTO, SELINUX_NO_MATCH), SELINUX_NO_LABEL);
	assert_int_equal(selinux_rule_lookup(SELINUX_AUTO, SELINUX_FAILED), SELINUX_NO_LABEL);
	assert_int_equal(selinux_rule_lookup(SELINUX_STRICT, SELINUX_FOUND), SELINUX_LABEL);
	assert_int_equal(selinux_rule_lookup(SELINUX_STRICT, SELINUX_NONE), SELINUX_NO_LABEL);
	assert_int_equal(selinux_rule_lookup(SELINUX_STRICT, SELINUX_NO_MATCH), SELINUX_REFUSE);
	assert_int_equal(selinux_rule_lookup(SELINUX_STRICT, SELINUX_FAILED), SELINUX_REFUSE);
}

static void want_of_resources_is_an_error_in_every_mode(void **state)
{
	static const int ours[] = { EMFILE, ENFILE, ENOMEM, EIO };
	static const int theirs[] = { EINVAL, EACCES, EPERM, ENOENT, ENOTSUP, ENOSPC, 0 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(ours); i++) {
		assert_true(selinux_rule_lacks(ours[i]));
		assert_int_equal(selinux_rule_refused(SELINUX_AUTO, ours[i]), SELINUX_REFUSE);
		assert_int_equal(selinux_rule_refused(SELINUX_STRICT, ours[i]), SELINUX_REFUSE);
		assert_false(selinux_rule_denied(ours[i]));
	}
	for (i = 0; i < COUNT(theirs); i++) {
		assert_false(selinux_rule_lacks(theirs[i]));
		assert_int_equal(selinux_rule_refused(SELINUX_AUTO, theirs[i]), SELINUX_NO_LABEL);
		assert_int_equal(selinux_rule_refused(SELINUX_STRICT, theirs[i]), SELINUX_REFUSE);
	}
	assert_true(selinux_rule_denied(EACCES));
	assert_true(selinux_rule_denied(EPERM));
	assert_false(selinux_rule_denied(EEXIST));
	assert_false(selinux_rule_denied(ENOSPC));
}

static void labels_compare_by_type_and_range(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{ "u:object_r:shadow_t:s0", "u:object_r:shadow_t:s0", true },
		{ "u:object_r:shadow_t:s0", "system_u:object_r:shadow_t:s0", true },
		{ "u:r:shadow_t:s0", "u:object_r:shadow_t:s0", true },
		{ "u:object_r:shadow_t:s0", "u:object_r:etc_t:s0", false },
		{ "u:object_r:shadow_t:s0", "u:object_r:shadow_t:s1", false },
		{ "u:object_r:x_t:s0-s0:c0.c3", "v:object_r:x_t:s0-s0:c0.c3", true },
		{ "u:object_r:x_t:s0:c1,c2", "u:object_r:x_t:s0:c1,c3", false },
		{ "u:object_r:x_t:s0:c1,c2", "u:object_r:x_t:s0", false },
		{ "u:object_r:x_t", "u:object_r:x_t:s0", true },
		{ "u:object_r:x_t", "u:object_r:x_t:s1", false },
		{ "u:object_r:x_t", "u:object_r:x_t", true },
		{ "u:object_r:x", "u:object_r:x_t", false },
		{ "unlabeled", "unlabeled", true },
		{ "unlabeled", "u:object_r:unlabeled_t:s0", false },
		{ "kernel", "unlabeled", false },
		{ "u:object_r:x_t:s0", NULL, false },
		{ NULL, NULL, false },
		{ "", "", true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		if (selinux_rule_same(cases[i].a, cases[i].b) != cases[i].same ||
		    selinux_rule_same(cases[i].b, cases[i].a) != cases[i].same)
			fail_msg("%s and %s", cases[i].a, cases[i].b);
	}
}

static void some_labels_protect_nothing(void **state)
{
	(void)state;
	assert_true(selinux_rule_unlabeled(NULL));
	assert_true(selinux_rule_unlabeled(""));
	assert_true(selinux_rule_unlabeled("unlabeled"));
	assert_true(selinux_rule_unlabeled("system_u:object_r:unlabeled_t:s0"));
	assert_true(selinux_rule_unlabeled("system_u:object_r:unlabeled_t"));
	assert_false(selinux_rule_unlabeled("system_u:object_r:shadow_t:s0"));
	assert_false(selinux_rule_unlabeled("unlabeled_t:unlabeled_t:etc_t:s0"));
	assert_false(selinux_rule_unlabeled("junk"));
}

#define SHADOW "system_u:object_r:shadow_t:s0"
#define SHADOW_USER "root:object_r:shadow_t:s0"
#define SHARED "system_u:object_r:container_file_t:s0:c1,c2"
#define ETC "system_u:object_r:etc_t:s0"
#define NONE "system_u:object_r:unlabeled_t:s0"

enum { LIVE = 1, LOADED = 2, ENFORCE = 4, VALID = 8, SECRET = 16, TRIED = 32, FULL = 15 };

static const struct settle_case {
	const char *what, *policy, *old, *now;
	int flags;
	enum selinux_settlement in_auto, in_strict;
} settle_cases[] = {
	{ "what policy names", SHADOW, ETC, SHADOW, FULL, SELINUX_SETTLED, SELINUX_SETTLED },
	{ "with another user", SHADOW, ETC, SHADOW_USER, FULL, SELINUX_SETTLED, SELINUX_SETTLED },
	{ "what the old file has", SHADOW, SHARED, SHARED, FULL, SELINUX_SETTLED, SELINUX_SETTLED },
	{ "both without a label", SHADOW, NONE, NONE, FULL | SECRET, SELINUX_SETTLED,
	  SELINUX_SETTLED },
	{ "the old one can be copied", SHADOW, SHADOW, ETC, FULL, SELINUX_COPY, SELINUX_COPY },
	{ "copied where policy names none", NULL, SHARED, ETC, LIVE, SELINUX_COPY, SELINUX_COPY },
	{ "copied in another tree", NULL, SHARED, ETC, 0, SELINUX_COPY, SELINUX_COPY },
	{ "neither on a full system", SHADOW, SHARED, ETC, FULL | TRIED, SELINUX_FORBID,
	  SELINUX_FORBID },
	{ "neither, not live", SHADOW, SHARED, ETC, (FULL & ~LIVE) | TRIED, SELINUX_WARN,
	  SELINUX_FORBID },
	{ "neither, permissive or unknown", SHADOW, SHARED, ETC, (FULL & ~ENFORCE) | TRIED,
	  SELINUX_WARN, SELINUX_FORBID },
	{ "neither, type unknown to the kernel", SHADOW, SHARED, ETC, (FULL & ~VALID) | TRIED,
	  SELINUX_WARN, SELINUX_FORBID },
	{ "neither, contexts do not load", NULL, SHARED, ETC, LIVE | ENFORCE | TRIED, SELINUX_WARN,
	  SELINUX_FORBID },
	{ "neither, policy names none", NULL, SHARED, ETC, FULL | TRIED, SELINUX_WARN,
	  SELINUX_FORBID },
	{ "replaces a file without a label", ETC, NONE, SHARED, FULL, SELINUX_WARN,
	  SELINUX_FORBID },
	{ "the same, but a secret", SHADOW, NONE, ETC, FULL | SECRET | TRIED, SELINUX_FORBID,
	  SELINUX_FORBID },
	{ "a secret may be relabeled first", SHADOW, NONE, ETC, FULL | SECRET, SELINUX_RELABEL,
	  SELINUX_RELABEL },
	{ "replaces none", ETC, NULL, SHARED, FULL, SELINUX_WARN, SELINUX_FORBID },
	{ "a first secret", SHADOW, NULL, ETC, FULL | SECRET | TRIED, SELINUX_FORBID,
	  SELINUX_FORBID },
	{ "a first secret may be relabeled", SHADOW, NULL, ETC, FULL | SECRET, SELINUX_RELABEL,
	  SELINUX_RELABEL },
	{ "a first secret, permissive", SHADOW, NULL, ETC, (FULL & ~ENFORCE) | SECRET | TRIED,
	  SELINUX_WARN, SELINUX_FORBID },
	{ "a first secret that has it", SHADOW, NULL, SHADOW, FULL | SECRET, SELINUX_SETTLED,
	  SELINUX_SETTLED },
	{ "nothing named, nothing had", NULL, NULL, ETC, FULL, SELINUX_SETTLED, SELINUX_SETTLED },
	{ "nothing named, a secret", NULL, NULL, ETC, FULL | SECRET, SELINUX_SETTLED,
	  SELINUX_SETTLED },
	{ "nothing named, old unlabeled", NULL, NONE, ETC, FULL, SELINUX_SETTLED, SELINUX_SETTLED },
	{ "a file system that tells no labels", SHADOW, NULL, NULL, FULL | SECRET | TRIED,
	  SELINUX_WARN, SELINUX_FORBID },
	{ "the new label cannot be read", SHADOW, ETC, NULL, FULL | TRIED, SELINUX_FORBID,
	  SELINUX_FORBID },
};

static struct selinux_outcome outcome_of(const struct settle_case *c, enum selinux_mode mode)
{
	return (struct selinux_outcome){
		.mode = mode,
		.live = c->flags & LIVE,
		.loaded = c->flags & LOADED,
		.enforce = c->flags & ENFORCE ? SELINUX_ENFORCE_YES : SELINUX_ENFORCE_UNKNOWN,
		.secret = c->flags & SECRET,
		.tried = c->flags & TRIED,
		.valid = c->flags & VALID,
		.policy = c->policy,
		.old = c->old,
		.now = c->now,
	};
}

static void the_outcome_is_judged(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(settle_cases); i++) {
		const struct settle_case *c = &settle_cases[i];
		struct selinux_outcome o = outcome_of(c, SELINUX_AUTO);

		if (selinux_rule_settle(&o) != c->in_auto)
			fail_msg("auto: %s: %d", c->what, (int)selinux_rule_settle(&o));
		o.enforce = o.enforce == SELINUX_ENFORCE_UNKNOWN ? SELINUX_ENFORCE_NO : o.enforce;
		if (selinux_rule_settle(&o) != c->in_auto)
			fail_msg("auto, permissive: %s", c->what);
		o = outcome_of(c, SELINUX_STRICT);
		if (selinux_rule_settle(&o) != c->in_strict)
			fail_msg("strict: %s: %d", c->what, (int)selinux_rule_settle(&o));
	}
}

static void a_directory_tells_whose_labels_a_tree_has(void **state)
{
	(void)state;
	assert_true(selinux_rule_by_policy(ETC, ETC));
	assert_false(selinux_rule_by_policy(SHARED, ETC));
	assert_false(selinux_rule_by_policy(NONE, ETC));
	assert_true(selinux_rule_by_policy(SHARED, NULL));
}

/* Over all combinations: auto forbids only where all of the conditions hold. */
static void auto_forbids_only_where_all_conditions_hold(void **state)
{
	static const char *const labels[] = { NULL, SHADOW, SHARED, ETC, NONE };
	size_t policy, old, now;
	int flags, forbidden = 0;

	(void)state;
	for (policy = 0; policy < COUNT(labels); policy++)
		for (old = 0; old < COUNT(labels); old++)
			for (now = 0; now < COUNT(labels); now++)
				for (flags = 0; flags < 64; flags++) {
					const struct settle_case c = { "",          labels[policy],
								       labels[old], labels[now],
								       flags,       SELINUX_WARN,
								       SELINUX_WARN };
					const struct selinux_outcome o =
						outcome_of(&c, SELINUX_AUTO);

					if (selinux_rule_settle(&o) != SELINUX_FORBID)
						continue;
					forbidden++;
					assert_int_equal(flags & FULL, FULL);
					assert_non_null(c.policy);
					assert_false(selinux_rule_same(c.now, c.policy));
					assert_false(selinux_rule_same(c.now, c.old));
					assert_true(flags & TRIED);
					assert_true(!selinux_rule_unlabeled(c.old) ||
						    flags & SECRET);
				}
	assert_true(forbidden > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_start_decides_by_kernel_policy_and_mode),
		cmocka_unit_test(a_lookup_that_finds_nothing_is_an_error_only_in_strict),
		cmocka_unit_test(want_of_resources_is_an_error_in_every_mode),
		cmocka_unit_test(labels_compare_by_type_and_range),
		cmocka_unit_test(some_labels_protect_nothing),
		cmocka_unit_test(the_outcome_is_judged),
		cmocka_unit_test(a_directory_tells_whose_labels_a_tree_has),
		cmocka_unit_test(auto_forbids_only_where_all_conditions_hold),
	};

	return cmocka_run_group_tests_name("selinux_rule", tests, NULL, NULL);
}
