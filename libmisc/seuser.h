/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * seuser - which SELinux user a login gets: the -Z of useradd, usermod and userdel.
 *
 * It is libsemanage's work, which is loaded only here and only in a child process: in a system
 * without a policy store that library may end the process that calls it.  The file is the same
 * without it; then there is never a store.
 *
 *	seuser_check(root.live, mode, &note, &go, e);	before anything is written
 *	...
 *	if (go)
 *		seuser_apply(&change, e);		after the account is there
 *
 * Neither may be called while the account files are locked.
 */
#ifndef LIBMISC_SEUSER_H
#define LIBMISC_SEUSER_H

#include <stdbool.h>

#include "err.h"
#include "note.h"
#include "selinux.h"

struct seuser_change {
	const char *login;
	const char *seuser; /* NULL: the login's own mapping goes, if it has one */
	const char *range;  /* NULL: s0.  Without a meaning in a policy without ranges */
};

/*
 * Whether a mapping can be changed.  ERR_ARGUMENT: the kernel has no SELinux.  Where the root is
 * not live, or there is no policy store that can be written, strict mode makes it ERR_SEUSER; the
 * other modes say so in a note and *ret_go is false, as it is in mode off.
 */
int seuser_check(bool live, enum selinux_mode mode, const struct note *note, bool *ret_go,
		 struct err *e);

/* ERR_SEUSER, with what libsemanage said. */
int seuser_apply(const struct seuser_change *change, struct err *e);

#endif
