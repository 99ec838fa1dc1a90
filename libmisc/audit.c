/* SPDX-License-Identifier: BSD-3-Clause */
#include "audit.h"

#include <errno.h>
#include <string.h>

static const char *in_hex(struct arena *arena, const char *value)
{
	static const char digits[] = "0123456789ABCDEF";
	const unsigned char *p;
	char *hex = arena_alloc(arena, 2 * strlen(value) + 1);
	size_t n = 0;

	for (p = (const unsigned char *)value; *p; p++) {
		hex[n++] = digits[*p >> 4];
		hex[n++] = digits[*p & 15];
	}
	return hex;
}

/* Free of blanks, controls, what is no ASCII, and the bytes given. */
static bool is_plain(const char *value, const char *but)
{
	const unsigned char *p = (const unsigned char *)value;

	while (*p > 0x20 && *p < 0x7f && !strchr(but, *p))
		p++;
	return *p == '\0';
}

const char *audit_value(struct arena *arena, const char *value)
{
	return is_plain(value, "\"") ? arena_printf(arena, "\"%s\"", value) : in_hex(arena, value);
}

const char *audit_word(struct arena *arena, const char *value)
{
	return is_plain(value, "\"'=") ? value : in_hex(arena, value);
}

#ifdef WITH_AUDIT

#include <libaudit.h>

#include "log.h"

struct audit {
	int fd;
};

static const int types[AUDIT_TYPES] = {
	[AUDIT_TYPE_ADD_USER] = AUDIT_ADD_USER,
	[AUDIT_TYPE_DEL_USER] = AUDIT_DEL_USER,
	[AUDIT_TYPE_ADD_GROUP] = AUDIT_ADD_GROUP,
	[AUDIT_TYPE_DEL_GROUP] = AUDIT_DEL_GROUP,
	[AUDIT_TYPE_USER_CHAUTHTOK] = AUDIT_USER_CHAUTHTOK,
	[AUDIT_TYPE_USER_ACCT] = AUDIT_USER_ACCT,
	[AUDIT_TYPE_USER_MGMT] = AUDIT_USER_MGMT,
	[AUDIT_TYPE_GRP_MGMT] = AUDIT_GRP_MGMT,
	[AUDIT_TYPE_GRP_CHAUTHTOK] = AUDIT_GRP_CHAUTHTOK,
	[AUDIT_TYPE_GRP_AUTH] = AUDIT_GRP_AUTH,
	[AUDIT_TYPE_CHGRP_ID] = AUDIT_CHGRP_ID,
	[AUDIT_TYPE_ROLE_ASSIGN] = AUDIT_ROLE_ASSIGN,
	[AUDIT_TYPE_ROLE_REMOVE] = AUDIT_ROLE_REMOVE,
	[AUDIT_TYPE_USYS_CONFIG] = AUDIT_USYS_CONFIG,
	[AUDIT_TYPE_ACCT_LOCK] = AUDIT_ACCT_LOCK,
	[AUDIT_TYPE_ACCT_UNLOCK] = AUDIT_ACCT_UNLOCK,
};

struct audit *audit_begin(void)
{
	struct audit *a;
	int fd = audit_open();

	if (fd < 0) {
		/* A kernel without audit says one of these. */
		if (errno != EINVAL && errno != EPROTONOSUPPORT && errno != EAFNOSUPPORT)
			log_say(LOG_WARNING, "cannot open the audit interface: %s",
				strerror(errno));
		return NULL;
	}
	a = malloc(sizeof(*a));
	if (!a) {
		audit_close(fd);
		return NULL;
	}
	a->fd = fd;
	return a;
}

void audit_record(const struct audit *a, enum audit_type type, const char *operation,
		  const char *name, long id, bool success)
{
	if (!a || type <= AUDIT_NONE || type >= AUDIT_TYPES)
		return;
	/* Refused where we may not write records (containers): as said, never a reason to stop. */
	(void)audit_log_acct_message(a->fd, types[type], NULL, operation, name,
				     (unsigned int)id, NULL, NULL, NULL, success);
}

void audit_end(struct audit **a)
{
	if (*a)
		audit_close((*a)->fd);
	free(*a);
	*a = NULL;
}

#else

struct audit *audit_begin(void)
{
	return NULL;
}

void audit_record(const struct audit *a, enum audit_type type, const char *operation,
		  const char *name, long id, bool success)
{
	(void)a;
	(void)type;
	(void)operation;
	(void)name;
	(void)id;
	(void)success;
}

void audit_end(struct audit **a)
{
	*a = NULL;
}

#endif
