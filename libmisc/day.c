/* SPDX-License-Identifier: BSD-3-Clause */
#include "day.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "env.h"
#include "str.h"

#define DAY_SECONDS 86400
#define DAY_MAX (INT64_MAX / DAY_SECONDS)
#define YEAR_MIN 1970
#define YEAR_MAX 9999

static const char *const months[12] = {
	"January", "February", "March", "April", "May", "June", "July", "August", "September",
	"October", "November", "December",
};

struct date {
	long year;
	long month, day; /* from 1 */
};

/* The variable as a time; false when it is not set or not usable. */
static bool epoch(time_t now, const char **ret_text, time_t *ret)
{
	const char *text = env_get("SOURCE_DATE_EPOCH");
	uint64_t value;

	*ret_text = text;
	if (!text || now < 0 || !str_decimal(str_of(text), (uint64_t)now, &value))
		return false;
	*ret = (time_t)value;
	return true;
}

time_t day_now(bool *ret_fixed)
{
	time_t now = time(NULL), fixed;
	const char *text;
	bool is_fixed = epoch(now, &text, &fixed);

	if (ret_fixed)
		*ret_fixed = is_fixed;
	return is_fixed ? fixed : now;
}

const char *day_ignored_epoch(void)
{
	const char *text;
	time_t fixed;

	return epoch(time(NULL), &text, &fixed) ? NULL : text;
}

int day_fix_times(int fd)
{
	struct timespec times[2] = { { 0, 0 }, { 0, 0 } };
	bool fixed;

	times[0].tv_sec = times[1].tv_sec = day_now(&fixed);
	return fixed ? futimens(fd, times) : 0;
}

void day_clamp_times(int dirfd, const char *name)
{
	struct timespec times[2] = { { 0, 0 }, { 0, 0 } };
	struct stat st;
	bool fixed;

	times[0].tv_sec = times[1].tv_sec = day_now(&fixed);
	if (!fixed || fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    st.st_mtim.tv_sec < times[1].tv_sec ||
	    (st.st_mtim.tv_sec == times[1].tv_sec && st.st_mtim.tv_nsec == 0))
		return;
	(void)utimensat(dirfd, name, times, AT_SYMLINK_NOFOLLOW);
}

long day_today(void)
{
	return (long)(day_now(NULL) / DAY_SECONDS);
}

/* Days from 1970-01-01 to the first of March of a year that begins in March. */
static long days_before(long year)
{
	return 365 * year + year / 4 - year / 100 + year / 400 - 719468;
}

static bool to_day(const struct date *d, long *ret)
{
	bool early = d->month < 3;
	long year = d->year - early;
	/* Months from March on: their lengths repeat every five, 153 days. */
	long month = d->month + (early ? 9 : -3);

	if (d->year < YEAR_MIN || d->year > YEAR_MAX || d->month < 1 || d->month > 12 ||
	    d->day < 1 || d->day > 31)
		return false;
	*ret = days_before(year) + (153 * month + 2) / 5 + d->day - 1;
	return true;
}

static struct date from_day(long day)
{
	/* 400 years have 146097 days. */
	long cycle = (day + 719468) / 146097, left = (day + 719468) % 146097;
	long of_cycle = (left - left / 1460 + left / 36524 - left / 146096) / 365;
	long year = cycle * 400 + of_cycle;
	long of_year = day - days_before(year);
	long month = (5 * of_year + 2) / 153;
	struct date d = { .day = of_year - (153 * month + 2) / 5 + 1 };

	d.month = month < 10 ? month + 3 : month - 9;
	d.year = year + (month >= 10);
	return d;
}

void day_format(long day, char *buffer, size_t size)
{
	struct date d;

	if (day < 0 || day > DAY_MAX) {
		snprintf(buffer, size, "never");
		return;
	}
	d = from_day(day);
	snprintf(buffer, size, "%04ld-%02ld-%02ld", d.year, d.month, d.day);
}

void day_format_words(long day, char *buffer, size_t size)
{
	struct date d;

	if (day < 0 || day > DAY_MAX) {
		snprintf(buffer, size, "never");
		return;
	}
	d = from_day(day);
	snprintf(buffer, size, "%.3s %02ld, %ld", months[d.month - 1], d.day, d.year);
}

/* The parts of a date: a cursor over the text. */

static bool take_number(const char **p, size_t digits_min, size_t digits_max, long *ret)
{
	size_t n = strspn(*p, "0123456789");

	if (n < digits_min || n > digits_max)
		return false;
	*ret = strtol(*p, NULL, 10);
	*p += n;
	return true;
}

static bool take_char(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

static void take_blanks(const char **p)
{
	*p += strspn(*p, " \t");
}

/* The name of a month, or its first three letters. */
static bool take_month(const char **p, long *ret)
{
	size_t n = strspn(*p, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
	int i;

	for (i = 0; i < 12; i++) {
		if ((n == 3 || n == strlen(months[i])) && strncasecmp(*p, months[i], n) == 0) {
			*ret = i + 1;
			*p += n;
			return true;
		}
	}
	return false;
}

/* " 10:00", "T10:00:00Z", or nothing. */
static bool take_time(const char **p)
{
	const char *start = *p;
	long part;
	bool zulu;

	if (!take_char(p, 'T'))
		take_blanks(p);
	if (take_number(p, 1, 2, &part) && part < 24 && take_char(p, ':') &&
	    take_number(p, 2, 2, &part) && part < 60) {
		if (take_char(p, ':') && !(take_number(p, 2, 2, &part) && part <= 60))
			return false;
		zulu = take_char(p, 'Z');
		(void)zulu;
		return true;
	}
	*p = start;
	return **p != 'T';
}

static bool take_iso(const char **p, struct date *d)
{
	char separator;

	if (!take_number(p, 4, 4, &d->year))
		return false;
	separator = **p;
	return (separator == '-' || separator == '/') && take_char(p, separator) &&
	       take_number(p, 1, 2, &d->month) && take_char(p, separator) &&
	       take_number(p, 1, 2, &d->day) && take_time(p);
}

static bool take_american(const char **p, struct date *d)
{
	return take_number(p, 1, 2, &d->month) && take_char(p, '/') &&
	       take_number(p, 1, 2, &d->day) && take_char(p, '/') &&
	       take_number(p, 4, 4, &d->year) && take_time(p);
}

static bool take_day_first(const char **p, struct date *d)
{
	char separator;

	if (!take_number(p, 1, 2, &d->day))
		return false;
	separator = **p == '-' ? '-' : ' ';
	if (!take_char(p, separator) || !take_month(p, &d->month) || !take_char(p, separator))
		return false;
	return take_number(p, 4, 4, &d->year);
}

static bool take_month_first(const char **p, struct date *d)
{
	if (!take_month(p, &d->month))
		return false;
	take_blanks(p);
	if (!take_number(p, 1, 2, &d->day) || !take_char(p, ','))
		return false;
	take_blanks(p);
	return take_number(p, 4, 4, &d->year);
}

/* The months are counted in the calendar: a month after 01-31 is 02-31, which is 03-03. */
static bool add_months(long day, long count, long *ret)
{
	struct date d = from_day(day);
	long total = d.year * 12 + d.month - 1 + count;

	d.year = total / 12;
	d.month = total % 12 + 1;
	return to_day(&d, ret);
}

static bool parse_relative(const char *text, long *ret)
{
	static const struct {
		const char *word;
		long days;
	} words[] = { { "now", 0 }, { "today", 0 }, { "tomorrow", 1 }, { "yesterday", -1 } };
	static const struct {
		const char *unit;
		long days, months;
	} units[] = { { "day", 1, 0 }, { "week", 7, 0 }, { "month", 0, 1 }, { "year", 0, 12 } };
	const char *p = text;
	long today = day_today(), count;
	size_t i, n;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(text, words[i].word) == 0) {
			*ret = today + words[i].days;
			return *ret >= 0;
		}
	}
	(void)take_char(&p, '+');
	if (!take_number(&p, 1, 5, &count))
		return false;
	take_blanks(&p);
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		n = strlen(units[i].unit);
		if (strncasecmp(p, units[i].unit, n) != 0 ||
		    (p[n] != '\0' && strcasecmp(p + n, "s") != 0))
			continue;
		return add_months(today + count * units[i].days, count * units[i].months, ret);
	}
	return false;
}

bool day_parse(const char *text, long *ret)
{
	static bool (*const forms[])(const char **p, struct date *d) = {
		take_iso, take_american, take_day_first, take_month_first,
	};
	char copy[64];
	uint64_t number;
	size_t i, n;

	if (text[0] == '\0' || strcmp(text, "-1") == 0) {
		*ret = DAY_NONE;
		return true;
	}
	take_blanks(&text);
	n = strlen(text);
	while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t'))
		n--;
	if (n == 0 || n >= sizeof(copy))
		return false;
	memcpy(copy, text, n);
	copy[n] = '\0';
	if (str_decimal(str_of(copy), DAY_LAST, &number)) {
		*ret = (long)number;
		return true;
	}
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct date d = { 0 };
		const char *p = copy;

		if (forms[i](&p, &d) && *p == '\0')
			return to_day(&d, ret);
	}
	return parse_relative(copy, ret);
}
