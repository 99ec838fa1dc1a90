/* SPDX-License-Identifier: BSD-3-Clause */
#include "subid_source_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "schema.h"
#include "subid_row.h"

#define CONF "/etc/nsswitch.conf"

int subid_no_memory(struct err *e)
{
	return err_set(e, ERR_IO, "out of memory");
}

/* Room for one more in an array that grows. */
static void *grow(void *items, size_t count, size_t *room, size_t size)
{
	size_t more = *room ? 2 * *room : 8;
	void *p;

	if (count < *room)
		return items;
	p = reallocarray(items, more, size);
	if (p)
		*room = more;
	return p;
}

int subid_rows_add(struct subid_rows *rows, uint32_t first, uint64_t last)
{
	struct subid_row *items;

	if (last > SCHEMA_ID_MAX)
		last = SCHEMA_ID_MAX;
	if (first > last)
		return 0;
	items = grow(rows->items, rows->count, &rows->room, sizeof(*items));
	if (!items)
		return -1;
	rows->items = items;
	items[rows->count++] = (struct subid_row){ first, (uint32_t)(last - first) + 1 };
	return 0;
}

/* --- which source */

struct conf {
	char name[64];
	size_t n;
};

/* The first block has all of an nsswitch.conf that anybody would write. */
static int take_conf(void *context, struct str text)
{
	struct str name = subid_conf_source(text);
	struct conf *conf = context;

	conf->n = name.n < sizeof(conf->name) ? name.n : sizeof(conf->name);
	memcpy(conf->name, name.p, conf->n);
	return -1;
}

int subid_source_open(struct subid_source *ret, const char *prefix, struct err *e)
{
	struct conf conf = { .name = "files", .n = 5 };
	struct subid_source s = { .prefix = prefix };
	struct str name;

	if (!*prefix && subid_file_lines("", CONF, take_conf, &conf) < 0 && errno != 0 &&
	    errno != EINVAL)
		return err_sys(e, ERR_IO, "cannot read %s", CONF);
	name = (struct str){ conf.name, conf.n };
	if (!str_is(name, "files") && subid_plugin_open(&s.plugin, name, e) < 0)
		return -1;
	*ret = s;
	return 0;
}

void subid_source_close(struct subid_source *s)
{
	subid_plugin_close(s->plugin);
	*s = (struct subid_source){ .prefix = "" };
}

/* --- the files */

static int cannot_read(const struct subid_source *s, enum subid_table which, struct err *e)
{
	const struct schema *file = schema_get(which == SUBID_UIDS ? TABLE_SUBUID : TABLE_SUBGID);

	if (errno == ENOMEM)
		return subid_no_memory(e);
	return err_sys(e, file->error, "cannot read %s%s", s->prefix, file->path);
}

static int read_lines(const struct subid_source *s, enum subid_table which,
		      int (*take)(void *context, struct str lines), void *context, struct err *e)
{
	const struct schema *file = schema_get(which == SUBID_UIDS ? TABLE_SUBUID : TABLE_SUBGID);

	if (subid_file_lines(s->prefix, file->path, take, context) == 0)
		return 0;
	/* Taking fails for want of memory alone. */
	return errno == 0 ? subid_no_memory(e) : cannot_read(s, which, e);
}

struct search {
	struct subid_needles needles;
	struct subid_rows rows;
};

static int take_ranges(void *context, struct str lines)
{
	const char *end = lines.p + lines.n, *p = lines.p, *newline;
	struct search *s = context;
	struct subid_line row;

	while ((p = subid_needles_find(&s->needles, lines, p))) {
		newline = memchr(p, '\n', (size_t)(end - p));
		if (subid_row_parse((struct str){ p, (size_t)(newline - p) }, &row) &&
		    subid_rows_add(&s->rows, row.first, row.last) < 0)
			return -1;
		p = newline + 1;
	}
	return 0;
}

static int file_ranges(const struct subid_source *s, enum subid_table which, const char *owner,
		       struct subid_rows *ret, struct err *e)
{
	struct search search = { .rows = { .count = 0 } };
	struct subid_who who;

	if (subid_who_get(&who, s->prefix, owner, e) < 0)
		return -1;
	subid_needles_make(&search.needles, who.by);
	if (read_lines(s, which, take_ranges, &search, e) < 0) {
		free(search.rows.items);
		return -1;
	}
	*ret = search.rows;
	if (search.rows.count == 0 && !who.known)
		return err_set(e, ERR_UNKNOWN, "there is no user '%s'", owner);
	return 0;
}

/* --- ranges */

int subid_source_ranges(const struct subid_source *s, enum subid_table which, const char *owner,
			struct subid_row **ret, size_t *ret_count, struct err *e)
{
	struct subid_rows rows = { .count = 0 };
	int r = s->plugin ? subid_plugin_ranges(s->plugin, which, owner, &rows, e)
			  : file_ranges(s, which, owner, &rows, e);

	if (r < 0)
		return -1;
	*ret = rows.items;
	*ret_count = rows.count;
	return 0;
}

static int by_first(const void *left, const void *right)
{
	const struct subid_row *a = left, *b = right;

	return (a->first > b->first) - (a->first < b->first);
}

/* Do the rows, which are put in order, have all of it? */
static bool rows_cover(struct subid_row *rows, size_t n, uint32_t first, uint32_t count)
{
	uint64_t from = first, end = (uint64_t)first + count;
	size_t i;

	if (n > 0)
		qsort(rows, n, sizeof(*rows), by_first);
	for (i = 0; i < n && rows[i].first <= from && from < end; i++)
		if ((uint64_t)rows[i].first + rows[i].count > from)
			from = (uint64_t)rows[i].first + rows[i].count;
	return count > 0 && from >= end;
}

int subid_source_has(const struct subid_source *s, enum subid_table which, const char *owner,
		     uint32_t first, uint32_t count, bool *ret, struct err *e)
{
	struct subid_rows rows = { .count = 0 };

	if (s->plugin)
		return subid_plugin_has(s->plugin, which, owner, first, count, ret, e);
	if (file_ranges(s, which, owner, &rows, e) < 0)
		return -1;
	*ret = rows_cover(rows.items, rows.count, first, count);
	free(rows.items);
	return 0;
}

/* --- owners */

/* Who may own the id: the owners of the rows that have it, as they stand there. */
struct claims {
	uint32_t id;
	char **names;
	size_t count, room;
};

static int add_claim(struct claims *c, struct str owner)
{
	char **names = grow(c->names, c->count, &c->room, sizeof(*names));

	if (!names)
		return -1;
	c->names = names;
	names[c->count] = strndup(owner.p, owner.n);
	if (!names[c->count])
		return -1;
	c->count++;
	return 0;
}

static int take_claims(void *context, struct str lines)
{
	struct claims *c = context;
	struct subid_line row;
	struct str line;

	while (str_next(&lines, '\n', &line))
		if (subid_row_parse(line, &row) && row.first <= c->id && c->id <= row.last &&
		    add_claim(c, row.owner) < 0)
			return -1;
	return 0;
}

struct owner {
	uid_t uid;
	size_t order;
};

static int by_uid(const void *left, const void *right)
{
	const struct owner *a = left, *b = right;

	if (a->uid != b->uid)
		return a->uid < b->uid ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

static int by_order(const void *left, const void *right)
{
	const struct owner *a = left, *b = right;

	return (a->order > b->order) - (a->order < b->order);
}

/* Each uid once, where it stood first. */
static size_t keep_first(struct owner *owners, size_t count)
{
	size_t i, n = 0;

	qsort(owners, count, sizeof(*owners), by_uid);
	for (i = 0; i < count; i++)
		if (n == 0 || owners[i].uid != owners[n - 1].uid)
			owners[n++] = owners[i];
	qsort(owners, n, sizeof(*owners), by_order);
	return n;
}

/* A name that is a number may be two users: that of the name, and that of the uid. */
static int resolve(const struct subid_source *s, const struct claims *c, struct owner *owners,
		   size_t *ret_count, struct err *e)
{
	size_t i, n = 0;

	for (i = 0; i < c->count; i++) {
		int r = subid_uid_of(s->prefix, c->names[i], &owners[n].uid, e);

		if (r < 0)
			return -1;
		n += r > 0;
		n += subid_is_number(str_of(c->names[i]), &owners[n].uid);
	}
	for (i = 0; i < n; i++)
		owners[i].order = i;
	*ret_count = n;
	return 0;
}

static int claims_uids(const struct subid_source *s, const struct claims *c, uid_t **ret,
		       size_t *ret_count, struct err *e)
{
	struct owner *owners = calloc(2 * c->count + 1, sizeof(*owners));
	uid_t *uids = calloc(2 * c->count + 1, sizeof(*uids));
	size_t i, n = 0;
	int r = -1;

	if (!owners || !uids) {
		subid_no_memory(e);
	} else if ((r = resolve(s, c, owners, &n, e)) == 0) {
		n = keep_first(owners, n);
		for (i = 0; i < n; i++)
			uids[i] = owners[i].uid;
		*ret = uids;
		*ret_count = n;
		uids = NULL;
	}
	free(owners);
	free(uids);
	return r;
}

int subid_source_owners(const struct subid_source *s, enum subid_table which, uint32_t id,
			uid_t **ret, size_t *ret_count, struct err *e)
{
	struct claims c = { .id = id };
	int r;

	if (s->plugin)
		return subid_plugin_owners(s->plugin, which, id, ret, ret_count, e);
	r = read_lines(s, which, take_claims, &c, e);
	if (r == 0)
		r = claims_uids(s, &c, ret, ret_count, e);
	while (c.count > 0)
		free(c.names[--c.count]);
	free(c.names);
	return r;
}
