/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * batch - many accounts made and changed by lines as passwd(5) has them, with the password in
 * clear: what newusers does.
 *
 *	_cleanup_batch_ struct batch batch = { .sys = o->sys };
 *
 *	if (batch_read(run, file, &batch) < 0 ||
 *	    run_look(run, BATCH_TABLES, batch_look, &batch) < 0 ||
 *	    pairs_hash(run, &batch.passwords, &method) < 0 ||
 *	    run_transaction(run, BATCH_TABLES, batch_make, &batch) < 0)
 *		return -1;
 *	batch_homes(run, &batch);
 *
 * Each line is judged against the files and what the lines before it made.  What is wrong is noted
 * with its number ("line 3: invalid line"), and one wrong line is enough that nothing is made.  The
 * input lies in secret memory until the end; the passwords are those of pairs.h.
 */
#ifndef LIB_BATCH_H
#define LIB_BATCH_H

#include <stdio.h>

#include "account.h"
#include "pairs.h"

#define BATCH_TABLES ACCOUNT_TABLES

struct batch_line {
	size_t number;     /* from 1 */
	const char *fault; /* why it is no line for us; NULL: it may be one */
	const char *name, *uid, *gid, *gecos, *home, *shell; /* "": not given */
	struct pair *password; /* NULL: not given */
	/* Settled. */
	bool made; /* a new account; else one that was there before the line */
	uid_t settled_uid;
	gid_t settled_gid;
	size_t place; /* of the row to change */
};

struct batch {
	bool badname, sys;
	struct pairs passwords; /* and the input */
	struct batch_line *lines;
	size_t count, wrong;
	struct account_many many;
};

/* All of a file, by a path of the caller's; NULL: of standard input.  ERR_IO, ERR_ARGUMENT; faults
 * of lines are told later. */
int batch_read(struct run *run, const char *file, struct batch *b);
/* For run_look: would it all be good?  context is the batch.  ERR_UNKNOWN: "error detected,
 * changes ignored". */
int batch_look(struct run *run, struct txn *txn, void *context);
/* For run_transaction.  Passwords that have no hash are left for later: a new account is locked. */
int batch_make(struct run *run, struct txn *txn, void *context);
/* The home directories, after the commit.  One that cannot be made is noted, and run->status 1. */
void batch_homes(struct run *run, const struct batch *b);
void batch_print_json(const struct batch *b, FILE *out);
void batch_end(struct batch *b);
#define _cleanup_batch_ __attribute__((cleanup(batch_end)))

#endif
