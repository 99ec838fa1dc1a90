/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The journal: what a commit of several files is about to do, in ROOT/etc/shadow.journal.
 *
 *	shadow-portable journal 1
 *	state forward				rewritten in place: forward, undo, done
 *	caller 1000
 *	create shadow				that file did not exist
 *	remove shadow				that file goes
 *	replace passwd				that file is new as a whole: no rows are told
 *	edit group 20 25			lengths of the old and the new line, -1: none
 *	wheel:x:10:bob,carol			the old line (empty when none)
 *	wheel:x:10:bob,carol,alice		the new one
 *	edit passwd 30 -1 1			a line that goes while its name or its
 *						like stays: how many like it stay
 *	...
 *	event 6 1 0 1 30 11 5			priority, audit, id, success, lengths of the text
 *	...					text, operation, name (each a line)
 *	sum 0123456789abcdef			of all from "caller" on
 *
 * The name matches policies' /etc/shadow.*, for it holds hashes.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fd.h"
#include "txn_private.h"

#define JOURNAL "shadow.journal"
#define JOURNAL_NEW "shadow.journal+"
#define JOURNAL_BAD "shadow.journal.untrusted"
#define JOURNAL_PATH "/etc/" JOURNAL
#define HEAD "shadow-portable journal 1\nstate "
#define STATE_SIZE 8 /* a state's word, padded, and the newline */
#define SIZE_MAX_READ ((size_t)1 << 30)

static const char *const state_words[] = {
	[JOURNAL_FORWARD] = "forward\n",
	[JOURNAL_UNDO] = "undo   \n",
	[JOURNAL_DONE] = "done   \n",
};

/* Against torn writes; against forgery stands the file's owner. */
static uint64_t checksum(const char *p, size_t n)
{
	uint64_t h = 0xcbf29ce484222325u;

	while (n-- > 0)
		h = (h ^ (unsigned char)*p++) * 0x100000001b3u;
	return h;
}

static long length_of(struct str s)
{
	return s.p ? (long)s.n : -1;
}

static void put_str(FILE *out, struct str s)
{
	if (s.p)
		fwrite(s.p, 1, s.n, out);
	putc('\n', out);
}

static struct str str_or_none(const char *s)
{
	return s ? str_of(s) : (struct str){ NULL, 0 };
}

/* Of an opaque line, or one whose name has other lines still; else -1. */
static long lines_left(struct table *t, const struct edit *ed, struct arena *a)
{
	struct str columns[SCHEMA_COLUMNS_MAX];
	struct row row;

	if (ed->new.p)
		return -1;
	if (schema_split(table_which(t), ed->old, columns) > 0 &&
	    !table_find(t, str_dup(a, columns[0]), &row))
		return -1;
	return (long)table_count_line(t, ed->old, &row);
}

/* whole: rows are not told. */
static void put_file(FILE *out, const struct file *f, bool whole, struct arena *a)
{
	const char *name = schema_get(f->id)->file;
	size_t i, count;
	const struct edit *edits = table_edit_list(f->table, &count);
	long left;

	if (f->created)
		fprintf(out, "create %s\n", name);
	if (f->removed)
		fprintf(out, "remove %s\n", name);
	if (whole)
		fprintf(out, "replace %s\n", name);
	for (i = 0; i < count && !whole; i++) {
		left = lines_left(f->table, &edits[i], a);
		fprintf(out, "edit %s %ld %ld", name, length_of(edits[i].old),
			length_of(edits[i].new));
		if (left >= 0)
			fprintf(out, " %ld", left);
		putc('\n', out);
		put_str(out, edits[i].old);
		put_str(out, edits[i].new);
	}
}

static void put_events(FILE *out, const struct events *events)
{
	size_t i;

	for (i = 0; i < events->count; i++) {
		const struct event *ev = &events->items[i];
		struct str text = str_or_none(ev->text), operation = str_or_none(ev->operation);
		struct str name = str_or_none(ev->name);

		fprintf(out, "event %d %d %ld %d %ld %ld %ld\n", ev->priority, (int)ev->audit,
			ev->id, ev->success, length_of(text), length_of(operation),
			length_of(name));
		put_str(out, text);
		put_str(out, operation);
		put_str(out, name);
	}
}

/* The whole text, to be freed by the caller; NULL and errno. */
static char *compose(const struct txn *txn, size_t *ret_size)
{
	const size_t head = strlen(HEAD) + STATE_SIZE;
	size_t size = 0;
	char *text = NULL;
	FILE *out = open_memstream(&text, &size);
	unsigned id;
	bool ok;

	if (!out)
		return NULL;
	fprintf(out, HEAD "%scaller %lu\n", state_words[JOURNAL_FORWARD],
		(unsigned long)getuid());
	for (id = 0; id < TABLE_COUNT; id++) {
		const struct file *f = &txn->files[id];

		if (f->state != FILE_UNTOUCHED)
			put_file(out, f, f->replaced || f->reordered, txn->spec.arena);
	}
	if (txn->spec.events)
		put_events(out, txn->spec.events);
	ok = fflush(out) == 0;
	if (ok)
		fprintf(out, "sum %016" PRIx64 "\n", checksum(text + head, size - head));
	ok = fclose(out) == 0 && ok;
	if (!ok) {
		free(text);
		errno = ENOMEM;
		return NULL;
	}
	*ret_size = size;
	return text;
}

static int write_new(const struct txn *txn, const char *text, size_t size, struct err *e)
{
	_cleanup_fd_ int fd = -1;

	if (unlinkat(txn->etc, JOURNAL_NEW, 0) < 0 && errno != ENOENT)
		return -1;
	fd = selinux_open(txn->spec.labels, JOURNAL_PATH, txn->etc, JOURNAL_NEW,
			  O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600, e);
	if (fd < 0)
		return -1;
	if (selinux_settle(txn->spec.labels, JOURNAL_PATH, fd, -1, true, e) < 0 ||
	    fd_write_all(fd, text, size) < 0 || fd_sync(fd) < 0 ||
	    renameat(txn->etc, JOURNAL_NEW, txn->etc, JOURNAL) < 0) {
		int saved = errno;

		if (unlinkat(txn->etc, JOURNAL_NEW, 0) < 0)
			unlinkat(txn->etc, JOURNAL_NEW, 0);
		errno = saved;
		return -1;
	}
	if (fd_sync(txn->etc) < 0) {
		int saved = errno;

		journal_remove(txn);
		errno = saved;
		return -1;
	}
	return 0;
}

int journal_write(struct txn *txn, struct err *e)
{
	size_t size = 0;
	char *text = compose(txn, &size);
	int r = text ? write_new(txn, text, size, e) : -1;

	free(text);
	if (r < 0)
		return err_sys(e, ERR_USER_FILE, "cannot write %s" JOURNAL_PATH,
			       txn->spec.root->shown);
	return 0;
}

/* Only our own hand could have written it. */
static bool is_trusted(const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_nlink == 1 && (st->st_mode & 07777) == 0600 &&
	       st->st_uid == geteuid();
}

int journal_mark(const struct txn *txn, enum journal_state state)
{
	_cleanup_fd_ int fd = openat(txn->etc, JOURNAL,
				     O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	/* Another file may have got its name meanwhile. */
	if (!is_trusted(&st)) {
		errno = ESTALE;
		return -1;
	}
	if (pwrite(fd, state_words[state], STATE_SIZE, (off_t)strlen(HEAD)) != STATE_SIZE)
		return -1;
	return fd_sync(fd);
}

int journal_remove(const struct txn *txn)
{
	if (unlinkat(txn->etc, JOURNAL, 0) == 0 || unlinkat(txn->etc, JOURNAL, 0) == 0)
		return 0;
	if (errno == ENOENT)
		return 0;
	return journal_mark(txn, JOURNAL_DONE);
}

/* --- reading --- */

struct reader {
	struct str rest;
	struct arena *arena;
};

/* The next n bytes and a newline. */
static bool take_bytes(struct reader *r, long n, struct str *ret)
{
	size_t size = n < 0 ? 0 : (size_t)n;

	if (size >= r->rest.n || r->rest.p[size] != '\n')
		return false;
	*ret = (struct str){ n < 0 ? NULL : r->rest.p, size };
	r->rest.p += size + 1;
	r->rest.n -= size + 1;
	return true;
}

static bool take_line(struct reader *r, char **ret)
{
	const char *end = memchr(r->rest.p, '\n', r->rest.n);
	struct str line;

	if (!end || !take_bytes(r, end - r->rest.p, &line))
		return false;
	*ret = str_dup(r->arena, line);
	return true;
}

static bool table_named(const char *name, enum table_id *ret)
{
	unsigned id;

	for (id = 0; id < TABLE_COUNT; id++)
		if (strcmp(schema_get((enum table_id)id)->file, name) == 0) {
			*ret = (enum table_id)id;
			return true;
		}
	return false;
}

static bool read_edit(struct reader *r, struct journal *j, const char *name, long old, long new,
		      long left)
{
	struct journal_edit ed = { .left = left };

	if (!table_named(name, &ed.id) || !take_bytes(r, old, &ed.old) ||
	    !take_bytes(r, new, &ed.new) || (!ed.old.p && !ed.new.p))
		return false;
	/* Few, or many of a bulk run: grown in steps of a power of two. */
	if ((j->edit_count & (j->edit_count - 1)) == 0)
		j->edits = arena_grow(r->arena, j->edits, j->edit_count,
				      j->edit_count ? 2 * j->edit_count : 1, sizeof(*j->edits));
	j->edits[j->edit_count++] = ed;
	return true;
}

static const char *text_or_null(struct arena *a, struct str s)
{
	return s.p ? str_dup(a, s) : NULL;
}

static bool read_event(struct reader *r, struct journal *j, const char *line)
{
	long id, text_size, operation_size, name_size;
	int priority, audit, success;
	struct str text, operation, name;
	struct event *ev;

	if (sscanf(line, "event %d %d %ld %d %ld %ld %ld", &priority, &audit, &id, &success,
		   &text_size, &operation_size, &name_size) != 7 ||
	    audit < 0 || audit >= AUDIT_TYPES || !take_bytes(r, text_size, &text) ||
	    !take_bytes(r, operation_size, &operation) || !take_bytes(r, name_size, &name))
		return false;
	if ((j->events.count & (j->events.count - 1)) == 0)
		j->events.items = arena_grow(r->arena, j->events.items, j->events.count,
					     j->events.count ? 2 * j->events.count : 1,
					     sizeof(*j->events.items));
	ev = &j->events.items[j->events.count++];
	*ev = (struct event){ .priority = priority, .audit = (enum audit_type)audit, .id = id,
			      .success = success != 0, .text = text_or_null(r->arena, text),
			      .operation = text_or_null(r->arena, operation),
			      .name = text_or_null(r->arena, name) };
	return true;
}

static bool parse_body(struct reader *r, struct journal *j)
{
	char *line;

	if (!take_line(r, &line) || sscanf(line, "caller %lu", &j->caller) != 1)
		return false;
	while (r->rest.n > 0) {
		char name[16];
		long old, new, left = -1;
		enum table_id id;

		if (!take_line(r, &line))
			return false;
		if (sscanf(line, "create %15s", name) == 1 && table_named(name, &id))
			j->created |= TABLE_BIT(id);
		else if (sscanf(line, "remove %15s", name) == 1 && table_named(name, &id))
			j->removed |= TABLE_BIT(id);
		else if (sscanf(line, "replace %15s", name) == 1 && table_named(name, &id))
			j->replaced |= TABLE_BIT(id);
		else if (sscanf(line, "edit %15s %ld %ld %ld", name, &old, &new, &left) >= 3) {
			if (!read_edit(r, j, name, old, new, left))
				return false;
		} else if (!read_event(r, j, line))
			return false;
	}
	return true;
}

static bool parse(struct str text, struct arena *a, struct journal *j)
{
	const size_t head = strlen(HEAD), sum_size = strlen("sum 0123456789abcdef\n");
	struct reader r = { .arena = a };
	uint64_t sum;
	size_t i;

	if (text.n < head + STATE_SIZE + sum_size || memcmp(text.p, HEAD, head) != 0)
		return false;
	for (i = 0; i <= JOURNAL_DONE; i++)
		if (memcmp(text.p + head, state_words[i], STATE_SIZE) == 0)
			break;
	if (i > JOURNAL_DONE)
		return false;
	j->state = (enum journal_state)i;
	r.rest = (struct str){ text.p + head + STATE_SIZE, text.n - head - STATE_SIZE - sum_size };
	if (sscanf(str_dup(a, (struct str){ r.rest.p + r.rest.n, sum_size }), "sum %16" SCNx64,
		   &sum) != 1 ||
	    sum != checksum(r.rest.p, r.rest.n))
		return false;
	return parse_body(&r, j);
}

static int set_aside(const struct txn *txn, struct err *e)
{
	if (renameat(txn->etc, JOURNAL, txn->etc, JOURNAL_BAD) < 0)
		return err_sys(e, ERR_USER_FILE, "cannot set %s%s aside", txn->spec.root->shown,
			       JOURNAL_PATH);
	note_say(txn->spec.note, "%s%s cannot be trusted; it is kept as %s/etc/%s",
		 txn->spec.root->shown, JOURNAL_PATH, txn->spec.root->shown, JOURNAL_BAD);
	return 0;
}

int journal_read(const struct txn *txn, struct journal *ret, struct err *e)
{
	_cleanup_fd_ int fd = -1;
	struct stat st;
	struct str text;

	*ret = (struct journal){ .state = JOURNAL_FORWARD };
	if (fstatat(txn->etc, JOURNAL, &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISREG(st.st_mode))
		return set_aside(txn, e);
	do
		fd = openat(txn->etc, JOURNAL,
			    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	while (fd < 0 && errno == EINTR);
	if (fd < 0 && errno == ENOENT) {
		/* A run may have died while it wrote one. */
		unlinkat(txn->etc, JOURNAL_NEW, 0);
		return 0;
	}
	if (fd < 0 && (errno == ELOOP || errno == EACCES || errno == ENXIO))
		return set_aside(txn, e);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, ERR_USER_FILE, "cannot open %s" JOURNAL_PATH,
			       txn->spec.root->shown);
	if (!is_trusted(&st))
		return set_aside(txn, e);
	if (fd_read_all(fd, SIZE_MAX_READ, txn->spec.arena, &text) < 0)
		return err_sys(e, ERR_USER_FILE, "cannot read %s" JOURNAL_PATH,
			       txn->spec.root->shown);
	return parse(text, txn->spec.arena, ret) ? 1 : set_aside(txn, e);
}
