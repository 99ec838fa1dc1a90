/* SPDX-License-Identifier: BSD-3-Clause */
#include "idmap.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "str.h"
#include "text.h"

/* The last id that is one: (uid_t)-1 is none. */
#define LAST_ID (UINT32_MAX - 1)

/* Room for three numbers, two blanks and the end of the line. */
#define LINE_SIZE (3 * 11)

const char *idmap_word(enum subid_table table)
{
	return table == SUBID_UIDS ? "uid" : "gid";
}

uint32_t idmap_own_id(enum subid_table table, const struct idmap_caller *caller)
{
	return table == SUBID_UIDS ? caller->uid : caller->gid;
}

static int take_number(const char *word, uint64_t *ret, struct err *e)
{
	/* All that the field has ever taken, so that what is too large can be said to be that. */
	if (str_number(str_of(word), UINT64_MAX, ret))
		return 0;
	return err_set(e, ERR_USAGE, "'%.64s' is not a number", word);
}

/* In 64 bits nothing here can wrap: every number is at most 2^32-1 when it is added to. */
static bool fits(uint64_t first, uint64_t count)
{
	return first <= LAST_ID && count >= 1 && count <= LAST_ID + (uint64_t)1 - first;
}

static int take_row(enum subid_table table, const char *const *words, struct idmap_row *ret,
		    struct err *e)
{
	uint64_t upper, lower, count;

	if (take_number(words[0], &upper, e) < 0 || take_number(words[1], &lower, e) < 0 ||
	    take_number(words[2], &count, e) < 0)
		return -1;
	if (count == 0)
		return err_set(e, ERR_ARGUMENT,
			       "%s range [%.64s-%.64s) -> [%.64s-%.64s) not allowed: "
			       "it is empty", idmap_word(table), words[0], words[0], words[1],
			       words[1]);
	if (!fits(upper, count) || !fits(lower, count))
		return err_set(e, ERR_ARGUMENT,
			       "subuid overflow detected: %.64s %.64s %.64s goes beyond %" PRIu32,
			       words[0], words[1], words[2], LAST_ID);
	*ret = (struct idmap_row){ (uint32_t)upper, (uint32_t)lower, (uint32_t)count };
	return 0;
}

static int by_upper(const void *a, const void *b)
{
	const struct idmap_row *x = a, *y = b;

	return (x->upper > y->upper) - (x->upper < y->upper);
}

static int by_lower(const void *a, const void *b)
{
	const struct idmap_row *x = a, *y = b;

	return (x->lower > y->lower) - (x->lower < y->lower);
}

static int overlap(const struct idmap *map, const struct idmap_row *x, const struct idmap_row *y,
		   const char *where, struct err *e)
{
	return err_set(e, ERR_ARGUMENT,
		       "%s ranges %" PRIu32 " %" PRIu32 " %" PRIu32 " and %" PRIu32 " %" PRIu32
		       " %" PRIu32 " overlap %s the namespace", idmap_word(map->table), x->upper,
		       x->lower, x->count, y->upper, y->lower, y->count, where);
}

static int check_overlap(const struct idmap *map, struct arena *a, struct err *e)
{
	struct idmap_row *sorted = arena_array(a, map->count, sizeof(*sorted));
	size_t i;

	memcpy(sorted, map->rows, map->count * sizeof(*sorted));
	qsort(sorted, map->count, sizeof(*sorted), by_upper);
	for (i = 1; i < map->count; i++)
		if (sorted[i].upper - sorted[i - 1].upper < sorted[i - 1].count)
			return overlap(map, &sorted[i - 1], &sorted[i], _("inside of"), e);
	qsort(sorted, map->count, sizeof(*sorted), by_lower);
	for (i = 1; i < map->count; i++)
		if (sorted[i].lower - sorted[i - 1].lower < sorted[i - 1].count)
			return overlap(map, &sorted[i - 1], &sorted[i], _("outside of"), e);
	return 0;
}

int idmap_parse(enum subid_table table, const char *const *words, struct arena *a,
		struct idmap *ret, struct err *e)
{
	size_t count = 0, i;

	while (words[count])
		count++;
	if (count == 0 || count % 3 != 0)
		return err_set(e, ERR_USAGE, "a range is three numbers; %zu were given", count);
	*ret = (struct idmap){ .table = table, .count = count / 3 };
	if (ret->count > IDMAP_ROWS)
		return err_set(e, ERR_ARGUMENT, "too many ranges: %zu; the kernel takes %d",
			       ret->count, IDMAP_ROWS);
	ret->rows = arena_array(a, ret->count, sizeof(*ret->rows));
	for (i = 0; i < ret->count; i++)
		if (take_row(table, words + 3 * i, &ret->rows[i], e) < 0)
			return -1;
	return check_overlap(ret, a, e);
}

bool idmap_has_zero(const struct idmap *map)
{
	size_t i;

	for (i = 0; i < map->count; i++)
		if (map->rows[i].lower == 0)
			return true;
	return false;
}

const char *idmap_text(const struct idmap *map, size_t limit, struct arena *a, size_t *ret_length,
		       struct err *e)
{
	char *text = arena_alloc(a, map->count * LINE_SIZE + 1);
	size_t i, used = 0;

	for (i = 0; i < map->count; i++)
		used += (size_t)snprintf(text + used, LINE_SIZE + 1,
					 "%" PRIu32 " %" PRIu32 " %" PRIu32 "\n",
					 map->rows[i].upper, map->rows[i].lower,
					 map->rows[i].count);
	if (used >= limit) {
		err_set(e, ERR_ARGUMENT,
			"too many ranges: %zu bytes; the kernel takes less than %zu", used,
			limit);
		return NULL;
	}
	*ret_length = used;
	return text;
}
