/* SPDX-License-Identifier: BSD-3-Clause */
#include "state.h"

#include <shadow/subid.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* The interface has no handle that could hold them. */
static struct {
	pthread_mutex_t lock;
	bool silent;
	FILE *log; /* NULL: stderr */
	char prog[64];
} state = { .lock = PTHREAD_MUTEX_INITIALIZER, .prog = "(libsubid)" };

SUBID_PUBLIC bool subid_init(const char *progname, FILE *log)
{
	pthread_mutex_lock(&state.lock);
	snprintf(state.prog, sizeof(state.prog), "%s", progname ? progname : "(libsubid)");
	state.log = log;
	state.silent = !log;
	pthread_mutex_unlock(&state.lock);
	return true;
}

static char visible(char c)
{
	unsigned char u = (unsigned char)c;

	return u < 0x20 || u == 0x7f ? '?' : c;
}

void state_say(const char *text)
{
	char prog[sizeof(state.prog)];
	FILE *out;

	/* Not held while writing: who holds the lock of the stream may be waiting for this one. */
	pthread_mutex_lock(&state.lock);
	out = state.silent ? NULL : state.log ? state.log : stderr;
	memcpy(prog, state.prog, sizeof(prog));
	pthread_mutex_unlock(&state.lock);
	if (!out)
		return;
	flockfile(out);
	fprintf(out, "%s: ", prog);
	while (*text)
		putc_unlocked(visible(*text++), out);
	putc_unlocked('\n', out);
	fflush(out);
	funlockfile(out);
}

struct err *state_err_new(void)
{
	struct err *e = calloc(1, sizeof(*e));

	if (!e)
		state_say("out of memory");
	return e;
}

void state_err_end(struct err *e)
{
	/* Who asks after a user that nobody knows gets the answer that there is nothing. */
	if (e->kind != ERR_NONE && e->kind != ERR_UNKNOWN)
		state_say(e->message);
	free(e);
}
