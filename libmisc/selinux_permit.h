/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * selinux_permit - may the caller's domain do this to accounts?  The policy's class "passwd".
 *
 * Asked only on a running system whose kernel has SELinux with a policy loaded.  Nothing of
 * libselinux's avc is used: it can abort the process.  In permissive mode, and where the policy has
 * no such class or permission and does not deny the unknown, everything is allowed.  Without
 * libselinux, and where neither the policy nor our own context can be asked, it is allowed too:
 * a missing policy never stops an account change.
 */
#ifndef LIBMISC_SELINUX_PERMIT_H
#define LIBMISC_SELINUX_PERMIT_H

#include "err.h"
#include "selinux.h"

/* permission: "passwd", "chfn", "chsh", "rootok", "crontab".  The context is that of who called us
 * (getprevcon).  s may be NULL (mode off): allowed.  ERR_PERMISSION: "SELinux denies ..." */
int selinux_permit(struct selinux *s, const char *permission, struct err *e);

#endif
