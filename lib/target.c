/* SPDX-License-Identifier: BSD-3-Clause */
#include "target.h"

#include <syslog.h>

#include "auth.h"
#include "password.h"
#include "password_change.h"
#include "prompt.h"
#include "self.h"
#include "user.h"

#define TABLES (TABLE_BIT(TABLE_PASSWD) | TABLE_BIT(TABLE_SHADOW))

/* --- whose account --- */

static void take_row(struct run *run, const struct row *row, struct target *t)
{
	uint32_t uid;

	t->gecos = str_dup(&run->arena, row->column[PW_GECOS]);
	t->shell = str_dup(&run->arena, row->column[PW_SHELL]);
	t->own = schema_id(row->column[PW_UID], &uid) && uid == run->caller.uid;
}

static int look(struct run *run, struct txn *txn, void *context)
{
	struct table *t = txn_table(txn, TABLE_PASSWD);
	struct target *target = context;
	struct row row;

	if (target->name ? !t || !table_find(t, target->name, &row) :
			   !t || !table_find_id(t, run->caller.uid, &row))
		return target->name ? password_change_unknown(run, target->name) :
				      err_set(&run->err, ERR_PERMISSION,
					      "Cannot determine your user name.");
	target->name = str_dup(&run->arena, row.column[PW_NAME]);
	take_row(run, &row, target);
	return 0;
}

int target_find(struct run *run, const char *operand, struct target *ret)
{
	*ret = (struct target){ .name = operand };
	/* The users of another system are in its own files. */
	if (!operand && run->root.live && !(ret->name = self_name(run))) {
		event_log_at(&run->events, &run->arena, LOG_WARNING,
			     "Cannot determine the user name of the caller (UID %lu)",
			     (unsigned long)run->caller.uid);
		return -1;
	}
	return run_look(run, TABLE_BIT(TABLE_PASSWD), look, ret);
}

int target_row(struct run *run, struct txn *txn, struct target *t, struct row *ret)
{
	struct table *table = txn_table(txn, TABLE_PASSWD);

	if (!table || !table_find(table, t->name, ret))
		return password_change_unknown(run, t->name);
	if (user_check_single(run, table, t->name) < 0)
		return -1;
	take_row(run, ret, t);
	return 0;
}

/* --- who calls --- */

/* With raised ids. */
static int ask_pam(struct run *run, const char *service, const char *user)
{
	struct auth *auth = NULL;
	int r;

	if (auth_begin(&auth, run->tool->name, service, user, AUTH_TALK_PERSON, NULL,
		       &run->err) < 0)
		return -1;
	r = auth_verify(auth, &run->err);
	if (r < 0)
		event_log_at(&run->events, &run->arena, LOG_ERR, "%s", auth_text(auth));
	auth_end(&auth);
	return r;
}

static int by_pam(struct run *run, const char *service)
{
	const char *user = self_name(run), *why = NULL;
	int r = 0;

	if (!user || caller_raise(&run->caller, &run->err) < 0)
		return -1;
	if (auth_usable(service, &run->arena, &why))
		r = ask_pam(run, service, user);
	else
		r = err_set(&run->err, ERR_PAM, "PAM cannot be used: %s", why);
	return caller_lower(&run->caller, &run->err) < 0 ? -1 : r;
}

struct known {
	const char *user, *hash;
};

static int look_password(struct run *run, struct txn *txn, void *context)
{
	struct known *known = context;

	return password_get(run, txn, known->user, &known->hash);
}

static int by_password(struct run *run)
{
	_cleanup_secret_ struct secret typed = SECRET_NONE;
	struct known known = { .user = self_name(run) };

	if (!known.user || run_look(run, TABLES, look_password, &known) < 0)
		return -1;
	if (known.hash && known.hash[0] == '\0')
		return 0;
	if (prompt_secret(PROMPT_STANDARD, "Password: ", &typed, &run->err) < 0)
		return -1;
	if (known.hash && pwhash_check(&typed, known.hash))
		return 0;
	password_change_wrong(run, known.user);
	return err_set(&run->err, ERR_PERMISSION, "Incorrect password for %s.", known.user);
}

int target_authenticate(struct run *run, const char *service, const char *key)
{
	if (!run->root.live)
		return 0;
	/* Root need not prove anything.  PAM is not run for him: pam_rootok asks SELinux by
	 * libselinux's avc, which ends the process where it cannot begin, and else we would wait
	 * for a password. */
	if (run_permit(run) < 0)
		return -1;
	if (run->caller.uid == 0)
		return 0;
	if (auth_built_in())
		return by_pam(run, service);
	if (caller_is_root(&run->caller) || !defs_bool(&run->defs, key, false))
		return 0;
	return by_password(run);
}
