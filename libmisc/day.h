/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * day - dates as the shadow file has them: whole days since 1970-01-01, UTC.  See shadow(5).
 */
#ifndef LIBMISC_DAY_H
#define LIBMISC_DAY_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#define DAY_NONE (-1L)

/* Now, or SOURCE_DATE_EPOCH where that is set, a number and not in the future (reproducible-builds.org).
 * The variable is read with secure_getenv.  *ret_fixed (may be NULL) tells which. */
time_t day_now(bool *ret_fixed);
/* Today as a day. */
long day_today(void);
/* "YYYY-MM-DD" or a number of days; "" and "-1" are DAY_NONE.  false: no date. */
bool day_parse(const char *text, long *ret);
/* "YYYY-MM-DD", or "never" for DAY_NONE.  size is at least 16. */
void day_format(long day, char *buffer, size_t size);

#endif
