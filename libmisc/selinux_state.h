/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * selinux_state - what the files of the module selinux share; nobody else includes this.
 */
#ifndef LIBMISC_SELINUX_STATE_H
#define LIBMISC_SELINUX_STATE_H

#include <stdbool.h>
#include <sys/types.h>

#include "arena.h"
#include "selinux.h"
#include "selinux_contexts.h"
#include "selinux_ops.h"
#include "selinux_rule.h"

struct selinux {
	const struct selinux_ops *ops;
	void *data;
	int rootfd;
	struct arena arena;
	struct selinux_facts facts;
	struct selinux_contexts contexts;
	enum selinux_why why;
	enum selinux_verdict verdict;

	/* The last lookup: a file is looked up when it is made and when it is judged. */
	char *path;
	mode_t type;
	enum selinux_found found;
	char *label;

	bool set;    /* label is in force for new files */
	int refused; /* why path was made without label, until it is judged or warned of; or 0 */
	const char *warning; /* the first one */
	unsigned warnings;
	char *warning_text;
};

/* Looks path up, into s->found and s->label. */
void selinux_lookup(struct selinux *s, const char *path, mode_t type);

/* Turns a refusal that nobody judged into a warning; must come before the next lookup. */
void selinux_flush_refusal(struct selinux *s);
void selinux_warn(struct selinux *s, const char *text);

#endif
