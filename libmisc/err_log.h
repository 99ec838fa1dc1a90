/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * err_log - the message of an error as logs have it: in English, whatever the user reads.
 */
#ifndef LIBMISC_ERR_LOG_H
#define LIBMISC_ERR_LOG_H

#include "arena.h"
#include "err.h"

/* In the arena, or the error's own. */
const char *err_log_text(const struct err *e, struct arena *a);

#endif
