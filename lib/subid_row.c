/* SPDX-License-Identifier: BSD-3-Clause */
#include "subid_row.h"

#include <string.h>

static bool to_span(uint64_t first, uint64_t count, uint32_t *ret_first, uint32_t *ret_last)
{
	if (first > UINT32_MAX || count == 0)
		return false;
	*ret_first = (uint32_t)first;
	*ret_last = count > UINT32_MAX - first ? UINT32_MAX : (uint32_t)(first + count - 1);
	return true;
}

bool subid_row_numbers(struct str start, struct str count, uint32_t *ret_first, uint32_t *ret_last)
{
	uint64_t first, size;

	return str_number(start, UINT32_MAX, &first) && str_number(count, UINT64_MAX, &size) &&
	       to_span(first, size, ret_first, ret_last);
}

/* Decimal digits; *at moves past them.  false: something else stands there. */
static bool take_digits(struct str line, size_t *at, uint64_t *ret)
{
	size_t i = *at;
	uint64_t value = 0;

	/* A leading zero may be octal or hex. */
	if (i >= line.n || line.p[i] < '1' || line.p[i] > '9')
		return false;
	for (; i < line.n && line.p[i] >= '0' && line.p[i] <= '9'; i++)
		value = value * 10 + (uint64_t)(line.p[i] - '0');
	if (i - *at > 18)
		return false;
	*at = i;
	*ret = value;
	return true;
}

/* A plain row, "OWNER:DIGITS:DIGITS", in one pass: what nearly all of a large file is. */
static bool parse_plain(struct str line, size_t at, struct subid_line *ret)
{
	uint64_t first, count;

	return take_digits(line, &at, &first) && at < line.n && line.p[at++] == ':' &&
	       take_digits(line, &at, &count) && at == line.n &&
	       to_span(first, count, &ret->first, &ret->last);
}

bool subid_row_parse(struct str line, struct subid_line *ret)
{
	struct str rest, start, count;
	size_t at = 0;

	if (line.n == 0 || line.p[0] == '+' || line.p[0] == '-' || line.p[0] == '#')
		return false;
	while (at < line.n && line.p[at] != ':')
		at++;
	if (at == 0 || at == line.n)
		return false;
	ret->owner = (struct str){ line.p, at++ };
	/* As a string of C's it would be somebody else's name. */
	if (memchr(ret->owner.p, '\0', ret->owner.n))
		return false;
	if (parse_plain(line, at, ret))
		return true;
	rest = (struct str){ line.p + at, line.n - at };
	return str_next(&rest, ':', &start) && str_next(&rest, ':', &count) && !rest.p &&
	       subid_row_numbers(start, count, &ret->first, &ret->last);
}
