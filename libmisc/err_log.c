/* SPDX-License-Identifier: BSD-3-Clause */
#include "err_log.h"

#include "text.h"

const char *err_log_text(const struct err *e, struct arena *a)
{
	if (e->error == 0)
		return e->english;
	return arena_printf(a, "%s: %s", e->english, text_errno(e->error));
}
