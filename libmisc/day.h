/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * day - dates as the shadow file has them: whole days since 1970-01-01, UTC.  See shadow(5).
 */
#ifndef LIBMISC_DAY_H
#define LIBMISC_DAY_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#define DAY_NONE (-1L)
/* The C library reads days as an int. */
#define DAY_LAST ((long)INT_MAX)

/* Now, or SOURCE_DATE_EPOCH where that is set, a number and not in the future
 * (reproducible-builds.org). The variable is read by env_get.  *ret_fixed (may be NULL)
 * tells which. */
time_t day_now(bool *ret_fixed);
/* The value of SOURCE_DATE_EPOCH where it is set but not usable, else NULL. */
const char *day_ignored_epoch(void);
/* With SOURCE_DATE_EPOCH the file gets that time, so that images come out the same; else nothing
 * happens.  -1 and errno. */
int day_fix_times(int fd);
/* With SOURCE_DATE_EPOCH a file, or "." for the directory itself, that is newer gets that time: a
 * directory in which something was made or removed, a file that was kept.  Who may change it need
 * not be its owner, so a failure is none. */
void day_clamp_times(int dirfd, const char *name);
/* Today as a day. */
long day_today(void);

/*
 * "" and "-1" are DAY_NONE.  false: no date.  Dates are, with blanks around them or not:
 *
 *	20000                           a number of days, at most DAY_LAST
 *	2030-01-05 2030-1-5 2030/01/05
 *	01/05/2030
 *	5 Jan 2030   5-Jan-2030   January 5, 2030
 *	today tomorrow yesterday, 2 weeks, +90 days, 1 year
 *
 * A time of day may follow a numeric one (2030-01-05 10:00, 2030-01-05T10:00:00Z); it is not looked
 * at.  A day that its month does not have, up to 31, is one of the next month (2023-02-30 is
 * 2023-03-02): scripts count months so.  Years are 1970 to 9999.
 */
bool day_parse(const char *text, long *ret);
/* "YYYY-MM-DD", or "never" for DAY_NONE.  size is at least 16. */
void day_format(long day, char *buffer, size_t size);
/* "Jan 05, 2030", or "never". */
void day_format_words(long day, char *buffer, size_t size);

#endif
