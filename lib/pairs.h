/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * pairs - lines NAME:PASSWORD, as chpasswd and chgpasswd read them: all are parsed, all names
 * looked up, all hashed, and only then is anything set.
 *
 *	_cleanup_pairs_ struct pairs pairs = { .of = PAIRS_USERS };
 *
 *	if (pairs_read(run, STDIN_FILENO, &pairs) < 0 ||
 *	    run_look(run, tables, pairs_look, &pairs) < 0 ||
 *	    pairs_check(run, &pairs) < 0 || pairs_hash(run, &pairs, &method) < 0)
 *		return -1;
 *	return run_transaction(run, tables, pairs_set, &pairs);
 *
 * What is wrong with a line is noted at once ("line 3: missing new password") and remembered, so
 * that one run shows all of it.  The input lies in secret memory until the end.
 */
#ifndef LIB_PAIRS_H
#define LIB_PAIRS_H

#include <stdio.h>

#include "pwhash.h"
#include "run.h"
#include "secret.h"

struct pair {
	size_t line;            /* from 1 */
	const char *name;
	struct secret password; /* within the input: ends with it, and has no room of its own */
	char *hash;             /* NULL until it is made */
	bool wrong;             /* not to be set: noted why */
	size_t place;           /* where its row is */
};

enum pairs_of { PAIRS_USERS, PAIRS_GROUPS };

struct pairs {
	enum pairs_of of;
	bool encrypted; /* the passwords are hashes */
	struct secret input;
	struct pair *items;
	size_t count;
	size_t wrong_lines;
};

/* All of a descriptor; from here on the process leaves no core file.  ERR_IO, ERR_ARGUMENT. */
int pairs_read(struct run *run, int fd, struct pairs *p);
/* The same without the parsing: the input, and room for as many items as it has lines. */
int pairs_load(struct run *run, int fd, struct pairs *p);
/* Bytes of a line: what programs of the field read of one. */
#define PAIRS_LINE_MAX 8191
/* For run_look: notes names that the files do not have.  context is the pairs. */
int pairs_look(struct run *run, struct txn *txn, void *context);
/* Notes that a name is not known. */
void pairs_unknown(struct run *run, struct pairs *p, struct pair *pair);
/* ERR_UNKNOWN, "error detected, changes ignored", if a line is wrong. */
int pairs_check(struct run *run, const struct pairs *p);
/* Is PAM to set the passwords?  1 yes; 0 no, with a note where it cannot be used; -1 it cannot, and
 * the caller is not root. */
int pairs_choose_pam(struct run *run, const char *service);
/* Those not wrong, each by itself.  What PAM refuses is noted, and wrong; PAM's own text goes to
 * out. */
void pairs_set_by_pam(struct run *run, struct pairs *p, const char *service, FILE *out);
/* The hashes, on all processors. */
int pairs_hash(struct run *run, struct pairs *p, const struct pwhash_method *method);
/* For run_transaction: looks once more, sets all. */
int pairs_set(struct run *run, struct txn *txn, void *context);
void pairs_end(struct pairs *p);
#define _cleanup_pairs_ __attribute__((cleanup(pairs_end)))

#endif
