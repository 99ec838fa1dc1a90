/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tree - copies, changes the owner of and removes whole directory trees.
 *
 * Everything happens on descriptors of directories and by names in them.  A symbolic link is never
 * followed, so that whoever owns the tree and moves things about in it meanwhile cannot make us
 * touch anything outside.  Trees may be deeper than there are descriptors: directories far up are
 * closed, and must be the same when we come back to them through "..".
 *
 * The directories that the functions work on are the caller's, open and checked.  shown is how
 * messages name the tree: what is in it is named by the path below that.  Errors are ERR_HOME; what
 * was done before stays done.
 */
#ifndef LIBMISC_TREE_H
#define LIBMISC_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#include "err.h"
#include "note.h"
#include "selinux.h"

#define TREE_NO_ID ((id_t)-1)

/*
 * Who gets what.  A file of the owner (group) from gets the owner (group) to; TREE_NO_ID as from
 * means every file, as to that it stays.  Owner and group go their own ways.
 */
struct tree_ids {
	uid_t from_uid, to_uid;
	gid_t from_gid, to_gid;
};

/* What tree_give leaves alone. */
enum tree_limit {
	TREE_ONE_FILE_SYSTEM = 1, /* what is mounted in the tree */
	TREE_ONE_NAME = 2,        /* any file with more than one name */
	TREE_TRY = 4,             /* what cannot be given; the first is the error, in the end */
};

enum tree_chown {
	TREE_CHOWN_ALWAYS, /* a file that cannot be given away is an error */
	TREE_CHOWN_TRY,    /* it is noted, once */
	TREE_CHOWN_NEVER,  /* files belong to who makes them */
};

struct tree_copy {
	struct tree_ids ids;
	enum tree_chown chown;
	bool one_file_system;   /* a mount point is copied as an empty directory */
	bool merge;             /* what is there already stays, directories are filled */
	bool with_top;          /* to gets owner, mode, times and so on of from in the end */
	time_t newest;          /* later times of change become this one; 0: they stay */
	const char *from, *to; /* the directories as the target system has them: absolute links into
				 * from lead into to instead, and labels are looked up by to */
	const char *shown_from, *shown_to;
	struct selinux *labels; /* NULL: none */
	const struct note *note;
};

/*
 * Copies what is in the directory from into the directory to: files (without holes being filled),
 * directories, links, fifos, sockets, device nodes; names of one file stay one file.  Kept are
 * modes, times, POSIX ACLs (WITH_ACL) and user.* attributes (WITH_ATTR).  Set-user-id and
 * set-group-id stay only on what ends with to_uid (to_gid).  Where every file is given away, one
 * with more than one name that not everybody may read, and that is not the owner's of the directory
 * from, is an error: it may be any secret.  Nobody else may get into to until all
 * is done: it is the caller's and 0700, and stays so without with_top.
 */
int tree_copy(int from, int to, const struct tree_copy *how, struct err *e);

/* The owner and group that ids gives to a file of this owner and group. */
void tree_ids_map(const struct tree_ids *ids, uid_t *uid, gid_t *gid);

/*
 * Gives away what is in the tree and then dir itself, as ids says.  What has the right ids is not
 * touched.  A file of somebody else with more than one name is left alone: the other name may be
 * anywhere.
 */
int tree_give(int dir, const struct tree_ids *ids, unsigned limits, const char *shown,
	      struct err *e);

/*
 * Removes the directory name in dirfd and all that is in it; it must be the one that is open as
 * dir. A tree with a mount point in it is refused: before anything is removed where /proc tells,
 * else when we come to it.  A btrfs subvolume is removed as such.
 */
int tree_remove(int dirfd, const char *name, int dir, const char *shown, struct err *e);

#endif
