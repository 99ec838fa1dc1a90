/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * pam_config - is PAM set up for a service?  The configuration is read and the modules that it
 * names are looked for; none is loaded.  See pam.d(5).
 *
 * The file is that of the service in /etc/pam.d or /usr/lib/pam.d, else "other" there, with what it
 * includes; where neither directory exists, the lines of /etc/pam.conf.  A module counts as missing
 * where its line would make PAM fail: not with a "-" before the type, and an optional or sufficient
 * one only if nothing else of its type is there.  What exists but cannot be read is taken to be
 * good: PAM has more rights, and the last word.
 */
#ifndef LIBMISC_PAM_CONFIG_H
#define LIBMISC_PAM_CONFIG_H

#include <stdbool.h>

#include "arena.h"

/* top stands before all paths ("" for the running system); modules, which may be NULL, is one more
 * directory to look for modules in.  false: *ret_why says what is missing. */
bool pam_config_usable(const char *top, const char *modules, const char *service, struct arena *a,
		       const char **ret_why);

#endif
