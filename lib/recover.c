/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Recovery: an earlier run died between its first and its last rename.
 *
 * Its journal has the rows as they were and as they were to be.  Each row of each file is still old,
 * new already, or was changed by somebody else meanwhile.
 *
 * - No row is new: nothing was published; the change is dropped.
 * - The journal says undo, or a user or group that was to be added cannot be (its name or id was
 *   given away since): new rows become old again.
 * - Else old rows become new.
 *
 * A row that somebody else changed is left alone and logged.  The result goes through the same
 * publishing as any commit, with the journal standing until the end: dying here is no different.
 */
#include <string.h>
#include <syslog.h>

#include "fd.h"
#include "txn_private.h"

enum row_state { ROW_OLD, ROW_NEW, ROW_FOREIGN, ROW_REFUSED, ROW_STATES };

struct recovery {
	struct txn *txn; /* of its own, over the journal's files */
	struct journal journal;
	unsigned tables;
	unsigned published; /* files with a row that is new already */
	size_t count[ROW_STATES];
};

static struct str first_column(struct str line)
{
	const char *colon = memchr(line.p, ':', line.n);

	return (struct str){ line.p, colon ? (size_t)(colon - line.p) : line.n };
}

static bool has_name(struct recovery *r, struct table *t, struct str line, struct row *ret)
{
	return table_find(t, str_dup(r->txn->spec.arena, first_column(line)), ret);
}

static bool has_id(struct table *t, struct str line)
{
	int column = schema_get(table_which(t))->id_column;
	struct str columns[SCHEMA_COLUMNS_MAX];
	struct row row;
	uint64_t id;

	return column >= 0 && schema_split(table_which(t), line, columns) > 0 &&
	       str_decimal(columns[column], UINT32_MAX, &id) &&
	       table_find_id(t, (uint32_t)id, &row);
}

/* A file's owner may have many sub-id rows; in all other files a name has one row. */
static bool is_keyed(enum table_id id)
{
	return id != TABLE_SUBUID && id != TABLE_SUBGID;
}

static enum row_state state_of(struct recovery *r, const struct journal_edit *ed, struct row *row)
{
	struct table *t = r->txn->files[ed->id].table;

	if (!t)
		return (r->journal.created & TABLE_BIT(ed->id)) ? ROW_OLD : ROW_FOREIGN;
	if (ed->old.p && table_find_line(t, ed->old, row))
		return ROW_OLD;
	if (ed->new.p && table_find_line(t, ed->new, row))
		return ROW_NEW;
	if (!ed->old.p)
		return is_keyed(ed->id) && (has_name(r, t, ed->new, row) || has_id(t, ed->new)) ?
			       ROW_REFUSED :
			       ROW_OLD;
	if (!ed->new.p)
		return is_keyed(ed->id) && has_name(r, t, ed->old, row) ? ROW_FOREIGN : ROW_NEW;
	return ROW_FOREIGN;
}

static void take_stock(struct recovery *r)
{
	struct row row;
	size_t i;

	for (i = 0; i < r->journal.edit_count; i++) {
		enum row_state state = state_of(r, &r->journal.edits[i], &row);

		r->count[state]++;
		if (state == ROW_NEW)
			r->published |= TABLE_BIT(r->journal.edits[i].id);
	}
}

static void log_left(struct recovery *r, const struct journal_edit *ed)
{
	const struct schema *s = schema_get(ed->id);
	struct str name = first_column(ed->new.p ? ed->new : ed->old);

	event_log_at(r->txn->spec.events, r->txn->spec.arena, LOG_WARNING,
		     "recovery: the entry of '%.*s' in %s was changed by another program; left as it is",
		     (int)name.n, name.p, s->path);
}

static void make_new(struct recovery *r, const struct journal_edit *ed, const struct row *row)
{
	struct table *t = txn_create(r->txn, ed->id);

	if (!ed->old.p)
		table_add_line(t, ed->new);
	else if (!ed->new.p)
		table_remove(t, row);
	else
		table_replace_line(t, row, ed->new);
}

static void make_old(struct recovery *r, const struct journal_edit *ed, const struct row *row)
{
	struct table *t = txn_create(r->txn, ed->id);

	if (!ed->old.p)
		table_remove(t, row);
	else if (!ed->new.p)
		table_add_line(t, ed->old);
	else
		table_replace_line(t, row, ed->old);
}

static void replay(struct recovery *r, bool forward)
{
	size_t i;

	for (i = 0; i < r->journal.edit_count; i++) {
		const struct journal_edit *ed = &r->journal.edits[i];
		struct row row = ROW_START;

		switch (state_of(r, ed, &row)) {
		case ROW_OLD:
			if (forward)
				make_new(r, ed, &row);
			break;
		case ROW_NEW:
			if (!forward)
				make_old(r, ed, &row);
			break;
		default:
			log_left(r, ed);
		}
	}
}

/* The events of the run that died, now that its change stands. */
static void send_events(struct recovery *r)
{
	const struct txn_spec *spec = &r->txn->spec;
	size_t i;

	for (i = 0; i < r->journal.events.count; i++) {
		const struct event *ev = &r->journal.events.items[i];

		events_add(spec->events, spec->arena, ev);
		if (ev->text)
			spec->events->items[spec->events->count - 1].text = arena_printf(
				spec->arena, "%s (completed by recovery, begun by UID %lu)",
				ev->text, r->journal.caller);
	}
}

static void log_outcome(struct recovery *r, bool forward)
{
	const struct txn_spec *spec = &r->txn->spec;

	if (forward)
		send_events(r);
	else
		event_log_at(spec->events, spec->arena, LOG_WARNING,
			     "recovery: an unfinished change begun by UID %lu was taken back",
			     r->journal.caller);
}

static int complete(struct recovery *r, struct err *e)
{
	bool forward = r->published && r->journal.state == JOURNAL_FORWARD &&
		       r->count[ROW_REFUSED] == 0;
	unsigned id;
	int result;

	if (r->journal.state != JOURNAL_DONE && r->published)
		replay(r, forward);
	result = publish(r->txn, e);
	if (result == TXN_AGAIN)
		return err_set(e, ERR_LOCK, "the account files change while they are locked");
	if (result < 0)
		return -1;
	for (id = 0; id < TABLE_COUNT; id++)
		if (r->tables & TABLE_BIT(id))
			file_tidy(r->txn, &r->txn->files[id], r->published & TABLE_BIT(id));
	journal_remove(r->txn);
	if (r->journal.state != JOURNAL_DONE)
		log_outcome(r, forward);
	return 0;
}

static int run(struct recovery *r, struct err *e)
{
	unsigned id;

	if (txn_read(r->txn, e) < 0)
		return -1;
	for (id = 0; id < TABLE_COUNT; id++)
		if ((r->tables & TABLE_BIT(id)) &&
		    file_mend(r->txn, &r->txn->files[id], e) < 0)
			return -1;
	take_stock(r);
	return complete(r, e);
}

int recover(struct txn *txn, struct err *e)
{
	struct recovery r = { .txn = NULL };
	size_t i;
	int found = journal_read(txn, &r.journal, e), result;

	if (found <= 0)
		return found;
	for (i = 0; i < r.journal.edit_count; i++)
		r.tables |= TABLE_BIT(r.journal.edits[i].id);
	r.txn = txn_new(&txn->spec, e);
	if (!r.txn)
		return -1;
	/* The lock stays the outer transaction's. */
	r.txn->spec.tables = r.tables | TABLE_BIT(TABLE_GROUP);
	r.txn->etc = txn->etc;
	r.txn->journal_there = true;
	result = run(&r, e);
	r.txn->etc = -1;
	txn_end(&r.txn);
	return result;
}
