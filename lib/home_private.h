/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * home_private - what the files of home.h and mail.h share.
 */
#ifndef LIB_HOME_PRIVATE_H
#define LIB_HOME_PRIVATE_H

#include <sys/stat.h>

#include "beneath.h"
#include "home.h"
#include "table.h"

/* A path of passwd as it was found beneath the root. */
struct home_dir {
	const char *path;  /* without slashes at the end */
	const char *shown; /* for messages */
	struct beneath_place place;
	int fd;            /* O_PATH, the thing itself, also a link; -1: nothing is there */
	struct stat st;
};
#define HOME_DIR_NONE ((struct home_dir){ .place = { .dirfd = -1 }, .fd = -1 })

/* path and shown are set in any case.  -1 and errno when nothing is there; then place.dirfd tells
 * whether its directory is. */
int home_find(struct run *run, const char *path, struct home_dir *ret);
void home_forget(struct home_dir *dir);
#define _cleanup_home_ __attribute__((cleanup(home_forget)))

/* Makes the directory that is to be at dir->place: 0700, ours, labelled; *ret_fd is open for
 * reading.  A subvolume, if asked for. */
int home_make(struct run *run, const struct home_dir *dir, enum home_kind kind, int *ret_fd);

/* Opens a skeleton directory; *ret is -1 for one that is not there or not wanted. */
int home_open_skel(struct run *run, const char *skel, int *ret);

/* SOURCE_DATE_EPOCH, or 0. */
time_t home_newest(void);

bool home_is_same(const struct stat *a, const struct stat *b);
/* Is the directory that is open as dirfd, seen from the root, this one or somewhere in it? */
bool home_is_within(struct run *run, int dirfd, const struct stat *dir);
/* A directory that makes a system, or one that holds such. */
bool home_is_system(struct run *run, const struct stat *dir);
/* The name of another user whose home is this directory or in it; NULL: none. */
const char *home_is_shared(struct run *run, struct table *passwd, const char *user,
			   const struct home_dir *dir);

#endif
