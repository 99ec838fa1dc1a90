/* SPDX-License-Identifier: BSD-3-Clause */
#include "log.h"

#include <stdarg.h>

#include "arena.h"

#ifndef LOG_AUTHPRIV
#define LOG_AUTHPRIV LOG_AUTH
#endif

void log_open(const char *prog)
{
	openlog(prog, LOG_PID, LOG_AUTHPRIV);
}

static int is_control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

static const char *without_controls(const char *text, struct arena *a)
{
	const char *p;
	char *clean;
	size_t n = 0;

	for (p = text; *p && !is_control((unsigned char)*p); p++)
		;
	if (*p == '\0')
		return text;
	clean = arena_alloc(a, 4 * strlen(text) + 1);
	for (p = text; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (is_control(c))
			n += (size_t)snprintf(clean + n, 5, "#%03o", (unsigned)c);
		else
			clean[n++] = *p;
	}
	return clean;
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
		syslog(priority, "%s", without_controls(text, &a));
		free(text);
	}
	arena_free(&a);
}
