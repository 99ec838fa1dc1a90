/* SPDX-License-Identifier: BSD-3-Clause */
#include "note.h"

#include <stdarg.h>
#include <stdio.h>

void note_say(const struct note *n, const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fprintf(stderr, "%s: ", n->prog);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}
