/* SPDX-License-Identifier: BSD-3-Clause */
#include "schema.h"

#include <endian.h>
#include <string.h>

static const struct schema schemas[TABLE_COUNT] = {
	[TABLE_PASSWD] = { "passwd", "/etc/passwd", PW_COLUMNS, PW_UID, false, ERR_USER_FILE },
	[TABLE_SHADOW] = { "shadow", "/etc/shadow", SP_COLUMNS, -1, true, ERR_USER_FILE },
	[TABLE_GROUP] = { "group", "/etc/group", GR_COLUMNS, GR_GID, false, ERR_GROUP_FILE },
	[TABLE_GSHADOW] = { "gshadow", "/etc/gshadow", SG_COLUMNS, -1, true, ERR_GROUP_FILE },
	[TABLE_SUBUID] = { "subuid", "/etc/subuid", SUB_COLUMNS, -1, false, ERR_SUBUID_FILE },
	[TABLE_SUBGID] = { "subgid", "/etc/subgid", SUB_COLUMNS, -1, false, ERR_SUBGID_FILE },
	[TABLE_IDMARKS] = { "idmarks", "/etc/idmarks", MARK_COLUMNS, -1, false, ERR_USER_FILE },
};

const struct schema *schema_get(enum table_id id)
{
	return &schemas[id];
}

bool schema_id(struct str text, uint32_t *ret)
{
	uint64_t value;

	/* Mostly there is neither. */
	while (text.n > 0 && (*text.p == ' ' || *text.p == '\t')) {
		text.p++;
		text.n--;
	}
	if (text.n > 0 && *text.p == '+') {
		text.p++;
		text.n--;
	}
	if (!str_decimal(text, UINT32_MAX, &value))
		return false;
	*ret = (uint32_t)value;
	return true;
}

/* The bytes of a word that are colons, as their highest bits; the first byte is the lowest. */
static inline uint64_t find_colons(const char *p)
{
	const uint64_t low = 0x7f7f7f7f7f7f7f7fu, colons = 0x3a3a3a3a3a3a3a3au;
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	word = le64toh(word) ^ colons;
	return ~(((word & low) + low) | word | low);
}

/* Ends the column before a colon.  false: that was the last that there is room for. */
static inline bool end_column(struct str columns[SCHEMA_COLUMNS_MAX], int *n, const char **start,
			      const char *colon)
{
	columns[*n] = (struct str){ *start, (size_t)(colon - *start) };
	*start = colon + 1;
	return ++*n < SCHEMA_COLUMNS_MAX;
}

/* The number of columns; more than there is room for is SCHEMA_COLUMNS_MAX + 1.  Columns are
 * short: eight bytes at a time cost less than a call of memchr for each. */
static int cut(struct str line, struct str columns[SCHEMA_COLUMNS_MAX])
{
	const char *p = line.p, *end = line.p + line.n, *start = line.p;
	int n = 0;

	for (; end - p >= 8; p += 8) {
		uint64_t colons = find_colons(p);

		for (; colons; colons &= colons - 1)
			if (!end_column(columns, &n, &start, p + __builtin_ctzll(colons) / 8))
				return SCHEMA_COLUMNS_MAX + 1;
	}
	for (; p < end; p++)
		if (*p == ':' && !end_column(columns, &n, &start, p))
			return SCHEMA_COLUMNS_MAX + 1;
	columns[n] = (struct str){ start, (size_t)(end - start) };
	return n + 1;
}

static bool is_number(struct str text)
{
	uint64_t value;

	return str_number(text, UINT64_MAX, &value);
}

/* It stands for ids, of those that the file named by the first column has. */
static bool is_mark(const struct str *columns)
{
	uint64_t first, count;

	return (str_is(columns[MARK_KIND], "uid") || str_is(columns[MARK_KIND], "gid") ||
		str_is(columns[MARK_KIND], "subuid") || str_is(columns[MARK_KIND], "subgid")) &&
	       str_decimal(columns[MARK_START], UINT32_MAX, &first) &&
	       str_decimal(columns[MARK_SIZE], UINT32_MAX, &count) && count > 0 &&
	       first + count - 1 <= UINT32_MAX;
}

static bool is_row(enum table_id id, const struct str *columns, int n)
{
	uint32_t value;

	switch (id) {
	case TABLE_PASSWD:
		return n == PW_COLUMNS && schema_id(columns[PW_UID], &value) &&
		       schema_id(columns[PW_GID], &value);
	case TABLE_SHADOW:
		return n == SP_COLUMNS || n == SP_FLAG || n == SP_WARN;
	case TABLE_GROUP:
		return (n == GR_COLUMNS || n == GR_MEMBERS) && schema_id(columns[GR_GID], &value);
	case TABLE_GSHADOW:
		return n >= SG_ADMINS && n <= SG_COLUMNS;
	case TABLE_SUBUID:
	case TABLE_SUBGID:
		return n == SUB_COLUMNS && is_number(columns[SUB_START]) &&
		       is_number(columns[SUB_SIZE]);
	case TABLE_IDMARKS:
		return n == MARK_COLUMNS && is_mark(columns);
	case TABLE_COUNT:
		break;
	}
	return false;
}

int schema_split(enum table_id id, struct str line, struct str columns[SCHEMA_COLUMNS_MAX])
{
	int n;

	if (line.n == 0 || *line.p == ':' || *line.p == '#' || *line.p == '+' || *line.p == '-')
		return 0;
	n = cut(line, columns);
	return is_row(id, columns, n) ? n : 0;
}

bool schema_line_id(enum table_id id, struct str line, uint32_t *ret)
{
	int column = schemas[id].id_column;
	struct str columns[SCHEMA_COLUMNS_MAX];

	return column >= 0 && schema_split(id, line, columns) > 0 &&
	       schema_id(columns[column], ret);
}
