/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * gecos - the comment field of passwd(5) as chfn sees it: full name, room, work phone, home phone
 * and, after them, anything else.
 *
 *	gecos_split(user.gecos, &arena, &g);
 *	g.part[GECOS_ROOM] = room;          after gecos_is_good(GECOS_ROOM, room)
 *	if (gecos_length(&g) <= GECOS_LENGTH)
 *		text = gecos_join(&g, &arena);
 *
 * An item KEY=VALUE among the first four is none of them: it is moved behind them, as chfn has
 * always done.  Bytes that are not looked at stay as they are, whatever they are.
 */
#ifndef LIB_GECOS_H
#define LIB_GECOS_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"

enum gecos_part { GECOS_NAME, GECOS_ROOM, GECOS_WORK, GECOS_HOME, GECOS_OTHER, GECOS_PARTS };

/* Bytes of all parts together, the commas between them not counted, at most. */
#define GECOS_LENGTH 80

struct gecos {
	const char *part[GECOS_PARTS]; /* never NULL */
	const char *items;             /* the KEY=VALUE that OTHER begins with; never NULL */
};

void gecos_split(const char *text, struct arena *a, struct gecos *ret);
/* The rest of OTHER becomes text; the items stay, behind it. */
void gecos_set_other(struct gecos *g, const char *text, struct arena *a);
size_t gecos_length(const struct gecos *g);
/* "NAME,ROOM,WORK,HOME", and ",OTHER" where there is anything else.  In the arena. */
const char *gecos_join(const struct gecos *g, struct arena *a);
/* UTF-8, no control or line break, no bidirectional control (which shows one text for another), no
 * ":"; in all parts but OTHER no "," and "=" either. */
bool gecos_is_good(enum gecos_part part, const char *text);

#endif
