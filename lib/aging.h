/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * aging - the days of a shadow row: what they mean today, and how passwd, chage and expiry show
 * and change them.  See shadow(5).
 */
#ifndef LIB_AGING_H
#define LIB_AGING_H

#include <stdbool.h>
#include <stdio.h>

#include "user.h"

/* The days of a row; DAY_NONE for a field that is empty, missing, no decimal number or larger than
 * the C library reads (DAY_LAST). */
void aging_of(const struct row *shadow, struct user_aging *ret);

enum aging_state {
	AGING_GOOD,
	AGING_WARN,        /* the password expires within the warning time */
	AGING_EXPIRED,     /* the password must be changed (last change 0 too) */
	AGING_INACTIVE,    /* expired for longer than inactive: the password is of no use */
	AGING_ACCOUNT_OVER /* the account's day is over */
};
/* *ret_days (may be NULL): the days until the password expires (0: today), less than 0 when it has
 * expired; 0 where it must be changed at once; LONG_MAX where it never expires. */
enum aging_state aging_state(const struct user_aging *aging, long today, long *ret_days);

/* Which fields are to be set; the others stay. */
struct aging_change {
	bool has_last, has_min, has_max, has_warn, has_inactive, has_expire;
	struct user_aging to;
};
/*
 * In the transaction's shadow row of that user (TABLE_PASSWD and TABLE_SHADOW).  Where there is
 * none it is made: with the password of the passwd row, which becomes "x", and no other days.
 * ERR_UNKNOWN: no such user in passwd; ERR_MISSING: there is no shadow file.  Notes no events:
 * chage and passwd name them differently.  *ret_changed (may be NULL).
 */
int aging_set(struct run *run, struct txn *txn, const char *user, const struct aging_change *change,
	      bool *ret_changed);

/* "L", "NP" or "P" of passwd -S.  The password is that of the shadow row, else of passwd's. */
const char *aging_password_status(struct str password);
/* The line of passwd -S, and its object with --json (without a newline: passwd -S -a makes an array
 * of them).  aging is NULL where there is no shadow row. */
void aging_print_status(struct arena *a, const char *user, struct str password,
			const struct user_aging *aging, FILE *out);
void aging_print_status_json(const char *user, struct str password, const struct user_aging *aging,
			     FILE *out);
/* The lines of chage -l, and the object with --json, with a newline; iso: dates as YYYY-MM-DD.
 * Where there is no shadow row all days are DAY_NONE. */
void aging_print_list(const struct user_aging *aging, bool iso, FILE *out);
void aging_print_list_json(const char *user, const struct user_aging *aging, FILE *out);

#endif
