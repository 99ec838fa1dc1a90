/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * idmap_set - the map of a process, checked at the last moment and written with one write(2).
 *
 * The file is opened, then the process looked at again: it must be the caller's still, and in the
 * user namespace that it was in before.  An open uid_map is of one namespace for good.  Whether
 * that is a child of ours, and the caller's, is for the kernel to decide (idmap_rights.h).
 */
#ifndef LIB_IDMAP_SET_H
#define LIB_IDMAP_SET_H

#include <stdbool.h>

#include "arena.h"
#include "err.h"
#include "idmap.h"
#include "idmap_rights.h"
#include "idmap_target.h"

struct idmap_set {
	const struct idmap *map;
	const struct idmap_caller *caller;
	const struct idmap_rights *rights;
	const struct idmap_target *target;
	bool granted; /* of struct idmap_grant */
	bool check;   /* write nothing, tell what the kernel would say */
};

/* ERR_IO names the condition that failed; ERR_PERMISSION: the process is another than before. */
int idmap_set(const struct idmap_set *s, struct arena *a, struct err *e);

#endif
