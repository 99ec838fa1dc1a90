/* SPDX-License-Identifier: BSD-3-Clause */
#include "gecos.h"

#include <stdint.h>
#include <string.h>

#include "str.h"

/* a and b with a comma between, which an empty one does not need. */
static const char *with(struct arena *arena, const char *a, const char *b)
{
	if (*a == '\0')
		return b;
	return *b == '\0' ? a : arena_printf(arena, "%s,%s", a, b);
}

void gecos_split(const char *text, struct arena *a, struct gecos *ret)
{
	struct str rest = str_of(text), item;
	size_t i;

	ret->items = "";
	for (i = 0; i < GECOS_OTHER; i++) {
		ret->part[i] = "";
		while (str_next(&rest, ',', &item)) {
			const char *piece = str_dup(a, item);

			if (!strchr(piece, '=')) {
				ret->part[i] = piece;
				break;
			}
			ret->items = with(a, ret->items, piece);
		}
	}
	ret->part[GECOS_OTHER] = with(a, ret->items, rest.p ? str_dup(a, rest) : "");
}

void gecos_set_other(struct gecos *g, const char *text, struct arena *a)
{
	g->part[GECOS_OTHER] = with(a, text, g->items);
}

size_t gecos_length(const struct gecos *g)
{
	size_t total = 0, i;

	for (i = 0; i < GECOS_PARTS; i++)
		total += strlen(g->part[i]);
	return total;
}

const char *gecos_join(const struct gecos *g, struct arena *a)
{
	const char *other = g->part[GECOS_OTHER];

	return arena_printf(a, "%s,%s,%s,%s%s%s", g->part[GECOS_NAME], g->part[GECOS_ROOM],
			    g->part[GECOS_WORK], g->part[GECOS_HOME], *other ? "," : "", other);
}

/* The character at *p, which moves on.  -1: no UTF-8 (cut off, longer than need be, a surrogate, or
 * past Unicode's end). */
static int32_t next_character(const unsigned char **p)
{
	static const int32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	const unsigned char *s = *p;
	int32_t c;
	int more, i;

	if (s[0] < 0x80) {
		*p = s + 1;
		return s[0];
	}
	more = s[0] >= 0xf0 ? 3 : s[0] >= 0xe0 ? 2 : 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return -1;
	c = s[0] & (0x3f >> more);
	for (i = 1; i <= more; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return -1;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return -1;
	*p = s + more + 1;
	return c;
}

static bool is_control(int32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029;
}

static bool is_bidirectional(int32_t c)
{
	return c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069);
}

bool gecos_is_good(enum gecos_part part, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	if (strpbrk(text, part == GECOS_OTHER ? ":" : ":,="))
		return false;
	while (*p) {
		int32_t c = next_character(&p);

		if (c < 0 || is_control(c) || is_bidirectional(c))
			return false;
	}
	return true;
}
