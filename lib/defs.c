/* SPDX-License-Identifier: BSD-3-Clause */
#include "defs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>

#include "day.h"
#include "fd.h"

#define DEFS_SIZE_MAX ((size_t)1024 * 1024)

static const char *const dirs[] = { "/etc", "/run", "/usr/etc", "/usr/lib" };
#define DIR_COUNT (sizeof(dirs) / sizeof(dirs[0]))

/* What -K takes: the keys of all tools and versions, those of util-linux and PAM as well.
 * Sorted. */
static const char *const known[] = {
	"ALWAYS_SET_PATH", "BCRYPT_MAX_ROUNDS", "BCRYPT_MIN_ROUNDS", "CHFN_AUTH", "CHFN_RESTRICT",
	"CHSH_AUTH", "CONSOLE", "CONSOLE_GROUPS", "CREATE_HOME", "DEFAULT_HOME", "ENCRYPT_METHOD",
	"ENVIRON_FILE", "ENV_HZ", "ENV_PATH", "ENV_ROOTPATH", "ENV_SUPATH", "ENV_TZ", "ERASECHAR",
	"FAILLOG_ENAB", "FAIL_DELAY", "FAKE_SHELL", "FORCE_SHADOW", "FTMP_FILE", "GID_MAX",
	"GID_MIN", "GRANT_AUX_GROUP_SUBIDS", "HMAC_CRYPTO_ALGO", "HOME_MODE", "HUSHLOGIN_FILE",
	"ID_NO_REUSE", "ISSUE_FILE", "KILLCHAR", "LASTLOG_ENAB", "LASTLOG_UID_MAX",
	"LOGIN_ENV_SAFELIST", "LOGIN_KEEP_USERNAME", "LOGIN_PLAIN_PROMPT", "LOGIN_RETRIES",
	"LOGIN_SHELL_FALLBACK", "LOGIN_STRING", "LOGIN_TIMEOUT", "LOG_OK_LOGINS",
	"LOG_UNKFAIL_ENAB", "MAIL_CHECK_ENAB", "MAIL_DIR", "MAIL_FILE", "MAX_MEMBERS_PER_GROUP",
	"MD5_CRYPT_ENAB", "MOTD_FILE", "MOTD_FIRSTONLY", "NOLOGINS_FILE", "NONEXISTENT",
	"OBSCURE_CHECKS_ENAB", "PASS_ALWAYS_WARN", "PASS_CHANGE_TRIES", "PASS_MAX_DAYS",
	"PASS_MAX_LEN", "PASS_MIN_DAYS", "PASS_MIN_LEN", "PASS_WARN_AGE", "PORTTIME_CHECKS_ENAB",
	"PREVENT_NO_AUTH", "QUOTAS_ENAB", "SELINUX_LABELS", "SHA_CRYPT_MAX_ROUNDS",
	"SHA_CRYPT_MIN_ROUNDS", "SUB_GID_COUNT", "SUB_GID_DETERMINISTIC", "SUB_GID_MAX",
	"SUB_GID_MIN", "SUB_GID_RESERVED", "SUB_GID_STORE_BY_UID", "SUB_UID_COUNT",
	"SUB_UID_DETERMINISTIC", "SUB_UID_MAX", "SUB_UID_MIN", "SUB_UID_RESERVED",
	"SUB_UID_STORE_BY_UID", "SULOG_FILE", "SU_NAME", "SU_WHEEL_ONLY", "SYSLOG_SG_ENAB",
	"SYSLOG_SU_ENAB", "SYS_GID_MAX", "SYS_GID_MIN", "SYS_UID_MAX", "SYS_UID_MIN",
	"TCB_AUTH_GROUP", "TCB_SYMLINKS", "TTYGROUP", "TTYPERM", "TTYTYPE_FILE", "UID_MAX",
	"UID_MIN", "ULIMIT", "UMASK", "UNSAFE_SUB_GID_DETERMINISTIC_WRAP",
	"UNSAFE_SUB_UID_DETERMINISTIC_WRAP", "USERDEL_CMD", "USERGROUPS_ENAB", "USE_TCB",
	"YESCRYPT_COST_FACTOR",
};

static void put(struct defs *d, struct arena *a, struct str key, struct str value)
{
	if (d->count == d->room) {
		size_t room = d->room ? 2 * d->room : 64;

		d->items = arena_grow(a, d->items, d->count, room, sizeof(*d->items));
		d->room = room;
	}
	d->items[d->count++] = (struct defs_item){ str_dup(a, key), str_dup(a, value), false };
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void skip(struct str *s, bool quotes)
{
	while (s->n > 0 && (is_blank(*s->p) || (quotes && *s->p == '"'))) {
		s->p++;
		s->n--;
	}
}

static void parse_line(struct defs *d, struct arena *a, struct str line)
{
	struct str key = { NULL, 0 };
	const char *quote;

	skip(&line, false);
	key.p = line.p;
	while (line.n > 0 && !is_blank(*line.p)) {
		key.n++;
		line.p++;
		line.n--;
	}
	skip(&line, true);
	quote = line.n > 0 ? memchr(line.p, '"', line.n) : NULL;
	if (quote)
		line.n = (size_t)(quote - line.p);
	while (line.n > 0 && is_blank(line.p[line.n - 1]))
		line.n--;
	if (key.n > 0 && key.p[0] != '#' && line.n > 0)
		put(d, a, key, line);
}

/* 1 read, 0 there is none.  What is no regular file (a link to /dev/null) counts as an empty
 * one. */
static int load_file(struct defs *d, const struct root *root, struct arena *a, const char *path,
		     struct err *e)
{
	struct str rest, line;

	if (root_read(root, path, DEFS_SIZE_MAX, a, &rest) < 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			return 0;
		if (errno == EINVAL)
			return 1;
		return err_sys(e, ERR_IO, "cannot read %s", root_show(root, a, path));
	}
	while (str_next(&rest, '\n', &line))
		parse_line(d, a, line);
	return 1;
}

struct drop_in {
	const char *name;
	size_t dir; /* its rank */
};

struct drop_ins {
	struct drop_in *items;
	size_t count, room;
};

static int compare_drop_ins(const void *one, const void *two)
{
	const struct drop_in *a = one, *b = two;
	int order = strcmp(a->name, b->name);

	return order != 0 ? order : a->dir < b->dir ? -1 : a->dir > b->dir;
}

static bool is_drop_in(const char *name)
{
	size_t n = strlen(name);

	return n > 5 && name[0] != '.' && strcmp(name + n - 5, ".defs") == 0;
}

static int list_dir(struct drop_ins *list, const struct root *root, struct arena *a, size_t dir,
		    struct err *e)
{
	const char *path = arena_printf(a, "%s/login.defs.d", dirs[dir]);
	int fd = root_openat(root, path, O_RDONLY | O_DIRECTORY, 0);
	_cleanup_dir_ DIR *stream = NULL;
	struct dirent *entry;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd >= 0)
		stream = fdopendir(fd);
	if (!stream) {
		fd_close(&fd);
		return err_sys(e, ERR_IO, "cannot read %s", root_show(root, a, path));
	}
	while ((errno = 0, entry = readdir(stream))) {
		if (!is_drop_in(entry->d_name))
			continue;
		if (list->count == list->room) {
			list->room = list->room ? 2 * list->room : 8;
			list->items = arena_grow(a, list->items, list->count, list->room,
						 sizeof(*list->items));
		}
		list->items[list->count++] =
			(struct drop_in){ arena_strdup(a, entry->d_name), dir };
	}
	if (errno != 0)
		return err_sys(e, ERR_IO, "cannot read %s", root_show(root, a, path));
	return 0;
}

static int load_drop_ins(struct defs *d, const struct root *root, struct arena *a, struct err *e)
{
	struct drop_ins list = { NULL, 0, 0 };
	size_t i;

	for (i = 0; i < DIR_COUNT; i++)
		if (list_dir(&list, root, a, i, e) < 0)
			return -1;
	if (list.count > 1)
		qsort(list.items, list.count, sizeof(*list.items), compare_drop_ins);
	for (i = 0; i < list.count; i++) {
		if (i > 0 && strcmp(list.items[i].name, list.items[i - 1].name) == 0)
			continue;
		if (load_file(d, root, a,
			      arena_printf(a, "%s/login.defs.d/%s", dirs[list.items[i].dir],
					   list.items[i].name), e) < 0)
			return -1;
	}
	return 0;
}

int defs_load(struct defs *d, const struct root *root, struct arena *a, const struct note *note,
	      struct err *e)
{
	int found = 0;
	size_t i;

	d->note = note;
	for (i = 0; i < DIR_COUNT && found == 0; i++)
		found = load_file(d, root, a, arena_printf(a, "%s/login.defs", dirs[i]), e);
	return found < 0 ? -1 : load_drop_ins(d, root, a, e);
}

static int compare_key(const void *key, const void *item)
{
	return strcmp(key, *(const char *const *)item);
}

int defs_override(struct defs *d, const struct opt_list *keys, struct arena *a, struct err *e)
{
	size_t i;

	for (i = 0; i < keys->count; i++) {
		const char *item = keys->items[i], *equals = strchr(item, '=');
		const char *key;

		if (!equals)
			return err_set(e, ERR_ARGUMENT, "-K requires KEY=VALUE");
		key = arena_strndup(a, item, (size_t)(equals - item));
		if (!bsearch(key, known, sizeof(known) / sizeof(known[0]), sizeof(known[0]),
			     compare_key))
			return err_set(e, ERR_ARGUMENT, "configuration error - "
				       "unknown item '%s' (notify administrator)", key);
		put(d, a, str_of(key), str_of(equals + 1));
	}
	return 0;
}

static struct defs_item *find(const struct defs *d, const char *key)
{
	size_t i;

	for (i = d->count; i-- > 0;)
		if (strcmp(d->items[i].key, key) == 0)
			return &d->items[i];
	return NULL;
}

const char *defs_string(const struct defs *d, const char *key)
{
	const struct defs_item *item = find(d, key);

	return item ? item->value : NULL;
}

bool defs_bool(const struct defs *d, const char *key, bool fallback)
{
	const struct defs_item *item = find(d, key);

	return item ? strcasecmp(item->value, "yes") == 0 : fallback;
}

static long long number(const struct defs *d, const char *key, long long min, long long max,
			long long fallback)
{
	struct defs_item *item = find(d, key);
	long long value;
	char *end;

	if (!item)
		return fallback;
	errno = 0;
	value = strtoll(item->value, &end, 0);
	if (errno == 0 && end != item->value && *end == '\0' && value >= min && value <= max)
		return value;
	if (!item->noted)
		note_say(d->note, "configuration error - cannot parse %s value: '%s'", key,
			 item->value);
	item->noted = true;
	return fallback;
}

long long defs_number(const struct defs *d, const char *key, long long fallback)
{
	return number(d, key, -1, INT64_MAX, fallback);
}

long defs_days(const struct defs *d, const char *key)
{
	return (long)number(d, key, DAY_NONE, DAY_LAST, DAY_NONE);
}

uint32_t defs_id(const struct defs *d, const char *key, uint32_t fallback)
{
	return (uint32_t)number(d, key, 0, UINT32_MAX, fallback);
}
