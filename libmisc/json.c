/* SPDX-License-Identifier: BSD-3-Clause */
#include "json.h"

#include <string.h>

static size_t sequence_length(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if ((first & 0xe0) == 0xc0)
		return 2;
	if ((first & 0xf0) == 0xe0)
		return 3;
	return (first & 0xf8) == 0xf0 ? 4 : 0;
}

/* The UTF-8 sequence at p; 0: it is none.  Too long, a surrogate, too large: none. */
static size_t sequence(const unsigned char *p)
{
	static const unsigned long least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t i, n = sequence_length(p[0]);
	unsigned long c;

	if (n <= 1)
		return n;
	c = p[0] & (0x7fu >> n);
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3fu);
	}
	return c < least[n] || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff ? 0 : n;
}

void json_string(FILE *out, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t n;

	if (!text) {
		fputs("null", out);
		return;
	}
	putc('"', out);
	for (; *p; p += n) {
		n = sequence(p);
		if (n == 0) {
			fputs("\\ufffd", out);
			n = 1;
		} else if (*p == '"' || *p == '\\') {
			fprintf(out, "\\%c", *p);
		} else if (*p < 0x20 || *p == 0x7f) {
			fprintf(out, "\\u%04x", *p);
		} else {
			fwrite(p, 1, n, out);
		}
	}
	putc('"', out);
}

void json_member(FILE *out, bool first, const char *key, const char *text)
{
	if (!first)
		putc(',', out);
	json_string(out, key);
	putc(':', out);
	json_string(out, text);
}
