/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * pwck, grpck - are the account files right?
 *
 * One program; the name that it was called by tells which.  Findings are shown and questions asked
 * without the lock; then the transaction looks again and makes the repairs that were asked for.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "flush.h"
#include "json.h"
#include "profile.h"
#include "prompt.h"
#include "text.h"
#include "tools.h"
#include "verify.h"

struct pwck {
	bool badname, fix, quiet, read_only, sort, silence, recover;
	struct opt_list ignore;
	bool groups; /* grpck */
};

#define AT(member) offsetof(struct pwck, member)

static const struct opt pwck_opts[] = {
	{ 'b', "badname", NULL, N_("do not check names against the rules"), OPT_FLAG, AT(badname) },
	{ 0, "fix", NULL, N_("make all safe repairs, ask nothing"), OPT_FLAG, AT(fix) },
	{ 0, "ignore", "CHECK", N_("leave this check out; may come again"), OPT_LIST, AT(ignore) },
	{ 'q', "quiet", NULL, N_("report errors, no warnings"), OPT_FLAG, AT(quiet) },
	{ 'r', "read-only", NULL, N_("ask nothing, change nothing"), OPT_FLAG, AT(read_only) },
	{ 0, "recover", NULL, N_("finish or take back an interrupted change, check nothing"),
	  OPT_FLAG, AT(recover) },
	{ 's', "sort", NULL, N_("sort by UID, check nothing"), OPT_FLAG, AT(sort) },
	{ 0 }
};

static const struct opt grpck_opts[] = {
	{ 0, "fix", NULL, N_("make all safe repairs, ask nothing"), OPT_FLAG, AT(fix) },
	{ 0, "ignore", "CHECK", N_("leave this check out; may come again"), OPT_LIST, AT(ignore) },
	{ 'q', "quiet", NULL, N_("accepted; grpck has no more to say"), OPT_FLAG, AT(quiet) },
	{ 'r', "read-only", NULL, N_("ask nothing, change nothing"), OPT_FLAG, AT(read_only) },
	{ 's', "sort", NULL, N_("sort by GID, check nothing"), OPT_FLAG, AT(sort) },
	{ 'S', "silence-warnings", NULL, N_("the same as --ignore=members-differ"), OPT_FLAG,
	  AT(silence) },
	{ 0 }
};

struct answer {
	enum verify_check check;
	const char *text, *question;
	bool yes;
};

struct checking {
	struct run *run;
	const struct pwck *o;
	unsigned ignore;
	struct answer *answers; /* in the order of the questions */
	size_t count, room, next;
	size_t found, open; /* those that count; those that stay */
	bool interactive, wanted, changed;
	const char *paths[TABLE_COUNT]; /* given ones */
};

/* --- the findings, shown --- */

static void print_json(struct checking *c, const struct verify_finding *f)
{
	printf("%s{", c->found || c->next ? ",\n" : "");
	json_member(stdout, true, "check", verify_name(f->check));
	json_member(stdout, false, "severity", f->error ? "error" : "warning");
	json_member(stdout, false, "file",
		    f->path);
	printf(",\"line\":%zu", f->line);
	json_member(stdout, false, "name", f->name);
	json_member(stdout, false, "message", f->text);
	printf(",\"repair\":%s}", f->safe ? "\"safe\"" : f->question ? "\"ask\"" : "null");
	c->next++;
}

static bool ask(struct checking *c, const struct verify_finding *f)
{
	struct err end = { .kind = ERR_NONE };
	char *line = NULL;

	if (!c->interactive) {
		printf("%s %s\n", f->question, c->o->fix && f->safe ? "Yes" : "No");
		return false;
	}
	if (prompt_line(arena_printf(&c->run->arena, "%s ", f->question), &c->run->arena, &line,
			&end) < 0)
		return false;
	return line[0] == 'y' || line[0] == 'Y';
}

static void remember(struct checking *c, const struct verify_finding *f, bool yes)
{
	if (c->count == c->room) {
		size_t room = c->room ? 2 * c->room : 32;

		c->answers = arena_grow(&c->run->arena, c->answers, c->count, room,
					sizeof(*c->answers));
		c->room = room;
	}
	c->answers[c->count++] = (struct answer){ f->check, f->text, f->question, yes };
}

static bool show(void *context, const struct verify_finding *f)
{
	struct checking *c = context;
	bool repair = c->o->fix && f->safe;

	if (c->run->opt.json) {
		print_json(c, f);
	} else {
		puts(f->text);
		if (f->question)
			repair |= ask(c, f);
	}
	if (c->interactive && f->question)
		remember(c, f, repair);
	c->found += f->counts;
	c->open += f->counts && !repair;
	c->wanted |= repair;
	return repair;
}

/* --- under the lock --- */

static bool is_answer(const struct answer *a, const struct verify_finding *f)
{
	return a->check == f->check && strcmp(a->text, f->text) == 0 &&
	       strcmp(a->question, f->question) == 0;
}

/* What was answered without the lock; what is new by now stays. */
static bool answered(void *context, const struct verify_finding *f)
{
	struct checking *c = context;
	size_t i;

	if (!c->interactive)
		return c->o->fix && f->safe;
	if (!f->question)
		return false;
	for (i = 0; i < c->count; i++) {
		const struct answer *a = &c->answers[(c->next + i) % c->count];

		if (is_answer(a, f)) {
			c->next += i + 1;
			return a->yes;
		}
	}
	return false;
}

static int verify(struct checking *c, struct txn *txn,
		  bool (*tell)(void *context, const struct verify_finding *finding))
{
	struct verify v = { .run = c->run, .txn = txn, .tell = tell, .context = c,
			    .badname = c->o->badname, .quiet = c->o->quiet && !c->o->groups,
			    .fix = c->o->fix, .ignore = c->ignore };

	return c->o->groups ? verify_groups(&v) : verify_users(&v);
}

static int look(struct run *run, struct txn *txn, void *context)
{
	(void)run;
	return verify(context, txn, show);
}

static int repair(struct run *run, struct txn *txn, void *context)
{
	struct checking *c = context;

	(void)run;
	c->next = 0;
	if (verify(c, txn, answered) < 0)
		return -1;
	c->changed = txn_changed(txn);
	return 0;
}

/* --- sorting --- */

struct slot {
	struct row row;
	uint64_t key;
};

static int by_key(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->row.at < y->row.at ? -1 : x->row.at > y->row.at;
}

/* order: the table whose order counts; NULL: by id. */
static uint64_t key_of(struct run *run, struct table *order, enum table_id id,
		       const struct row *row)
{
	int column = schema_get(id)->id_column;
	struct row other;
	uint32_t value;

	if (column >= 0)
		return schema_id(row->column[column], &value) ? value : UINT64_MAX;
	if (order && table_find(order, str_dup(&run->arena, row->column[0]), &other))
		return other.at;
	return UINT64_MAX;
}

static void sort_table(struct run *run, struct table *t, struct table *order)
{
	enum table_id id = t ? table_which(t) : TABLE_PASSWD;
	struct slot *slots = NULL, *sorted;
	size_t count = 0, room = 0, i;
	struct row row;

	/* Rows behind the first line of NIS stay there, and so do lines that are no rows. */
	for (row = ROW_START; t && table_next_line(t, &row);) {
		if (row.line.n > 0 && (row.line.p[0] == '+' || row.line.p[0] == '-'))
			break;
		row.columns = schema_split(id, row.line, row.column);
		if (row.columns == 0)
			continue;
		if (count == room) {
			room = room ? 2 * room : 256;
			slots = arena_grow(&run->arena, slots, count, room, sizeof(*slots));
		}
		slots[count++] = (struct slot){ row, key_of(run, order, id, &row) };
	}
	if (count < 2)
		return;
	sorted = arena_array(&run->arena, count, sizeof(*sorted));
	memcpy(sorted, slots, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), by_key);
	for (i = 0; i < count; i++)
		if (!str_eq(slots[i].row.line, sorted[i].row.line))
			table_replace_line(t, &slots[i].row, sorted[i].row.line);
}

static enum table_id open_of(const struct pwck *o)
{
	return o->groups ? TABLE_GROUP : TABLE_PASSWD;
}

static enum table_id secret_of(const struct pwck *o)
{
	return o->groups ? TABLE_GSHADOW : TABLE_SHADOW;
}

static int sort(struct run *run, struct txn *txn, void *context)
{
	const struct pwck *o = context;
	enum table_id open = open_of(o), secret = secret_of(o);

	sort_table(run, txn_table(txn, open), NULL);
	sort_table(run, txn_table(txn, secret), txn_table(txn, open));
	txn_reorder(txn, open);
	txn_reorder(txn, secret);
	return 0;
}

/* --- files that are given --- */

/* As the root has it; of the running system a path may begin at the working directory. */
static const char *take_path(struct run *run, const char *path)
{
	char *here = NULL;
	const char *whole;

	if (path[0] == '/')
		return path;
	if (run->root.live)
		here = getcwd(NULL, 0);
	whole = arena_printf(&run->arena, "%s/%s", here && strcmp(here, "/") != 0 ? here : "",
			     path);
	free(here);
	return whole;
}

static unsigned sorted_of(const struct pwck *o)
{
	return TABLE_BIT(open_of(o)) | TABLE_BIT(secret_of(o));
}

/* What the checks look at: groups and sub-ids are there for warnings. */
static unsigned tables_of(const struct pwck *o)
{
	if (o->groups)
		return sorted_of(o) | TABLE_BIT(TABLE_PASSWD);
	return o->quiet ? sorted_of(o) : TABLE_ALL;
}

/* *ret_tables: what is looked at. */
static int take_files(struct checking *c, const char *const *operands, unsigned *ret_tables)
{
	const enum table_id own[] = { open_of(c->o), secret_of(c->o) };
	size_t i;

	*ret_tables = tables_of(c->o);
	if (!operands[0])
		return 0;
	if (operands[1] && operands[2])
		return run_operands(c->run, operands, 2) ? 0 : -1;
	/* The other files of the system are for looking. */
	*ret_tables = TABLE_BIT(TABLE_PASSWD) | TABLE_BIT(TABLE_GROUP);
	for (i = 0; i < 2 && operands[i]; i++) {
		c->paths[own[i]] = take_path(c->run, operands[i]);
		*ret_tables |= TABLE_BIT(own[i]);
	}
	c->run->paths = c->paths;
	return 0;
}

/* --- */

static int nothing(struct run *run, struct txn *txn, void *context)
{
	(void)run, (void)txn, (void)context;
	return 0;
}

/* Beginning a transaction recovers; what it did is among the events. */
static int recover(struct run *run)
{
	size_t before = run->events.count;

	if (run_transaction(run, TABLE_ALL, nothing, NULL) < 0)
		return -1;
	if (run->events.count == before)
		puts(_("there is no interrupted change"));
	for (; before < run->events.count; before++)
		if (run->events.items[before].text)
			puts(run->events.items[before].text);
	return 0;
}

static int take_options(struct checking *c)
{
	const struct pwck *o = c->o;
	struct err *e = &c->run->err;
	enum verify_check check;
	size_t i;

	if (o->sort && o->read_only)
		return err_set(e, ERR_USAGE, "-s and -r are incompatible");
	if (o->fix && o->read_only)
		return err_set(e, ERR_USAGE, "--fix and -r are incompatible");
	for (i = 0; i < o->ignore.count; i++) {
		if (!verify_check_of(o->ignore.items[i], &check))
			return err_set(e, ERR_USAGE, "there is no check '%s'", o->ignore.items[i]);
		c->ignore |= 1u << check;
	}
	if (o->badname && profile_get()->badname_warns)
		note_say(&c->run->note, "WARNING: --badname is deprecated and will be removed");
	if (o->silence)
		c->ignore |= 1u << VERIFY_MEMBERS_DIFFER;
	c->interactive = !o->fix && !o->read_only && !c->run->opt.json && !c->run->opt.dry_run;
	return 0;
}

static void conclude(struct checking *c, const char *tool)
{
	if (c->run->opt.json)
		printf("%s],\"changed\":%s}\n", c->next ? "\n" : "", c->changed ? "true" : "false");
	else if (c->found || c->changed)
		printf(c->changed ? "%s: the files have been updated\n" : "%s: no changes\n", tool);
	/* The packaged tools count what was repaired, too; --fix is ours. */
	if (c->o->fix ? c->open : c->found)
		c->run->status = 2;
}

static int work(struct run *run, void *options, const char *const *operands)
{
	struct checking c = { .run = run, .o = options };
	size_t shown, mark = run->events.count;
	unsigned tables;

	if (take_files(&c, operands, &tables) < 0 || take_options(&c) < 0)
		return -1;
	if (c.o->recover)
		return run_operands(run, operands, 0) ? recover(run) : -1;
	if (c.o->sort)
		return run_transaction(run, run->paths ? tables : sorted_of(c.o), sort, options);
	if (run->opt.json)
		printf("{\"findings\":[");
	if (run_look(run, tables, look, &c) < 0) {
		/* Status 3: it could not be read.  5 is for writing. */
		if (run->err.kind == ERR_USER_FILE || run->err.kind == ERR_GROUP_FILE)
			run->err.kind = ERR_MISSING;
		return -1;
	}
	/* What would be done is no event. */
	events_rewind(&run->events, mark);
	shown = c.next;
	if (c.wanted && run_transaction(run, tables, repair, &c) < 0)
		return -1;
	c.next = shown;
	c.changed &= !run->opt.dry_run;
	conclude(&c, run->tool->name);
	if (c.changed && !run->paths)
		flush_caches(run, c.o->groups ? FLUSH_GROUPS : FLUSH_USERS);
	return 0;
}

#define STATUSES { \
	[ERR_USAGE] = 1, [ERR_ARGUMENT] = 3, [ERR_MISSING] = 3, [ERR_LOCK] = 4, \
	[ERR_USER_FILE] = 5, [ERR_GROUP_FILE] = 5, [ERR_SUBUID_FILE] = 3, \
	[ERR_SUBGID_FILE] = 3, [ERR_IO] = 5, \
}

static const struct tool pwck_tool = {
	.name = "pwck", .synopsis = N_("[options] [passwd [shadow]]"),
	.summary = N_("Check the files of users."),
	.options = pwck_opts, .status = STATUSES, .work = work,
};

static const struct tool grpck_tool = {
	.name = "grpck", .synopsis = N_("[options] [group [gshadow]]"),
	.summary = N_("Check the files of groups."),
	.options = grpck_opts, .status = STATUSES, .work = work,
};

int pwck_main(int argc, char **argv)
{
	struct pwck o = { .groups = run_called(argc, argv, grpck_tool.name) };

	return run_main(o.groups ? &grpck_tool : &pwck_tool, &o, argc, argv);
}
