/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * selinux - whether files that we make get an SELinux label, and which.
 *
 * The one place that decides.  The decision is made for the target root, never from what libselinux
 * found when it was loaded: a kernel with SELinux says nothing about the policy of the tree that we
 * write to.  No policy, or a lookup that fails, means "no labelling" and never an error, but in
 * strict mode; security_getenforce() of -1 means unknown and never counts as enforcing.  HACKING.md
 * has the table.
 *
 * Calling sequence, the same without libselinux (then nothing is ever labelled):
 *
 *	selinux_begin(&s, rootfd, live, mode, &note, e);
 *	set_selinux_file_context(s, "/etc/shadow", S_IFREG, e);
 *	fd = openat(dirfd, "shadow+", O_CREAT | O_EXCL | ...);
 *	saved = errno;
 *	reset_selinux_file_context(s, e);	after every set, whatever happened between
 *	selinux_settle(s, "/etc/shadow", fd, old_fd, e);	while the file is empty
 *	selinux_end(&s);
 *
 * Paths are those of the target: without the directory of --root or --prefix.
 */
#ifndef LIBMISC_SELINUX_H
#define LIBMISC_SELINUX_H

#include <stdbool.h>
#include <sys/types.h>

#include "arena.h"
#include "err.h"
#include "note.h"

enum selinux_mode {
	SELINUX_AUTO,   /* label what can be labelled */
	SELINUX_OFF,    /* no SELinux call at all */
	SELINUX_STRICT, /* refuse to go on where auto would go on without a label */
};

/* Where the mode came from, for shadow-selinux. */
enum selinux_source {
	SELINUX_FROM_BUILD,
	SELINUX_FROM_DEFS,        /* SELINUX_LABELS in login.defs */
	SELINUX_FROM_ENVIRONMENT, /* SHADOW_SELINUX */
	SELINUX_FROM_OPTION,      /* --selinux=MODE */
};

/*
 * Which mode is in force: option before environment before login.defs before configure.  option and
 * defs may be NULL (not given).  The environment is read with secure_getenv; *ret_ignored (may be
 * NULL) tells that the variable is set but was not heard.  An unknown value is noted and means auto;
 * an unknown option value is ERR_USAGE.
 */
int selinux_mode_choose(const char *option, const char *defs, const struct note *note,
			enum selinux_mode *ret_mode, enum selinux_source *ret_source,
			bool *ret_ignored, struct err *e);

struct selinux;

/*
 * Samples the kernel once and opens the target's file contexts.  In strict mode a target that cannot
 * be labelled on a kernel with SELinux is an error here, before anything is written.  ERR_IO when
 * the kernel cannot be asked for want of descriptors or memory (EMFILE, ENFILE, ENOMEM, EIO).
 */
int selinux_begin(struct selinux **ret, int rootfd, bool live, enum selinux_mode mode,
		  const struct note *note, struct err *e);
void selinux_end(struct selinux **s);

/* The label that the next file made by this process gets.  type is S_IFREG, S_IFDIR, ... or 0. */
int set_selinux_file_context(struct selinux *s, const char *path, mode_t type, struct err *e);
int reset_selinux_file_context(struct selinux *s, struct err *e);

/*
 * Looks at the outcome.  newfd is the file that stands or will stand at path, oldfd the one that it
 * replaces, or -1.  secret says that path must not end with a weaker label although it replaces
 * none (a first shadow, a copied backup).  Copies the label of oldfd where policy gave none.
 */
int selinux_settle(struct selinux *s, const char *path, int newfd, int oldfd, bool secret,
		   struct err *e);

/* True when labels are looked up at all; why is one line for a person. */
bool selinux_active(const struct selinux *s);
const char *selinux_reason(const struct selinux *s);

#endif
