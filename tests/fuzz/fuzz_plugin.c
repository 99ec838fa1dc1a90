/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a subid plug-in may answer: any status, any count, no array, ranges of any numbers.  What
 * comes out must be ranges of ids, and all that was given must be given back.
 *
 * sources: lib/schema.c lib/subid_row.c lib/subid_source.c lib/subid_source_file.c
 *      lib/subid_source_find.c lib/subid_source_user.c libmisc/arena.c libmisc/beneath.c
 *      libmisc/err.c libmisc/fd.c libmisc/str.c
 */
#include "subid_source_plugin.c"

#define ROOM 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input, taken from its beginning; zeros where it ends. */
static struct {
	const uint8_t *p;
	size_t n;
	int given;
} input;

static void take(void *to, size_t n)
{
	size_t there = n < input.n ? n : input.n;

	memset(to, 0, n);
	if (there)
		memcpy(to, input.p, there);
	input.p += there;
	input.n -= there;
}

static int take_int(void)
{
	int n;

	take(&n, sizeof(n));
	return n;
}

/* As many as it says, if that is not too much to be looked at; and sometimes nothing. */
static void *give(int count, size_t size)
{
	size_t n = count > 0 ? (size_t)count : 0;
	void *p;

	if (take_int() % 8 == 7)
		return NULL;
	if (n > COUNT_MAX)
		n = 0;
	p = malloc(n * size + 1);
	take(p, n * size);
	input.given++;
	return p;
}

static int take_count(void)
{
	int count = take_int();

	return count > ROOM && count <= COUNT_MAX ? count % ROOM : count;
}

static enum plugin_status list(const char *owner, enum plugin_type type, struct plugin_range **ret,
			       int *ret_count)
{
	(void)owner;
	(void)type;
	*ret_count = take_count();
	*ret = give(*ret_count, sizeof(**ret));
	return (enum plugin_status)PLUGIN_SUCCESS;
}

static enum plugin_status list_any(const char *owner, enum plugin_type type,
				   struct plugin_range **ret, int *ret_count)
{
	(void)owner;
	(void)type;
	*ret_count = take_count();
	*ret = NULL;
	return (enum plugin_status)((unsigned)take_int() % 7);
}

static enum plugin_status find(unsigned long id, enum plugin_type type, uid_t **ret, int *ret_count)
{
	(void)id;
	(void)type;
	*ret_count = take_count();
	*ret = give(*ret_count, sizeof(**ret));
	return PLUGIN_SUCCESS;
}

static enum plugin_status has(const char *owner, unsigned long start, unsigned long count,
			      enum plugin_type type, bool *ret)
{
	(void)owner;
	(void)start;
	(void)count;
	(void)type;
	*ret = take_int() & 1;
	return (enum plugin_status)((unsigned)take_int() % 7);
}

static void take_back(void *p)
{
	input.given--;
	free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct subid_plugin plugin = { .file = "fuzz", .has = has, .find = find,
				       .free = take_back };
	const struct subid_source source = { .prefix = "", .plugin = &plugin };
	struct err e = { .kind = ERR_NONE };
	struct subid_row *rows = NULL;
	uid_t *uids = NULL;
	size_t i, n = 0;
	bool r;

	input.p = data;
	input.n = size;
	input.given = 0;
	plugin.list = take_int() & 1 ? list : list_any;
	if (subid_source_ranges(&source, SUBID_UIDS, "anna", &rows, &n, &e) == 0)
		for (i = 0; i < n; i++)
			if (rows[i].count == 0 || rows[i].first > SCHEMA_ID_MAX ||
			    rows[i].count - 1 > SCHEMA_ID_MAX - rows[i].first)
				abort();
	free(rows);
	err_clear(&e);
	if (subid_source_owners(&source, SUBID_GIDS, 5, &uids, &n, &e) < 0 && e.kind == ERR_NONE)
		abort();
	free(uids);
	err_clear(&e);
	if (subid_source_has(&source, SUBID_GIDS, "anna", 5, 1, &r, &e) < 0 && e.kind == ERR_NONE)
		abort();
	if (input.given != 0)
		abort();
	return 0;
}
