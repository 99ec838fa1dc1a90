/* SPDX-License-Identifier: BSD-3-Clause */
#include "shells.h"

#include <errno.h>
#include <string.h>

#include "str.h"

#define SHELLS_SIZE ((size_t)1 << 20)

static const char *const files[] = { "/etc/shells", "/usr/etc/shells",
				     "/usr/share/defaults/etc/shells" };
static const char *const builtin[] = { "/bin/sh", "/bin/csh", NULL };

/* A path ends at a blank or a "#"; a line that does not begin with one is none. */
static struct str path_of(struct str line)
{
	struct str path = line;

	while (path.n > 0 && (*path.p == ' ' || *path.p == '\t')) {
		path.p++;
		path.n--;
	}
	if (path.n == 0 || *path.p != '/')
		return (struct str){ NULL, 0 };
	line = path;
	for (path.n = 0; path.n < line.n && !memchr(" \t\r\v\f#", path.p[path.n], 6);)
		path.n++;
	return path;
}

static const char *const *parse(struct str text, struct arena *a)
{
	struct str rest = text, line, path;
	const char **paths;
	size_t lines = 0, n = 0;

	while (str_next(&rest, '\n', &line))
		lines++;
	paths = arena_array(a, lines + 1, sizeof(*paths));
	for (rest = text; str_next(&rest, '\n', &line);) {
		path = path_of(line);
		if (path.n > 1 && !memchr(path.p, '\0', path.n))
			paths[n++] = str_dup(a, path);
	}
	paths[n] = NULL;
	return paths;
}

int shells_load(struct shells *ret, const struct root *root, struct arena *a, struct err *e)
{
	struct str text;
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (root_read(root, files[i], SHELLS_SIZE, a, &text) == 0) {
			ret->paths = parse(text, a);
			return 0;
		}
		if (errno != ENOENT && errno != ENOTDIR)
			return err_sys(e, ERR_IO, "cannot read %s", root_show(root, a, files[i]));
	}
	ret->paths = builtin;
	return 0;
}

bool shells_have(const struct shells *s, const char *path)
{
	const char *const *p;

	for (p = s->paths; *p; p++)
		if (strcmp(*p, path) == 0)
			return true;
	return false;
}
