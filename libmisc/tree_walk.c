/* SPDX-License-Identifier: BSD-3-Clause */
#include "tree_walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fd.h"

enum {
	/* A copy has two walks, and 256 descriptors are the least to expect. */
	OPEN_MAX_LEVELS = 64,
	LEVELS_MAX = 1000000, /* so that a tree which grows while we walk has an end */
};

/* At least size bytes; the old content stays. */
static int reserve(char **buffer, size_t *room, size_t size)
{
	size_t wanted = *room ? *room : 256;
	char *p;

	while (wanted < size)
		wanted *= 2;
	if (wanted == *room)
		return 0;
	p = realloc(*buffer, wanted);
	if (!p)
		return -1;
	*buffer = p;
	*room = wanted;
	return 0;
}

struct tree_level *tree_walk_here(struct tree_walk *w)
{
	return &w->levels[w->depth - 1];
}

int tree_walk_fd(struct tree_walk *w)
{
	return tree_walk_here(w)->fd;
}

int tree_walk_start(struct tree_walk *w, const char *shown)
{
	size_t n = strlen(shown);

	*w = (struct tree_walk){ 0 };
	while (n > 1 && shown[n - 1] == '/')
		n--;
	if (reserve(&w->path, &w->path_room, n + 1) < 0)
		return -1;
	memcpy(w->path, shown, n);
	w->path[n] = '\0';
	return 0;
}

const char *tree_walk_path(struct tree_walk *w, const char *name)
{
	size_t used = w->depth > 0 ? tree_walk_here(w)->path : strlen(w->path);

	if (name && reserve(&w->path, &w->path_room, used + strlen(name) + 2) == 0) {
		if (used > 0 && w->path[used - 1] != '/')
			w->path[used++] = '/';
		memcpy(w->path + used, name, strlen(name) + 1);
	} else {
		w->path[used] = '\0';
	}
	return w->path;
}

static int read_names(struct tree_level *level)
{
	_cleanup_dir_ DIR *dir = NULL;
	size_t used = 0, room = 0;
	struct dirent *entry;
	int fd = openat(level->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -1;
	}
	while (errno = 0, entry = readdir(dir)) {
		size_t n = strlen(entry->d_name) + 1;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (reserve(&level->names, &room, used + n) < 0)
			return -1;
		memcpy(level->names + used, entry->d_name, n);
		used += n;
	}
	level->size = used;
	return errno ? -1 : 0;
}

int tree_walk_again(struct tree_walk *w)
{
	struct tree_level *level = tree_walk_here(w);

	free(level->names);
	level->names = NULL;
	level->size = level->next = 0;
	return read_names(level);
}

static int add_level(struct tree_walk *w)
{
	size_t room = w->room ? 2 * w->room : 16;
	struct tree_level *levels;

	if (w->depth >= LEVELS_MAX) {
		errno = ELOOP;
		return -1;
	}
	if (w->depth == w->room) {
		levels = realloc(w->levels, room * sizeof(*levels));
		if (!levels)
			return -1;
		w->levels = levels;
		w->room = room;
	}
	w->levels[w->depth++] = (struct tree_level){ .fd = -1 };
	return 0;
}

static int enter(struct tree_walk *w, int fd, const char *name, bool blind)
{
	struct tree_level *level;
	size_t length = strlen(tree_walk_path(w, name));

	if (add_level(w) < 0) {
		close(fd);
		return -1;
	}
	level = tree_walk_here(w);
	level->fd = fd;
	level->path = length;
	if (fstat(fd, &level->st) < 0)
		return -1;
	if (w->depth > OPEN_MAX_LEVELS) {
		struct tree_level *above = &w->levels[w->depth - OPEN_MAX_LEVELS - 1];

		fd_close(&above->fd);
		above->fd = -1;
	}
	return blind ? 0 : read_names(level);
}

int tree_walk_enter(struct tree_walk *w, int fd, const char *name)
{
	return enter(w, fd, name, false);
}

int tree_walk_enter_blind(struct tree_walk *w, int fd, const char *name)
{
	return enter(w, fd, name, true);
}

const char *tree_walk_next(struct tree_walk *w)
{
	struct tree_level *level = tree_walk_here(w);
	const char *name = level->names + level->next;

	if (level->next >= level->size)
		return NULL;
	level->next += strlen(name) + 1;
	return name;
}

/* Opens the level above through "..", which somebody may have moved us away from. */
static int open_above(struct tree_level *above, int fd)
{
	struct stat st;

	above->fd = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (above->fd < 0 || fstat(above->fd, &st) < 0)
		return -1;
	if (st.st_dev == above->st.st_dev && st.st_ino == above->st.st_ino)
		return 0;
	fd_close(&above->fd);
	above->fd = -1;
	errno = ESTALE;
	return -1;
}

int tree_walk_leave(struct tree_walk *w)
{
	struct tree_level *level = tree_walk_here(w);
	int r = 0;

	if (w->depth > 1 && w->levels[w->depth - 2].fd < 0)
		r = open_above(&w->levels[w->depth - 2], level->fd);
	fd_close(&level->fd);
	free(level->names);
	w->depth--;
	return r;
}

void tree_walk_end(struct tree_walk *w)
{
	int saved = errno;

	for (; w->depth > 0; w->depth--) {
		fd_close(&tree_walk_here(w)->fd);
		free(tree_walk_here(w)->names);
	}
	free(w->levels);
	free(w->path);
	*w = (struct tree_walk){ 0 };
	errno = saved;
}
