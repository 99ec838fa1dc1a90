/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * note - what a person should hear while the run goes on: warnings, and why we wait.
 *
 * A note is no error and changes no status.  It goes to stderr at once as "PROG: text".  Together
 * with run_end, which prints the one error, this is all that speaks.
 *
 * Who holds a lock must not wait for somebody who reads stderr:
 *
 *	note_hold(&run->note, arena);     from here on notes are kept
 *	note_release(&run->note);         and said
 */
#ifndef LIBMISC_NOTE_H
#define LIBMISC_NOTE_H

#include <stddef.h>

#include "arena.h"

struct note_held;

struct note {
	const char *prog;
	struct note_held *held; /* NULL: notes are said at once */
};

void note_say(const struct note *n, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "PROG warning: text", which is how some warnings of account tools have always looked. */
void note_warn(const struct note *n, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The arena must outlive the release.  A second hold changes nothing. */
void note_hold(struct note *n, struct arena *a);
void note_release(struct note *n);

/*
 * How far a long work is, in one line that is written over: on a terminal, after a second, ten
 * times in each.  At the end it goes.
 *
 *	note_progress_begin(&progress, &run->note, count);
 *	note_progress_show(&progress, done);
 *	note_progress_end(&progress);
 */
struct note_progress {
	const struct note *note;
	size_t count;
	long long began, shown; /* ns; -1: no terminal; 0: not yet */
};
void note_progress_begin(struct note_progress *ret, const struct note *n, size_t count);
void note_progress_show(void *progress, size_t done);
void note_progress_end(const struct note_progress *progress);

#endif
