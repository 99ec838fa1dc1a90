/* SPDX-License-Identifier: BSD-3-Clause */
#include "selinux_contexts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beneath.h"
#include "fd.h"

#define CONFIG "/etc/selinux/config"
#define CONFIG_LIMIT ((size_t)64 * 1024)
#define CONTEXTS_LIMIT ((size_t)16 * 1024 * 1024)

/* In place of <<none>>, of the same length. */
static const char none_word[] = "<<none>>", none_label[] = "n:n:n:s0";

/* A regular file beneath the root; what else may lie there (a fifo, a device) is not waited for. */
static int open_regular(int rootfd, const char *path)
{
	struct stat st;
	int fd;

	do
		fd = beneath_open(rootfd, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0) {
		fd_close(&fd);
		return -1;
	}
	if (S_ISREG(st.st_mode))
		return fd;
	close(fd);
	errno = EINVAL;
	return -1;
}

static int read_regular(int rootfd, const char *path, size_t limit, struct arena *a,
			struct str *ret)
{
	_cleanup_fd_ int fd = open_regular(rootfd, path);

	return fd < 0 ? -1 : fd_read_all(fd, limit, a, ret);
}

/* The same for a file that need not exist: then it is empty. */
static int read_optional(int rootfd, const char *path, struct arena *a, struct str *ret)
{
	*ret = (struct str){ "", 0 };
	if (read_regular(rootfd, path, CONTEXTS_LIMIT, a, ret) == 0 || errno == ENOENT)
		return 0;
	return -1;
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct str trim(struct str s)
{
	while (s.n > 0 && blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* The last SELINUXTYPE counts; without one it is "targeted", as libselinux has it. */
static struct str config_type(struct str config)
{
	struct str line, type = str_of("targeted");
	static const char key[] = "SELINUXTYPE=";
	const size_t length = sizeof(key) - 1;

	while (str_next(&config, '\n', &line)) {
		line = trim(line);
		if (line.n > length && strncasecmp(line.p, key, length) == 0)
			type = trim((struct str){ line.p + length, line.n - length });
	}
	return type;
}

/* It becomes part of a path. */
static bool type_is_name(struct str type)
{
	size_t i;

	if (type.n == 0 || type.n > NAME_MAX || type.p[0] == '.')
		return false;
	for (i = 0; i < type.n; i++) {
		if (type.p[i] == '/' || type.p[i] <= ' ' || type.p[i] == 0x7f)
			return false;
	}
	return true;
}

/* The state that a failure to read stands for; -1: the process lacks something. */
static int judge(enum selinux_policy missing, const char *path, struct selinux_facts *facts,
		 struct err *e)
{
	if (selinux_rule_lacks(errno))
		return err_sys(e, ERR_IO, "cannot read the SELinux policy: %s", path);
	facts->policy = errno == ENOENT || errno == ENOTDIR ? missing : SELINUX_POLICY_UNREADABLE;
	return 0;
}

static int find_type(struct selinux_contexts *c, struct selinux_facts *facts, struct err *e)
{
	struct str config, type;

	if (read_regular(c->rootfd, CONFIG, CONFIG_LIMIT, c->arena, &config) < 0)
		return judge(SELINUX_POLICY_NO_CONFIG, CONFIG, facts, e);
	type = config_type(config);
	if (!type_is_name(type)) {
		facts->policy = SELINUX_POLICY_BAD_TYPE;
		return 0;
	}
	facts->type = str_dup(c->arena, type);
	c->path =
		arena_printf(c->arena, "/etc/selinux/%s/contexts/files/file_contexts", facts->type);
	facts->contexts = c->path;
	return 0;
}

static const char *with_ending(struct selinux_contexts *c, const char *ending)
{
	return arena_printf(c->arena, "%s%s", c->path, ending);
}

/* A file that only root wrote. */
static bool owned(const struct stat *st)
{
	return st->st_uid == 0 && (st->st_mode & 022) == 0;
}

/*
 * Whether libselinux may open the files by name, the compiled ones too.  This is so on the running
 * system, where they are root's; a copy would be wrong there, since a confined domain may read the
 * policy's files but often no file that it made itself.  (In a user namespace without a mapping for
 * root they seem to be nobody's, and a copy does.)
 */
static bool may_name(struct selinux_contexts *c, bool live)
{
	const char *slash = strrchr(c->path, '/');
	struct stat dir, text, bin;

	if (!live || stat(c->path, &text) < 0 || !owned(&text))
		return false;
	if (stat(arena_strndup(c->arena, c->path, (size_t)(slash - c->path)), &dir) < 0 ||
	    !owned(&dir))
		return false;
	return lstat(with_ending(c, ".bin"), &bin) < 0 || (S_ISREG(bin.st_mode) && owned(&bin));
}

/* The three files as one, which means the same, with <<none>> written as a label. */
static struct str join(struct arena *a, const struct str *texts, size_t count)
{
	const size_t length = sizeof(none_word) - 1;
	size_t i, size = 0;
	char *p, *text, *found;

	for (i = 0; i < count; i++)
		size += texts[i].n + 1;
	p = text = arena_alloc(a, size + 1);
	for (i = 0; i < count; i++) {
		if (texts[i].n)
			memcpy(p, texts[i].p, texts[i].n);
		p += texts[i].n;
		*p++ = '\n';
	}
	for (p = text; (found = memmem(p, (size_t)(text + size - p), none_word, length));
	     p = found + 1)
		if (found > text && blank(found[-1]) &&
		    (found[length] == '\n' || blank(found[length])))
			memcpy(found, none_label, length);
	return (struct str){ text, size };
}

/* A file without a name. */
static int open_anonymous(void)
{
	char name[] = "/tmp/shadow-contexts.XXXXXX";
	int fd = memfd_create("file_contexts", MFD_CLOEXEC);

	if (fd >= 0 || (errno != ENOSYS && errno != EPERM))
		return fd;
	fd = mkostemp(name, O_CLOEXEC);
	if (fd >= 0)
		unlink(name);
	return fd;
}

/*
 * Opens a copy.  *ret_empty: there is nothing in it.  NULL and errno; 0 where libselinux would not
 * have it.
 */
static void *open_copy(struct selinux_contexts *c, bool *ret_empty)
{
	struct str texts[3], all;
	char path[64];
	_cleanup_fd_ int fd = -1;
	void *handle;

	if (read_regular(c->rootfd, c->path, CONTEXTS_LIMIT, c->arena, &texts[0]) < 0 ||
	    read_optional(c->rootfd, with_ending(c, ".homedirs"), c->arena, &texts[1]) < 0 ||
	    read_optional(c->rootfd, with_ending(c, ".local"), c->arena, &texts[2]) < 0 ||
	    read_optional(c->rootfd, with_ending(c, ".subs"), c->arena, &c->subs) < 0 ||
	    read_optional(c->rootfd, with_ending(c, ".subs_dist"), c->arena, &c->subs_dist) < 0)
		return NULL;
	*ret_empty = texts[0].n == 0 && texts[1].n == 0 && texts[2].n == 0;
	all = join(c->arena, texts, sizeof(texts) / sizeof(texts[0]));
	fd = open_anonymous();
	if (fd < 0 || fd_write_all(fd, all.p, all.n) < 0) {
		if (errno == ENOENT) /* it is not the policy that is missing */
			errno = EACCES;
		return NULL;
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	handle = c->ops->open(c->data, path);
	if (!handle && !selinux_rule_lacks(errno))
		errno = 0;
	return handle;
}

static int open_handle(struct selinux_contexts *c, struct selinux_facts *facts, struct err *e)
{
	bool empty = false;
	struct stat st;

	if (may_name(c, facts->live)) {
		empty = stat(c->path, &st) == 0 && st.st_size == 0 &&
			(stat(with_ending(c, ".homedirs"), &st) < 0 || st.st_size == 0) &&
			(stat(with_ending(c, ".local"), &st) < 0 || st.st_size == 0);
		c->handle = c->ops->open(c->data, c->path);
		if (!c->handle && !selinux_rule_lacks(errno))
			errno = 0;
	} else {
		c->copied = true;
		c->handle = c->marked = open_copy(c, &empty);
	}
	if (empty)
		facts->policy = SELINUX_POLICY_EMPTY;
	else if (c->handle)
		facts->policy = SELINUX_POLICY_LOADED;
	else if (errno == 0)
		facts->policy = SELINUX_POLICY_BROKEN;
	else
		return judge(SELINUX_POLICY_MISSING, c->path, facts, e);
	return 0;
}

int selinux_contexts_open(struct selinux_contexts *ret, const struct selinux_ops *ops, void *data,
			  int rootfd, struct selinux_facts *facts, struct arena *a, struct err *e)
{
	struct selinux_contexts c = { .ops = ops, .data = data, .arena = a, .rootfd = rootfd };

	facts->policy = SELINUX_POLICY_UNASKED;
	if (find_type(&c, facts, e) < 0)
		return -1;
	if (facts->policy == SELINUX_POLICY_UNASKED && open_handle(&c, facts, e) < 0)
		return -1;
	if (facts->policy != SELINUX_POLICY_LOADED)
		selinux_contexts_close(&c);
	*ret = c;
	return 0;
}

void selinux_contexts_close(struct selinux_contexts *contexts)
{
	if (contexts->marked && contexts->marked != contexts->handle)
		contexts->ops->close(contexts->data, contexts->marked);
	if (contexts->handle)
		contexts->ops->close(contexts->data, contexts->handle);
	contexts->handle = contexts->marked = NULL;
}

/* The next word of a line. */
static struct str word(struct str *line)
{
	struct str w;
	size_t n = 0;

	*line = trim(*line);
	while (n < line->n && !blank(line->p[n]))
		n++;
	w = (struct str){ line->p, n };
	line->p += n;
	line->n -= n;
	return w;
}

/* The path with its beginning replaced; of several lines that fit the last one counts. */
static const char *substitute(struct arena *a, struct str subs, const char *path)
{
	const char *found = path;
	struct str line, from, to;

	while (str_next(&subs, '\n', &line)) {
		from = word(&line);
		to = word(&line);
		if (from.n == 0 || from.p[0] == '#' || to.n == 0)
			continue;
		if (strncmp(path, from.p, from.n) != 0 || (path[from.n] && path[from.n] != '/'))
			continue;
		if (to.n == 1 && to.p[0] == '/' && path[from.n])
			to.n = 0;
		found = arena_printf(a, "%.*s%s", (int)to.n, to.p, path + from.n);
	}
	return found;
}

static enum selinux_found ask(struct selinux_contexts *c, void *handle, const char *path,
			      mode_t type, char **ret_label)
{
	if (c->ops->lookup(c->data, handle, path, type, ret_label) < 0)
		return errno == ENOENT ? SELINUX_NO_MATCH : SELINUX_FAILED;
	if (strcmp(*ret_label, none_label) != 0)
		return SELINUX_FOUND;
	free(*ret_label);
	*ret_label = NULL;
	return SELINUX_NONE;
}

enum selinux_found selinux_contexts_lookup(struct selinux_contexts *contexts, const char *path,
					   mode_t type, bool careful, char **ret_label)
{
	enum selinux_found found;
	struct arena a = { NULL };
	bool empty;

	*ret_label = NULL;
	if (!contexts->handle)
		return SELINUX_FAILED;
	if (contexts->copied) {
		path = substitute(&a, contexts->subs, path);
		path = substitute(&a, contexts->subs_dist, path);
	}
	found = ask(contexts, contexts->handle, path, type, ret_label);
	if (found == SELINUX_NO_MATCH && careful && contexts->marked != contexts->handle) {
		if (!contexts->marked)
			contexts->marked = open_copy(contexts, &empty);
		path = substitute(&a, contexts->subs, path);
		path = substitute(&a, contexts->subs_dist, path);
		if (contexts->marked)
			found = ask(contexts, contexts->marked, path, type, ret_label);
	}
	arena_free(&a);
	return found;
}
