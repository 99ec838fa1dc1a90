/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tree_copying - a copy while it goes on; for tree.h only.
 */
#ifndef LIBMISC_TREE_COPYING_H
#define LIBMISC_TREE_COPYING_H

#include <limits.h>
#include <stdint.h>
#include <sys/stat.h>

#include "tree.h"
#include "tree_links.h"
#include "tree_walk.h"

struct copying {
	const struct tree_copy *how;
	struct tree_walk from, to; /* always in the same directory */
	struct tree_links links;
	int top;                /* the directory that is copied into */
	struct stat top_st;
	dev_t dev;              /* of what is copied */
	uint64_t mount;         /* 0: not known */
	bool noted;             /* that a file could not be given away */
	char label[PATH_MAX];
	struct err *e;
};

/* All return 0, or -1 with c->e filled. */

/* One file in the directories where c is; st is the source's.  Not for directories. */
int copying_file(struct copying *c, const char *name, const struct stat *st);
/* Owner, mode, ACL, attributes and times of an open copy; name as for tree_walk_path. */
int copying_finish(struct copying *c, int in, int out, const struct stat *st, const char *name);

/* Fills c->label with the path to look a label up by; what is to be passed with it. */
struct selinux *copying_labels(struct copying *c, const char *name);
/* The last call found something in its place, and that may stay. */
bool copying_is_there(const struct copying *c);
int copying_fail_from(struct copying *c, const char *name);
int copying_fail_to(struct copying *c, const char *name);

#endif
