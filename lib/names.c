/* SPDX-License-Identifier: BSD-3-Clause */
#include "names.h"

#include <stdlib.h>
#include <string.h>

#define BITS_PER_ROW 32

static inline uint64_t load64(const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

static inline uint64_t load32(const char *p)
{
	uint32_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

/* The last up to eight bytes; what overlaps is taken twice. */
static inline uint64_t load_end(const char *p, size_t n)
{
	if (n >= 4)
		return load32(p) << 32 | load32(p + n - 4);
	if (n == 0)
		return 0;
	return (uint64_t)(unsigned char)p[0] << 16 | (uint64_t)(unsigned char)p[n / 2] << 8 |
	       (unsigned char)p[n - 1];
}

static inline uint64_t mix(uint64_t h)
{
	h *= 0x9e3779b97f4a7c15u;
	h ^= h >> 32;
	h *= 0xbf58476d1ce4e5b9u;
	return h ^ h >> 29;
}

static inline uint64_t hash(struct str name)
{
	uint64_t h = mix(name.n);

	for (; name.n > 8; name.p += 8, name.n -= 8)
		h = mix(h ^ load64(name.p));
	return mix(h ^ (name.n == 8 ? load64(name.p) : load_end(name.p, name.n)));
}

/* Four bits of one word: one look at memory a name. */
static inline uint64_t *word_of(const struct names *n, uint64_t h)
{
	return &n->bits[(h >> 24) & (n->words - 1)];
}

static inline uint64_t bits_of(uint64_t h)
{
	return (uint64_t)1 << (h & 63) | (uint64_t)1 << (h >> 6 & 63) |
	       (uint64_t)1 << (h >> 12 & 63) | (uint64_t)1 << (h >> 18 & 63);
}

static inline bool is_set(const struct names *n, uint64_t h)
{
	return (*word_of(n, h) & bits_of(h)) == bits_of(h);
}

static void make_filter(struct names *n, struct arena *a, size_t rows)
{
	n->words = 1;
	while (n->words < rows * BITS_PER_ROW / 64 + 1)
		n->words *= 2;
	n->bits = arena_array(a, n->words, sizeof(*n->bits));
}

static size_t count_lines(struct table *t)
{
	struct str bytes = table_bytes(t);
	const char *p = bytes.p, *end = bytes.p + bytes.n;
	struct row row = ROW_START;
	size_t n = 1;

	while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) {
		p++;
		n++;
	}
	row.next = bytes.n + 1;
	while (table_next_line(t, &row))
		n++;
	return n;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Of the hashes those that come twice.  late: those that met their bits set. */
static void find_doubles(struct names *n, struct arena *a, uint64_t *hashes, size_t count,
			 const uint64_t *late, size_t lates)
{
	struct names again = { .bits = NULL };
	size_t i, m = 0;

	if (lates == 0)
		return;
	make_filter(&again, a, lates);
	for (i = 0; i < lates; i++)
		*word_of(&again, late[i]) |= bits_of(late[i]);
	for (i = 0; i < count; i++)
		if (is_set(&again, hashes[i]))
			hashes[m++] = hashes[i];
	qsort(hashes, m, sizeof(*hashes), compare);
	n->doubled = hashes;
	for (i = 1; i < m; i++)
		if (hashes[i] == hashes[i - 1] &&
		    (n->doubles == 0 || hashes[n->doubles - 1] != hashes[i]))
			n->doubled[n->doubles++] = hashes[i];
}

/* How many rows ahead the filter's words are asked for: they lie anywhere in memory. */
#define AHEAD 16

/* Sets the bits of all; returns the hashes that met theirs set. */
static uint64_t *fill(struct names *n, struct arena *a, const uint64_t *hashes, size_t count,
		      size_t *ret_lates)
{
	uint64_t *late = NULL;
	size_t i, room = 0;

	*ret_lates = 0;
	for (i = 0; i < count; i++) {
		uint64_t h = hashes[i];

		if (i + AHEAD < count)
			__builtin_prefetch(word_of(n, hashes[i + AHEAD]), 1);
		if (is_set(n, h)) {
			if (*ret_lates == room) {
				size_t wanted = room ? 2 * room : 64;

				late = arena_grow(a, late, room, wanted, sizeof(*late));
				room = wanted;
			}
			late[(*ret_lates)++] = h;
		}
		*word_of(n, h) |= bits_of(h);
	}
	return late;
}

void names_of(struct table *t, struct arena *a, struct names *ret)
{
	uint64_t *hashes, *late;
	size_t rows, n = 0, lates;
	struct row row;

	*ret = (struct names){ .bits = NULL };
	if (!t)
		return;
	rows = count_lines(t);
	make_filter(ret, a, rows);
	hashes = arena_array(a, rows, sizeof(*hashes));
	for (row = ROW_START; n < rows && table_next_line(t, &row);)
		hashes[n++] = hash(str_until(row.line, ':'));
	late = fill(ret, a, hashes, n, &lates);
	find_doubles(ret, a, hashes, n, late, lates);
}

bool names_may_have(const struct names *n, struct str name)
{
	return n->bits && is_set(n, hash(name));
}

bool names_may_double(const struct names *n, struct str name)
{
	uint64_t h;

	if (n->doubles == 0)
		return false;
	h = hash(name);
	return bsearch(&h, n->doubled, n->doubles, sizeof(h), compare) != NULL;
}

void names_add(struct names *n, struct str name)
{
	uint64_t h = hash(name);

	if (n->bits)
		*word_of(n, h) |= bits_of(h);
}
