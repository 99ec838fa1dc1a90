/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * password_status - the state of passwords as passwd -S shows it: a line a user, or JSON.
 */
#ifndef LIB_PASSWORD_STATUS_H
#define LIB_PASSWORD_STATUS_H

#include <stdio.h>

#include "run.h"

/* Of one user; with NULL of all in passwd, in the file's order.  --json makes an object, or a list
 * of them.  ERR_UNKNOWN. */
int password_status_show(struct run *run, struct txn *txn, const char *user, FILE *out);

#endif
