/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * selinux_contexts - the file contexts of a target root: found, judged, opened, asked.
 *
 *	selinux_contexts_open(&contexts, ops, data, rootfd, &facts, a, e);
 *	selinux_contexts_lookup(&contexts, "/etc/shadow", S_IFREG, &label, e);
 *	selinux_contexts_close(&contexts);
 *
 * On the running system libselinux opens the files by their names.  In any other tree everything is
 * read beneath the root by us, and libselinux gets a private copy: it adds endings (.homedirs,
 * .local, .subs, .bin) to the path that it is given and follows links there, and a compiled .bin is
 * trusted without a look.
 */
#ifndef LIBMISC_SELINUX_CONTEXTS_H
#define LIBMISC_SELINUX_CONTEXTS_H

#include <stdbool.h>
#include <sys/types.h>

#include "arena.h"
#include "err.h"
#include "selinux.h"
#include "selinux_ops.h"
#include "selinux_rule.h"
#include "str.h"

struct selinux_contexts {
	const struct selinux_ops *ops;
	void *data;
	struct arena *arena;
	int rootfd;
	const char *path; /* of file_contexts, in the target */
	void *handle;     /* NULL: nothing is known */
	void *marked;     /* a copy in which <<none>> can be told from no match; may be handle */
	bool copied;      /* we apply the substitutions, not libselinux */
	struct str subs, subs_dist;
};

/*
 * Fills policy, type and contexts of facts (mode and live are read).  What is wrong with the policy
 * is a fact and no error; -1 (ERR_IO) only where the process lacks something.
 */
int selinux_contexts_open(struct selinux_contexts *ret, const struct selinux_ops *ops, void *data,
			  int rootfd, struct selinux_facts *facts, struct arena *a, struct err *e);
void selinux_contexts_close(struct selinux_contexts *contexts);

/*
 * The label for a file of that type, allocated with malloc.  <<none>> is told from no match only if
 * asked to (careful): it costs a second reading.
 */
enum selinux_found selinux_contexts_lookup(struct selinux_contexts *contexts, const char *path,
					   mode_t type, bool careful, char **ret_label);

#endif
