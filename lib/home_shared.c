/* SPDX-License-Identifier: BSD-3-Clause */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "fd.h"
#include "home_private.h"

/*
 * A directory that homes are in; most users have theirs in a few of them.  So no home is looked at
 * by itself: what is in the directory under another name is another directory, unless it is a link.
 */
struct parent {
	struct str path;
	bool missing;
	bool within;        /* the directory in question, or in it */
	bool above;         /* the directory in question is in it */
	bool look_at_each;  /* which names are links is not known */
	const char **links; /* the names that are */
	size_t count, room;
};

enum {
	PARENTS_MAX = 64,
	LINKS_MAX = 1000,
};

struct search {
	struct run *run;
	const struct home_dir *dir;
	struct parent parents[PARENTS_MAX];
	size_t count, last;
};

static void add_link(struct run *run, struct parent *p, const char *name)
{
	size_t room = p->room ? 2 * p->room : 16;

	if (p->count == LINKS_MAX) {
		p->look_at_each = true;
		return;
	}
	if (p->count == p->room) {
		p->links = arena_grow(&run->arena, p->links, p->count, room, sizeof(*p->links));
		p->room = room;
	}
	p->links[p->count++] = arena_strdup(&run->arena, name);
}

static void find_links(struct run *run, struct parent *p, int dirfd)
{
	_cleanup_dir_ DIR *dir = NULL;
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *entry;

	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		fd_close(&fd);
		p->look_at_each = true;
		return;
	}
	while (!p->look_at_each && (errno = 0, entry = readdir(dir))) {
		if (entry->d_type == DT_LNK)
			add_link(run, p, entry->d_name);
		else if (entry->d_type == DT_UNKNOWN)
			p->look_at_each = true;
	}
	if (errno != 0)
		p->look_at_each = true;
}

static void look_at_parent(struct search *s, struct str path, bool whole, struct parent *ret)
{
	const char *name = path.n > 0 ? str_dup(&s->run->arena, path) : "/";
	_cleanup_fd_ int fd = root_openat(&s->run->root, name, O_PATH | O_DIRECTORY, 0);
	struct stat st, above;

	*ret = (struct parent){ .path = path, .missing = fd < 0 };
	if (fd < 0)
		return;
	ret->within = home_is_within(s->run, fd, &s->dir->st);
	ret->above = fstat(fd, &st) == 0 && fstat(s->dir->place.dirfd, &above) == 0 &&
		     home_is_same(&st, &above);
	if (whole)
		find_links(s->run, ret, fd);
	else
		ret->look_at_each = true;
}

/* spare is for one of too many. */
static const struct parent *parent_of(struct search *s, struct str path, struct parent *spare)
{
	size_t i;

	if (s->count > 0 && str_eq(s->parents[s->last].path, path))
		return &s->parents[s->last];
	for (i = 0; i < s->count; i++)
		if (str_eq(s->parents[i].path, path)) {
			s->last = i;
			return &s->parents[i];
		}
	if (s->count == PARENTS_MAX) {
		look_at_parent(s, path, false, spare);
		return spare;
	}
	look_at_parent(s, path, true, &s->parents[s->count]);
	s->last = s->count++;
	return &s->parents[s->last];
}

static bool may_be_link(const struct parent *p, struct str name)
{
	size_t i;

	if (p->look_at_each || str_is(name, ".") || str_is(name, ".."))
		return true;
	for (i = 0; i < p->count; i++)
		if (str_is(name, p->links[i]))
			return true;
	return false;
}

static bool is_shared_home(struct search *s, struct str home)
{
	struct str above, name;
	const struct parent *p;
	struct parent spare;
	struct stat st;

	while (home.n > 0 && home.p[home.n - 1] == '/')
		home.n--;
	for (above = home; above.n > 0 && above.p[above.n - 1] != '/'; above.n--)
		;
	if (above.n == 0)
		return false; /* "/", or no absolute path */
	name = (struct str){ home.p + above.n, home.n - above.n };
	above.n--;
	p = parent_of(s, above, &spare);
	if (p->missing)
		return false;
	if (p->within && beneath_stat(s->run->root.fd, str_dup(&s->run->arena, home), 0, &st) == 0)
		return true;
	if (may_be_link(p, name)) {
		_cleanup_fd_ int fd = root_openat(&s->run->root, str_dup(&s->run->arena, home),
						  O_PATH | O_DIRECTORY, 0);

		return fd >= 0 && home_is_within(s->run, fd, &s->dir->st);
	}
	return p->above && str_is(name, s->dir->place.name);
}

const char *home_is_shared(struct run *run, struct table *passwd, const char *user,
			   const struct home_dir *dir)
{
	struct search *s = arena_alloc(&run->arena, sizeof(*s));
	struct row row;

	s->run = run;
	s->dir = dir;
	for (row = ROW_START; table_next(passwd, &row);)
		if (!str_is(row.column[PW_NAME], user) && is_shared_home(s, row.column[PW_HOME]))
			return str_dup(&run->arena, row.column[PW_NAME]);
	return NULL;
}
