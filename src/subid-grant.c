/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * subid-grant - gives and takes subordinate ids for libsubid, which cannot do so in a process that
 * is not its own.
 *
 * What it prints is for libsubid alone: "ok START COUNT" when the change stands.
 */
#include <stdio.h>
#include <string.h>

#include "event.h"
#include "nss.h"
#include "subid.h"
#include "subid_row.h"
#include "text.h"

/* Ranges that login.defs has a place for are of that size. */
struct keys {
	const char *count, *deterministic;
};

struct grant {
	enum table_id which;
	bool take, reuse;
	const char *owner, *name; /* as given, and as passwd has him */
	uid_t uid;
	struct subid_range range; /* that is wanted */
	struct subid_range done;  /* that was given, or taken */
};

static const struct keys *keys_of(const struct grant *g)
{
	static const struct keys uid = { "SUB_UID_COUNT", "SUB_UID_DETERMINISTIC" };
	static const struct keys gid = { "SUB_GID_COUNT", "SUB_GID_DETERMINISTIC" };

	return g->which == TABLE_SUBUID ? &uid : &gid;
}

/* --- what is asked for --- */

static int bad_call(struct run *run)
{
	return err_set(&run->err, ERR_USAGE,
		       "usage: subid-grant grant|reuse|ungrant uid|gid OWNER START COUNT");
}

static int take_operands(struct run *run, const char *const *operands, struct grant *g)
{
	uint64_t start, count;
	size_t n = 0;

	while (operands[n])
		n++;
	if (n != 5)
		return bad_call(run);
	g->take = strcmp(operands[0], "ungrant") == 0;
	g->reuse = strcmp(operands[0], "reuse") == 0;
	g->which = strcmp(operands[1], "gid") == 0 ? TABLE_SUBGID : TABLE_SUBUID;
	if ((!g->take && !g->reuse && strcmp(operands[0], "grant") != 0) ||
	    (g->which == TABLE_SUBUID && strcmp(operands[1], "uid") != 0))
		return bad_call(run);
	g->owner = operands[2];
	if (!str_decimal(str_of(operands[3]), SCHEMA_ID_MAX, &start) ||
	    !str_decimal(str_of(operands[4]), SCHEMA_ID_MAX, &count) || count == 0 ||
	    count - 1 > SCHEMA_ID_MAX - start)
		return err_set(&run->err, ERR_ARGUMENT, "%s+%s is no range of ids", operands[3],
			       operands[4]);
	g->range = (struct subid_range){ (uint32_t)start, (uint32_t)count };
	return 0;
}

/* Who has his ranges from elsewhere has none in the files. */
static int check_source(struct run *run)
{
	struct nss sources;

	if (run_sources(run, &sources) < 0)
		return -1;
	if (!sources.subid)
		return 0;
	return err_set(&run->err, ERR_PERMISSION, "subordinate ids are given by '%s', see %s",
		       sources.subid, "nsswitch.conf(5)");
}

/* The owner is a name or a uid, of passwd or of another source. */
static int find_owner(struct run *run, struct txn *txn, struct grant *g)
{
	struct table *users = txn_table(txn, TABLE_PASSWD);
	struct nss sources;
	struct row row;
	uint64_t uid;

	g->name = g->owner;
	if (users && table_find(users, g->owner, &row) && schema_id(row.column[PW_UID], &g->uid))
		return 0;
	if (run_sources(run, &sources) < 0)
		return -1;
	if (nss_user(&sources, g->owner, &g->uid, NULL))
		return 0;
	if (!str_decimal(str_of(g->owner), SCHEMA_ID_MAX, &uid))
		return err_set(&run->err, ERR_UNKNOWN, "user '%s' does not exist", g->owner);
	g->uid = (uid_t)uid;
	/* Rows of uids have no zeros before them. */
	g->name = users && table_find_id(users, g->uid, &row) ?
			  str_dup(&run->arena, row.column[PW_NAME]) :
			  arena_printf(&run->arena, "%lu", (unsigned long)g->uid);
	return 0;
}

/* --- giving --- */

/* The first row of the owner's that is large enough. */
static bool find_again(struct run *run, struct table *t, const struct grant *g,
		       struct subid_range *ret)
{
	const char *by[2] = { g->name,
			      arena_printf(&run->arena, "%lu", (unsigned long)g->uid) };
	struct subid_line line;
	struct row row;
	size_t i;

	for (i = 0; i < 2; i++) {
		bool more = table_find(t, by[i], &row);

		for (; more; more = table_find_again(t, &row)) {
			if (!subid_row_parse(row.line, &line))
				continue;
			if (line.last > SCHEMA_ID_MAX)
				line.last = SCHEMA_ID_MAX;
			if (line.first > line.last ||
			    line.last - line.first < g->range.count - 1)
				continue;
			*ret = (struct subid_range){ line.first, line.last - line.first + 1 };
			return true;
		}
	}
	return false;
}

static int set_count(struct run *run, const struct grant *g)
{
	const char *item = arena_printf(&run->arena, "%s=%lu", keys_of(g)->count,
					(unsigned long)g->range.count);
	const struct opt_list list = { &item, 1 };

	return defs_override(&run->defs, &list, &run->arena, &run->err);
}

/*
 * A free range as useradd chooses it, but of the size that is asked for, and also for an owner who
 * has one.  Where each user has a place of his own he can have that one, and no other.
 */
static int choose(struct run *run, struct txn *txn, const struct grant *g, struct subid_range *ret)
{
	const struct keys *keys = keys_of(g);
	bool own_place = defs_bool(&run->defs, keys->deterministic, false);
	enum err_kind kind = schema_get(g->which)->error;

	if (own_place && g->range.count > defs_id(&run->defs, keys->count, 65536))
		return err_set(&run->err, kind, "%s: a range has no more than %lu ids",
			       keys->deterministic,
			       (unsigned long)defs_id(&run->defs, keys->count, 65536));
	if (!own_place && set_count(run, g) < 0)
		return -1;
	if (subid_choose(run, txn, g->which, g->name, g->uid, ret) < 0)
		return -1;
	if (ret->count > 0)
		return 0;
	if (own_place)
		return err_set(&run->err, kind, "%s: '%s' has its range", keys->deterministic,
			       g->name);
	/* Nobody has the empty name. */
	return subid_choose(run, txn, g->which, "", UINT32_MAX, ret);
}

static int give(struct run *run, struct txn *txn, struct grant *g)
{
	struct subid_range found;

	if (g->reuse && find_again(run, txn_table(txn, g->which), g, &g->done))
		return 0;
	if (choose(run, txn, g, &found) < 0)
		return -1;
	g->done = found;
	event_log(&run->events, &run->arena, "add %lu-%lu to '%s' in %s",
		  (unsigned long)found.first, (unsigned long)(found.first + (found.count - 1)),
		  g->name, schema_get(g->which)->path);
	return subid_add(run, txn, g->which, g->name, g->uid, found);
}

/* --- taking --- */

static int take(struct run *run, struct txn *txn, struct grant *g)
{
	const char *path = schema_get(g->which)->path;
	uint32_t last = g->range.first + (g->range.count - 1);

	if (subid_take(run, txn, g->which, g->name, g->uid, g->range) < 0)
		return -1;
	if (!txn_changed(txn))
		return err_set(&run->err, ERR_UNKNOWN, "'%s' has none of %lu-%lu in %s", g->name,
			       (unsigned long)g->range.first, (unsigned long)last, path);
	g->done = g->range;
	event_log(&run->events, &run->arena, "remove %lu-%lu from '%s' in %s",
		  (unsigned long)g->range.first, (unsigned long)last, g->name, path);
	return 0;
}

static int change(struct run *run, struct txn *txn, void *context)
{
	struct grant *g = context;

	if (!txn_table(txn, g->which))
		return err_set(&run->err, schema_get(g->which)->error, "%s does not exist",
			       schema_get(g->which)->path);
	if (find_owner(run, txn, g) < 0)
		return -1;
	return g->take ? take(run, txn, g) : give(run, txn, g);
}

static int work(struct run *run, void *options, const char *const *operands)
{
	struct grant *g = options;

	if (take_operands(run, operands, g) < 0 || check_source(run) < 0 ||
	    run_transaction(run, TABLE_BIT(g->which) | TABLE_BIT(TABLE_PASSWD) |
			    TABLE_BIT(TABLE_GROUP) | TABLE_BIT(TABLE_IDMARKS), change, g) < 0)
		return -1;
	printf("ok %lu %lu\n", (unsigned long)g->done.first, (unsigned long)g->done.count);
	return 0;
}

static const struct opt grant_opts[] = { { 0 } };

static const struct tool grant_tool = {
	.name = "subid-grant",
	.synopsis = N_("grant|reuse|ungrant uid|gid OWNER START COUNT"),
	.summary = N_("Give or take subordinate IDs, for libsubid."),
	.options = grant_opts,
	.permission = "rootok",
	.work = work,
};

int main(int argc, char **argv)
{
	struct grant g = { 0 };

	return run_main(&grant_tool, &g, argc, argv);
}
