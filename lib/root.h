/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * root - the target system as one value.
 *
 * The running system, --root DIR and --prefix DIR differ only here.  A root is a directory that all
 * paths are resolved beneath (see beneath.h); nothing is ever chroot(2)ed into, loaded from or run
 * in a root that is not live.
 *
 * live decides, in the modules concerned, about NSS, PAM, audit, caches, hooks, login mappings and
 * whether a user is busy.  --root and --prefix differ in how paths are shown, no more.
 *
 * With SHADOW_IMAGE in the environment no root is live, "/" neither: a run in an image that is
 * being made is what a run with --prefix from outside is.  It is read by env_get.
 *
 * foreign says that whoever owns the tree may have given names in it to files that are not his: by
 * a hard link, which no way of resolving a path can see.
 */
#ifndef LIB_ROOT_H
#define LIB_ROOT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "arena.h"
#include "err.h"
#include "str.h"

struct root {
	int fd;            /* O_DIRECTORY */
	bool live;         /* the running system */
	bool image;        /* SHADOW_IMAGE: what is changed is an image in the making */
	bool foreign;      /* somebody's who is neither root nor we */
	const char *dir;   /* as given, without slashes at the end; "" for "/" */
	const char *shown; /* stands before paths in messages: the prefix, or "" */
};

/*
 * At most one of the options may be given (ERR_USAGE); NULL is not given.  Both take absolute paths
 * of directories (ERR_ARGUMENT).  One that leads to "/", and an empty prefix, is the running
 * system, dir and shown being "".
 */
int root_open(struct root *ret, const char *root_option, const char *prefix_option,
	      struct arena *a, struct err *e);
void root_close(struct root *r);

/* beneath_open in the root, an absolute path as the target has it. */
int root_openat(const struct root *r, const char *path, int flags, mode_t mode);
/* The whole of a regular file of at most limit bytes.  -1 and errno; EINVAL for any other file. */
int root_read(const struct root *r, const char *path, size_t limit, struct arena *a,
	      struct str *ret);
/* The path as messages show it. */
const char *root_show(const struct root *r, struct arena *a, const char *path);

#endif
