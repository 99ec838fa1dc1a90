/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * note - what a person should hear while the run goes on: warnings, and why we wait.
 *
 * A note is no error and changes no status.  It goes to stderr at once as "PROG: text".  Together
 * with run_end, which prints the one error, this is all that speaks.
 */
#ifndef LIBMISC_NOTE_H
#define LIBMISC_NOTE_H

struct note {
	const char *prog;
};

void note_say(const struct note *n, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "PROG warning: text", which is how some warnings of account tools have always looked. */
void note_warn(const struct note *n, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
