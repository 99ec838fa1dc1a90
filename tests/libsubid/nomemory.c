/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * nomemory: each function with the Nth allocation failing, for every N.  The answer is the right
 * one or an error, never another; the process goes on; and nothing is lost, which the count of what
 * was allocated and not freed shows.  Linked with the static library, so that the calls come here.
 */
#include <shadow/subid.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void __libc_free(void *p);

static long left = -1; /* -1: all succeed */
static long held;
static bool counting;

static bool may_have(void)
{
	if (left < 0)
		return true;
	if (left == 0) {
		errno = ENOMEM;
		return false;
	}
	left--;
	return true;
}

void *malloc(size_t size)
{
	void *p = may_have() ? __libc_malloc(size) : NULL;

	held += counting && p;
	return p;
}

void *calloc(size_t n, size_t size)
{
	void *p = may_have() ? __libc_calloc(n, size) : NULL;

	held += counting && p;
	return p;
}

void *realloc(void *old, size_t size)
{
	void *p = may_have() ? __libc_realloc(old, size) : NULL;

	held += counting && p && !old;
	return p;
}

void free(void *p)
{
	held -= counting && p;
	__libc_free(p);
}

static int ranges(void)
{
	struct subid_range *r = NULL;
	int n = subid_get_uid_ranges("u1", &r);
	bool good = n < 0 ? !r : n == 1 && r[0].start == 101000 && r[0].count == 100;

	free(r);
	return good ? n : -2;
}

static int owners(void)
{
	uid_t *r = NULL;
	int n = subid_get_gid_owners(101000, &r);
	bool good = n < 0 ? !r : n == 1 && r[0] == 2001;

	free(r);
	return good ? n : -2;
}

static int ungranting(void)
{
	struct subordinate_range r = { "u1", 5, 1 };

	return subid_ungrant_uid_range(&r) ? 1 : -1;
}

static int try_all(const char *name, int (*call)(void), int expected)
{
	long n, before;
	int r = -1, errors = 0;

	call(); /* what the C library keeps for good */
	for (n = 0; n < 10000; n++) {
		before = held;
		counting = true;
		left = n;
		r = call();
		left = -1;
		counting = false;
		if (r == -2 || (r != expected && r != -1)) {
			printf("%s, allocation %ld: a wrong answer\n", name, n);
			return 1;
		}
		if (held != before) {
			printf("%s, allocation %ld: %ld lost\n", name, n, held - before);
			return 1;
		}
		errors += r == -1;
		if (r == expected && expected != -1)
			break;
		if (expected == -1 && n > 200)
			break;
	}
	printf("%s: %d with an error, then %d\n", name, errors, r);
	return r != expected || errors == 0;
}

int main(void)
{
	int failed;

	subid_init("nomemory", NULL);
	failed = try_all("ranges", ranges, 1);
	failed |= try_all("owners", owners, 1);
	failed |= try_all("ungranting", ungranting, -1);
	return failed;
}
