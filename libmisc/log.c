/* SPDX-License-Identifier: BSD-3-Clause */
#include "log.h"

#include <stdarg.h>

#include "arena.h"
#include "str.h"

#ifndef LOG_AUTHPRIV
#define LOG_AUTHPRIV LOG_AUTH
#endif

void log_open(const char *prog)
{
	openlog(prog, LOG_PID, LOG_AUTHPRIV);
}

void log_say(int priority, const char *format, ...)
{
	struct arena a = { 0 };
	va_list args;
	char *text = NULL;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n >= 0) {
		syslog(priority, "%s", str_visible(&a, text));
		free(text);
	}
	arena_free(&a);
}
