/* SPDX-License-Identifier: BSD-3-Clause */
#include "note.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "str.h"

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
