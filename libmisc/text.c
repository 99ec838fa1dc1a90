/* SPDX-License-Identifier: BSD-3-Clause */
#include "text.h"

#include <locale.h>
#include <string.h>

/* LC_CTYPE only says what the terminal reads: nothing here asks what a letter is. */
void text_begin(void)
{
#if ENABLE_NLS
	setlocale(LC_CTYPE, "");
	setlocale(LC_MESSAGES, "");
	bindtextdomain(TEXT_DOMAIN, LOCALEDIR);
#endif
}

const char *text_errno(int error)
{
	/* This one is a constant: nothing to free. */
	return strerror_l(error, newlocale(LC_ALL_MASK, "C", (locale_t)0));
}
