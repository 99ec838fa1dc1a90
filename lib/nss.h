/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * nss - what sources beyond the account files say.
 *
 *	nss_load(&nss, &run->root, run->opt.local, &run->arena, e);
 *	if (!table_find(users, name, &row) && nss_user(&nss, name, NULL, NULL))
 *		... somebody else has the name
 *
 * The files are read by us, under the lock; here only what stands beside "files" in the target's
 * nsswitch.conf(5) is asked.  Where nothing does (the usual case), and always when the root is not
 * live or --local was given, no module is loaded and all answers are no.  A source that cannot
 * answer counts as no, as everywhere in the field.
 *
 * After nss_load, getpwnam(3) and its like no longer see the files in this process: PAM comes
 * before.
 */
#ifndef LIB_NSS_H
#define LIB_NSS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "arena.h"
#include "err.h"
#include "root.h"
#include "str.h"

struct nss {
	const char *passwd; /* the sources as nsswitch.conf has them, without files; NULL: none */
	const char *group;
	const char *subid;  /* who gives sub-ids, where that is not the files; NULL: they do */
	struct arena *arena;
};

/* An nsswitch.conf that is there but cannot be read is ERR_IO. */
int nss_load(struct nss *ret, const struct root *root, bool local, struct arena *a, struct err *e);
/* The sources of a database beyond files in the text of nsswitch.conf; NULL: none. */
const char *nss_parse(struct str text, const char *database, struct arena *a);

/* The ret_s may be NULL.  Names are in the arena. */
bool nss_user(const struct nss *n, const char *name, uid_t *ret_uid, gid_t *ret_gid);
bool nss_uid(const struct nss *n, uid_t uid, const char **ret_name);
bool nss_group(const struct nss *n, const char *name, gid_t *ret_gid);
bool nss_gid(const struct nss *n, gid_t gid, const char **ret_name);

/* For ids.h: context is a struct nss. */
bool nss_takes_uid(void *context, uint32_t id);
bool nss_takes_gid(void *context, uint32_t id);

#endif
