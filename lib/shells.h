/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * shells - shells(5) of the target root: /etc/shells, else /usr/etc/shells or
 * /usr/share/defaults/etc/shells, the vendors' files.
 */
#ifndef LIB_SHELLS_H
#define LIB_SHELLS_H

#include <stdbool.h>

#include "arena.h"
#include "err.h"
#include "root.h"

struct shells {
	const char *const *paths; /* ended by NULL, in the file's order */
};

/* Without any file these are /bin/sh and /bin/csh, as getusershell(3) has it. */
int shells_load(struct shells *ret, const struct root *root, struct arena *a, struct err *e);
bool shells_have(const struct shells *s, const char *path);

#endif
