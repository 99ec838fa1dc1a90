/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tree_walk - goes through a directory tree of any depth; for tree.h only.
 *
 *	tree_walk_start(&w, shown);
 *	if (tree_walk_enter(&w, fd, NULL) < 0) ...
 *	while (w.depth > 0) {
 *		while ((name = tree_walk_next(&w)))
 *			... one file in tree_walk_fd(&w); a directory: tree_walk_enter(&w, ...)
 *		... tree_walk_fd(&w) is done with ...
 *		if (tree_walk_leave(&w) < 0) ...
 *	}
 *	tree_walk_end(&w);
 *
 * The names in a directory are read when it is entered, so what comes later is not met.  Functions
 * return 0, or -1 and errno.
 */
#ifndef LIBMISC_TREE_WALK_H
#define LIBMISC_TREE_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/* The directories from the top down to where we are.  Only the last few are open. */
struct tree_level {
	int fd;         /* -1: closed for a while */
	struct stat st; /* when it was entered */
	size_t path;    /* length of the path to it */
	bool kept;      /* for the caller's use */
	char *names;    /* each with its NUL */
	size_t size, next;
};

struct tree_walk {
	struct tree_level *levels;
	size_t depth, room;
	char *path;
	size_t path_room;
};

/* shown is where the path in messages begins. */
int tree_walk_start(struct tree_walk *w, const char *shown);
/* fd is taken over, also when this fails.  name NULL: the top. */
int tree_walk_enter(struct tree_walk *w, int fd, const char *name);
/* The same for a tree that is being written: the names in it are not read. */
int tree_walk_enter_blind(struct tree_walk *w, int fd, const char *name);
/* NULL: no more in this directory.  Good until the directory is left. */
const char *tree_walk_next(struct tree_walk *w);
/* Reads the names of this directory again. */
int tree_walk_again(struct tree_walk *w);
/* Back to the directory above, which must still be the one that we came from (ESTALE). */
int tree_walk_leave(struct tree_walk *w);
void tree_walk_end(struct tree_walk *w);

struct tree_level *tree_walk_here(struct tree_walk *w);
int tree_walk_fd(struct tree_walk *w);
/* The path of name in this directory, or with NULL of the directory: good until the next call. */
const char *tree_walk_path(struct tree_walk *w, const char *name);

#endif
