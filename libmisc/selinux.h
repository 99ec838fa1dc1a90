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
 *	fd = selinux_open(s, "/etc/shadow", dirfd, "shadow+", O_CREAT | O_EXCL | ..., 0600, e);
 *	selinux_settle(s, "/etc/shadow", fd, old_fd, false, e);	while the file is empty
 *	...
 *	log selinux_warning(s), if there is one
 *	selinux_end(&s);
 *
 * Paths are those of the target: without the directory of --root or --prefix.  A struct selinux
 * of NULL labels nothing.  Not for use by two threads.
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
 * defs may be NULL (not given).  The environment is read by env_get; *ret_ignored (may be
 * NULL) tells that the variable is set but was not heard.  An unknown value is noted (note may be
 * NULL) and means auto; an unknown option value is ERR_USAGE.
 */
int selinux_mode_choose(const char *option, const char *defs, const struct note *note,
			enum selinux_mode *ret_mode, enum selinux_source *ret_source,
			bool *ret_ignored, struct err *e);

const char *selinux_mode_name(enum selinux_mode mode);

/* What the kernel says.  Unknown enforcement never counts as enforcing. */
enum selinux_kernel { SELINUX_KERNEL_UNKNOWN, SELINUX_KERNEL_NO, SELINUX_KERNEL_YES };
enum selinux_enforce { SELINUX_ENFORCE_UNKNOWN, SELINUX_ENFORCE_NO, SELINUX_ENFORCE_YES };

/* The policy of the target root, as far as labels need it. */
enum selinux_policy {
	SELINUX_POLICY_UNASKED, /* nothing depends on it */
	SELINUX_POLICY_LOADED,  /* its file contexts load */
	SELINUX_POLICY_NO_CONFIG,
	SELINUX_POLICY_BAD_TYPE,
	SELINUX_POLICY_MISSING,
	SELINUX_POLICY_EMPTY,
	SELINUX_POLICY_UNREADABLE,
	SELINUX_POLICY_BROKEN,
};

/* What the decision stands on. */
struct selinux_facts {
	enum selinux_mode mode;
	bool live;
	bool built; /* with libselinux */
	enum selinux_kernel kernel;
	enum selinux_enforce enforce;
	enum selinux_policy policy;
	const char *mount;    /* where selinuxfs is; NULL: not found */
	const char *type;     /* SELINUXTYPE of the target, or NULL */
	const char *contexts; /* its file contexts, or NULL */
};

struct selinux;

/*
 * Samples the kernel once and opens the target's file contexts.  In strict mode a target that
 * cannot be labelled on a kernel with SELinux is an error here, before anything is written.  ERR_IO
 * when the kernel cannot be asked for want of descriptors or memory (EMFILE, ENFILE, ENOMEM, EIO).
 */
int selinux_begin(struct selinux **ret, int rootfd, bool live, enum selinux_mode mode,
		  const struct note *note, struct err *e);
/*
 * For shadow-selinux: where strict mode would refuse it only says so (selinux_refuses), and it
 * looks at the target's policy even on a kernel without SELinux.
 */
int selinux_probe(struct selinux **ret, int rootfd, bool live, enum selinux_mode mode,
		  const struct note *note, struct err *e);
void selinux_end(struct selinux **s);

/*
 * Makes a file with the label that policy names for path; the file itself is called name in dirfd.
 * As openat(2), mkdirat(2), mknodat(2) and symlinkat(2), but: where the label is refused, the file
 * is made without it, and in strict mode not at all.  -1 and errno.  e is filled only when the
 * label is to blame (then nothing was left behind); for all else the caller says what it was about:
 *
 *	if (fd < 0 && errno == EEXIST && e->kind == ERR_NONE) ...
 *	if (fd < 0)
 *		return err_sys(e, kind, "cannot create %s", path);
 */
int selinux_open(struct selinux *s, const char *path, int dirfd, const char *name, int flags,
		 mode_t mode, struct err *e);
int selinux_mkdir(struct selinux *s, const char *path, int dirfd, const char *name, mode_t mode,
		  struct err *e);
int selinux_mknod(struct selinux *s, const char *path, int dirfd, const char *name, mode_t mode,
		  dev_t device, struct err *e);
int selinux_symlink(struct selinux *s, const char *path, const char *target, int dirfd,
		    const char *name, struct err *e);

/*
 * The same for any other way to make a file (a btrfs subvolume): make is called once or, where the
 * label is refused, twice, and returns -1 and errno when it made nothing.  unmake (may be NULL)
 * takes back what make made, where the run must end.  type is S_IFREG, S_IFDIR, ...
 */
struct selinux_maker {
	int (*make)(void *data);
	void (*unmake)(void *data);
	void *data;
};
int selinux_make(struct selinux *s, const char *path, mode_t type,
		 const struct selinux_maker *maker, struct err *e);

/*
 * What these are made of: the label that the next file made by this process gets, and the end of
 * that, which must follow every set, whatever happened between.  A reset that fails is an error:
 * later files would be born with the wrong label.  type as above, or 0.
 */
int set_selinux_file_context(struct selinux *s, const char *path, mode_t type, struct err *e);
int reset_selinux_file_context(struct selinux *s, struct err *e);

/*
 * Looks at the outcome.  newfd is the file that stands or will stand at path, oldfd the one that it
 * replaces, or -1.  secret says that path must not end with a weaker label although it replaces
 * none (a first shadow, a journal).  Where the file did not get the label of policy, it is given
 * that of oldfd, or, a secret that replaces none, the label of policy once more.  -1 (ERR_IO) when
 * it may not stand as it is; the caller then removes it.  Not needed for a file that replaces none
 * and holds no secret.
 */
int selinux_settle(struct selinux *s, const char *path, int newfd, int oldfd, bool secret,
		   struct err *e);

/* True when labels are looked up at all; why is one line for a person. */
bool selinux_active(const struct selinux *s);
const char *selinux_reason(const struct selinux *s);
bool selinux_refuses(const struct selinux *s);
const struct selinux_facts *selinux_get_facts(const struct selinux *s);
/* The kernel has SELinux (what -Z asks for).  Always false in mode off, which asks nothing. */
bool selinux_kernel(const struct selinux *s);

/* What a file made at path would get. */
enum selinux_origin {
	SELINUX_ORIGIN_NONE, /* no label that we know of */
	SELINUX_ORIGIN_POLICY,
	SELINUX_ORIGIN_FILE,   /* the file that stands there */
	SELINUX_ORIGIN_PARENT, /* the directory: the kernel's rules for it, mostly its own label */
};

struct selinux_answer {
	enum selinux_origin origin;
	const char *label;  /* NULL with SELINUX_ORIGIN_NONE */
	const char *policy; /* what policy names, even if it cannot be had; or NULL */
	const char *why;    /* why it is not what policy names, or NULL */
};

/* Tries it without making anything.  The answer lives as long as s. */
int selinux_explain(struct selinux *s, const char *path, struct selinux_answer *ret, struct err *e);
/*
 * The one line for the log about files that did not get the label of policy, or NULL.  Complete
 * only after the last file was made.  It lives as long as s.
 */
const char *selinux_warning(struct selinux *s);

#endif
