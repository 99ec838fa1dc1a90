/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "text.h"
#include "verify_private.h"

struct check {
	const char *name;
	bool error, uncounted;
};

static const struct check checks[VERIFY_CHECKS] = {
	[VERIFY_MALFORMED] = { .name = "malformed", .error = true },
	[VERIFY_DUPLICATE] = { .name = "duplicate", .error = true },
	[VERIFY_NAME] = { .name = "name", .error = true },
	[VERIFY_ID] = { .name = "id", .error = true },
	[VERIFY_PRIMARY_GROUP] = { .name = "primary-group" },
	[VERIFY_HOME] = { .name = "home" },
	[VERIFY_SHELL] = { .name = "shell" },
	[VERIFY_NO_SHADOW] = { .name = "no-shadow", .error = true },
	[VERIFY_NOT_SHADOWED] = { .name = "not-shadowed" },
	[VERIFY_ORPHAN] = { .name = "orphan", .error = true },
	[VERIFY_FUTURE] = { .name = "future" },
	[VERIFY_MEMBER] = { .name = "member", .error = true },
	[VERIFY_ADMIN] = { .name = "administrator", .error = true },
	/* The packaged grpck tells of it, with status 0. */
	[VERIFY_MEMBERS_DIFFER] = { .name = "members-differ", .uncounted = true },
	/* The packaged tools do not look for these: what they call right stays right. */
	[VERIFY_RANGE_OVERLAP] = { .name = "range-overlap", .uncounted = true },
	[VERIFY_RANGE_HOLDS_ID] = { .name = "range-holds-id", .uncounted = true },
	[VERIFY_RANGE_OWNER] = { .name = "range-owner", .uncounted = true },
	[VERIFY_RANGE_OVER_IDS] = { .name = "range-over-ids", .uncounted = true },
	[VERIFY_RANGE_BELOW_MIN] = { .name = "range-below-min", .uncounted = true },
	[VERIFY_RANGE_RESERVED] = { .name = "range-reserved", .uncounted = true },
};

const char *verify_name(enum verify_check check)
{
	return checks[check].name;
}

bool verify_check_of(const char *name, enum verify_check *ret)
{
	unsigned i;

	for (i = 0; i < VERIFY_CHECKS; i++)
		if (strcmp(checks[i].name, name) == 0) {
			*ret = (enum verify_check)i;
			return true;
		}
	return false;
}

struct verify_walk verify_walk(struct table *t)
{
	struct verify_walk w = { .table = t };

	w.row = ROW_START;
	return w;
}

bool verify_next(struct verify_walk *w)
{
	while (w->table && table_next_line(w->table, &w->row)) {
		struct str line = w->row.line;

		w->line++;
		if (line.n == 0 || line.p[0] == '+' || line.p[0] == '-')
			continue;
		w->row.columns = schema_split(table_which(w->table), line, w->row.column);
		return true;
	}
	return false;
}

const char *verify_text(struct verify *v, const char *format, ...)
{
	va_list args;
	char *text = NULL;
	const char *kept;
	int n;

	va_start(args, format);
	n = vasprintf(&text, _(format), args);
	va_end(args);
	kept = arena_strdup(&v->run->arena, n < 0 ? format : text);
	if (n >= 0)
		free(text);
	return str_visible(&v->run->arena, kept);
}

const char *verify_column(struct verify *v, const struct row *row, int column)
{
	return column < row->columns ? str_dup(&v->run->arena, row->column[column]) : "";
}

bool verify_is_plain(struct str name)
{
	size_t i;

	if (name.n == 0 || name.n > 32 || name.p[0] < 'a' || name.p[0] > 'z')
		return false;
	for (i = 1; i < name.n; i++)
		if (!((name.p[i] >= 'a' && name.p[i] <= 'z') ||
		      (name.p[i] >= '0' && name.p[i] <= '9') || name.p[i] == '_' ||
		      name.p[i] == '-'))
			return false;
	return true;
}

bool verify_ignores(const struct verify *v, enum verify_check check)
{
	return v->ignore & 1u << check;
}

/* What a repair could take away is asked for, unless nobody can miss it. */
static bool is_safe(enum verify_check check)
{
	return check == VERIFY_NO_SHADOW || check == VERIFY_ORPHAN ||
	       check == VERIFY_MEMBERS_DIFFER;
}

static bool tell(struct verify *v, enum verify_check check, const struct verify_walk *w,
		 const char *text, const char *question, bool safe)
{
	struct verify_finding f = {
		.check = check,
		.error = checks[check].error,
		.counts = !checks[check].uncounted,
		.safe = safe,
		.table = table_which(w->table),
		.path = txn_show(v->txn, table_which(w->table)),
		.line = w->line,
		.name = w->row.columns > 0 ? verify_column(v, &w->row, 0) : NULL,
		.text = text,
		.question = question,
	};

	if (verify_ignores(v, check) || (v->quiet && !f.error))
		return false;
	v->findings += f.counts;
	return v->tell(v->context, &f);
}

bool verify_tell(struct verify *v, enum verify_check check, const struct verify_walk *w,
		 const char *text, const char *question)
{
	return tell(v, check, w, text, question, is_safe(check));
}

bool verify_ask(struct verify *v, enum verify_check check, const struct verify_walk *w,
		const char *text, const char *question)
{
	return tell(v, check, w, text, question, false);
}

/* How the log names the file of a line. */
static const char *word_of(const struct table *t)
{
	switch (table_which(t)) {
	case TABLE_PASSWD:
		return "passwd";
	case TABLE_GROUP:
		return "group";
	default:
		return "shadow";
	}
}

/* The packaged tools write the whole line to the log, with the password in it. */
static const char *without_secret(struct verify *v, struct str line)
{
	struct str rest = line, name, password;

	if (!str_next(&rest, ':', &name) || !str_next(&rest, ':', &password))
		return str_dup(&v->run->arena, line);
	return arena_printf(&v->run->arena, "%.*s:%s%.*s", (int)name.n, name.p,
			    password.n > 1 ? "*" : str_dup(&v->run->arena, password),
			    (int)(line.p + line.n - (password.p + password.n)),
			    password.p + password.n);
}

static bool tell_line(struct verify *v, enum verify_check check, const struct verify_walk *w,
		      const char *text, bool safe)
{
	const char *question = verify_text(v, "delete line '%.*s'?", (int)w->row.line.n,
					   w->row.line.p);

	if (!tell(v, check, w, text, question, safe))
		return false;
	event_log(&v->run->events, &v->run->arena, "delete %s line '%s'", word_of(w->table),
		  without_secret(v, w->row.line));
	table_remove(w->table, &w->row);
	return true;
}

bool verify_tell_line(struct verify *v, enum verify_check check, const struct verify_walk *w,
		      const char *text)
{
	return tell_line(v, check, w, text, is_safe(check));
}

/* --- names that are doubled --- */

/* Has another row the name of this one?  *ret_same: without this one the first of them, which
 * counts for logins, is the same byte for byte. */
static bool is_doubled(struct verify *v, struct table *t, const struct row *row, bool *ret_same)
{
	struct row other;
	bool doubled = false, all = true, before = false;

	*ret_same = false;
	if (!table_find(t, verify_column(v, row, 0), &other))
		return false;
	do {
		if (other.at == row->at)
			continue;
		doubled = true;
		if (!str_eq(other.line, row->line))
			all = false;
		else
			before |= other.at < row->at;
	} while (table_find_again(t, &other));
	*ret_same = all || before;
	return doubled;
}

bool verify_tell_double(struct verify *v, const struct names *names,
			const struct verify_walk *w, const char *text)
{
	bool same;

	return names_may_double(names, w->row.column[0]) &&
	       is_doubled(v, w->table, &w->row, &same) &&
	       tell_line(v, VERIFY_DUPLICATE, w, text, same);
}
