/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * prompt - asking a person, on a terminal or through a pipe.
 *
 * A secret is read without echo.  The terminal is put back on every way out: a signal that would
 * end the program does so after the echo is on again, SIGTSTP stops it with echo and asks anew when
 * it goes on, SIGWINCH and the like do not matter.  No lock may be held.
 *
 *	if (prompt_secret(PROMPT_TERMINAL, "New password: ", &typed, e) < 0)
 *		return -1;
 */
#ifndef LIBMISC_PROMPT_H
#define LIBMISC_PROMPT_H

#include <signal.h>

#include "arena.h"
#include "err.h"
#include "secret.h"

enum prompt_where {
	PROMPT_TERMINAL, /* /dev/tty; standard input and stderr where there is none */
	PROMPT_STANDARD, /* standard input and, for the prompt, stderr, terminal or not */
};

/* One line without its newline (the last one of a pipe may have none), into ret, which is made
 * (SECRET_SIZE) if it was not; text may be NULL.  End of input, a line that has no room, a NUL
 * byte: ERR_IO. */
int prompt_secret(enum prompt_where where, const char *text, struct secret *ret, struct err *e);
/* A line with echo, from standard input, the prompt on stdout.  An empty answer is "".  End of
 * input, 4096 bytes and more: ERR_IO. */
int prompt_line(const char *text, struct arena *a, char **ret, struct err *e);
/* The same where signals are blocked, because a lock is held: one of those ends it, ERR_IO, and
 * *ret_signal is it; else 0. */
int prompt_line_until(const char *text, const sigset_t *signals, struct arena *a, char **ret,
		      int *ret_signal, struct err *e);
/* "	LABEL [CURRENT]: ": an empty answer, or the end of input, is current itself.  Blanks around
 * an answer go; one of blanks alone is "". */
int prompt_value(const char *label, const char *current, struct arena *a, const char **ret,
		 struct err *e);

#endif
