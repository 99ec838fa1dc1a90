/* SPDX-License-Identifier: BSD-3-Clause */
/* What verify.c, verify_users.c, verify_groups.c and verify_ranges.c share.  Nobody else looks in
 * here. */
#ifndef LIB_VERIFY_PRIVATE_H
#define LIB_VERIFY_PRIVATE_H

#include "names.h"
#include "table.h"
#include "twin.h"
#include "verify.h"

/* A walk over the lines of a table, with their numbers. */
struct verify_walk {
	struct table *table;
	struct row row; /* columns is 0 for a line that is no row */
	size_t line;
};

struct verify_walk verify_walk(struct table *t);
/* The next line that is neither empty nor one of NIS.  false: there is none. */
bool verify_next(struct verify_walk *w);

bool verify_ignores(const struct verify *v, enum verify_check check);
/* Tells of a finding on that line; true: repair it.  question may be NULL: nobody is asked. */
bool verify_tell(struct verify *v, enum verify_check check, const struct verify_walk *w,
		 const char *text, const char *question);
/* The same for a repair that must be asked for. */
bool verify_ask(struct verify *v, enum verify_check check, const struct verify_walk *w,
		const char *text, const char *question);
/* The same for a line that is to be deleted, which it is. true: it is gone. */
bool verify_tell_line(struct verify *v, enum verify_check check, const struct verify_walk *w,
		      const char *text);
bool verify_tell_double(struct verify *v, const struct names *names,
			const struct verify_walk *w, const char *text);
const char *verify_text(struct verify *v, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
const char *verify_column(struct verify *v, const struct row *row, int column);

/* A name that no profile's rule speaks against; told without a copy of it. */
bool verify_is_plain(struct str name);

void verify_ranges(struct verify *v, enum table_id which);
/* Lines of idmarks that are no marks. */
void verify_marks(struct verify *v);

#endif
