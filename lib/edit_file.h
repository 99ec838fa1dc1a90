/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * edit_file - the copy of an account file that a person edits.
 *
 * For its owner alone, with the label that the account file gets.  Where the root is "/" it is
 * /etc/FILE.edit, where editors and their users expect it; for another root it lies in a directory
 * of its own outside of that tree, which may be somebody else's.
 *
 *	edit_file_make(&edit, run, TABLE_PASSWD, text);
 *	... an editor works on edit.path ...
 *	edit_file_read(&edit, run, &text);
 *	edit_file_remove(&edit);        or it stays, and its user is told edit.path
 */
#ifndef LIB_EDIT_FILE_H
#define LIB_EDIT_FILE_H

#include "run.h"

struct edit_file {
	const char *path; /* for the editor */
	int dirfd;        /* -1: there is none */
	const char *name; /* in dirfd */
	const char *directory; /* made for it, or NULL */
};
#define EDIT_FILE_NONE ((struct edit_file){ .dirfd = -1 })

/* One that a dead run left is kept as FILE.edit~, and its user is told.  ERR_IO. */
int edit_file_make(struct edit_file *ret, struct run *run, enum table_id id, struct str text);
/* What stands there now; editors put a new file in its place.  ERR_IO. */
int edit_file_read(const struct edit_file *f, struct run *run, struct str *ret);
/* Also closes it. */
void edit_file_remove(struct edit_file *f);

#endif
