/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * state - what subid_init was told, and the messages that go there.
 *
 * The library's only variables, behind one lock.
 */
#ifndef LIBSUBID_STATE_H
#define LIBSUBID_STATE_H

#include "err.h"

/* All else is hidden. */
#define SUBID_PUBLIC __attribute__((visibility("default")))

/* One line.  Bytes that could speak to a terminal are shown as "?". */
void state_say(const char *text);

/* Room for an error, on the heap: a thread of our caller may have a small stack.  NULL: no memory,
 * which was said. */
struct err *state_err_new(void);
/* Says it, if there is one that is worth saying, and frees it. */
void state_err_end(struct err *e);

#endif
