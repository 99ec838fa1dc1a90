/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * gecos - the comment field of passwd(5) as chfn sees it: full name, room, work phone, home phone
 * and, after them, anything else.
 */
#ifndef LIB_GECOS_H
#define LIB_GECOS_H

#include <stdbool.h>

#include "arena.h"

enum gecos_part { GECOS_NAME, GECOS_ROOM, GECOS_WORK, GECOS_HOME, GECOS_OTHER, GECOS_PARTS };

/* Bytes of the whole field, at most, as packaged chfn allows. */
#define GECOS_SIZE 80

struct gecos {
	const char *part[GECOS_PARTS]; /* never NULL */
};

void gecos_split(const char *text, struct arena *a, struct gecos *ret);
/* No more commas than needed to tell the parts.  In the arena. */
const char *gecos_join(const struct gecos *g, struct arena *a);
/* UTF-8 that prints, no control or bidirectional character, no ":"; in all parts but OTHER no ","
 * and "=" either. */
bool gecos_is_good(enum gecos_part part, const char *text);

#endif
