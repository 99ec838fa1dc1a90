/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * text - what a person reads, in his language.
 *
 * _("text") translates where the text is used, N_("text") marks one in a table for who uses it.
 * err_set, err_sys, note_say, note_warn, prompt_* and opt_help translate what they are given, so
 * their callers mark nothing but the tables; po/local.mk has the list that xgettext goes by.
 *
 * A word or a sentence that goes into a message by %s is marked where it stands; a format with a
 * macro in it is none (put the macro in by %s).  tests/lint finds what is forgotten.
 *
 * What programs parse is never translated: "passwd -S", "chage -l", "useradd -D", lists, --json,
 * logs and audit records.
 */
#ifndef LIBMISC_TEXT_H
#define LIBMISC_TEXT_H

#define TEXT_DOMAIN "shadow-portable"

#if ENABLE_NLS
#include <libintl.h>

/* The empty text stands for the catalogue's header. */
static inline const char *__attribute__((format_arg(1))) _(const char *text)
{
	return *text ? dgettext(TEXT_DOMAIN, text) : text;
}
#else
#define _(text) (text)
#endif
#define N_(text) text

/* Once, when the environment is one that can be trusted. */
void text_begin(void);
/* strerror(3) in English, for the logs.  Good until the next call. */
const char *text_errno(int error);

#endif
