/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rows of one owner among a million others.
 *
 * Looking at each line costs several times what reading the file does.  So 64 bytes at once are
 * compared: a match has a newline, and the last letters of the owner where they must be then.
 * Names differ in their ends more often than in their beginnings.  What passes is compared whole.
 */
#include "subid_source_private.h"

#include <string.h>

#define LANES 16
/* Bytes that are looked at in one go. */
#define STRIDE ((size_t)4 * LANES)
/* Letters of the owner that are compared. */
#define LETTERS 3

struct lanes {
	signed char v __attribute__((vector_size(LANES)));
};

/* The letters of one needle, and where they are after its newline. */
struct sieve {
	struct lanes letter[LETTERS];
	size_t at[LETTERS];
};

static struct lanes lanes_of(char c)
{
	struct lanes l;

	memset(&l, c, sizeof(l));
	return l;
}

static struct lanes lanes_at(const char *p)
{
	struct lanes l;

	memcpy(&l, p, sizeof(l));
	return l;
}

static void make_sieve(struct sieve *ret, const char *needle, size_t n)
{
	size_t i, last = n - 2;

	for (i = 0; i < LETTERS; i++) {
		ret->at[i] = last > i ? last - i : 1;
		ret->letter[i] = lanes_of(needle[ret->at[i]]);
	}
}

static inline struct lanes sift(const struct sieve *s, const char *p)
{
	struct lanes l;

	l.v = (lanes_at(p + s->at[0]).v == s->letter[0].v) &
	      (lanes_at(p + s->at[1]).v == s->letter[1].v) &
	      (lanes_at(p + s->at[2]).v == s->letter[2].v);
	return l;
}

/* May a needle begin in the stride at p? */
static inline bool may_begin(const struct sieve s[2], struct lanes newline, const char *p)
{
	struct lanes any = lanes_of(0);
	uint64_t half[2];
	size_t i;

	for (i = 0; i < STRIDE; i += LANES)
		any.v |= (lanes_at(p + i).v == newline.v) &
			 (sift(&s[0], p + i).v | sift(&s[1], p + i).v);
	memcpy(half, &any, sizeof(half));
	return (half[0] | half[1]) != 0;
}

void subid_needles_make(struct subid_needles *ret, const char *const by[2])
{
	size_t i, n;

	for (i = 0; i < 2; i++) {
		/* One owner is looked for twice: there are always two needles. */
		const char *owner = *by[i] ? by[i] : by[0];
		char *text = ret->needle[i].text;

		n = strnlen(owner, SUBID_OWNER_MAX);
		text[0] = '\n';
		memcpy(text + 1, owner, n);
		text[n + 1] = ':';
		ret->needle[i].n = n + 2;
	}
}

static bool begins(const struct subid_needles *s, const char *p, const char *end)
{
	size_t i, left = (size_t)(end - p);

	for (i = 0; i < 2; i++)
		if (s->needle[i].n <= left && memcmp(p, s->needle[i].text, s->needle[i].n) == 0)
			return true;
	return false;
}

const char *subid_needles_find(const struct subid_needles *s, struct str lines, const char *from)
{
	const char *end = lines.p + lines.n, *p = from - 1, *stop;
	struct lanes newline = lanes_of('\n');
	struct sieve sieve[2];
	size_t i;

	for (i = 0; i < 2; i++)
		make_sieve(&sieve[i], s->needle[i].text, s->needle[i].n);
	for (; p < end; p += STRIDE) {
		if (!may_begin(sieve, newline, p))
			continue;
		stop = (size_t)(end - p) < STRIDE ? end : p + STRIDE;
		for (const char *at = p; (at = memchr(at, '\n', (size_t)(stop - at))); at++)
			if (begins(s, at, end))
				return at + 1;
	}
	return NULL;
}
