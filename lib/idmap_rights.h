/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * idmap_rights - the one capability that newuidmap and newgidmap need, and nothing else.
 *
 *	idmap_rights_begin(&rights, SUBID_UIDS, caller.uid, e);   first
 *	idmap_rights_raise(&rights, zero, e); open(); idmap_rights_lower(&rights, e);
 *	idmap_rights_raise(&rights, zero, e); write(); idmap_rights_lower(&rights, e);
 *
 * A program that is set-uid root and one that has the capability as a file attribute become the
 * same thing here: all user ids are the caller's, and what is permitted is CAP_SETUID (CAP_SETGID),
 * and CAP_SETFCAP where we have it, which the kernel wants of who maps the id 0.  None is
 * effective but between raise and lower.
 *
 * That the ids are the caller's is more than thrift.  Whoever opens uid_map must have CAP_SYS_ADMIN
 * in that user namespace, and here he has it only by being its owner: so the kernel itself sees to
 * it that the namespace is the caller's, at the moment of the open, whatever the process did since
 * we looked at it.  And the file is opened with the caller's own access to it, not root's.
 */
#ifndef LIB_IDMAP_RIGHTS_H
#define LIB_IDMAP_RIGHTS_H

#include <stdbool.h>
#include <sys/types.h>

#include "err.h"
#include "subid_source.h"

struct idmap_rights {
	unsigned long long permitted; /* after begin: bits of capabilities */
	unsigned long long needed;    /* CAP_SETUID or CAP_SETGID */
};

/* After caller_begin.  ERR_PERMISSION: rights could not be given up; nothing may be done then.
 * That there is none to begin with is no error: a caller may map himself without. */
int idmap_rights_begin(struct idmap_rights *ret, enum subid_table table, uid_t uid,
		       struct err *e);
/* Makes what we have of them effective; zero: the map has the id 0 of outside. */
int idmap_rights_raise(const struct idmap_rights *r, bool zero, struct err *e);
int idmap_rights_lower(const struct idmap_rights *r, struct err *e);

bool idmap_rights_has(const struct idmap_rights *r);
bool idmap_rights_has_setfcap(const struct idmap_rights *r);

#endif
