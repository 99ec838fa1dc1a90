/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * convert - between password files with and without their shadow.
 *
 * Passwords move: into shadow and gshadow, where an "x" stays behind, or back.  Each works on a
 * transaction's tables in memory, may come again from the start, and changes nothing where nothing
 * is to be done.  See pwconv(8).
 */
#ifndef LIB_CONVERT_H
#define LIB_CONVERT_H

#include "run.h"

/* Every user gets a shadow row with his password, made where there is none, with the ageing of
 * login.defs; rows of nobody go.  Makes the file.  ERR_MISSING: no passwd. */
int convert_to_shadow(struct run *run, struct txn *txn);
/* The passwords go back to passwd, and shadow goes.  ERR_USER_FILE: a password would be lost. */
int convert_from_shadow(struct run *run, struct txn *txn);
/* The same for group and gshadow, whose members become those of group. */
int convert_to_gshadow(struct run *run, struct txn *txn);
int convert_from_gshadow(struct run *run, struct txn *txn);

#endif
