/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * home - home directories, as effects of useradd, newusers, usermod and userdel.
 *
 *	useradd -m	in the change	home_check_new(run, &h)
 *			after commit	home_create(run, &h, &made)
 *	usermod -m	in the change	home_move_undo(run, &move),
 *					home_move_prepare(run, &spec, &move)
 *			commit failed	home_move_undo(run, &move)
 *			after commit	home_move_finish(run, &move)
 *	usermod -u, -g	after commit	home_give(run, ...)		without -m
 *	userdel -r	in the change	home_plan_removal(run, passwd, ..., &plan)
 *			after commit	home_remove(run, plan, &removed)
 *
 * "In the change" is under the lock, before anything is written; it may come more than once.  Paths
 * are those of the target, as passwd has them.  All return 0, or -1 with run->err filled, of kind
 * ERR_HOME but for labels.  What calls for no error is said as a note.  Memory is the run's.
 * With --dry-run nothing is touched: only the checks are made.
 */
#ifndef LIB_HOME_H
#define LIB_HOME_H

#include <stdbool.h>
#include <sys/types.h>

#include "run.h"
#include "tree.h"

enum home_kind {
	HOME_DIRECTORY,
	HOME_SUBVOLUME_TRY, /* a btrfs subvolume where that can be */
	HOME_SUBVOLUME,     /* nothing else */
};

struct home_new {
	const char *path;
	uid_t uid;
	gid_t gid;
	mode_t mode;           /* see home_mode */
	const char *skel;      /* copied into it; NULL, "" or not there: nothing */
	const char *usrskel;   /* the same, for what skel has not */
	enum tree_chown chown; /* --chown */
	bool one_file_system;
	enum home_kind kind;
	bool may_exist;        /* a directory that is there is nothing to speak of */
};

/* --chown's value: always (also for NULL), try, never.  ERR_ARGUMENT. */
int home_parse_chown(struct run *run, const char *text, enum tree_chown *ret);

/* HOME_MODE, else 0777 less UMASK. */
mode_t home_mode(const struct run *run);

/* Refuses what cannot become this home directory: a path with a file in it or at its end, a place
 * that cannot be written or has no subvolumes, a skel that cannot be read. */
int home_check_new(struct run *run, const struct home_new *h);
/* Missing parents are made, root's and 0755.  A directory that is there is left as it is, with the
 * usual warning, and *ret_made is false.  After an error in the copy what came so far stays and
 * belongs to the user. */
int home_create(struct run *run, const struct home_new *h, bool *ret_made);

struct home_move_spec {
	const char *from, *to;
	struct tree_ids ids;   /* the user's old and new; the same where they do not change */
	enum tree_chown chown; /* TREE_CHOWN_NEVER, --no-chown: files keep the old owner */
	bool one_file_system;
};

struct home_move;

/*
 * Renames the directory, or copies it where it must go to another file system.  *ret is NULL when
 * there was nothing to move: an old home that does not exist is noted.  Refused are an old home
 * that is no directory, a link, a mount point or a system directory, and a new one that is there.
 */
int home_move_prepare(struct run *run, const struct home_move_spec *spec, struct home_move **ret);
/* Gives the files to the new owner or removes the old tree. */
int home_move_finish(struct run *run, struct home_move **move);
/* Everything as before; NULL: nothing to do.  A failure is noted. */
void home_move_undo(struct run *run, struct home_move **move);

/* Gives the files in the home directory to the new ids.  A directory that is not there, or is not
 * the user's (ids.from_uid), is left alone; *ret_given tells. */
int home_give(struct run *run, const char *path, const struct tree_ids *ids, enum tree_chown chown,
	      bool one_file_system, bool *ret_given);

struct home_removal;

/*
 * Decides whether the user's home may be removed.  Refused, also with force: "/", the directories
 * that make a system and whatever holds one of them, mount points, links, and a directory that is
 * or holds the home of another user in passwd.  Refused without force: one that the user does not
 * own.  A refusal is not an error yet: home_remove tells it.
 */
int home_plan_removal(struct run *run, struct table *passwd, const char *user, const char *path,
		      uid_t uid, bool force, struct home_removal **ret);
/* A home that is not there is noted. */
int home_remove(struct run *run, struct home_removal *plan, bool *ret_removed);

#endif
