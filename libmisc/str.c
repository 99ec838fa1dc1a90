/* SPDX-License-Identifier: BSD-3-Clause */
#include "str.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

struct str str_of(const char *s)
{
	return (struct str){ s, strlen(s) };
}

bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_is(struct str a, const char *s)
{
	return str_eq(a, str_of(s));
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

bool str_decimal(struct str s, uint64_t max, uint64_t *ret)
{
	return digits(s, 10, max, ret);
}

bool str_number(struct str s, uint64_t max, uint64_t *ret)
{
	if (s.n > 2 && s.p[0] == '0' && (s.p[1] | 0x20) == 'x')
		return digits((struct str){ s.p + 2, s.n - 2 }, 16, max, ret);
	if (s.n > 1 && s.p[0] == '0')
		return digits(s, 8, max, ret);
	return digits(s, 10, max, ret);
}

/* How many bytes make up the control character at p: of ASCII, or of Unicode (U+0080 to U+009F,
 * which some terminals obey too).  0: it is none. */
static size_t control_at(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	if (p[0] < 0x20 || p[0] == 0x7f)
		return 1;
	return p[0] == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f ? 2 : 0;
}

const char *str_visible(struct arena *a, const char *text)
{
	const char *p;
	char *clean;
	size_t n = 0;

	for (p = text; *p && !control_at(p); p++)
		;
	if (*p == '\0')
		return text;
	clean = arena_alloc(a, 4 * strlen(text) + 1);
	for (p = text; *p;) {
		size_t left = control_at(p);

		if (left == 0)
			clean[n++] = *p++;
		for (; left > 0; left--)
			n += (size_t)snprintf(clean + n, 5, "#%03o",
					      (unsigned)(unsigned char)*p++);
	}
	return clean;
}
