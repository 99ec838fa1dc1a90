/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * schema - the six account files and our own idmarks: names, columns, modes.
 *
 * See passwd(5), shadow(5), group(5), gshadow(5), subuid(5), subgid(5), idmarks(5).
 */
#ifndef LIB_SCHEMA_H
#define LIB_SCHEMA_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "str.h"

enum table_id {
	TABLE_PASSWD,
	TABLE_SHADOW,
	TABLE_GROUP,
	TABLE_GSHADOW,
	TABLE_SUBUID,
	TABLE_SUBGID,
	TABLE_IDMARKS,
	TABLE_COUNT
};
#define TABLE_BIT(id) (1u << (id))
#define TABLE_ALL (TABLE_BIT(TABLE_COUNT) - 1)
/* Those that have a FILE.lock: no other tool knows idmarks. */
#define TABLE_LOCKED (TABLE_ALL & ~TABLE_BIT(TABLE_IDMARKS))
/* Of a set of tables: one to look at, without its FILE.lock, that is never changed.  If it cannot
 * be read it is as if it were not there. */
#define TABLE_LOOK(id) (TABLE_BIT(id) << TABLE_COUNT)

enum { PW_NAME, PW_PASSWORD, PW_UID, PW_GID, PW_GECOS, PW_HOME, PW_SHELL, PW_COLUMNS };
enum { SP_NAME, SP_PASSWORD, SP_LAST, SP_MIN, SP_MAX, SP_WARN, SP_INACTIVE, SP_EXPIRE, SP_FLAG,
       SP_COLUMNS };
enum { GR_NAME, GR_PASSWORD, GR_GID, GR_MEMBERS, GR_COLUMNS };
enum { SG_NAME, SG_PASSWORD, SG_ADMINS, SG_MEMBERS, SG_COLUMNS };
enum { SUB_OWNER, SUB_START, SUB_SIZE, SUB_COLUMNS };
enum { MARK_KIND, MARK_START, MARK_SIZE, MARK_COLUMNS }; /* the last two as in subuid */
#define SCHEMA_COLUMNS_MAX 9

/* uids and gids that nobody gets from us: (id_t)-1 and what 16-bit interfaces make of it. */
#define SCHEMA_ID_MAX 4294967294u

struct schema {
	const char *file;    /* "passwd" */
	const char *path;    /* "/etc/passwd" */
	int columns;         /* of a row that we write */
	int id_column;       /* -1: none */
	bool secret;         /* profile's shadow mode and group when made anew; else 0644 */
	enum err_kind error; /* when it cannot be read or written */
};

const struct schema *schema_get(enum table_id id);

/*
 * Splits a line; returns the number of columns, 0 for a line that is opaque: empty, a comment, a
 * NIS line ("+", "-") or one that does not parse as a row of this file.
 *
 * Rows that other tools read are rows: a group without members (3 columns), a shadow row of 5 or 8,
 * a gshadow row of 2 or 3.  Ids must be numbers, and the start and count of a range; the days of
 * shadow are not looked at, so that one bad number does not hide an account's password.
 */
int schema_split(enum table_id id, struct str line, struct str columns[SCHEMA_COLUMNS_MAX]);

/* The id of a line that is a row of a file with ids. */
bool schema_line_id(enum table_id id, struct str line, uint32_t *ret);

/* A uid or gid as it stands in a row.  As in C's strtoul, blanks and a "+" may stand before it. */
bool schema_id(struct str text, uint32_t *ret);

#endif
