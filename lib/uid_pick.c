/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nss.h"
#include "uid_log.h"

#define SECONDS_OF_DAY 86400

static bool take_uid(struct str text, uint32_t *ret)
{
	uint64_t value;

	if (!str_decimal(text, SCHEMA_ID_MAX, &value))
		return false;
	*ret = (uint32_t)value;
	return true;
}

static bool take_range(const char *text, struct uid_pick *ret)
{
	const char *dash = strchr(text, '-');
	struct uid_pick pick = { .given = true, .high = SCHEMA_ID_MAX };

	if (!dash) {
		if (!take_uid(str_of(text), &pick.low))
			return false;
		pick.high = pick.low;
		pick.single = true;
	} else if ((dash > text && !take_uid((struct str){ text, (size_t)(dash - text) },
					     &pick.low)) ||
		   (dash[1] && !take_uid(str_of(dash + 1), &pick.high)) ||
		   strcmp(text, "-") == 0) {
		return false;
	}
	*ret = pick;
	return true;
}

int uid_pick(struct uid_pick *ret, struct run *run, struct txn *txn, const char *text)
{
	struct table *users = txn_table(txn, TABLE_PASSWD);
	struct nss others;
	struct row row;
	uint32_t uid;
	uid_t other;

	if (!text) {
		*ret = (struct uid_pick){ .high = SCHEMA_ID_MAX };
		return 0;
	}
	if (run_sources(run, &others) < 0)
		return -1;
	/* A name of digits is a name first. */
	if (users && table_find(users, text, &row) && schema_id(row.column[PW_UID], &uid)) {
		*ret = (struct uid_pick){ true, true, uid, uid };
	} else if (nss_user(&others, text, &other, NULL)) {
		*ret = (struct uid_pick){ true, true, other, other };
	} else if (!take_range(text, ret)) {
		return err_set(&run->err, ERR_UNKNOWN, "Unknown user or range: %s", text);
	}
	return 0;
}

static bool is_picked(const struct uid_pick *pick, uint32_t uid)
{
	return uid >= pick->low && uid <= pick->high;
}

bool uid_log_has_user(struct run *run, struct txn *txn, uint32_t uid)
{
	struct table *users = txn_table(txn, TABLE_PASSWD);
	struct nss others;
	struct row row;

	if (users && table_find_id(users, uid, &row))
		return true;
	return run_sources(run, &others) == 0 && nss_uid(&others, uid, NULL);
}

/* Those that the files do not know. */
static int each_other(const struct uid_log *log, struct run *run, struct table *users,
		      const struct uid_pick *pick,
		      int (*each)(void *context, const char *name, uint32_t uid), void *context)
{
	uint32_t uid = pick->low;
	struct nss others;
	struct row row;
	const char *name;
	int found;

	if (run_sources(run, &others) < 0)
		return -1;
	if (!others.passwd)
		return 0;
	for (; is_picked(pick, uid); uid++) {
		found = pick->single ? 1 : uid_log_next(log, &uid, &run->err);
		if (found < 0)
			return -1;
		if (found == 0 || !is_picked(pick, uid))
			break;
		if (!(users && table_find_id(users, uid, &row)) &&
		    nss_uid(&others, uid, &name) && each(context, name, uid) < 0)
			return -1;
	}
	return 0;
}

int uid_log_users(const struct uid_log *log, struct run *run, struct txn *txn,
		  const struct uid_pick *pick,
		  int (*each)(void *context, const char *name, uint32_t uid), void *context)
{
	struct table *users = txn_table(txn, TABLE_PASSWD);
	struct row row;
	uint32_t uid;

	for (row = ROW_START; users && table_next(users, &row);)
		if (schema_id(row.column[PW_UID], &uid) && is_picked(pick, uid) &&
		    each(context, str_dup(&run->arena, row.column[PW_NAME]), uid) < 0)
			return -1;
	return each_other(log, run, users, pick, each, context);
}

bool uid_log_days(const char *text, int64_t *ret_seconds)
{
	char *end;
	long long days;

	errno = 0;
	days = strtoll(text, &end, 0);
	if (errno != 0 || end == text || *end)
		return false;
	/* More than the clock has. */
	if (days > INT32_MAX)
		days = INT32_MAX;
	if (days < INT32_MIN)
		days = INT32_MIN;
	*ret_seconds = days * SECONDS_OF_DAY;
	return true;
}
