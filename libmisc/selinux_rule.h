/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * selinux_rule - the labelling decision as a function of plain facts: no system call, no library.
 *
 * selinux.c collects the facts and does what is decided here.  Each rule takes what is known and
 * gives a verdict; SELINUX_WHY_... says why, for the log and for shadow-selinux.  HACKING.md has
 * the same as a table.
 */
#ifndef LIBMISC_SELINUX_RULE_H
#define LIBMISC_SELINUX_RULE_H

#include <stdbool.h>

#include "selinux.h"

/* What keeps labels from being looked up. */
enum selinux_why {
	SELINUX_WHY_LABELS, /* nothing: they are */
	SELINUX_WHY_OFF,
	SELINUX_WHY_BUILD,
	SELINUX_WHY_NO_KERNEL,
	SELINUX_WHY_KERNEL_UNKNOWN,
	SELINUX_WHY_NO_CONFIG,
	SELINUX_WHY_BAD_TYPE,
	SELINUX_WHY_MISSING,
	SELINUX_WHY_EMPTY,
	SELINUX_WHY_UNREADABLE,
	SELINUX_WHY_BROKEN,
	SELINUX_WHYS
};

enum selinux_verdict {
	SELINUX_LABEL,    /* go on with a label */
	SELINUX_NO_LABEL, /* go on without */
	SELINUX_REFUSE,   /* an error, with nothing changed */
};

/* One sentence part, without a full stop. */
const char *selinux_why_text(enum selinux_why why);

/*
 * Whether errno tells that the process lacks something, not that SELinux does.  Such a failure is
 * an error in every mode but off: who calls a set-uid program chooses its limits, and must not
 * choose "unknown" with them.
 */
bool selinux_rule_lacks(int error);

/* At the start: are labels looked up in this run?  *ret_why says what speaks against it. */
enum selinux_verdict selinux_rule_begin(const struct selinux_facts *facts,
					enum selinux_why *ret_why);

enum selinux_found {
	SELINUX_FOUND,
	SELINUX_NONE,     /* policy says <<none>> */
	SELINUX_NO_MATCH, /* no line of policy matches */
	SELINUX_FAILED,   /* the lookup failed, whatever errno says */
};

/* After the lookup of a path. */
enum selinux_verdict selinux_rule_lookup(enum selinux_mode mode, enum selinux_found found);

/* After the kernel refused the label, or the creation of a file with it. */
enum selinux_verdict selinux_rule_refused(enum selinux_mode mode, int error);

/* Whether a creation that failed so may have failed because of the label. */
bool selinux_rule_denied(int error);

/* Two labels say the same by type and range; the user (and the role) do not count. */
bool selinux_rule_same(const char *a, const char *b);
/* A label that protects nothing: none, or that of a file without (a known) one. */
bool selinux_rule_unlabeled(const char *label);

/* How a file came out.  Labels are NULL where there is none. */
struct selinux_outcome {
	enum selinux_mode mode;
	bool live;
	bool loaded; /* the contexts of the target load */
	enum selinux_enforce enforce;
	bool secret;
	bool tried;         /* a label was given to it afterwards, or could not be */
	bool valid;         /* policy is known to the loaded policy */
	const char *policy; /* the label looked up */
	const char *old;    /* of the file that is replaced; see selinux_rule_by_policy */
	const char *now;    /* of the new file */
};

enum selinux_settlement {
	SELINUX_SETTLED, /* it has the label of policy, or that of the old file */
	SELINUX_COPY,    /* give it the old file's, then ask again */
	SELINUX_RELABEL, /* give it policy's, then ask again: a secret that replaces none */
	SELINUX_WARN,    /* neither, and it may stay so */
	SELINUX_FORBID,  /* neither, and it may not */
};

/*
 * A secret that replaces none (a first shadow, a journal) may have the label of its directory, as
 * if that were the old file's, where the directory itself is not labelled by policy: so it is in a
 * container, whose files all share a label.  On a full system etc_t would be a hole.
 */
bool selinux_rule_by_policy(const char *directory, const char *policy);

enum selinux_settlement selinux_rule_settle(const struct selinux_outcome *outcome);

#endif
