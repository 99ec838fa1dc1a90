/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * opt - a command line as a table.
 *
 * Each row names an option once; parsing and --help come from it.  Values land in a plain struct
 * of the tool as they were given: what they mean is decided later.  Syntax as getopt_long(3):
 * bundled short options, unambiguous prefixes of long ones, operands and options mixed, "--".
 *
 *	struct groupadd { const char *gid; bool force; ... };
 *	static const struct opt groupadd_opts[] = {
 *		{ 'f', "force", NULL, "succeed if the group exists", OPT_FLAG,
 *		  offsetof(struct groupadd, force) },
 *		{ 'g', "gid", "GID", "use GID for the new group", OPT_STRING,
 *		  offsetof(struct groupadd, gid) },
 *		{ 0 }
 *	};
 *	const struct opt_group groups[] = {
 *		{ groupadd_opts, &o }, { run_opts, &run.opt }, { NULL, NULL }
 *	};
 */
#ifndef LIBMISC_OPT_H
#define LIBMISC_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "arena.h"
#include "err.h"

enum opt_type {
	OPT_FLAG,   /* bool, set to true */
	OPT_STRING, /* const char *, the last one counts */
	OPT_LIST,   /* struct opt_list, each one is kept */
	OPT_HELP,   /* ends the parsing; no field */
};

struct opt {
	int key;           /* the short option's letter; 0: a long option only */
	const char *name;  /* without "--"; NULL: a short option only */
	const char *value; /* its name in --help; NULL for flags */
	const char *help;  /* NULL: an alias that --help does not show */
	enum opt_type type;
	size_t offset; /* in the group's struct; two rows of one group with one field are aliases */
};

struct opt_list {
	const char **items;
	size_t count;
};

/* Where two groups have the same letter or name the first one's counts. */
struct opt_group {
	const struct opt *rows; /* ends with a row of zeros; NULL ends the list of groups */
	void *base;
};

/*
 * Parses argv[1..] (which is reordered); *ret_operands is the rest, in order, ended by NULL.
 * *ret_help says that there is an OPT_HELP with no error before it; what follows was not looked at.
 * A bad option is ERR_USAGE with getopt_long's words ("unrecognized option '--x'", "option requires
 * an argument -- 'g'").
 */
int opt_parse(const struct opt_group *groups, int argc, char **argv, struct arena *a,
	      const char *const **ret_operands, bool *ret_help, struct err *e);

/* The text of --help: "Usage: PROG SYNOPSIS", a line about the tool, the options in order. */
void opt_help(const struct opt_group *groups, const char *prog, const char *synopsis,
	      const char *summary, FILE *out);

#endif
