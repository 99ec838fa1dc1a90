/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * idmap_rights - the one capability that newuidmap and newgidmap need, and nothing else.
 *
 *	idmap_rights_begin(&rights, SUBID_UIDS, caller.uid, e);   first
 *	idmap_rights_raise(&rights, IDMAP_RIGHT_MAP, e); open(); idmap_rights_lower(&rights, e);
 *	idmap_rights_raise(&rights, IDMAP_RIGHT_MAP, e); write(); idmap_rights_lower(&rights, e);
 *
 * A program that is set-uid root and one that has the capability as a file attribute become the
 * same thing here: all user ids are the caller's, and of capabilities there are left those named
 * below, as far as there were any.  None is effective but between raise and lower.
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

enum idmap_right {
	IDMAP_RIGHT_MAP = 1,  /* CAP_SETUID, of newgidmap CAP_SETGID */
	IDMAP_RIGHT_ZERO = 2, /* CAP_SETFCAP, which the kernel wants of who maps the id 0 */
	IDMAP_RIGHT_READ = 4, /* CAP_DAC_READ_SEARCH: where subuid is for root alone to read */
};

struct idmap_rights {
	enum subid_table table;
	unsigned long long permitted; /* after begin: bits of capabilities */
};

/* After caller_begin.  ERR_PERMISSION: rights could not be given up; nothing may be done then.
 * That there is none to begin with is no error: a caller may map himself without. */
int idmap_rights_begin(struct idmap_rights *ret, enum subid_table table, uid_t uid,
		       struct err *e);
/* Makes effective what we have of them; wanted: bits of enum idmap_right. */
int idmap_rights_raise(const struct idmap_rights *r, unsigned wanted, struct err *e);
int idmap_rights_lower(const struct idmap_rights *r, struct err *e);

bool idmap_rights_has(const struct idmap_rights *r, enum idmap_right right);

#endif
