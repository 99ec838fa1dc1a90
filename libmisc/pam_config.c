/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"
#include "str.h"
#include "text.h"

#define FILE_SIZE_MAX ((size_t)1024 * 1024)
/* As deep as files include each other. */
#define DEPTH_MAX 16

static const char *const config_dirs[] = { "/etc/pam.d", "/usr/lib/pam.d" };
#define CONFIG_DIRS (sizeof(config_dirs) / sizeof(config_dirs[0]))

/* Where distributions have their modules, beside libpam's own directory. */
static const char *const module_dirs[] = {
	"/lib/security", "/usr/lib/security", "/lib64/security", "/usr/lib64/security",
};

static const char *const types[] = { "auth", "account", "session", "password" };
#define TYPES (sizeof(types) / sizeof(types[0]))

struct look {
	const char *top, *modules, *service;
	struct arena *arena;
	const char *why;                /* what is missing; NULL: nothing yet */
	const char *lenient_why[TYPES]; /* missing, but of a line that may fail */
	bool present[TYPES];            /* a module of the type is there */
};

static bool missing(struct look *l, const char *path)
{
	l->why = arena_printf(l->arena, _("%s is missing"), path);
	return false;
}

static bool exists(const struct look *l, const char *path)
{
	return access(arena_printf(l->arena, "%s%s", l->top, path), F_OK) == 0 ||
	       (errno != ENOENT && errno != ENOTDIR);
}

/* 1 read; 0 there is none; -1 it is there, but not for us to read. */
static int read_file(struct look *l, const char *path, struct str *ret)
{
	const char *full = arena_printf(l->arena, "%s%s", l->top, path);
	_cleanup_fd_ int fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return -1;
	return fd_read_all(fd, FILE_SIZE_MAX, l->arena, ret) < 0 ? -1 : 1;
}

static bool has_module(const struct look *l, const char *dir, const char *name)
{
	return exists(l, arena_printf(l->arena, "%s/%s", dir, name));
}

static bool find_module(const struct look *l, const char *name)
{
	size_t i;

	if (name[0] == '/')
		return exists(l, name);
	/* "../$ISA/pam_x.so": of the directories of all word sizes libpam takes its own. */
	if (strrchr(name, '/'))
		name = strrchr(name, '/') + 1;
	if (l->modules && has_module(l, l->modules, name))
		return true;
	for (i = 0; i < sizeof(module_dirs) / sizeof(module_dirs[0]); i++)
		if (has_module(l, module_dirs[i], name))
			return true;
	return false;
}

/* The next word of a line; one in brackets may hold blanks. */
static bool next_word(struct str *rest, struct str *ret)
{
	const char *end = rest->p + rest->n, *p;

	while (rest->n > 0 && strchr(" \t\r", *rest->p)) {
		rest->p++;
		rest->n--;
	}
	if (rest->n == 0 || *rest->p == '#')
		return false;
	p = rest->p;
	if (*p == '[')
		while (p < end && *p != ']')
			p++;
	while (p < end && !strchr(" \t\r", *p))
		p++;
	*ret = (struct str){ rest->p, (size_t)(p - rest->p) };
	*rest = (struct str){ p, (size_t)(end - p) };
	return true;
}

static bool word_is(struct str word, const char *text)
{
	return word.n == strlen(text) && strncasecmp(word.p, text, word.n) == 0;
}

/* -1: no type, which PAM takes for an error of its own. */
static int type_of(struct str word)
{
	size_t i;

	for (i = 0; i < TYPES; i++)
		if (word_is(word, types[i]))
			return (int)i;
	return -1;
}

static bool take_text(struct look *l, struct str text, int depth);

/* A file of the configuration directories, or by its whole path. */
static bool take_file(struct look *l, const char *name, int depth, bool *ret_found)
{
	struct str text;
	size_t i;

	*ret_found = true;
	for (i = 0; i < (name[0] == '/' ? 1 : CONFIG_DIRS); i++) {
		int r = read_file(l, name[0] == '/' ? name :
				  arena_printf(l->arena, "%s/%s", config_dirs[i], name), &text);

		if (r != 0)
			return r < 0 || take_text(l, text, depth + 1);
	}
	*ret_found = false;
	return true;
}

static bool take_include(struct look *l, struct str name, int depth)
{
	const char *path = str_dup(l->arena, name);
	bool found;

	if (depth >= DEPTH_MAX) {
		l->why = arena_printf(l->arena, _("%s is included too deep"), path);
		return false;
	}
	if (!take_file(l, path, depth, &found))
		return false;
	if (found)
		return true;
	return missing(l, path[0] == '/' ? path :
					   arena_printf(l->arena, "%s/%s", config_dirs[0], path));
}

static bool take_module(struct look *l, int type, struct str control, struct str word)
{
	const char *name = str_dup(l->arena, word);

	if (find_module(l, name)) {
		l->present[type] = true;
		return true;
	}
	if (!word_is(control, "optional") && !word_is(control, "sufficient"))
		return missing(l, name);
	l->lenient_why[type] = name;
	return true;
}

/* false: PAM would fail here. */
static bool take_line(struct look *l, struct str line, int depth)
{
	struct str word, control, module;
	bool may_miss;
	int type;

	if (!next_word(&line, &word))
		return true;
	if (word_is(word, "@include"))
		return !next_word(&line, &module) || take_include(l, module, depth);
	may_miss = word.p[0] == '-';
	if (may_miss)
		word = (struct str){ word.p + 1, word.n - 1 };
	type = type_of(word);
	if (type < 0 || !next_word(&line, &control) || !next_word(&line, &module))
		return true;
	if (word_is(control, "include") || word_is(control, "substack"))
		return take_include(l, module, depth);
	if (may_miss && !find_module(l, str_dup(l->arena, module)))
		return true;
	return take_module(l, type, control, module);
}

/* The next line, with those that a backslash joins to it. */
static bool next_line(struct look *l, struct str *rest, struct str *ret)
{
	struct str more;

	if (!str_next(rest, '\n', ret))
		return false;
	while (ret->n > 0 && ret->p[ret->n - 1] == '\\' && str_next(rest, '\n', &more)) {
		const char *joined = arena_printf(l->arena, "%.*s %.*s", (int)ret->n - 1, ret->p,
						  (int)more.n, more.p);

		*ret = str_of(joined);
	}
	return true;
}

static bool take_text(struct look *l, struct str text, int depth)
{
	struct str line;

	while (next_line(l, &text, &line))
		if (!take_line(l, line, depth))
			return false;
	return true;
}

/* Lines of pam.conf, which begin with the service.  false: PAM would fail; *ret_found: there was a
 * line of it. */
static bool take_pam_conf(struct look *l, struct str text, const char *service, bool *ret_found)
{
	struct str line, word;

	*ret_found = false;
	while (next_line(l, &text, &line)) {
		if (!next_word(&line, &word) || !word_is(word, service))
			continue;
		*ret_found = true;
		if (!take_line(l, line, 0))
			return false;
	}
	return true;
}

static bool look_in_pam_conf(struct look *l, bool *ret_found)
{
	struct str text;
	int r = read_file(l, "/etc/pam.conf", &text);

	*ret_found = r != 0;
	if (r <= 0)
		return true;
	if (!take_pam_conf(l, text, l->service, ret_found))
		return false;
	return *ret_found || take_pam_conf(l, text, "other", ret_found);
}

static bool look_in_dirs(struct look *l, bool *ret_found)
{
	if (!take_file(l, l->service, 0, ret_found))
		return false;
	return *ret_found || take_file(l, "other", 0, ret_found);
}

/* Of each type something must be left. */
static bool check_lenient(struct look *l)
{
	size_t i;

	for (i = 0; i < TYPES; i++)
		if (l->lenient_why[i] && !l->present[i])
			return missing(l, l->lenient_why[i]);
	return true;
}

bool pam_config_usable(const char *top, const char *modules, const char *service, struct arena *a,
		       const char **ret_why)
{
	struct look l = { .top = top, .modules = modules, .service = service, .arena = a };
	bool found, good;

	if (exists(&l, config_dirs[0]) || exists(&l, config_dirs[1]))
		good = look_in_dirs(&l, &found);
	else
		good = look_in_pam_conf(&l, &found);
	if (good && !found)
		good = missing(&l, arena_printf(a, "%s/%s", config_dirs[0], service));
	if (good)
		good = check_lenient(&l);
	if (!good)
		*ret_why = l.why;
	return good;
}
