/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * semanage - the part of seuser that calls libsemanage; for its child process only, since the
 * library may end the process.
 */
#ifndef LIBMISC_SEMANAGE_H
#define LIBMISC_SEMANAGE_H

#include "seuser.h"

#define SEMANAGE_MESSAGE_SIZE 1024

enum semanage_result {
	SEMANAGE_DONE,
	SEMANAGE_NO_STORE, /* no library, no policy store, or one that may not be written */
	SEMANAGE_FAILED,   /* the change was refused */
};

/* NULL: only looks whether a change could be made.  message gets one line unless all is well. */
enum semanage_result semanage_change(const struct seuser_change *change,
				     char message[SEMANAGE_MESSAGE_SIZE]);

#endif
