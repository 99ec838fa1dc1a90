/* SPDX-License-Identifier: BSD-3-Clause */
#include "password_status.h"

#include "aging.h"
#include "password_change.h"

static void show_row(struct run *run, struct txn *txn, const struct row *passwd, FILE *out)
{
	const char *user = str_dup(&run->arena, passwd->column[PW_NAME]);
	struct str password = passwd->column[PW_PASSWORD];
	struct table *t = txn_table(txn, TABLE_SHADOW);
	struct user_aging aging;
	struct row shadow;
	bool found = t && table_find(t, user, &shadow);

	if (found) {
		password = shadow.column[SP_PASSWORD];
		aging_of(&shadow, &aging);
	}
	if (run->opt.json)
		aging_print_status_json(user, password, found ? &aging : NULL, out);
	else
		aging_print_status(&run->arena, user, password, found ? &aging : NULL, out);
}

static void show_all(struct run *run, struct txn *txn, FILE *out)
{
	struct table *t = txn_table(txn, TABLE_PASSWD);
	bool json = run->opt.json;
	const char *before = json ? "[" : "";
	struct row row;

	for (row = ROW_START; t && table_next(t, &row);) {
		fputs(before, out);
		before = json ? ",\n" : "";
		show_row(run, txn, &row, out);
	}
	if (json)
		fputs(*before == '[' ? "[]\n" : "]\n", out);
}

int password_status_show(struct run *run, struct txn *txn, const char *user, FILE *out)
{
	struct table *t = txn_table(txn, TABLE_PASSWD);
	struct row row;

	if (!user) {
		show_all(run, txn, out);
		return 0;
	}
	if (!t || !table_find(t, user, &row))
		return password_change_unknown(run, user);
	show_row(run, txn, &row, out);
	if (run->opt.json)
		fputc('\n', out);
	return 0;
}
