/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * getsubids - the subordinate ids of a user, by the files or by the plug-in that gives them.
 */
#include <stdio.h>
#include <stdlib.h>

#include "json.h"
#include "run.h"
#include "subid_source.h"
#include "text.h"

struct getsubids {
	bool gids;
};

static const struct opt getsubids_opts[] = {
	{ 'g', NULL, NULL, N_("print ranges of subordinate group IDs"), OPT_FLAG,
	  offsetof(struct getsubids, gids) },
	{ 0 }
};

struct ranges {
	struct subid_row *items;
	size_t count;
};

static int fetch(struct run *run, enum subid_table which, const char *owner, struct ranges *ret,
		 struct err *e)
{
	struct subid_source source = { .prefix = run->root.dir };
	int r;

	if (!run->opt.local && subid_source_open(&source, run->root.dir, e) < 0)
		return -1;
	r = subid_source_ranges(&source, which, owner, &ret->items, &ret->count, e);
	subid_source_close(&source);
	return r;
}

static void print_json(const char *owner, bool gids, const struct ranges *ranges)
{
	size_t i;

	printf("{");
	json_member(stdout, true, "owner", owner);
	json_member(stdout, false, "type", gids ? "gid" : "uid");
	printf(",\"ranges\":[");
	for (i = 0; i < ranges->count; i++)
		printf("%s{\"start\":%lu,\"count\":%lu}", i ? "," : "",
		       (unsigned long)ranges->items[i].first,
		       (unsigned long)ranges->items[i].count);
	printf("]}\n");
}

static void print_lines(struct run *run, const char *owner, const struct ranges *ranges)
{
	size_t i;

	for (i = 0; i < ranges->count; i++)
		printf("%zu: %s %lu %lu\n", i, str_visible(&run->arena, owner),
		       (unsigned long)ranges->items[i].first,
		       (unsigned long)ranges->items[i].count);
}

static int work(struct run *run, void *options, const char *const *operands)
{
	const struct getsubids *o = options;
	struct err e = { .kind = ERR_NONE };
	struct ranges ranges = { .count = 0 };
	int r = -1;

	if (!run_operands(run, operands, 1))
		return -1;
	if (fetch(run, o->gids ? SUBID_GIDS : SUBID_UIDS, operands[0], &ranges, &e) < 0)
		err_set(&run->err, e.kind, "Error fetching ranges: %s", e.message);
	else if (ranges.count == 0)
		err_set(&run->err, ERR_UNKNOWN, "Error fetching ranges: '%s' has none",
			operands[0]);
	else
		r = 0;
	if (r == 0 && run->opt.json)
		print_json(operands[0], o->gids, &ranges);
	else if (r == 0)
		print_lines(run, operands[0], &ranges);
	free(ranges.items);
	return r;
}

static const struct tool getsubids_tool = {
	.name = "getsubids",
	.synopsis = N_("[-g] USER"),
	.summary = N_("Print the subordinate user IDs of USER."),
	.options = getsubids_opts,
	.work = work,
};

int main(int argc, char **argv)
{
	struct getsubids o = { 0 };

	return run_main(&getsubids_tool, &o, argc, argv);
}
