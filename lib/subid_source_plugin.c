/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The plug-in that nsswitch.conf names: libsubid_NAME.so, with functions of these names and types.
 * Those of before 4.16 have no shadow_subid_free; what they give is free(3)'s.
 *
 * NAME has no slash, so that the dynamic linker looks in its own directories alone.  In a set-uid
 * run, and in one with file capabilities, it does not heed the caller's LD_LIBRARY_PATH.
 */
#include "subid_source_private.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "schema.h"

/* As <shadow/subid.h> has them; lib does not see that header. */
enum plugin_status { PLUGIN_SUCCESS, PLUGIN_UNKNOWN_USER, PLUGIN_ERROR_CONN, PLUGIN_ERROR };
enum plugin_type { PLUGIN_UID = 1, PLUGIN_GID = 2 };
struct plugin_range {
	unsigned long start, count;
};

struct subid_plugin {
	char file[96];
	void *handle;
	enum plugin_status (*has)(const char *owner, unsigned long start, unsigned long count,
				  enum plugin_type type, bool *ret);
	enum plugin_status (*list)(const char *owner, enum plugin_type type,
				   struct plugin_range **ret, int *ret_count);
	enum plugin_status (*find)(unsigned long id, enum plugin_type type, uid_t **ret,
				   int *ret_count);
	void (*free)(void *p);
};

/* More is no answer. */
#define COUNT_MAX (1 << 24)

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The value of a line "subid: VALUE". */
static bool is_subid(struct str line, struct str *ret)
{
	static const char word[] = "subid";

	while (line.n > 0 && is_blank(*line.p))
		line.p++, line.n--;
	if (line.n < sizeof(word) - 1 || strncasecmp(line.p, word, sizeof(word) - 1) != 0)
		return false;
	line.p += sizeof(word) - 1;
	line.n -= sizeof(word) - 1;
	while (line.n > 0 && is_blank(*line.p))
		line.p++, line.n--;
	if (line.n == 0 || *line.p != ':')
		return false;
	*ret = (struct str){ line.p + 1, line.n - 1 };
	return true;
}

struct str subid_conf_source(struct str text)
{
	struct str line, value;
	size_t n = 0;

	while (str_next(&text, '\n', &line)) {
		if (!is_subid(line, &value))
			continue;
		while (value.n > 0 && is_blank(*value.p))
			value.p++, value.n--;
		while (n < value.n && !is_blank(value.p[n]) && value.p[n] != '#')
			n++;
		if (n > 0)
			return (struct str){ value.p, n };
	}
	return str_of("files");
}

static bool is_safe(struct str name)
{
	size_t i;

	for (i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '_' || c == '-'))
			return false;
	}
	return name.n > 0 && name.n <= 32;
}

/* A function pointer from a symbol, as POSIX has it. */
static bool find_function(const struct subid_plugin *p, const char *name, void *ret)
{
	void *symbol = dlsym(p->handle, name);

	memcpy(ret, &symbol, sizeof(symbol));
	return symbol;
}

static int find_functions(struct subid_plugin *p, struct err *e)
{
	const char *missing = NULL;

	if (!find_function(p, "shadow_subid_has_range", &p->has))
		missing = "shadow_subid_has_range";
	else if (!find_function(p, "shadow_subid_list_owner_ranges", &p->list))
		missing = "shadow_subid_list_owner_ranges";
	else if (!find_function(p, "shadow_subid_find_subid_owners", &p->find))
		missing = "shadow_subid_find_subid_owners";
	if (!find_function(p, "shadow_subid_free", &p->free))
		p->free = free;
	if (!missing)
		return 0;
	return err_set(e, ERR_MISSING, "the subid plug-in %s has no function %s", p->file, missing);
}

int subid_plugin_open(struct subid_plugin **ret, struct str name, struct err *e)
{
	struct subid_plugin *p;

	if (!is_safe(name))
		return err_set(e, ERR_MISSING, "the source after 'subid:' in /etc/nsswitch.conf "
			       "is no name of a plug-in");
	p = calloc(1, sizeof(*p));
	if (!p)
		return subid_no_memory(e);
	snprintf(p->file, sizeof(p->file), "libsubid_%.*s.so", (int)name.n, name.p);
	/* It may have threads of its own and must not go while they run. */
	p->handle = dlopen(p->file, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (!p->handle)
		err_set(e, ERR_MISSING, "cannot load the subid plug-in that /etc/nsswitch.conf "
			"names: %s", dlerror());
	if (!p->handle || find_functions(p, e) < 0) {
		subid_plugin_close(p);
		return -1;
	}
	*ret = p;
	return 0;
}

void subid_plugin_close(struct subid_plugin *p)
{
	if (p && p->handle)
		dlclose(p->handle);
	free(p);
}

static enum plugin_type type_of(enum subid_table which)
{
	return which == SUBID_UIDS ? PLUGIN_UID : PLUGIN_GID;
}

/* count: how many it says that it gave; 0 where nothing was to be given. */
static int check_answer(const struct subid_plugin *p, enum plugin_status status, int count,
			const void *items, struct err *e)
{
	switch (status) {
	case PLUGIN_SUCCESS:
		break;
	case PLUGIN_UNKNOWN_USER:
		return err_set(e, ERR_UNKNOWN, "the subid plug-in %s knows no such user", p->file);
	case PLUGIN_ERROR_CONN:
		return err_set(e, ERR_IO, "the subid plug-in %s cannot reach its source", p->file);
	case PLUGIN_ERROR:
	default:
		return err_set(e, ERR_IO, "the subid plug-in %s failed", p->file);
	}
	if (count < 0 || count > COUNT_MAX || (count > 0 && !items))
		return err_set(e, ERR_IO, "the subid plug-in %s gave no sensible answer", p->file);
	return 0;
}

static void give_back(const struct subid_plugin *p, void *items)
{
	if (items)
		p->free(items);
}

static int add_range(struct subid_rows *rows, struct plugin_range range)
{
	uint64_t last;

	if (range.count == 0 || range.start > SCHEMA_ID_MAX)
		return 0;
	last = range.count > SCHEMA_ID_MAX ? SCHEMA_ID_MAX
					   : (uint64_t)range.start + range.count - 1;
	return subid_rows_add(rows, (uint32_t)range.start, last);
}

int subid_plugin_ranges(const struct subid_plugin *p, enum subid_table which, const char *owner,
			struct subid_rows *ret, struct err *e)
{
	struct subid_rows rows = { .count = 0 };
	struct plugin_range *given = NULL;
	enum plugin_status status;
	int i, r, count = 0;

	status = p->list(owner, type_of(which), &given, &count);
	r = check_answer(p, status, count, given, e);
	for (i = 0; r == 0 && i < count; i++)
		if (add_range(&rows, given[i]) < 0)
			r = subid_no_memory(e);
	if (status == PLUGIN_SUCCESS)
		give_back(p, given);
	if (r < 0)
		free(rows.items);
	else
		*ret = rows;
	return r;
}

int subid_plugin_has(const struct subid_plugin *p, enum subid_table which, const char *owner,
		     uint32_t first, uint32_t count, bool *ret, struct err *e)
{
	bool has = false;

	if (check_answer(p, p->has(owner, first, count, type_of(which), &has), 0, NULL, e) < 0)
		return -1;
	*ret = has;
	return 0;
}

int subid_plugin_owners(const struct subid_plugin *p, enum subid_table which, uint32_t id,
			uid_t **ret, size_t *ret_count, struct err *e)
{
	enum plugin_status status;
	uid_t *given = NULL, *uids = NULL;
	int r, count = 0;

	status = p->find(id, type_of(which), &given, &count);
	r = check_answer(p, status, count, given, e);
	if (r == 0) {
		uids = calloc((size_t)count + 1, sizeof(*uids));
		if (!uids)
			r = subid_no_memory(e);
	}
	if (r == 0) {
		if (count > 0)
			memcpy(uids, given, (size_t)count * sizeof(*uids));
		*ret = uids;
		*ret_count = (size_t)count;
	}
	if (status == PLUGIN_SUCCESS)
		give_back(p, given);
	return r;
}
