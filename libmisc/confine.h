/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * confine - by Landlock, what this process and its children can still write to.
 *
 * See landlock(7).  Where the kernel has no Landlock, or a seccomp profile forbids it, nothing
 * happens.  Reading and executing stay as they are, and so do descriptors that are open.
 *
 *	const int places[] = { etc, null };
 *
 *	if (confine_writes(places, 2, NULL) < 0)
 *		log_say(LOG_WARNING, "...: %s", strerror(errno));
 */
#ifndef LIBMISC_CONFINE_H
#define LIBMISC_CONFINE_H

#include <stdbool.h>
#include <stddef.h>

/* Only beneath these directories, and to these files (descriptors; O_PATH will do), can files be
 * made, written, renamed and removed from now on.  *ret_done (may be NULL) tells whether the kernel
 * does it.  -1 and errno: the kernel has Landlock and refused; the caller goes on with a line in
 * the log. */
int confine_writes(const int *places, size_t count, bool *ret_done);

#endif
