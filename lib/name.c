/* SPDX-License-Identifier: BSD-3-Clause */
#include "name.h"

#include <string.h>

#include "text.h"

/* Control characters of ASCII and of Unicode (U+0080 to U+009F), and the bidirectional embeddings,
 * overrides and isolates (U+202A to U+202E, U+2066 to U+2069), which show one text for another. */
static bool has_control(const char *text)
{
	const unsigned char *p;

	for (p = (const unsigned char *)text; *p; p++) {
		if (*p < 0x20 || *p == 0x7f)
			return true;
		if (p[0] == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f)
			return true;
		if (p[0] != 0xe2)
			continue;
		if (p[1] == 0x80 && p[2] >= 0xaa && p[2] <= 0xae)
			return true;
		if (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9)
			return true;
	}
	return false;
}

static bool has_dots(const char *name)
{
	while (*name) {
		size_t n = strcspn(name, "/");

		if ((n == 1 && name[0] == '.') || (n == 2 && name[0] == '.' && name[1] == '.'))
			return true;
		name += n + (name[n] == '/');
	}
	return false;
}

static bool is_impossible(const char *name, size_t max)
{
	return name[0] == '\0' || strlen(name) > max || strchr("-+#", name[0]) ||
	       strpbrk(name, ":,") || has_control(name) || has_dots(name);
}

static bool is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* [A-Za-z0-9_.][A-Za-z0-9_.-]*[$]?, not all digits. */
static bool is_strict(const char *name)
{
	size_t n = strlen(name), i;

	if (strspn(name, "0123456789") == n)
		return false;
	if (n > 1 && name[n - 1] == '$')
		n--;
	for (i = 0; i < n; i++)
		if (!is_letter_or_digit(name[i]) && !strchr(i == 0 ? "_." : "_.-", name[i]))
			return false;
	return true;
}

static bool is_debian(const char *name)
{
	return name[0] != '~' && !strpbrk(name, " \t\r\n\v\f");
}

static enum name_verdict judge(const struct profile *p, const char *name, size_t max)
{
	bool good;

	if (is_impossible(name, max))
		return NAME_IMPOSSIBLE;
	good = p->names == PROFILE_NAMES_STRICT ? is_strict(name) : is_debian(name);
	return good ? NAME_GOOD : NAME_BAD;
}

enum name_verdict name_user(const struct profile *p, const char *name)
{
	return judge(p, name, p->user_name_max);
}

enum name_verdict name_group(const struct profile *p, const char *name)
{
	return judge(p, name, NAME_GROUP_MAX);
}

int name_check_user(const char *name, bool badname, struct err *e)
{
	enum name_verdict verdict = name_user(profile_get(), name);

	if (verdict == NAME_GOOD || (verdict == NAME_BAD && badname))
		return 0;
	return err_set(e, ERR_BAD_NAME, "invalid user name '%s'%s", name,
		       verdict == NAME_BAD ? _(": use --badname to ignore") : "");
}

bool name_is_field(enum name_field kind, const char *value)
{
	if (strchr(value, ':') || has_control(value))
		return false;
	switch (kind) {
	case NAME_FIELD_TEXT:
		return true;
	case NAME_FIELD_PATH:
		return value[0] == '/';
	case NAME_FIELD_SHELL:
		return value[0] == '\0' || value[0] == '/' || value[0] == '*';
	}
	return false;
}

int name_check_field(enum name_field kind, const char *what, const char *value, struct err *e)
{
	if (name_is_field(kind, value))
		return 0;
	return err_set(e, ERR_ARGUMENT, "invalid %s '%s'", _(what), value);
}
