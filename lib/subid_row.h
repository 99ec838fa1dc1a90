/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * subid_row - what one line of subuid(5) or subgid(5) gives to whom.
 *
 * The one place that reads such a line, for the tools that change the files and for those (libsubid
 * among them) that only look.  It takes the lines that schema_split takes, needs the C library
 * alone, and copies nothing.
 *
 *	struct subid_line row;
 *
 *	if (subid_row_parse(line, &row) && str_is(row.owner, "anna"))
 *		...
 */
#ifndef LIB_SUBID_ROW_H
#define LIB_SUBID_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "str.h"

struct subid_line {
	struct str owner; /* in the line */
	uint32_t first, last; /* both included */
};

/*
 * "OWNER:START:COUNT"; numbers are decimal, or octal or hex as in C.  What lies beyond 32 bits is
 * cut off.  false: the line is opaque (a comment, a NIS line, malformed) or gives nothing.
 */
bool subid_row_parse(struct str line, struct subid_line *ret);

/* The span of a row's second and third column. */
bool subid_row_numbers(struct str start, struct str count, uint32_t *ret_first, uint32_t *ret_last);

#endif
