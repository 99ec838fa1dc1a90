/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * state: the six account files of a root (and default/useradd, which useradd -D writes) at one
 * moment: bytes, mode and owner of each, and whether it is a symbolic link.
 *
 * A state owns its memory; state_free releases it.  Two states are equal when all files are.
 * state_same_rows ignores the order of rows and of members, for runs in which two tools took turns.
 */
#ifndef FAULT_STATE_H
#define FAULT_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { state_files = 8 };

extern const char *const state_names[state_files];

struct state {
	struct state_file {
		char *bytes;	/* NULL: the file is not there */
		size_t length;
		unsigned mode, uid, gid;
		bool is_link;
	} file[state_files];
};

void state_read(const char *root, struct state *ret_state);
void state_free(struct state *state);
bool state_equal(const struct state *a, const struct state *b);
bool state_same_rows(const struct state *a, const struct state *b);

/* NULL, or why this is a state that no reader should meet (static storage). */
const char *state_torn(const struct state *state);

/* NULL, or why two accounts share what must be one's own: ids, names, ranges (static storage). */
const char *state_shared(const struct state *state);

/* Is the home of the account called `old` or, once it is renamed, `neo` where passwd says, with its
 * file in it?  A link beneath the root will do.  True when there is no such account. */
bool state_has_home(const struct state *state, const char *root);

/* Is there a row of this name in passwd, or in group when there is none of that name in passwd? */
bool state_has_name(const struct state *state, const char *name);

/* Writes the six files to DIR/HASH/, once for each distinct state. */
void state_keep(const struct state *state, const char *dir);

/* The name of a file in ROOT/etc that a finished tool must not leave behind, or NULL. */
const char *state_leftover(const char *root, const char *base);

#endif
