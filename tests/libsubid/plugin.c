/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A subid plug-in whose answers depend on who is asked about.  -DNO_HAS, -DNO_LIST, -DNO_FIND and
 * -DNO_FREE leave a function out.  With shadow_subid_free what it gives is no pointer of malloc(3),
 * so that free(3) would end the process; at the end it says how much was not given back.
 */
#include <shadow/subid.h>

#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static atomic_int given;

#ifdef NO_FREE
#define HIDDEN 0
#else
#define HIDDEN 64
#endif

static void *give(size_t size)
{
	char *p = malloc(HIDDEN + size);

	if (!p)
		abort();
	atomic_fetch_add(&given, 1);
	return p + HIDDEN;
}

#ifndef NO_FREE
void shadow_subid_free(void *p);
void shadow_subid_free(void *p)
{
	if (!p)
		return;
	atomic_fetch_sub(&given, 1);
	free((char *)p - HIDDEN);
}

static void __attribute__((destructor)) end(void)
{
	if (getenv("PLUGIN_SAYS"))
		fprintf(stderr, "plug-in: %d not given back\n", atomic_load(&given));
}
#endif

static enum subid_status status_of(const char *owner)
{
	if (strcmp(owner, "stranger") == 0)
		return SUBID_STATUS_UNKNOWN_USER;
	if (strcmp(owner, "down") == 0)
		return SUBID_STATUS_ERROR_CONN;
	if (strcmp(owner, "broken") == 0)
		return SUBID_STATUS_ERROR;
	if (strcmp(owner, "odd") == 0)
		return (enum subid_status)17;
	return SUBID_STATUS_SUCCESS;
}

#ifndef NO_HAS
enum subid_status shadow_subid_has_range(const char *owner, unsigned long start,
					 unsigned long count, enum subid_type type, bool *result);
enum subid_status shadow_subid_has_range(const char *owner, unsigned long start,
					 unsigned long count, enum subid_type type, bool *result)
{
	*result = type == (start >= 900000 ? ID_TYPE_GID : ID_TYPE_UID) && start >= 500000 &&
		  start + count <= 501000;
	return status_of(owner);
}
#endif

#ifndef NO_LIST
static const struct answer {
	const char *owner;
	int count;
	struct subid_range ranges[4];
} answers[] = {
	{ "anna", 2, { { 500000, 1000 }, { 700000, 5 } } },
	{ "none", 0, { { 0, 0 } } },
	{ "wide", 4, { { 4294967290, 100 }, { 4294967295, 1 }, { 1UL << 40, 5 }, { 7, -1UL } } },
	{ "empty", 2, { { 5, 0 }, { 6, 1 } } },
	{ "negative", -1, { { 1, 1 } } },
	{ "many", INT_MAX, { { 1, 1 } } },
};

enum subid_status shadow_subid_list_owner_ranges(const char *owner, enum subid_type type,
						 struct subid_range **ranges, int *count);
enum subid_status shadow_subid_list_owner_ranges(const char *owner, enum subid_type type,
						 struct subid_range **ranges, int *count)
{
	enum subid_status status = status_of(owner);
	size_t i;

	*ranges = NULL;
	*count = 0;
	if (strcmp(owner, "nothing") == 0)
		*count = 3;
	for (i = 0; status == SUBID_STATUS_SUCCESS && i < sizeof(answers) / sizeof(*answers); i++) {
		if (strcmp(owner, answers[i].owner) != 0)
			continue;
		*count = answers[i].count;
		*ranges = give(sizeof(answers[i].ranges));
		memcpy(*ranges, answers[i].ranges, sizeof(answers[i].ranges));
		if (type == ID_TYPE_GID)
			(*ranges)[0].start += 400000;
	}
	return status;
}
#endif

#ifndef NO_FIND
enum subid_status shadow_subid_find_subid_owners(unsigned long id, enum subid_type type,
						 uid_t **uids, int *count);
enum subid_status shadow_subid_find_subid_owners(unsigned long id, enum subid_type type,
						 uid_t **uids, int *count)
{
	*uids = NULL;
	*count = 0;
	if (id == 9)
		return SUBID_STATUS_ERROR_CONN;
	if (id < 500000)
		return SUBID_STATUS_SUCCESS;
	*count = type == ID_TYPE_GID ? 1 : 2;
	*uids = give(2 * sizeof(uid_t));
	(*uids)[0] = 1000;
	(*uids)[1] = 4242;
	return SUBID_STATUS_SUCCESS;
}
#endif
