/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Recovery: an earlier run died between its first and its last rename.
 *
 * Its journal has the rows as they were and as they were to be.  Each row of each file is still
 * old, new already, or was changed by somebody else meanwhile: then our change is merged into it.
 *
 * - No row is new: nothing was published; the change is dropped.
 * - The journal says undo, or a row cannot be made new (its name or id was given away since, or
 *   somebody else changed the very column): new rows become old again.
 * - Else old rows become new.
 *
 * A row that can be made neither is left alone and logged.  The result goes through the same
 * publishing as any commit, with the journal standing until the end: dying here is no different.
 */
#include <string.h>
#include <syslog.h>

#include "fd.h"
#include "merge.h"
#include "txn_private.h"

enum row_state {
	ROW_TODO,
	ROW_DONE,
	ROW_THEIRS,  /* somebody else's by now, and no concern of ours */
	ROW_REFUSED, /* cannot be made what it should be */
	ROW_STATES
};

/* What is to be done about one edit, in one direction. */
struct look {
	enum row_state state;
	bool found;
	struct row row;  /* when found */
	struct str line; /* what it becomes; p NULL: it goes */
	bool doubled;    /* a bridge: the row stands under both its names */
	struct row stale; /* when doubled: the one to go */
};

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

static bool find_name(struct recovery *r, struct table *t, struct str line, struct row *ret)
{
	return table_find(t, str_dup(r->txn->spec.arena, first_column(line)), ret);
}

/* A file's owner may have many sub-id rows, as a kind has marks; elsewhere a name has one row. */
static bool is_keyed(enum table_id id)
{
	return id < TABLE_SUBUID;
}

static bool find_line(struct recovery *r, struct table *t, struct str line, struct row *ret)
{
	if (!line.p)
		return false;
	/* By name there is an index. */
	if (is_keyed(table_which(t)) && find_name(r, t, line, ret) && str_eq(ret->line, line))
		return true;
	return table_find_line(t, line, ret);
}

static bool same_id(enum table_id table, struct str a, struct str b)
{
	uint32_t x, y;

	return schema_line_id(table, a, &x) && schema_line_id(table, b, &y) && x == y;
}

static bool find_id(struct table *t, struct str line, struct row *ret)
{
	uint32_t id;

	return schema_line_id(table_which(t), line, &id) && table_find_id(t, id, ret);
}

static bool is_taken(struct recovery *r, struct table *t, struct str line)
{
	struct row row;

	if (!is_keyed(table_which(t)))
		return recover_range_taken(t, line, &r->journal);
	return find_name(r, t, line, &row) || find_id(t, line, &row);
}

/* Our edit that adds the row of that name, or NULL. */
static const struct journal_edit *added_by_us(const struct recovery *r, enum table_id id,
					      struct str name)
{
	size_t i;

	for (i = 0; i < r->journal.edit_count; i++) {
		const struct journal_edit *ed = &r->journal.edits[i];

		if (ed->id == id && !ed->old.p && str_eq(first_column(ed->new), name))
			return ed;
	}
	return NULL;
}

/* The account of that name is not the one that we made. */
static bool is_theirs(struct recovery *r, enum table_id id, struct str name)
{
	struct table *t = r->txn->files[id].table;
	const struct journal_edit *ours = added_by_us(r, id, name);
	struct row row;

	return t && find_name(r, t, name, &row) && !(ours && same_id(id, ours->new, row.line));
}

/* Does our group stand, and is it that of a user that is not of our making? */
static bool is_primary_group(struct recovery *r, struct str group)
{
	struct table *users = r->txn->files[TABLE_PASSWD].table;
	struct table *groups = r->txn->files[TABLE_GROUP].table;
	uint32_t gid, id;
	struct row row;

	if (!users || !groups || !schema_line_id(TABLE_GROUP, group, &gid) ||
	    !find_name(r, groups, group, &row) || !same_id(TABLE_GROUP, row.line, group))
		return false;
	for (row = ROW_START; table_next(users, &row);)
		if (schema_id(row.column[PW_GID], &id) && id == gid &&
		    is_theirs(r, TABLE_PASSWD, row.column[PW_NAME]))
			return true;
	return false;
}

static bool has_other_range(struct recovery *r, const struct journal_edit *ed)
{
	struct table *t = r->txn->files[ed->id].table;
	struct row row;

	for (row = ROW_START; t && table_next(t, &row);)
		if (str_eq(row.column[SUB_OWNER], first_column(ed->new)) &&
		    !str_eq(row.line, ed->new))
			return true;
	return false;
}

/* Does an account of somebody else need the row that we have added? */
static bool is_needed(struct recovery *r, const struct journal_edit *ed)
{
	struct str name = first_column(ed->new);
	const struct journal_edit *group;

	switch (ed->id) {
	case TABLE_SHADOW:
		return is_theirs(r, TABLE_PASSWD, name);
	case TABLE_GROUP:
		return is_primary_group(r, ed->new);
	case TABLE_SUBUID:
	case TABLE_SUBGID:
		/* Whoever made the account anew found the range there, unless it has one more. */
		return is_theirs(r, TABLE_PASSWD, name) && !has_other_range(r, ed);
	case TABLE_GSHADOW:
		group = added_by_us(r, TABLE_GROUP, name);
		return is_theirs(r, TABLE_GROUP, name) || (group && is_needed(r, group));
	default:
		return false;
	}
}

/* A row that is to be there, and is not as it was to be. */
static enum row_state look_add(struct recovery *r, struct table *t, struct look *look)
{
	if (is_keyed(table_which(t)) && find_name(r, t, look->line, &look->row)) {
		look->found = true;
		/* They changed it after us, or it has no identity of its own (shadow, gshadow). */
		if (schema_get(table_which(t))->id_column < 0 ||
		    same_id(table_which(t), look->row.line, look->line))
			return ROW_THEIRS;
	}
	return is_taken(r, t, look->line) ? ROW_REFUSED : ROW_TODO;
}

/* A row that is to go, and is not as it was. */
static enum row_state look_remove(struct recovery *r, struct table *t, struct str from,
				  bool forward, struct look *look)
{
	if (!is_keyed(table_which(t)) || !find_name(r, t, from, &look->row))
		return ROW_DONE;
	look->found = true;
	if (forward)
		return ROW_REFUSED;
	/* Ours, with their change in it; without the account it means nothing. */
	if (schema_get(table_which(t))->id_column < 0 ||
	    same_id(table_which(t), look->row.line, from))
		return ROW_TODO;
	return ROW_THEIRS;
}

/* Both rows of a bridge are there: what became of the first goes into the second. */
static enum row_state look_doubled(struct recovery *r, struct table *t, struct str from,
				   struct look *look)
{
	look->doubled = look->found = true;
	if (merge_row(table_which(t), from, look->stale.line, look->row.line, r->txn->spec.arena,
		      &look->line))
		return ROW_TODO;
	return ROW_REFUSED;
}

/* Has the row another name than before, and stands under both? */
static bool is_doubled(struct recovery *r, struct table *t, struct str from, struct look *look)
{
	return from.p && look->line.p && is_keyed(table_which(t)) &&
	       !str_eq(first_column(from), first_column(look->line)) &&
	       find_name(r, t, from, &look->stale) && find_name(r, t, look->line, &look->row);
}

static enum row_state look_replace(struct recovery *r, struct table *t, struct str from,
				   struct look *look)
{
	struct str to = look->line;
	struct row other;

	if (!is_keyed(table_which(t)))
		return ROW_THEIRS;
	look->found = find_name(r, t, from, &look->row) || find_name(r, t, to, &look->row);
	if (!look->found || !merge_row(table_which(t), from, to, look->row.line,
				       r->txn->spec.arena, &look->line))
		return ROW_REFUSED;
	if (!same_id(table_which(t), look->row.line, look->line) &&
	    find_id(t, look->line, &other))
		return ROW_REFUSED;
	return str_eq(look->line, look->row.line) ? ROW_DONE : ROW_TODO;
}

/* A line that goes while its name, or others like it, stay: their number tells. */
static enum row_state look_count(struct table *t, const struct journal_edit *ed, bool forward,
				 struct look *look)
{
	bool stands = table_count_line(t, ed->old, &look->row) > (size_t)ed->left;

	look->found = forward && stands;
	return stands == forward ? ROW_TODO : ROW_DONE;
}

static struct look look_at(struct recovery *r, const struct journal_edit *ed, bool forward)
{
	struct str from = forward ? ed->old : ed->new;
	struct look look = { .line = forward ? ed->new : ed->old };
	struct table *t = r->txn->files[ed->id].table;

	if (!t)
		look.state = !look.line.p ? ROW_DONE :
			     (r->journal.created & TABLE_BIT(ed->id)) ? ROW_TODO :
									ROW_REFUSED;
	else if (!ed->new.p && ed->left >= 0)
		look.state = look_count(t, ed, forward, &look);
	else if (is_doubled(r, t, from, &look))
		look.state = look_doubled(r, t, from, &look);
	else if (find_line(r, t, from, &look.row))
		look.found = true;
	else if (find_line(r, t, look.line, &look.row))
		look.state = ROW_DONE;
	else if (!from.p)
		look.state = look_add(r, t, &look);
	else if (!look.line.p)
		look.state = look_remove(r, t, from, forward, &look);
	else
		look.state = look_replace(r, t, from, &look);
	if (!forward && !ed->old.p && look.state == ROW_TODO && is_needed(r, ed))
		look.state = ROW_THEIRS;
	/* A new id may be another's by now, although the row itself is as it was. */
	if (t && forward && look.state == ROW_TODO && from.p && look.line.p &&
	    !same_id(ed->id, from, look.line)) {
		struct row other;

		if (find_id(t, look.line, &other))
			look.state = ROW_REFUSED;
	}
	return look;
}

static void take_stock(struct recovery *r)
{
	size_t i;

	for (i = 0; i < r->journal.edit_count; i++) {
		const struct journal_edit *ed = &r->journal.edits[i];
		struct look look = look_at(r, ed, true);

		r->count[look.state]++;
		if (look.state == ROW_DONE || look.doubled)
			r->published |= TABLE_BIT(ed->id);
	}
}

static void log_left(struct recovery *r, const struct journal_edit *ed)
{
	const struct schema *s = schema_get(ed->id);
	struct str name = first_column(ed->new.p ? ed->new : ed->old);

	event_log_at(r->txn->spec.events, r->txn->spec.arena, LOG_WARNING,
		     "recovery: the entry of '%.*s' in %s was changed by another program; "
		     "left as it is",
		     (int)name.n, name.p, s->path);
}

static void apply(struct recovery *r, const struct journal_edit *ed, const struct look *look)
{
	struct table *t = txn_create(r->txn, ed->id);

	if (!look->found)
		table_add_line(t, look->line);
	else if (!look->line.p)
		table_remove(t, &look->row);
	else if (!str_eq(look->row.line, look->line))
		table_replace_line(t, &look->row, look->line);
	if (look->doubled)
		table_remove(t, &look->stale);
}

static void replay(struct recovery *r, bool forward)
{
	size_t i;

	for (i = 0; i < r->journal.edit_count; i++) {
		const struct journal_edit *ed = &r->journal.edits[i];
		struct look look = look_at(r, ed, forward);

		if (look.state == ROW_TODO)
			apply(r, ed, &look);
		else if (look.state == ROW_REFUSED)
			log_left(r, ed);
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
			     "recovery: an unfinished change begun by UID %lu was %s",
			     r->journal.caller,
			     r->journal.replaced ? "dropped; each file is whole" : "taken back");
}

/* Files that were to go: all of them, or none. */
static int settle_removals(struct recovery *r, bool forward, struct err *e)
{
	unsigned id;

	for (id = 0; id < TABLE_COUNT; id++) {
		if (!(r->journal.removed & TABLE_BIT(id)))
			continue;
		if (forward)
			txn_remove(r->txn, (enum table_id)id);
		else if (file_bring_back(r->txn, &r->txn->files[id], e) < 0)
			return -1;
	}
	return 0;
}

static int complete(struct recovery *r, struct err *e)
{
	bool forward = r->published && r->journal.state == JOURNAL_FORWARD &&
		       r->count[ROW_REFUSED] == 0;
	unsigned id;
	int result;

	/* The direction must not turn if we die, too. */
	if (r->published && r->journal.state == JOURNAL_FORWARD && !forward &&
	    journal_mark(r->txn, JOURNAL_UNDO) < 0)
		return err_sys(e, ERR_USER_FILE,
			       "cannot write the journal of an unfinished change");
	if (r->journal.state != JOURNAL_DONE && r->published)
		replay(r, forward);
	if (r->journal.state != JOURNAL_DONE && settle_removals(r, forward, e) < 0)
		return -1;
	result = publish(r->txn, e);
	if (result == TXN_AGAIN)
		return err_set(e, ERR_LOCK, "the account files change while they are locked");
	if (result < 0)
		return -1;
	for (id = 0; id < TABLE_COUNT; id++)
		if (r->journal.removed & TABLE_BIT(id))
			file_keep_removed(r->txn, &r->txn->files[id]);
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
	for (id = 0; id < TABLE_COUNT; id++) {
		struct file *f = &r->txn->files[id];
		bool whole = r->journal.replaced & TABLE_BIT(id);

		if ((r->tables & TABLE_BIT(id)) &&
		    file_mend(r->txn, f, whole && r->journal.state == JOURNAL_UNDO, e) < 0)
			return -1;
		if (whole && file_is_written(f))
			r->published |= TABLE_BIT(id);
	}
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
	r.tables |= r.journal.removed | r.journal.replaced;
	if (lock_add(txn->lock, txn->spec.root, r.tables & TABLE_LOCKED, txn->spec.lock_timeout,
		     txn->spec.note, e) < 0)
		return -1;
	r.txn = txn_new(&txn->spec, e);
	if (!r.txn)
		return -1;
	/* The lock stays the outer transaction's. */
	r.txn->spec.tables = r.tables | TABLE_BIT(TABLE_PASSWD) | TABLE_BIT(TABLE_GROUP);
	r.txn->etc = txn->etc;
	r.txn->journal_there = true;
	result = run(&r, e);
	r.txn->etc = -1;
	txn_end(&r.txn);
	return result;
}
