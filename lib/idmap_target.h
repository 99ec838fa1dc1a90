/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * idmap_target - the process whose user namespace gets a map, held by its directory in /proc.
 *
 * An open /proc/PID stands for that one process for good: once it is gone everything beneath gives
 * ESRCH, whoever gets its number.  So it is opened once, and all that is asked, checked and written
 * goes through it.
 *
 * The directory may come from the caller (fd:N), who can have mounted what he likes on what is in
 * it.  Files are therefore taken from procfs and from the mount of the directory alone.
 */
#ifndef LIB_IDMAP_TARGET_H
#define LIB_IDMAP_TARGET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "err.h"

struct idmap_target {
	int dir;
	long pid;       /* -1: the caller gave a directory, which does not tell */
	bool has_mount;
	uint64_t mount;
};

#define IDMAP_TARGET_NONE { .dir = -1, .pid = -1 }

/* word is "PID" or "fd:N", where N is open on a /proc/PID or is a pidfd.  ERR_USAGE: it is neither;
 * ERR_UNKNOWN: no such process, or it cannot be looked at. */
int idmap_target_open(const char *word, struct idmap_target *ret, struct err *e);
void idmap_target_close(struct idmap_target *t);

/* Its effective ids, which /proc shows as root's where the process may not be looked into.
 * ERR_UNKNOWN: it is gone. */
int idmap_target_owner(const struct idmap_target *t, uid_t *ret_uid, gid_t *ret_gid,
		       struct err *e);

/* A file of it ("uid_map").  -1 and errno; EXDEV: something else is mounted there. */
int idmap_target_openat(const struct idmap_target *t, const char *name, int flags);

/* The number of its user namespace.  A process can only go down, into namespaces that it makes:
 * when the number is the same before and after, all files that were opened in between are of one
 * namespace.  -1 and errno. */
int idmap_target_namespace(const struct idmap_target *t, unsigned long long *ret);

#endif
