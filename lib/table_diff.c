/* SPDX-License-Identifier: BSD-3-Clause */
/* The edits of a table as a unified diff, for --dry-run. */
#include <string.h>

#include "table_private.h"

#define CONTEXT 3

struct differ {
	const struct table *t;
	struct edit *edits;
	size_t count;
	FILE *out;
	size_t at;    /* how far lines were counted */
	size_t lines; /* lines before at */
	bool appended; /* the last line has one after it, and so its newline */
};

static size_t next_line(const struct table *t, size_t at)
{
	size_t end = at + table_base_line(t, at).n + 1;

	return end > t->size ? t->size : end;
}

/* The place n lines before at, but not before floor. */
static size_t back(const struct table *t, size_t at, size_t floor, int n)
{
	while (n-- > 0 && at > floor) {
		const char *newline = at > 1 ? memrchr(t->bytes, '\n', at - 1) : NULL;

		at = newline ? (size_t)(newline - t->bytes) + 1 : 0;
	}
	return at < floor ? floor : at;
}

static size_t forth(const struct table *t, size_t at, int n)
{
	while (n-- > 0 && at < t->size)
		at = next_line(t, at);
	return at;
}

static size_t count_lines(const struct table *t, size_t from, size_t to)
{
	size_t n = 0;

	for (; from < to; from = next_line(t, from))
		n++;
	return n;
}

static size_t edit_end(const struct table *t, const struct edit *ed)
{
	return ed->old.p ? next_line(t, ed->at) : ed->at;
}

static void print_line(FILE *out, char mark, struct str line, bool terminated)
{
	putc(mark, out);
	fwrite(line.p, 1, line.n, out);
	putc('\n', out);
	if (!terminated)
		fputs("\\ No newline at end of file\n", out);
}

/* The lines of the bytes from..to, each with a mark. */
static void print_base(const struct differ *d, char mark, size_t from, size_t to)
{
	for (; from < to; from = next_line(d->t, from)) {
		struct str line = table_base_line(d->t, from);

		print_line(d->out, mark, line, from + line.n < d->t->size);
	}
}

static void print_edit(const struct differ *d, const struct edit *ed)
{
	bool last = ed->old.p && ed->at + ed->old.n == d->t->size;

	if (ed->old.p)
		print_line(d->out, '-', ed->old, !last);
	if (ed->new.p)
		print_line(d->out, '+', ed->new, !last || d->appended);
}

static void print_range(FILE *out, char sign, size_t first, size_t count)
{
	fprintf(out, "%c%zu,%zu", sign, count ? first + 1 : first, count);
}

/* Edits i..end-1 with their context from..to. */
static void print_hunk(struct differ *d, size_t i, size_t end, size_t from, size_t to, long shift)
{
	size_t k, at = from, old_count = count_lines(d->t, from, to), new_count = old_count;

	for (k = i; k < end; k++) {
		new_count -= !d->edits[k].new.p;
		new_count += !d->edits[k].old.p;
	}
	d->lines += count_lines(d->t, d->at, from);
	d->at = from;
	fputs("@@ ", d->out);
	print_range(d->out, '-', d->lines, old_count);
	putc(' ', d->out);
	print_range(d->out, '+', d->lines + (size_t)shift, new_count);
	fputs(" @@\n", d->out);
	for (k = i; k < end; k++) {
		print_base(d, ' ', at, d->edits[k].at);
		print_edit(d, &d->edits[k]);
		at = edit_end(d->t, &d->edits[k]);
	}
	print_base(d, ' ', at, to);
}

/* A last line without its newline changes too when a row comes after it. */
static void show_newline(struct differ *d)
{
	const struct table *t = d->t;
	size_t i, last;

	for (i = d->count; i > 0 && !d->edits[i - 1].old.p && d->edits[i - 1].at == t->size; i--)
		d->appended = true;
	if (!d->appended || t->size == 0 || t->bytes[t->size - 1] == '\n')
		return;
	last = back(t, t->size, 0, 1);
	if (i > 0 && d->edits[i - 1].at == last)
		return;
	d->edits = arena_grow(t->arena, d->edits, d->count, d->count + 1, sizeof(*d->edits));
	memmove(&d->edits[i + 1], &d->edits[i], (d->count - i) * sizeof(*d->edits));
	d->edits[i].old = d->edits[i].new = table_base_line(t, last);
	d->edits[i].at = last;
	d->count++;
}

void table_diff(struct table *t, const char *path, FILE *out)
{
	struct differ d = { .t = t, .out = out };
	size_t i, end, done = 0;
	long shift = 0;

	d.edits = table_edit_list(t, &d.count);
	if (d.count == 0)
		return;
	show_newline(&d);
	fprintf(out, "--- %s\n+++ %s\n", path, path);
	for (i = 0; i < d.count; i = end) {
		size_t from = back(t, d.edits[i].at, done, CONTEXT), to;
		long hunk_shift = 0;

		for (end = i; end < d.count; end++) {
			if (end > i &&
			    d.edits[end].at > forth(t, edit_end(t, &d.edits[end - 1]), 2 * CONTEXT))
				break;
			hunk_shift += !d.edits[end].old.p;
			hunk_shift -= !d.edits[end].new.p;
		}
		to = forth(t, edit_end(t, &d.edits[end - 1]), CONTEXT);
		print_hunk(&d, i, end, from, to, shift);
		shift += hunk_shift;
		done = to;
	}
}
