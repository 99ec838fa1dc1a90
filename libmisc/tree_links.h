/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tree_links - which files with several names were copied already, and where to; for tree.h only.
 */
#ifndef LIBMISC_TREE_LINKS_H
#define LIBMISC_TREE_LINKS_H

#include <stddef.h>
#include <sys/types.h>

struct tree_link {
	dev_t dev;
	ino_t ino;
	char *path; /* NULL: an empty slot */
};

struct tree_links {
	struct tree_link *slots;
	size_t count, room;
};

/* NULL: not met yet. */
const char *tree_links_find(const struct tree_links *l, dev_t dev, ino_t ino);
/* A file not met yet.  -1 and errno. */
int tree_links_add(struct tree_links *l, dev_t dev, ino_t ino, const char *path);
void tree_links_free(struct tree_links *l);

#endif
