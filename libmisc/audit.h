/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * audit - account records for the kernel's audit log (libaudit's audit_log_acct_message).
 *
 * The same without libaudit; then nothing is sent.  An audit system that cannot be reached never
 * stops an account change: a kernel without it is silent, any other failure to open it leaves one
 * line in syslog.
 */
#ifndef LIBMISC_AUDIT_H
#define LIBMISC_AUDIT_H

#include <stdbool.h>

#include "arena.h"

/* linux/audit.h's types, by the same names without the prefix AUDIT_ where they exist.
 * Journals hold the numbers: new ones go to the end. */
enum audit_type {
	AUDIT_NONE,
	AUDIT_TYPE_ADD_USER,
	AUDIT_TYPE_DEL_USER,
	AUDIT_TYPE_ADD_GROUP,
	AUDIT_TYPE_DEL_GROUP,
	AUDIT_TYPE_USER_CHAUTHTOK,
	AUDIT_TYPE_USER_ACCT,
	AUDIT_TYPE_USER_MGMT,
	AUDIT_TYPE_GRP_MGMT,
	AUDIT_TYPE_GRP_CHAUTHTOK,
	AUDIT_TYPE_GRP_AUTH,
	AUDIT_TYPE_CHGRP_ID,
	AUDIT_TYPE_ROLE_ASSIGN,
	AUDIT_TYPE_ROLE_REMOVE,
	AUDIT_TYPE_USYS_CONFIG,
	AUDIT_TYPE_ACCT_LOCK,
	AUDIT_TYPE_ACCT_UNLOCK,
	AUDIT_TYPES
};

struct audit;

/* NULL when there is nothing to send to.  (libaudit has audit_open, audit_close and audit_send.) */
struct audit *audit_begin(void);
/* name (acct=) is for events without an id, which is -1.  a may be NULL. */
void audit_record(const struct audit *a, enum audit_type type, const char *operation,
		  const char *name, long id, bool success);
void audit_end(struct audit **a);
/* A name as the value of grp=: quoted, or in hex where it holds odd bytes. */
const char *audit_value(struct arena *arena, const char *value);
/* What a caller gave us, as a word of an operation: as it is, or in hex where it could pass for a
 * field of the record ("x res=success"). */
const char *audit_word(struct arena *arena, const char *value);

#endif
