/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * audit - account records for the kernel's audit log (libaudit's audit_log_acct_message).
 *
 * An audit system that cannot be reached never stops an account change: a kernel without it is
 * silent, any other failure to open it leaves one line in syslog.
 */
#ifndef LIBMISC_AUDIT_H
#define LIBMISC_AUDIT_H

#include <stdbool.h>

/* linux/audit.h's types, by the same names without the prefix AUDIT_ where they exist. */
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

/* NULL when there is nothing to send to. */
struct audit *audit_open(const char *prog);
void audit_send(struct audit *a, enum audit_type type, const char *operation, const char *name,
		long id, bool success);
void audit_close(struct audit *a);
/* A group's name as the value of grp=: quoted, or in hex where it holds odd bytes. */
#include "arena.h"
const char *audit_value(struct arena *arena, const char *value);

#endif
