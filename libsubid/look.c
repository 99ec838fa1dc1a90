/* SPDX-License-Identifier: BSD-3-Clause */
/* The functions that look. */
#include <shadow/subid.h>

#include <limits.h>
#include <stdlib.h>

#include "state.h"
#include "subid_source.h"

static int fetch(enum subid_table which, const char *owner, struct subid_row **ret, size_t *ret_n)
{
	struct err *e = state_err_new();
	struct subid_source source;
	int r = -1;

	if (!e)
		return -1;
	/* Opened each time: a process may run longer than its configuration is true. */
	if (subid_source_open(&source, "", e) == 0) {
		r = subid_source_ranges(&source, which, owner, ret, ret_n, e);
		subid_source_close(&source);
	}
	/* In the files nobody has a row of such a user, so he has no ranges. */
	if (r < 0 && e->kind == ERR_UNKNOWN) {
		*ret = NULL;
		*ret_n = 0;
		r = 0;
	}
	state_err_end(e);
	return r;
}

static int get_ranges(enum subid_table which, const char *owner, struct subid_range **ranges)
{
	struct subid_row *rows = NULL;
	struct subid_range *copy = NULL;
	size_t i, n = 0;

	if (!ranges)
		return -1;
	*ranges = NULL;
	if (!owner || fetch(which, owner, &rows, &n) < 0)
		return -1;
	if (n > 0 && n <= INT_MAX)
		copy = calloc(n, sizeof(*copy));
	for (i = 0; copy && i < n; i++)
		copy[i] = (struct subid_range){ rows[i].first, rows[i].count };
	free(rows);
	if (n > 0 && !copy) {
		state_say("out of memory");
		return -1;
	}
	*ranges = copy;
	return (int)n;
}

SUBID_PUBLIC int subid_get_uid_ranges(const char *owner, struct subid_range **ranges)
{
	return get_ranges(SUBID_UIDS, owner, ranges);
}

SUBID_PUBLIC int subid_get_gid_ranges(const char *owner, struct subid_range **ranges)
{
	return get_ranges(SUBID_GIDS, owner, ranges);
}

static int get_owners(enum subid_table which, uint32_t id, uid_t **owner)
{
	struct err *e = state_err_new();
	struct subid_source source;
	uid_t *uids = NULL;
	size_t n = 0;
	int r = -1;

	if (owner)
		*owner = NULL;
	if (!e)
		return -1;
	if (owner && subid_source_open(&source, "", e) == 0) {
		r = subid_source_owners(&source, which, id, &uids, &n, e);
		subid_source_close(&source);
	}
	state_err_end(e);
	if (r < 0)
		return -1;
	if (n == 0 || n > INT_MAX) {
		free(uids);
		return n == 0 ? 0 : -1;
	}
	*owner = uids;
	return (int)n;
}

SUBID_PUBLIC int subid_get_uid_owners(uid_t uid, uid_t **owner)
{
	return get_owners(SUBID_UIDS, uid, owner);
}

SUBID_PUBLIC int subid_get_gid_owners(gid_t gid, uid_t **owner)
{
	return get_owners(SUBID_GIDS, gid, owner);
}

/* The header of 4 does not have it. */
void subid_free(void *ptr);

/* What a plug-in gave was given back to it when it was copied, so all that we give is free(3)'s. */
SUBID_PUBLIC void subid_free(void *ptr)
{
	free(ptr);
}
