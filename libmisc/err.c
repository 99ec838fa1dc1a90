/* SPDX-License-Identifier: BSD-3-Clause */
#include "err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

static void __attribute__((format(printf, 3, 0)))
fill(struct err *e, enum err_kind kind, const char *format, va_list args)
{
	va_list again;

	e->kind = kind;
	e->error = 0;
	va_copy(again, args);
	vsnprintf(e->english, sizeof(e->english), format, again);
	va_end(again);
	vsnprintf(e->message, sizeof(e->message), _(format), args);
}

int err_set(struct err *e, enum err_kind kind, const char *format, ...)
{
	va_list args;

	if (e->kind != ERR_NONE)
		return -1;
	va_start(args, format);
	fill(e, kind, format, args);
	va_end(args);
	return -1;
}

int err_sys(struct err *e, enum err_kind kind, const char *format, ...)
{
	int saved = errno;
	size_t used;
	va_list args;

	if (e->kind != ERR_NONE)
		return -1;
	va_start(args, format);
	fill(e, kind, format, args);
	va_end(args);
	used = strlen(e->message);
	snprintf(e->message + used, sizeof(e->message) - used, ": %s", strerror(saved));
	e->error = saved;
	errno = saved;
	return -1;
}

void err_clear(struct err *e)
{
	e->kind = ERR_NONE;
	e->message[0] = e->english[0] = '\0';
	e->error = 0;
}
