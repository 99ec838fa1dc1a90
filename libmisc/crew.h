/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * crew - the same work for each of many items, on all processors that we may use.
 *
 *	static int hash(void *context, size_t i, struct err *e)
 *	...
 *	if (crew_run(count, hash, &jobs, show, &line, e) < 0)
 *		return -1;
 *
 * work runs in several threads at once, for each i once; the arena and whatever else is not made
 * for that is not for it.  Where no thread can be started the caller's does it all.
 */
#ifndef LIBMISC_CREW_H
#define LIBMISC_CREW_H

#include <stddef.h>

#include "err.h"

/* The first error ends it: items that nobody has begun stay undone.  progress, which may be NULL,
 * is called in the caller's thread between items with the number of those done. */
int crew_run(size_t count, int (*work)(void *context, size_t i, struct err *e), void *context,
	     void (*progress)(void *shown, size_t done), void *shown, struct err *e);

#endif
