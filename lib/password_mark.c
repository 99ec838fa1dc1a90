/* SPDX-License-Identifier: BSD-3-Clause */
#include "password_mark.h"

#include "schema.h"
#include "table.h"
#include "user.h"

const char *password_mark_of(struct arena *a, struct str field, const struct password_mark *mark)
{
	bool locked;

	if (mark->remove)
		field.n = 0;
	locked = field.n > 0 && *field.p == '!';
	if (mark->lock)
		return locked ? str_dup(a, field) : arena_printf(a, "!%s", str_dup(a, field));
	if (!mark->unlock || !locked)
		return str_dup(a, field);
	return field.n == 1 ? NULL : str_dup(a, (struct str){ field.p + 1, field.n - 1 });
}

int password_mark_set(struct run *run, struct txn *txn, const char *user,
		      const struct password_mark *mark)
{
	struct table *t = txn_table(txn, TABLE_PASSWD);
	int column = PW_PASSWORD, found;
	const char *field;
	struct row row, shadow;

	if (!t || !table_find(t, user, &row))
		return err_set(&run->err, ERR_UNKNOWN, "user '%s' does not exist", user);
	found = user_shadow(run, txn, user, &shadow);
	if (found < 0 || (found == 0 && user_check_single(run, t, user) < 0))
		return -1;
	if (found > 0) {
		t = txn_table(txn, TABLE_SHADOW);
		row = shadow;
		column = SP_PASSWORD;
	}
	field = password_mark_of(&run->arena, row.column[column], mark);
	if (field)
		return table_set(t, &row, column, field, &run->err);
	note_say(&run->note,
		 "unlocking the password would result in a passwordless account.");
	return err_set(&run->err, ERR_NO_PASSWORD,
		       "You should set a password with usermod -p to unlock the password of this "
		       "account.");
}
