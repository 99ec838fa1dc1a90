/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xattr - POSIX ACLs and user.* attributes of a file that is copied.
 *
 * identity.h is for a file that replaces another one; this is for copies in a home directory, which
 * may be on a file system that has none of them.  ACLs are copied WITH_ACL, attributes WITH_ATTR;
 * labels go by selinux.h, nothing else is copied.
 */
#ifndef LIBMISC_XATTR_H
#define LIBMISC_XATTR_H

#include <sys/types.h>

/*
 * to has its owner and the mode given already.  An ACL that it inherited goes, where from has none.
 * Where to cannot have an ACL, the mode gives the group no more than the ACL did.  -1 and errno.
 */
int xattr_copy(int from, int to, mode_t mode);

#endif
