/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Finding rows.  A tool that asks a few times scans the bytes; one that asks often gets hints by
 * name and by id, made once.
 */
#include <string.h>

#include "table_private.h"

/* From here on scanning costs more than the hints do. */
#define SCANS_MAX 16
#define SCAN_SIZE_MIN ((size_t)64 * 1024)
/* Hints hold no larger places. */
#define PLACE_MAX ((size_t)3 << 30)

static bool row_id(const struct table *t, const struct row *row, uint64_t *ret)
{
	int column = schema_get(t->id)->id_column;

	return column >= 0 && str_decimal(row->column[column], UINT32_MAX, ret);
}

static bool has_name(const struct row *row, struct str name)
{
	return str_eq(row->column[0], name);
}

static bool has_id(const struct table *t, const struct row *row, uint32_t id)
{
	uint64_t value;

	return row_id(t, row, &value) && value == id;
}

static uint64_t hash_bytes(const char *p, size_t n)
{
	uint64_t h = 0xcbf29ce484222325u;

	while (n-- > 0)
		h = (h ^ (unsigned char)*p++) * 0x100000001b3u;
	return h ^ (h >> 29);
}

static uint64_t hash_id(uint32_t id)
{
	return hash_bytes((const char *)&id, sizeof(id));
}

static void put_hint(struct hints *h, uint64_t hash, size_t at)
{
	size_t i = hash & (h->size - 1);

	while (h->slots[i])
		i = (i + 1) & (h->size - 1);
	h->slots[i] = (uint32_t)(at + 1);
	h->used++;
}

static uint64_t row_hash(const struct table *t, const struct hints *h, const struct row *row)
{
	uint64_t id = 0;

	if (h == &t->names)
		return hash_bytes(row->column[0].p, row->column[0].n);
	row_id(t, row, &id);
	return hash_id((uint32_t)id);
}

static size_t count_lines(const struct table *t)
{
	const char *p = t->bytes, *end = t->bytes + t->size;
	size_t n = 1 + t->added_count;

	while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) {
		p++;
		n++;
	}
	return n;
}

/* So many rows wait for their slots to come from memory: they lie anywhere. */
#define WAITING 16

/* In file order, so that the first of several rows is met first. */
static void build_hints(struct table *t, struct hints *h)
{
	struct waiting {
		uint64_t hash;
		size_t at;
	} waiting[WAITING];
	size_t rows = count_lines(t), n = 0, i;
	struct row row;

	for (h->size = 64; h->size < 4 * rows; h->size *= 2)
		;
	h->slots = arena_array(t->arena, h->size, sizeof(*h->slots));
	h->used = 0;
	for (row = ROW_START; table_next(t, &row); n++) {
		struct waiting *w = &waiting[n % WAITING];

		if (n >= WAITING)
			put_hint(h, w->hash, w->at);
		*w = (struct waiting){ row_hash(t, h, &row), row.at };
		__builtin_prefetch(&h->slots[w->hash & (h->size - 1)], 1);
	}
	for (i = n > WAITING ? n - WAITING : 0; i < n; i++)
		put_hint(h, waiting[i % WAITING].hash, waiting[i % WAITING].at);
}

/* "name:password:ID:..." without the cost of splitting the whole row.  A malformed row counts too:
 * better an id too many than one given twice. */
static bool third_column(struct str line, uint64_t *ret)
{
	const char *p = line.p, *end = line.p + line.n;
	uint64_t value = 0;
	int colons = 0;

	while (p < end && colons < 2)
		colons += *p++ == ':';
	if (p == end || *p < '0' || *p > '9')
		return false;
	for (; p < end && *p >= '0' && *p <= '9'; p++) {
		value = value * 10 + (uint64_t)(*p - '0');
		if (value > UINT32_MAX)
			return false;
	}
	*ret = value;
	return p == end || *p == ':';
}

void table_hint(struct table *t, const struct row *row)
{
	struct hints *all[] = { &t->names, &t->ids };
	uint64_t id;
	size_t i;

	if (t->highest_known && third_column(row->line, &id) && id > t->highest)
		t->highest = id;

	for (i = 0; i < 2; i++) {
		if (!all[i]->slots || row->columns == 0)
			continue;
		if (2 * all[i]->used > all[i]->size)
			build_hints(t, all[i]);
		else
			put_hint(all[i], row_hash(t, all[i], row), row->at);
	}
}

static bool wants_hints(const struct table *t, struct hints *h, unsigned *finds)
{
	if (h->slots)
		return true;
	if (t->size > PLACE_MAX)
		return false;
	return (t->size >= SCAN_SIZE_MIN || t->added_count >= SCANS_MAX) && ++*finds > SCANS_MAX;
}

static size_t line_start(const struct table *t, size_t at)
{
	const char *newline = at ? memrchr(t->bytes, '\n', at) : NULL;

	return newline ? (size_t)(newline - t->bytes) + 1 : 0;
}

bool table_next_with(struct table *t, const char *text, struct row *row)
{
	size_t n = strlen(text);

	for (;;) {
		size_t at = row->next, hit = t->size, i;
		const char *p;

		if (at < t->size) {
			p = memmem(t->bytes + at, t->size - at, text, n);
			if (p)
				hit = line_start(t, (size_t)(p - t->bytes));
			/* An edited line may hold the text where the bytes do not. */
			i = table_change_from(t, at);
			if (i < t->change_count && t->changes[i].at < hit)
				hit = t->changes[i].at;
		}
		if (hit < t->size) {
			table_load(t, hit, row);
		} else {
			if (at < table_added_at(t, 0))
				at = table_added_at(t, 0);
			if (at - t->size - 1 >= t->added_count)
				return false;
			table_load(t, at, row);
		}
		if (row->columns > 0 && memmem(row->line.p, row->line.n, text, n))
			return true;
	}
}

/* Can the place hold a row of that name?  A look at its first bytes. */
static inline bool may_be(const struct table *t, size_t at, struct str name)
{
	return !name.p || t->change_count > 0 || at > t->size ||
	       (t->size - at > name.n && t->bytes[at + name.n] == ':' &&
		memcmp(t->bytes + at, name.p, name.n) == 0);
}

static bool find_hinted(struct table *t, const struct hints *h, uint64_t hash, struct str name,
			uint32_t id, struct row *ret)
{
	size_t i = hash & (h->size - 1);
	struct row row;

	for (; h->slots[i]; i = (i + 1) & (h->size - 1)) {
		if (!may_be(t, h->slots[i] - 1, name) || !table_load(t, h->slots[i] - 1, &row))
			continue;
		if (name.p ? has_name(&row, name) : has_id(t, &row, id)) {
			*ret = row;
			return true;
		}
	}
	return false;
}

/*
 * The first row that matches, looking at no more of each than needs be: millions of rows are walked
 * in the time that their bytes take to be read.
 */
struct key {
	struct str start; /* "\nNAME:", where the row begins after the first byte; p NULL: any */
	uint32_t id;      /* of the id column, without start */
};

static struct key key_of_name(const struct table *t, struct str name)
{
	return (struct key){ .start = str_of(arena_printf(t->arena, "\n%.*s:", (int)name.n,
							  name.p)) };
}

/* The bytes say only where to look; the row as it is now decides. */
static bool row_fits(const struct table *t, const struct key *key, const struct row *row)
{
	if (key->start.p)
		return row->column[0].n + 2 == key->start.n &&
		       memcmp(row->column[0].p, key->start.p + 1, row->column[0].n) == 0;
	return has_id(t, row, key->id);
}

static inline size_t line_end(const struct table *t, size_t at)
{
	const char *newline = memchr(t->bytes + at, '\n', t->size - at);

	return newline ? (size_t)(newline - t->bytes) : t->size;
}

/* The next place of the bytes, from one on, where a line begins as the key wants; or the size. */
static size_t next_candidate(const struct table *t, const struct key *key, size_t at)
{
	const char *hit;
	uint64_t id;

	if (!key->start.p) {
		for (; at < t->size; at = line_end(t, at) + 1)
			if (third_column(table_base_line(t, at), &id) && id == key->id)
				return at;
		return t->size;
	}
	if (at == 0) {
		if (t->size >= key->start.n - 1 &&
		    memcmp(t->bytes, key->start.p + 1, key->start.n - 1) == 0)
			return 0;
	} else {
		at--; /* at the newline before it */
	}
	hit = at < t->size ? memmem(t->bytes + at, t->size - at, key->start.p, key->start.n) : NULL;
	return hit ? (size_t)(hit - t->bytes) + 1 : t->size;
}

/* From a place on. */
static bool scan(struct table *t, const struct key *key, size_t from, struct row *ret)
{
	size_t at, i, found = t->size;
	struct row row;

	for (at = from; at < t->size; at = line_end(t, at) + 1) {
		at = next_candidate(t, key, at);
		if (at < t->size && table_load(t, at, &row) && row_fits(t, key, &row)) {
			found = at;
			break;
		}
	}
	/* An edited row may fit although its bytes do not. */
	for (i = table_change_from(t, from); i < t->change_count && t->changes[i].at < found; i++)
		if (table_load(t, t->changes[i].at, &row) && row_fits(t, key, &row)) {
			*ret = row;
			return true;
		}
	if (found < t->size)
		return table_load(t, found, ret);
	for (i = from > t->size ? from - t->size - 1 : 0; i < t->added_count; i++)
		if (table_load(t, table_added_at(t, i), &row) && row_fits(t, key, &row)) {
			*ret = row;
			return true;
		}
	return false;
}

void table_expect_finds(struct table *t, size_t finds)
{
	if (t && finds > SCANS_MAX)
		t->name_finds = SCANS_MAX;
}

bool table_find(struct table *t, const char *name, struct row *ret)
{
	struct str wanted = str_of(name);
	struct key key;

	if (wanted.n == 0)
		return false;
	if (wants_hints(t, &t->names, &t->name_finds)) {
		if (!t->names.slots)
			build_hints(t, &t->names);
		return find_hinted(t, &t->names, hash_bytes(wanted.p, wanted.n), wanted, 0, ret);
	}
	key = key_of_name(t, wanted);
	return scan(t, &key, 0, ret);
}

/* The hint for the next row of the name; they are in file order only where they were made. */
static bool find_hinted_again(const struct table *t, struct str name, struct row *row)
{
	const struct hints *h = &t->names;
	size_t i = hash_bytes(name.p, name.n) & (h->size - 1);
	struct row next, best = { .at = SIZE_MAX };

	for (; h->slots[i]; i = (i + 1) & (h->size - 1)) {
		size_t at = h->slots[i] - 1;

		if (at > row->at && at < best.at && table_load(t, at, &next) &&
		    has_name(&next, name))
			best = next;
	}
	if (best.at == SIZE_MAX)
		return false;
	*row = best;
	return true;
}

bool table_find_again(struct table *t, struct row *row)
{
	struct str name = row->column[0];
	struct key key;

	if (t->names.slots)
		return find_hinted_again(t, name, row);
	key = key_of_name(t, name);
	return scan(t, &key, row->next, row);
}

bool table_find_id(struct table *t, uint32_t id, struct row *ret)
{
	static const struct str no_name = { NULL, 0 };
	const struct key key = { .id = id };

	if (!wants_hints(t, &t->ids, &t->id_finds))
		return scan(t, &key, 0, ret);
	if (!t->ids.slots)
		build_hints(t, &t->ids);
	return find_hinted(t, &t->ids, hash_id(id), no_name, id, ret);
}

bool table_find_line(struct table *t, struct str line, struct row *ret)
{
	char *text = str_dup(t->arena, line);
	struct row row;

	for (row = ROW_START; table_next_with(t, text, &row);) {
		if (str_eq(row.line, line)) {
			*ret = row;
			return true;
		}
	}
	return false;
}

static void use_id(struct idset *s, uint64_t id)
{
	uint32_t i;

	if (id < s->low || id > s->high)
		return;
	i = (uint32_t)id - s->low;
	if (s->bits)
		s->bits[i / 64] |= (uint64_t)1 << (i % 64);
	if (!s->any || id < s->least)
		s->least = (uint32_t)id;
	if (!s->any || id > s->most)
		s->most = (uint32_t)id;
	s->any = true;
}

static void scan_id(struct table *t, struct idset *s, struct str line)
{
	uint64_t id;

	if (!line.p || !third_column(line, &id))
		return;
	if (id > t->highest)
		t->highest = id;
	use_id(s, id);
}

void table_keep(struct table *t, struct str line)
{
	uint64_t id;
	unsigned i;

	if (t->kept_count == 0 || !third_column(line, &id))
		return;
	for (i = 0; i < t->kept_count; i++)
		use_id(&t->kept[i], id);
}

static const struct idset *find_kept(const struct table *t, uint32_t low, uint32_t high)
{
	unsigned i;

	for (i = 0; i < t->kept_count; i++)
		if (t->kept[i].low == low && t->kept[i].high == high)
			return &t->kept[i];
	return NULL;
}

/* Instead of the oldest, where there is no room. */
static void remember(struct table *t, const struct idset *s)
{
	if (t->kept_count < TABLE_KEPT)
		t->kept_last = t->kept_count++;
	else
		t->kept_last = (t->kept_last + 1) % TABLE_KEPT;
	t->kept[t->kept_last] = *s;
}

void table_ids(struct table *t, uint32_t low, uint32_t high, struct arena *a, struct idset *ret)
{
	const struct idset *kept = find_kept(t, low, high);
	size_t at, i = 0;

	*ret = kept ? *kept : (struct idset){ .low = low, .high = high };
	/* Sub-ids mostly lie above all ids: then there is nothing to look for. */
	if (kept || high < low || (t->highest_known && low > t->highest))
		return;
	/* Pages of a large range that nobody uses are never touched. */
	if (high - low < IDSET_WIDTH_MAX)
		ret->bits = arena_array(a, ((size_t)high - low) / 64 + 1, sizeof(*ret->bits));
	for (at = 0; at < t->size;) {
		struct str line = table_base_line(t, at), now = line;

		if (i < t->change_count && t->changes[i].at == at)
			now = t->changes[i++].new;
		scan_id(t, ret, now);
		at += line.n + 1;
	}
	for (i = 0; i < t->added_count; i++)
		scan_id(t, ret, t->added[i]);
	t->highest_known = true;
	remember(t, ret);
}

bool table_all_below(const struct table *t, uint32_t id)
{
	return t->highest_known && t->highest < id;
}

bool idset_has(const struct idset *s, uint32_t id)
{
	uint32_t i = id - s->low;

	return s->bits && id >= s->low && id <= s->high && (s->bits[i / 64] >> (i % 64) & 1);
}

size_t table_count_line(struct table *t, struct str line, struct row *ret)
{
	struct str columns[SCHEMA_COLUMNS_MAX];
	bool opaque = schema_split(t->id, line, columns) == 0, more;
	struct row row = ROW_START;
	size_t n = 0;

	more = opaque ? table_next_line(t, &row) :
			table_find(t, str_dup(t->arena, columns[0]), &row);
	while (more) {
		if (str_eq(row.line, line) && n++ == 0)
			*ret = row;
		more = opaque ? table_next_line(t, &row) : table_find_again(t, &row);
	}
	return n;
}
