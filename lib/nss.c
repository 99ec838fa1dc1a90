/* SPDX-License-Identifier: BSD-3-Clause */
#include "nss.h"

#include <errno.h>
#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <string.h>
#include <strings.h>

#include "subid_source.h"

#define CONF "/etc/nsswitch.conf"
#define CONF_SIZE_MAX ((size_t)256 * 1024)
/* For one entry: a group may have many members. */
#define ENTRY_SIZE_MAX ((size_t)64 * 1024 * 1024)

/* The next word of a line, or the next "[...]" as a whole. */
static bool next_word(struct str *rest, struct str *ret)
{
	const char *end;

	while (rest->n > 0 && strchr(" \t\r", *rest->p)) {
		rest->p++;
		rest->n--;
	}
	if (rest->n == 0)
		return false;
	*ret = (struct str){ rest->p, 0 };
	if (*rest->p == '[') {
		end = memchr(rest->p, ']', rest->n);
		ret->n = end ? (size_t)(end - rest->p) + 1 : rest->n;
	} else {
		while (ret->n < rest->n && !strchr(" \t\r[", ret->p[ret->n]))
			ret->n++;
	}
	rest->p += ret->n;
	rest->n -= ret->n;
	return true;
}

/* Is it an action that ends the search where the source before has no such entry? */
static bool ends_search(struct str action, struct arena *a)
{
	const char *text = str_dup(a, action);

	return strcasestr(text, "NOTFOUND=return") && !strcasestr(text, "!NOTFOUND=return");
}

static const char *parse_sources(struct str line, struct arena *a)
{
	const char *list = NULL;
	bool was_files = false;
	struct str word;

	while (next_word(&line, &word)) {
		if (word.p[0] == '[' && was_files) {
			/* What the files do not have nobody has. */
			if (ends_search(word, a))
				break;
			continue;
		}
		was_files = str_is(word, "files");
		if (was_files || (word.p[0] == '[' && !list))
			continue;
		list = arena_printf(a, "%s%s%.*s", list ? list : "", list ? " " : "", (int)word.n,
				    word.p);
	}
	return list;
}

/* The last line of a database, without its name.  false: there is none. */
static bool find_database(struct str text, const char *database, struct str *ret)
{
	size_t n = strlen(database);
	struct str line, word;
	const char *hash;
	bool found = false;

	while (str_next(&text, '\n', &line)) {
		hash = line.n > 0 ? memchr(line.p, '#', line.n) : NULL;
		if (hash)
			line.n = (size_t)(hash - line.p);
		if (!next_word(&line, &word) || word.n < n || memcmp(word.p, database, n) != 0)
			continue;
		/* "passwd: files", "passwd:files" or "passwd : files" */
		if (word.n > n) {
			line.p -= word.n - n;
			line.n += word.n - n;
		} else {
			while (line.n > 0 && (*line.p == ' ' || *line.p == '\t')) {
				line.p++;
				line.n--;
			}
		}
		if (line.n == 0 || *line.p != ':')
			continue;
		line.p++;
		line.n--;
		*ret = line;
		found = true;
	}
	return found;
}

const char *nss_parse(struct str text, const char *database, struct arena *a)
{
	struct str line;

	return find_database(text, database, &line) ? parse_sources(line, a) : NULL;
}

/* Who gives sub-ids, as those read it who ask him. */
static const char *parse_subid(struct str text, struct arena *a)
{
	struct str name = subid_conf_source(text);

	return str_is(name, "files") ? NULL : str_dup(a, name);
}

int nss_load(struct nss *ret, const struct root *root, bool local, struct arena *a, struct err *e)
{
	struct nss n = { .arena = a };
	struct str text;

	if (local) {
		*ret = n;
		return 0;
	}
	if (root_read(root, CONF, CONF_SIZE_MAX, a, &text) < 0) {
		/* What is no regular file (a link to /dev/null) counts as an empty one. */
		if (errno != ENOENT && errno != ENOTDIR && errno != EINVAL)
			return err_sys(e, ERR_IO, "cannot read %s", root_show(root, a, CONF));
		text = str_of("");
	}
	n.subid = parse_subid(text, a);
	if (root->live) {
		n.passwd = nss_parse(text, "passwd", a);
		n.group = nss_parse(text, "group", a);
	}
	/* The files are not asked again: with a million accounts that takes its time, and nscd,
	 * which is not asked then either, may still know an account that is gone. */
	if (n.passwd)
		__nss_configure_lookup("passwd", n.passwd);
	if (n.group)
		__nss_configure_lookup("group", n.group);
	*ret = n;
	return 0;
}

/* One of the four lookups; grows the buffer until the entry fits. */
enum lookup { BY_USER, BY_UID, BY_GROUP, BY_GID };

union entry {
	struct passwd user;
	struct group group;
};

static bool look_up(const struct nss *n, enum lookup by, const char *name, id_t id,
		    union entry *ret)
{
	struct passwd *user = NULL;
	struct group *group = NULL;
	size_t size = 4096;
	int error;

	do {
		char *buffer = arena_alloc(n->arena, size);

		switch (by) {
		case BY_USER:
			error = getpwnam_r(name, &ret->user, buffer, size, &user);
			break;
		case BY_UID:
			error = getpwuid_r(id, &ret->user, buffer, size, &user);
			break;
		case BY_GROUP:
			error = getgrnam_r(name, &ret->group, buffer, size, &group);
			break;
		case BY_GID:
		default:
			error = getgrgid_r(id, &ret->group, buffer, size, &group);
			break;
		}
		if (error == ERANGE)
			size *= 4;
	} while ((error == ERANGE && size <= ENTRY_SIZE_MAX) || error == EINTR);
	return user || group;
}

bool nss_user(const struct nss *n, const char *name, uid_t *ret_uid, gid_t *ret_gid)
{
	union entry entry;

	if (!n->passwd || !look_up(n, BY_USER, name, 0, &entry))
		return false;
	if (ret_uid)
		*ret_uid = entry.user.pw_uid;
	if (ret_gid)
		*ret_gid = entry.user.pw_gid;
	return true;
}

bool nss_uid(const struct nss *n, uid_t uid, const char **ret_name)
{
	union entry entry;

	if (!n->passwd || !look_up(n, BY_UID, NULL, uid, &entry))
		return false;
	if (ret_name)
		*ret_name = entry.user.pw_name;
	return true;
}

bool nss_group(const struct nss *n, const char *name, gid_t *ret_gid)
{
	union entry entry;

	if (!n->group || !look_up(n, BY_GROUP, name, 0, &entry))
		return false;
	if (ret_gid)
		*ret_gid = entry.group.gr_gid;
	return true;
}

bool nss_gid(const struct nss *n, gid_t gid, const char **ret_name)
{
	union entry entry;

	if (!n->group || !look_up(n, BY_GID, NULL, gid, &entry))
		return false;
	if (ret_name)
		*ret_name = entry.group.gr_name;
	return true;
}

bool nss_takes_uid(void *context, uint32_t id)
{
	return nss_uid(context, id, NULL);
}

bool nss_takes_gid(void *context, uint32_t id)
{
	return nss_gid(context, id, NULL);
}
