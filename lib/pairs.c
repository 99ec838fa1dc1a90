/* SPDX-License-Identifier: BSD-3-Clause */
#include "pairs.h"

#include <string.h>
#include <sys/resource.h>

#include "crew.h"
#include "group.h"
#include "password.h"
#include "text.h"
#include "user.h"

#define INPUT_MAX ((size_t)1024 * 1024 * 1024)

/* --- reading --- */

static void wrong_line(struct run *run, struct pairs *p, struct pair *pair, const char *why)
{
	note_say(&run->note, "line %zu: %s", pair->line, why);
	pair->wrong = true;
	p->wrong_lines++;
}

/* What is wrong with the password, in clear or hashed. */
static const char *password_fault(const struct pairs *p, const struct secret *s)
{
	if (p->encrypted)
		return password_is_field(s->p) ? NULL : _("invalid password hash");
	return s->n >= SECRET_SIZE ? _("the password is too long") : NULL;
}

/* The line is a string: its newline has given way to a NUL. */
static void parse(struct run *run, struct pairs *p, struct pair *pair, char *line, size_t n)
{
	char *colon = memchr(line, ':', n);
	const char *fault;

	if (memchr(line, '\0', n)) {
		wrong_line(run, p, pair, _("there is a NUL in it"));
	} else if (n > PAIRS_LINE_MAX) {
		wrong_line(run, p, pair, _("line too long"));
	} else if (!colon) {
		wrong_line(run, p, pair, _("missing new password"));
	} else {
		pair->name = arena_strndup(&run->arena, line, (size_t)(colon - line));
		pair->password.p = colon + 1;
		pair->password.n = n - (size_t)(colon + 1 - line);
		fault = password_fault(p, &pair->password);
		if (fault)
			wrong_line(run, p, pair, fault);
	}
}

static size_t count_lines(const struct secret *s)
{
	const char *at = s->p, *end = s->p + s->n;
	size_t n = 0;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		n++;
		at = newline ? newline + 1 : end;
	}
	return n;
}

int pairs_load(struct run *run, int fd, struct pairs *p)
{
	const struct rlimit none = { 0, 0 };

	/* PAM has copies that are not in secret memory. */
	(void)setrlimit(RLIMIT_CORE, &none);
	if (secret_read_all(fd, INPUT_MAX, &p->input, &run->err) < 0)
		return -1;
	p->items = arena_array(&run->arena, count_lines(&p->input), sizeof(*p->items));
	return 0;
}

int pairs_read(struct run *run, int fd, struct pairs *p)
{
	char *at, *end;

	if (pairs_load(run, fd, p) < 0)
		return -1;
	at = p->input.p;
	end = at + p->input.n;
	while (at < end) {
		char *newline = memchr(at, '\n', (size_t)(end - at));
		char *last = newline ? newline : end;
		struct pair *pair = &p->items[p->count++];

		*last = '\0';
		pair->line = p->count;
		parse(run, p, pair, at, (size_t)(last - at));
		at = last + 1;
	}
	return 0;
}

/* --- looking --- */

void pairs_unknown(struct run *run, struct pairs *p, struct pair *pair)
{
	const char *name = str_visible(&run->arena, pair->name);

	wrong_line(run, p, pair,
		   p->of == PAIRS_USERS
			   ? arena_printf(&run->arena, _("user '%s' does not exist"), name)
			   : arena_printf(&run->arena, _("group '%s' does not exist"), name));
}

/* The row that will change, as far as can be told before. */
static bool find_place(struct txn *txn, const struct pairs *p, struct pair *pair)
{
	bool users = p->of == PAIRS_USERS;
	struct table *open = txn_table(txn, users ? TABLE_PASSWD : TABLE_GROUP);
	struct table *secret = txn_table(txn, users ? TABLE_SHADOW : TABLE_GSHADOW);
	struct row row;

	if (!open || !table_find(open, pair->name, &row))
		return false;
	if (secret)
		table_find(secret, pair->name, &row);
	pair->place = row.at;
	return true;
}

int pairs_look(struct run *run, struct txn *txn, void *context)
{
	struct pairs *p = context;
	size_t i;

	for (i = 0; i < p->count; i++) {
		struct pair *pair = &p->items[i];

		if (!pair->wrong && !find_place(txn, p, pair))
			pairs_unknown(run, p, pair);
	}
	return 0;
}

int pairs_check(struct run *run, const struct pairs *p)
{
	if (p->wrong_lines == 0)
		return 0;
	return err_set(&run->err, ERR_UNKNOWN, "error detected, changes ignored");
}

/* --- hashing --- */

struct hashing {
	struct pairs *pairs;
	const struct pwhash_method *method;
};

static int hash_one(void *context, size_t i, struct err *e)
{
	struct hashing *h = context;
	struct pair *pair = &h->pairs->items[i];
	char hash[PWHASH_SIZE];

	if (pwhash_make(h->method, &pair->password, hash, e) < 0)
		return -1;
	/* Only the method NONE can make one. */
	if (!password_is_field(hash))
		return err_set(e, ERR_IO, "line %zu: this password cannot be kept in clear",
			       pair->line);
	pair->hash = strdup(hash);
	return pair->hash ? 0 : err_sys(e, ERR_IO, "no room for a hash");
}

int pairs_hash(struct run *run, struct pairs *p, const struct pwhash_method *method)
{
	struct hashing h = { p, method };
	struct note_progress progress;
	int r;

	note_progress_begin(&progress, &run->note, p->count);
	r = crew_run(p->count, hash_one, &h, note_progress_show, &progress, &run->err);
	note_progress_end(&progress);
	return r;
}

/* --- setting --- */

/* Edits in the order of the rows are cheap; of two for one row the later line counts. */
static int compare(const void *one, const void *two)
{
	const struct pair *a = *(struct pair *const *)one, *b = *(struct pair *const *)two;

	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	return a->line < b->line ? -1 : a->line > b->line;
}

static int set_user(struct run *run, struct txn *txn, const char *name, const char *hash)
{
	struct user user;

	if (password_set(run, txn, name, hash) < 0)
		return -1;
	event_audit(&run->events, &run->arena, AUDIT_TYPE_USER_CHAUTHTOK, "updating password",
		    AUDIT_TYPE_USER_CHAUTHTOK, "updating-password", NULL, name,
		    user_find(run, txn, name, &user) ? (long)user.uid : EVENT_NO_ID, true);
	return 0;
}

static int set_group(struct run *run, struct txn *txn, const char *name, const char *hash)
{
	struct group_change change = { .password = hash };
	size_t mark = run->events.count;
	struct group_id group;

	if (group_find(run, txn, name, &group) < 0 || group_change(run, txn, &group, &change) < 0)
		return -1;
	/* Not what groupmod says. */
	events_rewind(&run->events, mark);
	event_audit(&run->events, &run->arena, AUDIT_TYPE_USER_ACCT, "changing group password",
		    AUDIT_TYPE_GRP_CHAUTHTOK, "change-password", name, name, (long)group.gid, true);
	return 0;
}

int pairs_set(struct run *run, struct txn *txn, void *context)
{
	struct pairs *p = context;
	struct pair **sorted;
	size_t i;

	if (pairs_look(run, txn, p) < 0 || pairs_check(run, p) < 0)
		return -1;
	sorted = arena_array(&run->arena, p->count, sizeof(struct pair *));
	for (i = 0; i < p->count; i++)
		sorted[i] = &p->items[i];
	if (p->count > 1)
		qsort(sorted, p->count, sizeof(struct pair *), compare);
	for (i = 0; i < p->count; i++) {
		const char *hash = p->encrypted ? sorted[i]->password.p : sorted[i]->hash;
		int r = p->of == PAIRS_USERS ? set_user(run, txn, sorted[i]->name, hash) :
					       set_group(run, txn, sorted[i]->name, hash);

		if (r < 0)
			return -1;
	}
	return 0;
}

void pairs_end(struct pairs *p)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		free(p->items[i].hash);
	p->count = 0;
	secret_end(&p->input);
}
