/* SPDX-License-Identifier: BSD-3-Clause */
#include "str.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

struct str str_until(struct str s, char end)
{
	const char *p = s.n ? memchr(s.p, end, s.n) : NULL;

	return (struct str){ s.p, p ? (size_t)(p - s.p) : s.n };
}

char *str_dup(struct arena *a, struct str s)
{
	return arena_strndup(a, s.p, s.n);
}

bool str_next(struct str *rest, char separator, struct str *ret)
{
	const char *end;

	if (!rest->p)
		return false;
	end = rest->n ? memchr(rest->p, separator, rest->n) : NULL;
	ret->p = rest->p;
	if (end) {
		ret->n = (size_t)(end - rest->p);
		rest->n -= ret->n + 1;
		rest->p = end + 1;
	} else {
		ret->n = rest->n;
		*rest = (struct str){ NULL, 0 };
	}
	return true;
}

bool str_list_has(struct str list, struct str name)
{
	struct str item;

	while (str_next(&list, ',', &item))
		if (str_eq(item, name))
			return true;
	return false;
}

struct str str_list_add(struct arena *a, struct str list, struct str name)
{
	char *p;
	size_t n;

	if (str_list_has(list, name))
		return list;
	n = list.n + (list.n ? 1 : 0);
	p = arena_alloc(a, n + name.n + 1);
	if (list.n) {
		memcpy(p, list.p, list.n);
		p[list.n] = ',';
	}
	memcpy(p + n, name.p, name.n);
	return (struct str){ p, n + name.n };
}

/* The items of a list but those that are name, which becomes to (or goes, if to is empty). */
static struct str list_edit(struct arena *a, struct str list, struct str name, struct str to)
{
	bool placed = to.n == 0 || str_list_has(list, to);
	char *p = arena_alloc(a, list.n + to.n + 2);
	struct str item;
	size_t n = 0;
	bool first = true;

	while (str_next(&list, ',', &item)) {
		if (str_eq(item, name)) {
			if (placed)
				continue;
			item = to;
			placed = true;
		}
		if (!first)
			p[n++] = ',';
		first = false;
		if (item.n)
			memcpy(p + n, item.p, item.n);
		n += item.n;
	}
	return (struct str){ p, n };
}

struct str str_list_remove(struct arena *a, struct str list, struct str name)
{
	if (!str_list_has(list, name))
		return list;
	return list_edit(a, list, name, (struct str){ NULL, 0 });
}

struct str str_list_rename(struct arena *a, struct str list, struct str from, struct str to)
{
	if (str_eq(from, to) || !str_list_has(list, from))
		return list;
	return list_edit(a, list, from, to);
}

static unsigned digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (unsigned)((c | 0x20) - 'a') + 10;
	return UINT_MAX;
}

/* So few digits do not overflow in any base that we read. */
#define SAFE_DIGITS 15

static bool digits(struct str s, unsigned base, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;
	size_t i;

	if (s.n == 0)
		return false;
	for (i = 0; i < s.n; i++) {
		unsigned digit = digit_of(s.p[i]);

		if (digit >= base)
			return false;
		if (i >= SAFE_DIGITS && (__builtin_mul_overflow(value, base, &value) ||
					 __builtin_add_overflow(value, digit, &value)))
			return false;
		if (i < SAFE_DIGITS)
			value = value * base + digit;
	}
	if (value > max)
		return false;
	*ret = value;
	return true;
}

/* Numbers of account files are short: a million of them are read by this. */
#define SHORT_DIGITS 18

static bool decimal(struct str s, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;
	size_t i;

	if (s.n > SHORT_DIGITS)
		return digits(s, 10, max, ret);
	for (i = 0; i < s.n; i++) {
		unsigned digit = (unsigned)(unsigned char)s.p[i] - '0';

		if (digit > 9)
			return false;
		value = value * 10 + digit;
	}
	if (s.n == 0 || value > max)
		return false;
	*ret = value;
	return true;
}

bool str_decimal(struct str s, uint64_t max, uint64_t *ret)
{
	return decimal(s, max, ret);
}

bool str_number(struct str s, uint64_t max, uint64_t *ret)
{
	if (s.n > 2 && s.p[0] == '0' && (s.p[1] | 0x20) == 'x')
		return digits((struct str){ s.p + 2, s.n - 2 }, 16, max, ret);
	if (s.n > 1 && s.p[0] == '0')
		return digits(s, 8, max, ret);
	return decimal(s, max, ret);
}

/* The length of the UTF-8 sequence that begins here, by its shape; 0: there is none. */
static size_t sequence_at(const unsigned char *p)
{
	size_t length = p[0] < 0x80 ? 1 :
			p[0] < 0xc2 ? 0 :
			p[0] < 0xe0 ? 2 :
			p[0] < 0xf0 ? 3 :
			p[0] < 0xf5 ? 4 :
				      0;
	size_t i;

	for (i = 1; i < length; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

/* Ends of lines, and what turns the direction of text: U+2028 to 202E, 2066 to 2069. */
static bool is_turning(const unsigned char *p)
{
	return p[0] == 0xe2 && ((p[1] == 0x80 && p[2] >= 0xa8 && p[2] <= 0xae) ||
				(p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9));
}

/* How many bytes from p on must not be printed as they are: controls of ASCII, of Unicode (U+0080
 * to U+009F) and of 8-bit terminals (those numbers as single bytes).  0: none. */
static size_t control_at(const unsigned char *p)
{
	size_t length = sequence_at(p);

	if (p[0] < 0x20 || p[0] == 0x7f || (length == 0 && p[0] <= 0x9f))
		return 1;
	return length == 2 && p[0] == 0xc2 && p[1] <= 0x9f ? 2 : is_turning(p) ? 3 : 0;
}

const char *str_visible(struct arena *a, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t n = 0, i, length;
	char *clean;

	for (; *p && !control_at(p); p += length ? length : 1)
		length = sequence_at(p);
	if (*p == '\0')
		return text;
	clean = arena_alloc(a, 4 * strlen(text) + 1);
	for (p = (const unsigned char *)text; *p; p += length) {
		bool hidden = control_at(p) > 0;

		length = hidden ? control_at(p) : sequence_at(p);
		if (length == 0)
			length = 1;
		for (i = 0; i < length; i++)
			if (hidden)
				n += (size_t)snprintf(clean + n, 5, "#%03o", (unsigned)p[i]);
			else
				clean[n++] = (char)p[i];
	}
	return clean;
}
