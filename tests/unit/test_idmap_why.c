/* SPDX-License-Identifier: BSD-3-Clause */
#include "idmap_why.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;

/* A map that the kernel takes, and then one thing that is otherwise. */
static struct idmap_facts good(void)
{
	return (struct idmap_facts){
		.table = SUBID_UIDS, .rows = 2, .error = EPERM, .place = IDMAP_PLACE_CHILD,
		.has_owner = true, .owner = 1000, .caller = 1000, .has_right = true,
		.has_zero = true,
	};
}

static void says(const struct idmap_facts *f, const char *part)
{
	const char *why = idmap_why(f, &arena);

	if (!part) {
		if (why)
			fail_msg("%s", why);
		return;
	}
	if (!why || !strstr(why, part))
		fail_msg("'%s' instead of '%s'", why ? why : "nothing", part);
}

#define SAYS(part, ...)                                                                            \
	do {                                                                                       \
		struct idmap_facts f = good();                                                     \
		__VA_ARGS__;                                                                       \
		says(&f, part);                                                                    \
	} while (0)

static void nothing_wrong(void **state)
{
	(void)state;
	SAYS(NULL, f.error = 0);
	SAYS("a security module", f.error = EPERM);
	SAYS("a security module", f.error = EACCES);
	SAYS(NULL, f.error = EINVAL);
}

static void the_process(void **state)
{
	(void)state;
	SAYS("is gone", f.error = ESRCH);
	SAYS("mounted there", f.error = EXDEV);
	SAYS("may not be looked into", f.error = EACCES, f.hidden = true);
	SAYS("a security module", f.error = EPERM, f.hidden = true);
	SAYS("no user namespaces", f.error = ENOENT);
	SAYS("not a child of ours", f.place = IDMAP_PLACE_OTHER);
	SAYS("written already", f.written = true);
	SAYS("owned by uid 7", f.owner = 7);
	SAYS("a security module", f.owner = 7, f.has_owner = false);
	/* Our own namespace has a map, but that is not what is wrong. */
	SAYS("no user namespace of its own", f.place = IDMAP_PLACE_OURS, f.written = true);
	SAYS("written already", f.error = 0, f.written = true);
}

static void limits(void **state)
{
	const struct idmap_limit none = { .known = true, .value = 0 };
	const struct idmap_limit one = { .known = true, .value = 1 };

	(void)state;
	SAYS("user.max_user_namespaces is 0", f.place = IDMAP_PLACE_OURS, f.namespaces = none);
	SAYS("kernel.unprivileged_userns_clone is 0", f.place = IDMAP_PLACE_OURS,
	     f.namespaces = one, f.clone = none);
	SAYS("kernel.apparmor_restrict_unprivileged_userns is set", f.place = IDMAP_PLACE_OURS,
	     f.namespaces = one, f.clone = one, f.apparmor = one);
	SAYS("of its own", f.place = IDMAP_PLACE_OURS, f.apparmor = none);
	/* It made one: they were no hindrance. */
	SAYS("a security module", f.namespaces = none, f.clone = none, f.apparmor = one);
}

static void rights(void **state)
{
	(void)state;
	SAYS("newuidmap is neither set-uid root nor has it the file capability CAP_SETUID",
	     f.has_right = false, f.bits = IDMAP_BITS_MISSING);
	SAYS("newgidmap is neither set-uid root nor has it the file capability CAP_SETGID",
	     f.has_right = false, f.bits = IDMAP_BITS_MISSING, f.table = SUBID_GIDS);
	SAYS("newuidmap has no CAP_SETUID: its file is on a mount with nosuid",
	     f.has_right = false, f.bits = IDMAP_BITS_NOSUID);
	SAYS("no_new_privs", f.has_right = false, f.bits = IDMAP_BITS_NO_NEW_PRIVS);
	SAYS("bounding set", f.has_right = false, f.bits = IDMAP_BITS_BOUNDED);
	SAYS("do not count in this user namespace", f.has_right = false,
	     f.bits = IDMAP_BITS_FOREIGN);
	SAYS("newuidmap has no CAP_SETUID", f.has_right = false, f.bits = IDMAP_BITS_UNKNOWN);
	/* What the bits are is of no interest where the right is there. */
	SAYS("a security module", f.bits = IDMAP_BITS_MISSING);
	SAYS("the id 0 of outside", f.zero = true, f.has_zero = false);
	SAYS("a security module", f.zero = true);
	SAYS("a security module", f.has_zero = false);
}

/* One's own id alone takes no right; of a gid only once setgroups is denied. */
static void own(void **state)
{
	(void)state;
	SAYS(NULL, f.error = 0, f.has_right = false, f.own_alone = true, f.rows = 1);
	SAYS(NULL, f.error = 0, f.has_right = false, f.own_alone = true, f.rows = 1,
	     f.table = SUBID_GIDS);
	SAYS("a security module", f.has_right = false, f.own_alone = true, f.rows = 1);
	SAYS("a security module", f.has_right = false, f.own_alone = true, f.denied = true,
	     f.table = SUBID_GIDS);
	SAYS("has no CAP_SETGID", f.has_right = false, f.own_alone = true,
	     f.table = SUBID_GIDS);
}

static void the_map(void **state)
{
	(void)state;
	SAYS("this kernel takes 5 ranges, not 6", f.old_kernel = true, f.rows = 6,
	     f.error = EINVAL);
	SAYS(NULL, f.old_kernel = true, f.rows = 5, f.error = 0);
	SAYS("100000-100009 is not in one range", f.has_unmapped = true,
	     f.unmapped = ((struct idmap_row){ 0, 100000, 10 }));
	SAYS("4294967294-4294967294 is not", f.has_unmapped = true,
	     f.unmapped = ((struct idmap_row){ 0, 4294967294U, 1 }));
}

static int end(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_wrong), cmocka_unit_test(the_process),
		cmocka_unit_test(limits),        cmocka_unit_test(rights),
		cmocka_unit_test(own),           cmocka_unit_test(the_map),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
