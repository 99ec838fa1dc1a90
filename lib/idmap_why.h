/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * idmap_why - why the kernel does not take a map: what it answers is EPERM for ten reasons.
 *
 *	idmap_look(&facts, &map, &rights, &target, uid);
 *	facts.error = errno;
 *	err_set(..., "write to uid_map failed: %s: %s", strerror(errno), idmap_why(&facts, ...));
 *
 * idmap_why is a pure function of the facts; idmap_look gathers them, with the caller's rights, and
 * what it cannot find out stays unknown.  With error 0 the question is whether it would take it.
 */
#ifndef LIB_IDMAP_WHY_H
#define LIB_IDMAP_WHY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "arena.h"
#include "idmap.h"
#include "idmap_rights.h"
#include "idmap_target.h"

/* Where the process is, as its user namespace stands to ours. */
enum idmap_place {
	IDMAP_PLACE_UNKNOWN,
	IDMAP_PLACE_CHILD, /* as it must be */
	IDMAP_PLACE_OURS,  /* it is in none of its own */
	IDMAP_PLACE_OTHER,
};

/* Of the program's own file and process: why it has no capability. */
enum idmap_bits {
	IDMAP_BITS_UNKNOWN,
	IDMAP_BITS_MISSING,      /* neither set-uid root nor with the capability */
	IDMAP_BITS_NOSUID,       /* on a mount that gives no rights */
	IDMAP_BITS_NO_NEW_PRIVS, /* the caller gave up getting any */
	IDMAP_BITS_BOUNDED,      /* nobody here can have the capability */
	IDMAP_BITS_FOREIGN,      /* the file's owner does not exist in our user namespace */
};

struct idmap_limit {
	bool known;
	unsigned long value;
};

struct idmap_facts {
	enum subid_table table;
	size_t rows;
	int error;                   /* errno of open or write; 0: nothing was tried */
	bool written;                /* the map has rows */
	bool hidden;                 /* the process may not be looked into */
	enum idmap_place place;
	bool has_owner;
	uid_t owner, caller;         /* of the namespace; who asks */
	bool has_right, has_zero;    /* IDMAP_RIGHT_MAP, IDMAP_RIGHT_ZERO */
	enum idmap_bits bits;
	bool zero;                   /* the map has the id 0 of outside */
	bool own_alone;              /* it has one row, of the caller's own id: needs no right */
	bool denied;                 /* setgroups(2) is denied in the namespace */
	bool has_unmapped;
	struct idmap_row unmapped;   /* a row that lies in no one row of our own map */
	bool old_kernel;             /* before 4.15 */
	struct idmap_limit namespaces, clone, apparmor; /* sysctls, see idmap_look.c */
};

void idmap_look(struct idmap_facts *ret, const struct idmap *map, const struct idmap_caller *who,
		const struct idmap_rights *rights, const struct idmap_target *target);

/* The condition that failed; NULL: none that is known.  In the arena, or constant. */
const char *idmap_why(const struct idmap_facts *f, struct arena *a);

#endif
