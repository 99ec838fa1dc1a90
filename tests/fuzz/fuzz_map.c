/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The map of newuidmap and newgidmap: what idmap_parse takes is what another reading of the words
 * says, in 128 bits, and what it refuses that reading refuses too.
 *
 * The words end with NUL each.  The first byte chooses the table, and whether the second is how
 * many rows above 100 come before the words.
 *
 * sources: lib/idmap.c libmisc/arena.c libmisc/err.c libmisc/str.c
 */
#include <stdlib.h>
#include <string.h>

#include "idmap.h"

#define DEMAND(truth) ((truth) ? (void)0 : __builtin_trap())
#define LAST ((unsigned __int128)UINT32_MAX - 1)
#define WORDS (3 * 400)

struct wide {
	unsigned __int128 upper, lower, count;
};

struct reading {
	const char *words[WORDS + 1];
	struct wide rows[WORDS / 3];
	size_t count, row_count;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

/* Numbers stop to grow far above every limit and far below what wraps. */
static bool read_number(const char *word, unsigned __int128 *ret)
{
	unsigned base = 10;

	if (word[0] == '0' && (word[1] == 'x' || word[1] == 'X')) {
		base = 16;
		word += 2;
	} else if (word[0] == '0' && word[1]) {
		base = 8;
		word++;
	}
	if (!*word)
		return false;
	for (*ret = 0; *word; word++) {
		int digit = digit_of(*word);

		if (digit >= (int)base)
			return false;
		if (*ret >> 100 == 0)
			*ret = *ret * base + (unsigned)digit;
	}
	return true;
}

static bool good_row(const struct wide *row)
{
	return row->count > 0 && row->upper + row->count - 1 <= LAST &&
	       row->lower + row->count - 1 <= LAST;
}

static bool apart(const struct wide *x, const struct wide *y)
{
	return (x->upper + x->count <= y->upper || y->upper + y->count <= x->upper) &&
	       (x->lower + x->count <= y->lower || y->lower + y->count <= x->lower);
}

/* Is it a map, by this reading? */
static bool read_all(struct reading *r)
{
	size_t i, j;

	if (r->count == 0 || r->count % 3 != 0 || r->count / 3 > 340)
		return false;
	r->row_count = r->count / 3;
	for (i = 0; i < r->row_count; i++) {
		struct wide *row = &r->rows[i];

		if (!read_number(r->words[3 * i], &row->upper) ||
		    !read_number(r->words[3 * i + 1], &row->lower) ||
		    !read_number(r->words[3 * i + 2], &row->count) || !good_row(row))
			return false;
		for (j = 0; j < i; j++)
			if (!apart(row, &r->rows[j]))
				return false;
	}
	return true;
}

static void check_text(const struct idmap *map, struct arena *a)
{
	struct err e = { .kind = ERR_NONE };
	size_t length = 0, limit, i;
	const char *text = idmap_text(map, SIZE_MAX, a, &length, &e);
	char *end;

	DEMAND(text && length == strlen(text));
	for (i = 0; i < map->count; i++) {
		DEMAND(strtoull(text, &end, 10) == map->rows[i].upper && *end == ' ');
		DEMAND(strtoull(end + 1, &end, 10) == map->rows[i].lower && *end == ' ');
		DEMAND(strtoull(end + 1, &end, 10) == map->rows[i].count && *end == '\n');
		text = end + 1;
	}
	DEMAND(*text == '\0');
	for (limit = length - 1; limit <= length + 1; limit++) {
		size_t again = 0;

		DEMAND((idmap_text(map, limit, a, &again, &e) != NULL) == (length < limit));
	}
}

static void check_map(const struct idmap *map, const struct reading *r, struct arena *a)
{
	bool zero = false;
	size_t i;

	DEMAND(map->count == r->row_count);
	for (i = 0; i < map->count; i++) {
		DEMAND(map->rows[i].upper == r->rows[i].upper);
		DEMAND(map->rows[i].lower == r->rows[i].lower);
		DEMAND(map->rows[i].count == r->rows[i].count);
		zero |= r->rows[i].lower == 0;
	}
	DEMAND(idmap_has_zero(map) == zero);
	check_text(map, a);
}

static void add_rows(struct reading *r, unsigned rows, struct arena *a)
{
	unsigned i;

	for (i = 0; i < rows; i++) {
		r->words[r->count++] = arena_printf(a, "%u", 1000 + i);
		r->words[r->count++] = arena_printf(a, "%u", 100000 + 2 * i);
		r->words[r->count++] = "1";
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { NULL };
	struct err e = { .kind = ERR_NONE };
	struct reading r = { .count = 0 };
	struct idmap map;
	enum subid_table table;
	const char *p, *end;
	char *copy;
	bool good;

	if (size < 2)
		return 0;
	table = data[0] % 2 == 0 ? SUBID_UIDS : SUBID_GIDS;
	if (data[0] & 2) {
		add_rows(&r, 100 + data[1], &a);
		data++;
		size--;
	}
	copy = arena_alloc(&a, size); /* one byte less than the data, and a NUL */
	memcpy(copy, data + 1, size - 1);
	end = copy + size - 1;
	for (p = copy; p < end && r.count < WORDS; p += strlen(p) + 1)
		r.words[r.count++] = p;
	good = read_all(&r);
	DEMAND((idmap_parse(table, r.words, &a, &map, &e) == 0) == good);
	DEMAND((e.kind == ERR_NONE) == good);
	if (good)
		check_map(&map, &r, &a);
	else
		DEMAND(e.message[0] && memchr(e.message, '\0', sizeof(e.message)));
	arena_free(&a);
	return 0;
}
