/* SPDX-License-Identifier: BSD-3-Clause */
#include "opt.h"

#include <getopt.h>
#include <string.h>

#include "text.h"

/* Codes of long options; those of short ones are their letters. */
#define LONG_CODE 256

enum {
	HELP_COLUMN = 32,
	HELP_WIDTH = 79,
};

struct entry {
	const struct opt *row;
	char *base;
	int code;
};

struct options {
	struct entry *entries;
	size_t count;
};

static bool takes_value(const struct opt *row)
{
	return row->type == OPT_STRING || row->type == OPT_LIST;
}

static bool is_end(const struct opt *row)
{
	return !row->name && row->key == 0;
}

/* Aliases share a code, so that a prefix of both is not ambiguous. */
static int code_of(const struct opt *rows, size_t i, size_t first)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (rows[k].type == rows[i].type && rows[k].offset == rows[i].offset)
			return LONG_CODE + (int)(first + k);
	return LONG_CODE + (int)(first + i);
}

static struct options gather(const struct opt_group *groups, struct arena *a)
{
	struct options all = { NULL, 0 };
	const struct opt_group *g;
	size_t i, total = 0;

	for (g = groups; g->rows; g++)
		for (i = 0; !is_end(&g->rows[i]); i++)
			total++;
	all.entries = arena_array(a, total + 1, sizeof(*all.entries));
	for (g = groups; g->rows; g++) {
		size_t first = all.count;

		for (i = 0; !is_end(&g->rows[i]); i++)
			all.entries[all.count++] = (struct entry){ &g->rows[i], g->base,
								   code_of(g->rows, i, first) };
	}
	return all;
}

static const struct entry *find(const struct options *all, int code)
{
	size_t i;

	if (code >= LONG_CODE)
		return &all->entries[code - LONG_CODE];
	for (i = 0; i < all->count; i++)
		if (all->entries[i].row->key == code)
			return &all->entries[i];
	return NULL;
}

static bool name_is_taken(const struct options *all, size_t i)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (all->entries[k].row->name &&
		    strcmp(all->entries[k].row->name, all->entries[i].row->name) == 0)
			return true;
	return false;
}

static char *short_options(const struct options *all, struct arena *a)
{
	char *text = arena_alloc(a, 2 * all->count + 2);
	size_t i, n = 0;

	/* A leading colon tells a missing argument from an unknown option. */
	text[n++] = ':';
	for (i = 0; i < all->count; i++) {
		const struct opt *row = all->entries[i].row;

		if (row->key == 0 || find(all, row->key) != &all->entries[i])
			continue;
		text[n++] = (char)row->key;
		if (takes_value(row))
			text[n++] = ':';
	}
	return text;
}

static struct option *long_options(const struct options *all, struct arena *a)
{
	struct option *list = arena_array(a, all->count + 1, sizeof(*list));
	size_t i, n = 0;

	for (i = 0; i < all->count; i++) {
		const struct opt *row = all->entries[i].row;

		if (!row->name || name_is_taken(all, i))
			continue;
		list[n].name = row->name;
		list[n].has_arg = takes_value(row) ? required_argument : no_argument;
		list[n++].val = all->entries[i].code;
	}
	return list;
}

static void store(const struct entry *entry, const char *value, struct arena *a)
{
	void *field = entry->base + entry->row->offset;
	struct opt_list *list = field;

	switch (entry->row->type) {
	case OPT_FLAG:
		*(bool *)field = true;
		break;
	case OPT_STRING:
		*(const char **)field = value;
		break;
	case OPT_LIST:
		list->items = arena_grow(a, list->items, list->count, list->count + 1,
					 sizeof(*list->items));
		list->items[list->count++] = value;
		break;
	case OPT_HELP:
		break;
	}
}

/* What getopt_long says of a long option, given as text, that it did not take. */
static int long_error(const struct option *list, const char *text, bool missing, struct arena *a,
		      struct err *e)
{
	const char *name = text + 2;
	size_t length = strcspn(name, "=");
	const struct option *o, *found = NULL;
	bool ambiguous = false;
	const char *names = "";

	for (o = list; o->name; o++) {
		if (strncmp(o->name, name, length) != 0)
			continue;
		if (strlen(o->name) == length) {
			found = o;
			ambiguous = false;
			break;
		}
		ambiguous = ambiguous || (found && found->val != o->val);
		names = arena_printf(a, "%s '--%s'", names, o->name);
		if (!found)
			found = o;
	}
	if (!found)
		return err_set(e, ERR_USAGE, "unrecognized option '%s'", text);
	if (ambiguous)
		return err_set(e, ERR_USAGE, "option '%s' is ambiguous; possibilities:%s", text,
			       names);
	if (missing)
		return err_set(e, ERR_USAGE, "option '--%s' requires an argument", found->name);
	return err_set(e, ERR_USAGE, "option '--%s' doesn't allow an argument", found->name);
}

int opt_parse(const struct opt_group *groups, int argc, char **argv, struct arena *a,
	      const char *const **ret_operands, bool *ret_help, struct err *e)
{
	struct options all = gather(groups, a);
	const struct option *longs = long_options(&all, a);
	const char *shorts = short_options(&all, a);
	const char **operands;
	int code, i;

	opterr = 0;
	optind = 0;
	while ((code = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		const struct entry *entry;

		if ((code == '?' || code == ':') && (optopt == 0 || optopt >= LONG_CODE))
			return long_error(longs, argv[optind - 1], code == ':', a, e);
		if (code == '?')
			return err_set(e, ERR_USAGE, "invalid option -- '%c'", optopt);
		if (code == ':')
			return err_set(e, ERR_USAGE, "option requires an argument -- '%c'", optopt);
		entry = find(&all, code);
		if (entry->row->type == OPT_HELP) {
			*ret_help = true;
			return 0;
		}
		store(entry, optarg, a);
	}
	operands = arena_array(a, (size_t)(argc > optind ? argc - optind : 0) + 1,
			       sizeof(*operands));
	for (i = optind; i < argc; i++)
		operands[i - optind] = argv[i];
	*ret_operands = operands;
	*ret_help = false;
	return 0;
}

/* The help beside an option, wrapped between the columns. */
/* How many columns the n bytes take, in UTF-8. */
static size_t columns(const char *text, size_t n)
{
	size_t i, count = 0;

	for (i = 0; i < n; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

static void print_help(const char *text, size_t column, FILE *out)
{
	while (*text) {
		size_t n = strcspn(text, " "), width = columns(text, n);

		if (column >= HELP_COLUMN && column + width + 1 > HELP_WIDTH) {
			fputc('\n', out);
			column = 0;
		}
		if (column < HELP_COLUMN) {
			fprintf(out, "%*s", (int)(HELP_COLUMN - column), "");
			column = HELP_COLUMN;
		} else {
			fputc(' ', out);
			column++;
		}
		fprintf(out, "%.*s", (int)n, text);
		column += width;
		text += n + (text[n] == ' ');
	}
	fputc('\n', out);
}

static void print_row(const struct options *all, size_t i, FILE *out)
{
	const struct opt *row = all->entries[i].row;
	bool letter = row->key != 0 && find(all, row->key) == &all->entries[i];
	bool name = row->name && !name_is_taken(all, i);
	int column;

	if (!row->help || (!letter && !name))
		return;
	column = letter ? fprintf(out, "  -%c", row->key) : fprintf(out, "    ");
	if (name)
		column += fprintf(out, "%s--%s", letter ? ", " : "  ", row->name);
	if (row->value)
		column += fprintf(out, " %s", row->value);
	if (column >= HELP_COLUMN - 1) {
		fputc('\n', out);
		column = 0;
	}
	print_help(_(row->help), column < 0 ? 0 : (size_t)column, out);
}

void opt_help(const struct opt_group *groups, const char *prog, const char *synopsis,
	      const char *summary, FILE *out)
{
	struct arena a = { 0 };
	struct options all = gather(groups, &a);
	size_t i;

	fprintf(out, _("Usage: %s %s\n"), prog, _(synopsis));
	if (summary)
		fprintf(out, "%s\n", _(summary));
	fputs(_("\nOptions:\n"), out);
	for (i = 0; i < all.count; i++)
		print_row(&all, i, out);
	fputc('\n', out);
	arena_free(&a);
}
