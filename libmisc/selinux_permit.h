/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * selinux_permit - may the caller's domain do this to accounts?  The policy's class "passwd".
 *
 * Asked only on a running system whose kernel has SELinux with a policy loaded.  Nothing of
 * libselinux's avc is used: it can abort the process.  In permissive mode (of the system or of the
 * caller's domain), and where the policy has no such class or permission and does not deny the
 * unknown, everything is allowed.  Without libselinux, and where the policy or the caller's context
 * cannot be asked, it is allowed too: a missing policy never stops an account change.
 */
#ifndef LIBMISC_SELINUX_PERMIT_H
#define LIBMISC_SELINUX_PERMIT_H

#include "err.h"
#include "selinux.h"

/*
 * permission: "passwd", "chfn", "chsh", "rootok", "crontab".  Both contexts are that of who called
 * us (getprevcon).  s may be NULL, and in mode off everything is allowed.  ERR_PERMISSION: "SELinux
 * denies ...", for the tool to say in its own words.  ERR_IO: it cannot be asked for want of
 * descriptors or memory, which the caller must not choose.
 */
int selinux_permit(struct selinux *s, const char *permission, struct err *e);

#endif
