/* SPDX-License-Identifier: BSD-3-Clause */
#include "note.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "str.h"
#include "text.h"

#define SECOND 1000000000LL

struct note_held {
	struct arena *arena;
	const char *text;
};

static void put(const struct note *n, const char *between, const char *text)
{
	struct note_held *held = n->held;

	if (!held) {
		fflush(stdout);
		fprintf(stderr, "%s%s%s\n", n->prog, between, text);
		return;
	}
	held->text = arena_printf(held->arena, "%s%s%s%s\n", held->text, n->prog, between, text);
}

static void __attribute__((format(printf, 3, 0)))
say(const struct note *n, const char *between, const char *format, va_list args)
{
	struct arena a = { 0 };
	char *text = NULL;

	if (vasprintf(&text, _(format), args) >= 0) {
		put(n, between, str_visible(&a, text));
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

void note_hold(struct note *n, struct arena *a)
{
	if (n->held)
		return;
	n->held = arena_alloc(a, sizeof(*n->held));
	*n->held = (struct note_held){ a, "" };
}

void note_release(struct note *n)
{
	const struct note_held *held = n->held;

	n->held = NULL;
	if (!held || !*held->text)
		return;
	fflush(stdout);
	fputs(held->text, stderr);
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
