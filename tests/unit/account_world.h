/* SPDX-License-Identifier: BSD-3-Clause */
/* Account files in a scratch directory with a run and a transaction on them, for tests of what
 * changes rows.  Nothing is committed: what would be written is compared. */
#ifndef TESTS_ACCOUNT_WORLD_H
#define TESTS_ACCOUNT_WORLD_H

#include "profile.h"
#include "run.h"
#include "scratch.h"

struct world {
	struct scratch scratch;
	struct run run;
	struct txn *txn;
};

/* files[i] is what the table i holds; NULL: it does not exist.  keys: KEY=VALUE, ended by NULL. */
static inline void world_open(struct world *w, const char *const files[TABLE_COUNT],
			      const char *const *keys)
{
	static const char *items[8];
	struct opt_list list = { .items = items };
	int i;

	memset(w, 0, sizeof(*w));
	scratch_open(&w->scratch);
	make_dir(w->scratch.fd, "etc", 0755);
	for (i = 0; i < TABLE_COUNT; i++)
		if (files[i])
			make_file(w->scratch.fd, schema_get((enum table_id)i)->path + 1, files[i],
				  0644);
	for (; keys && keys[list.count]; list.count++)
		items[list.count] = keys[list.count];
	w->run.note.prog = "test";
	w->run.root = (struct root){ .fd = w->scratch.fd, .dir = w->scratch.dir, .shown = "" };
	w->run.defs.note = &w->run.note;
	assert_int_equal(defs_override(&w->run.defs, &list, &w->run.arena, &w->run.err), 0);

	struct txn_spec spec = {
		.root = &w->run.root,
		.arena = &w->run.arena,
		.note = &w->run.note,
		.events = &w->run.events,
		.tables = TABLE_ALL,
		.read_only = true,
	};
	assert_int_equal(txn_begin(&w->txn, &spec, &w->run.err), 0);
}

static inline void world_close(struct world *w)
{
	txn_end(&w->txn);
	selinux_end(&w->run.labels);
	scratch_close(&w->scratch);
	arena_free(&w->run.arena);
}

/* The file as a commit would write it. */
static inline const char *world_file(struct world *w, enum table_id id)
{
	struct table *t = txn_table(w->txn, id);
	const char *text = "";
	const struct span *spans;
	size_t i, n;

	if (!t)
		return "(none)";
	n = table_spans(t, &spans);
	for (i = 0; i < n; i++)
		text = arena_printf(&w->run.arena, "%s%.*s", text, (int)spans[i].size, spans[i].p);
	return text;
}

/* The lines for syslog; those for audit where the build's profile is that of 4.13. */
static inline const char *world_log(struct world *w)
{
	const char *text = "";
	size_t i;

	for (i = 0; i < w->run.events.count; i++)
		if (w->run.events.items[i].text)
			text = arena_printf(&w->run.arena, "%s%s\n", text,
					    w->run.events.items[i].text);
	return text;
}

#endif
