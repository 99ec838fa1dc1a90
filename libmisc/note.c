/* SPDX-License-Identifier: BSD-3-Clause */
#include "note.h"

#include <stdarg.h>
#include <stdio.h>

static void __attribute__((format(printf, 3, 0)))
say(const struct note *n, const char *between, const char *format, va_list args)
{
	fflush(stdout);
	fprintf(stderr, "%s%s", n->prog, between);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
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
