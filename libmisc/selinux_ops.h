/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * selinux_ops - all that the labelling asks of the kernel and of libselinux, as a table.
 *
 * selinux_ops_real is the true one (without libselinux: built is false and only the questions to
 * the kernel are there).  Tests give their own, so that they can have answers that no kernel at
 * hand gives.  Functions return -1 and errno; strings that they return are freed by the caller.
 */
#ifndef LIBMISC_SELINUX_OPS_H
#define LIBMISC_SELINUX_OPS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "arena.h"
#include "err.h"
#include "note.h"
#include "selinux.h"

struct selinux_ops {
	bool built;

	/* 1: a selinuxfs is mounted at path; 0: something else, or nothing. */
	int (*is_mount)(void *data, const char *path);
	/* 1: the kernel knows selinuxfs, which it does only when SELinux is on; 0: not. */
	int (*in_kernel)(void *data);
	/* 1: *ret_path is where a selinuxfs is mounted, by the list of mounts; 0: nowhere. */
	int (*find_mount)(void *data, char **ret_path);
	/* 1, 0; -1 and errno 0: what is there is no answer. */
	int (*enforce)(void *data, const char *mount);
	/* The label as the loaded policy writes it; EINVAL: the policy does not know it. */
	int (*check)(void *data, const char *mount, const char *label, char **ret_label);

	/* What the loaded policy says of access.  The label of who called execve; ENODATA: none. */
	int (*previous)(void *data, char **ret_label);
	/* The number in a file of selinuxfs; ENOENT: the policy knows no such thing. */
	int (*number)(void *data, const char *mount, const char *node, unsigned long *ret);
	/* May label do this to itself?  A bit a permission. */
	int (*access)(void *data, const char *mount, const char *label, unsigned long class_number,
		      unsigned int *ret_allowed, bool *ret_permissive);

	/* File contexts; NULL and errno. */
	void *(*open)(void *data, const char *file);
	void (*close)(void *data, void *handle);
	/* ENOENT: no context.  A failure may leave errno 0. */
	int (*lookup)(void *data, void *handle, const char *path, mode_t type, char **ret_label);

	/* The label of files made from now on; NULL: the kernel's choice again. */
	int (*set)(void *data, const char *label);
	/* A file's label. */
	int (*get)(void *data, int fd, char **ret_label);
	int (*put)(void *data, int fd, const char *label);
};

extern const struct selinux_ops selinux_ops_real;

/* selinux_begin and selinux_probe with another table. */
int selinux_begin_with(struct selinux **ret, const struct selinux_ops *ops, void *data, int rootfd,
		       bool live, enum selinux_mode mode, const struct note *note, struct err *e);
int selinux_probe_with(struct selinux **ret, const struct selinux_ops *ops, void *data, int rootfd,
		       bool live, enum selinux_mode mode, const struct note *note, struct err *e);

/* What the kernel says, into facts: kernel, mount, enforce.  -1 (ERR_IO): it could not be asked. */
int selinux_sample(const struct selinux_ops *ops, void *data, struct arena *a,
		   struct selinux_facts *facts, struct err *e);

#endif
