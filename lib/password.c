/* SPDX-License-Identifier: BSD-3-Clause */
#include "password.h"

#include <string.h>

#include "prompt.h"
#include "user.h"

/* Where the password is when it is not here. */
#define ELSEWHERE "x"
/* Without PASS_CHANGE_TRIES. */
#define TRIES 5

bool password_is_field(const char *hash)
{
	for (; *hash; hash++)
		if ((unsigned char)*hash < ' ' || *hash == 0x7f || *hash == ':')
			return false;
	return true;
}

/* --- the row --- */

static int set_shadow(struct run *run, struct table *shadow, struct row *row, const char *hash)
{
	struct user_aging aging;

	user_aging_defaults(&run->defs, &aging);
	if (table_set(shadow, row, SP_PASSWORD, hash, &run->err) < 0)
		return -1;
	return table_set(shadow, row, SP_LAST, user_day(&run->arena, aging.last_change),
			 &run->err);
}

static int set_passwd(struct run *run, struct table *passwd, struct row *row, const char *user,
		      const char *value)
{
	if (str_is(row->column[PW_PASSWORD], value))
		return 0;
	if (user_check_single(run, passwd, user) < 0)
		return -1;
	return table_set(passwd, row, PW_PASSWORD, value, &run->err);
}

static int unknown(struct run *run, const char *user)
{
	return err_set(&run->err, ERR_UNKNOWN, "user '%s' does not exist", user);
}

int password_set(struct run *run, struct txn *txn, const char *user, const char *hash)
{
	struct table *passwd = txn_table(txn, TABLE_PASSWD);
	struct table *shadow = txn_table(txn, TABLE_SHADOW);
	struct row row, secret;
	int found;

	if (!passwd || !table_find(passwd, user, &row))
		return unknown(run, user);
	found = user_shadow(run, txn, user, &secret);
	if (found < 0)
		return -1;
	if (found > 0) {
		if (set_shadow(run, shadow, &secret, hash) < 0)
			return -1;
		return set_passwd(run, passwd, &row, user, ELSEWHERE);
	}
	if (shadow && str_is(row.column[PW_PASSWORD], ELSEWHERE))
		return user_add_shadow(run, shadow, user, hash);
	return set_passwd(run, passwd, &row, user, hash);
}

int password_get(struct run *run, struct txn *txn, const char *user, const char **ret)
{
	struct table *passwd = txn_table(txn, TABLE_PASSWD);
	struct row row, secret;
	int found;

	*ret = NULL;
	if (!passwd || !table_find(passwd, user, &row))
		return 0;
	found = user_shadow(run, txn, user, &secret);
	if (found < 0)
		return -1;
	*ret = str_dup(&run->arena, found ? secret.column[SP_PASSWORD] : row.column[PW_PASSWORD]);
	return 0;
}

/* --- the dialogue --- */

/* 1 typed twice; 0 not: try again; -1 nobody answers. */
static int ask_twice(struct run *run, struct secret *ret)
{
	_cleanup_secret_ struct secret again = SECRET_NONE;

	if (prompt_secret(PROMPT_STANDARD, "New password: ", ret, &run->err) < 0)
		return -1;
	if (ret->n == 0) {
		note_say(&run->note, "No password has been supplied.");
		return 0;
	}
	if (prompt_secret(PROMPT_STANDARD, "Retype new password: ", &again, &run->err) < 0)
		return -1;
	if (secret_eq(ret, &again))
		return 1;
	note_say(&run->note, "Sorry, passwords do not match.");
	return 0;
}

/* Is this the one?  insisted is the weak one that root was warned of before. */
static bool is_taken(struct run *run, const char *user, const struct secret *old,
		   const struct secret *typed, struct secret *insisted)
{
	bool root = caller_is_root(&run->caller);
	const char *why;

	if (root && !defs_bool(&run->defs, "PASS_ALWAYS_WARN", false))
		return true;
	why = password_weakness(&run->defs, user, old, typed);
	if (!why || (root && secret_eq(typed, insisted)))
		return true;
	if (!root) {
		note_say(&run->note, "Bad password: %s.", why);
		return false;
	}
	note_say(&run->note, "Weak password: %s. Enter it once more to use it all the same.", why);
	secret_set(insisted, (struct str){ typed->p, typed->n });
	return false;
}

int password_ask(struct run *run, const char *user, const struct secret *old, struct secret *ret)
{
	_cleanup_secret_ struct secret insisted = SECRET_NONE;
	long long tries = defs_number(&run->defs, "PASS_CHANGE_TRIES", TRIES);
	int r = 0;

	if (secret_make(&insisted, SECRET_SIZE, &run->err) < 0)
		return -1;
	if (tries < 1)
		tries = 1;
	while (r >= 0 && tries-- > 0) {
		secret_end(ret);
		r = ask_twice(run, ret);
		if (r > 0 && is_taken(run, user, old, ret, &insisted))
			return 0;
	}
	secret_end(ret);
	err_clear(&run->err);
	return err_set(&run->err, ERR_IO, "The password for %s is unchanged.", user);
}
