/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * identity - owner, mode, ACL and attributes of a file that another one replaces.
 *
 * Copied: owner and group, the permission bits, the POSIX ACL, user.* and security.SMACK64*
 * attributes.  Never copied: security.ima, security.evm, security.capability, trusted.*; an SELinux
 * label goes by selinux.h alone.
 */
#ifndef LIBMISC_IDENTITY_H
#define LIBMISC_IDENTITY_H

#include <sys/stat.h>

/* from is the open file whose stat is st.  What was set is read back.  -1 and errno. */
int identity_copy(int from, const struct stat *st, int to);

#endif
