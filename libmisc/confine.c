/* SPDX-License-Identifier: BSD-3-Clause */
#include "confine.h"

#include <errno.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fd.h"

/*
 * What <linux/landlock.h> has; older headers have none.  The numbers of calls as new as these
 * differ between architectures by where they all begin.
 */
#define NUMBER(generic) (SYS_pidfd_send_signal - 424 + (generic))
#define CALL_CREATE_RULESET NUMBER(444)
#define CALL_ADD_RULE NUMBER(445)
#define CALL_RESTRICT_SELF NUMBER(446)

#define CREATE_RULESET_VERSION 1u
#define RULE_PATH_BENEATH 1

#define ACCESS(bit) ((uint64_t)1 << (bit))
#define WRITE_FILE ACCESS(1)
/* Removing and making of all kinds: bits 4 to 12. */
#define CHANGE_DIRECTORY (ACCESS(13) - ACCESS(4))
#define REFER ACCESS(13)    /* from version 2 on */
#define TRUNCATE ACCESS(14) /* from version 3 on */

struct ruleset {
	uint64_t handled;
};

struct rule {
	uint64_t allowed;
	int32_t fd;
} __attribute__((packed));

/* 0: no Landlock. */
static long version(void)
{
	long v = syscall(CALL_CREATE_RULESET, NULL, 0, CREATE_RULESET_VERSION);

	return v < 0 ? 0 : v;
}

static uint64_t handled_by(long v)
{
	return WRITE_FILE | CHANGE_DIRECTORY | (v >= 2 ? REFER : 0) | (v >= 3 ? TRUNCATE : 0);
}

static int allow(int ruleset, uint64_t handled, int fd)
{
	struct rule rule = { .allowed = handled, .fd = fd };
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	if (!S_ISDIR(st.st_mode))
		rule.allowed &= WRITE_FILE | TRUNCATE;
	return (int)syscall(CALL_ADD_RULE, ruleset, RULE_PATH_BENEATH, &rule, 0);
}

/* Without CAP_SYS_ADMIN one must give up gaining rights by execve; with it one need not, and the
 * programs that we start keep their transitions. */
static int restrict_self(int ruleset)
{
	if (syscall(CALL_RESTRICT_SELF, ruleset, 0) == 0)
		return 0;
	if (errno != EPERM || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return (int)syscall(CALL_RESTRICT_SELF, ruleset, 0);
}

int confine_writes(const int *places, size_t count, bool *ret_done)
{
	_cleanup_fd_ int ruleset = -1;
	struct ruleset wanted;
	long v = version();
	size_t i;

	if (ret_done)
		*ret_done = false;
	if (v == 0)
		return 0;
	wanted.handled = handled_by(v);
	ruleset = (int)syscall(CALL_CREATE_RULESET, &wanted, sizeof(wanted), 0);
	if (ruleset < 0)
		return -1;
	for (i = 0; i < count; i++)
		if (allow(ruleset, wanted.handled, places[i]) < 0)
			return -1;
	if (restrict_self(ruleset) < 0)
		return -1;
	if (ret_done)
		*ret_done = true;
	return 0;
}
