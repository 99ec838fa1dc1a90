/* SPDX-License-Identifier: BSD-3-Clause */
#include "note.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "str.h"

#define SECOND 1000000000LL

static void __attribute__((format(printf, 3, 0)))
say(const struct note *n, const char *between, const char *format, va_list args)
{
	struct arena a = { 0 };
	char *text = NULL;

	fflush(stdout);
	if (vasprintf(&text, format, args) >= 0) {
		fprintf(stderr, "%s%s%s\n", n->prog, between, str_visible(&a, text));
		free(text);
	}
	arena_free(&a);
}

void note_say(const struct note *n, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(n, ": ", format, args);
	va_end(args);
}

void note_warn(const struct note *n, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(n, " warning: ", format, args);
	va_end(args);
}

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * SECOND + t.tv_nsec;
}

void note_progress_begin(struct note_progress *ret, const struct note *n, size_t count)
{
	*ret = (struct note_progress){ .note = n, .count = count };
	ret->began = isatty(STDERR_FILENO) ? now() : -1;
}

void note_progress_show(void *progress, size_t done)
{
	struct note_progress *p = progress;
	long long t;

	if (p->began < 0)
		return;
	t = now();
	if (t - p->began < SECOND || t - p->shown < SECOND / 10)
		return;
	fprintf(stderr, "\r%s: %zu of %zu", p->note->prog, done, p->count);
	p->shown = t;
}

void note_progress_end(const struct note_progress *p)
{
	if (p->shown)
		fprintf(stderr, "\r\033[K");
}
