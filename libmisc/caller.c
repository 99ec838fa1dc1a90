/* SPDX-License-Identifier: BSD-3-Clause */
#include "caller.h"

#include <grp.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "env.h"

static const struct {
	int resource;
	rlim_t least;
} limits[CALLER_LIMITS] = {
	{ RLIMIT_FSIZE, RLIM_INFINITY },
	{ RLIMIT_CPU, RLIM_INFINITY },
	{ RLIMIT_AS, RLIM_INFINITY },
	{ RLIMIT_DATA, RLIM_INFINITY },
	{ RLIMIT_STACK, (rlim_t)8 << 20 },
	{ RLIMIT_NOFILE, 1024 },
	{ RLIMIT_MEMLOCK, (rlim_t)1 << 20 },
	{ RLIMIT_CORE, 0 }, /* lowered */
};

/* Below it the kernel may end us anywhere, in the middle of a change too. */
#define STACK_NEEDED ((rlim_t)512 << 10)

static void set_limit(int resource, struct rlimit wanted)
{
	if (setrlimit(resource, &wanted) < 0 && resource != RLIMIT_CORE) {
		/* Without CAP_SYS_RESOURCE the hard limit is what can be had. */
		getrlimit(resource, &wanted);
		wanted.rlim_cur = wanted.rlim_max;
		setrlimit(resource, &wanted);
	}
}

static void lift_limits(struct caller *c)
{
	size_t i;

	for (i = 0; i < CALLER_LIMITS; i++) {
		struct rlimit now;

		if (getrlimit(limits[i].resource, &c->limits[i]) < 0)
			continue;
		now = c->limits[i];
		if (limits[i].resource == RLIMIT_CORE) {
			now.rlim_cur = 0;
		} else {
			if (now.rlim_cur >= limits[i].least)
				continue;
			now.rlim_cur = limits[i].least;
			if (now.rlim_max < limits[i].least)
				now.rlim_max = limits[i].least;
		}
		set_limit(limits[i].resource, now);
	}
	c->limits_lifted = true;
}

static int check_stack(struct err *e)
{
	struct rlimit now;

	if (getrlimit(RLIMIT_STACK, &now) == 0 && now.rlim_cur < STACK_NEEDED)
		return err_set(e, ERR_PERMISSION, "the limit of the stack (ulimit -s) is too low");
	return 0;
}

void caller_restore_limits(const struct caller *c)
{
	size_t i;

	for (i = 0; c->limits_lifted && i < CALLER_LIMITS; i++)
		setrlimit(limits[i].resource, &c->limits[i]);
}

static bool starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* More is no locale: a list of thousands of languages costs seconds for each message, and a message
 * may be made while the lock is held. */
#define LOCALE_LENGTH 256

/* A "/" in a locale would have it read from a file of the caller's. */
static bool stays(const struct caller *c, const char *variable)
{
	if (starts_with(variable, "LANG=") || starts_with(variable, "LANGUAGE=") ||
	    starts_with(variable, "LC_") || starts_with(variable, "TERM="))
		return strlen(variable) <= LOCALE_LENGTH && !strchr(variable, '/');
	if (c->elevated && (c->uid != 0 || c->effective_uid != 0 || !env_trusted()))
		return false;
	return starts_with(variable, "SOURCE_DATE_EPOCH=") ||
	       starts_with(variable, "SHADOW_SELINUX=") ||
	       starts_with(variable, "SHADOW_IMAGE=");
}

static void rebuild_environment(struct caller *c, struct arena *a)
{
	size_t count = 0, used = 0, i;
	char **anew;

	c->environment = environ;
	while (environ && environ[count])
		count++;
	anew = arena_array(a, count + 2, sizeof(*anew));
	anew[used++] = arena_strdup(a, "PATH=/usr/sbin:/usr/bin:/sbin:/bin");
	for (i = 0; i < count; i++)
		if (stays(c, environ[i]))
			anew[used++] = environ[i];
	environ = anew;
}

void caller_note(struct caller *ret)
{
	*ret = (struct caller){ .uid = getuid(), .effective_uid = geteuid(), .gid = getgid(),
				.effective_gid = getegid() };
	ret->elevated = getauxval(AT_SECURE) != 0 || ret->uid != ret->effective_uid ||
			ret->gid != ret->effective_gid;
}

int caller_begin(struct caller *ret, struct arena *a, struct err *e)
{
	caller_note(ret);
	lift_limits(ret);
	rebuild_environment(ret, a);
	if (caller_lower(ret, e) < 0)
		return -1;
	return ret->elevated ? check_stack(e) : 0;
}

bool caller_is_root(const struct caller *c)
{
	return c->uid == 0 || c->dropped;
}

/* The kernel takes its own default (fs.suid_dumpable) whenever ids change. */
static void hide_memory(const struct caller *c)
{
	if (c->elevated)
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

static int effective(uid_t uid, gid_t gid, struct err *e)
{
	/* Away from root the group goes first, back to it the user. */
	if (uid == 0 && seteuid(uid) < 0)
		return err_sys(e, ERR_PERMISSION, "cannot change the user ID");
	if (setegid(gid) < 0)
		return err_sys(e, ERR_PERMISSION, "cannot change the group ID");
	if (uid != 0 && seteuid(uid) < 0)
		return err_sys(e, ERR_PERMISSION, "cannot change the user ID");
	return 0;
}

int caller_raise(struct caller *c, struct err *e)
{
	int r;

	if (c->dropped || c->is_root)
		return 0;
	c->raised = true;
	r = effective(c->effective_uid, c->effective_gid, e);
	hide_memory(c);
	return r;
}

int caller_lower(const struct caller *c, struct err *e)
{
	int r;

	if (c->dropped || c->is_root)
		return 0;
	r = effective(c->uid, c->gid, e);
	hide_memory(c);
	return r;
}

/* Whoever holds the lock and is stopped keeps everybody else from it.  SIGSTOP can no longer come
 * from the caller once all ids are root's. */
static void do_not_stop(const struct caller *c)
{
	if (!c->elevated)
		return;
	signal(SIGTSTP, SIG_IGN);
	signal(SIGTTIN, SIG_IGN);
	signal(SIGTTOU, SIG_IGN);
}

int caller_become_root(struct caller *c, struct err *e)
{
	gid_t gid = c->effective_gid;

	if (c->dropped || c->is_root)
		return 0;
	if (caller_raise(c, e) < 0)
		return -1;
	if (c->effective_uid == 0) {
		gid = 0;
		/* In some user namespaces nobody may; the groups of root's make no difference. */
		(void)!setgroups(0, NULL);
	}
	if (setresgid(gid, gid, gid) < 0)
		return err_sys(e, ERR_PERMISSION, "cannot change the group ID");
	if (setresuid(c->effective_uid, c->effective_uid, c->effective_uid) < 0)
		return err_sys(e, ERR_PERMISSION, "cannot change the user ID");
	hide_memory(c);
	do_not_stop(c);
	c->is_root = true;
	return 0;
}

int caller_drop(struct caller *c, struct err *e)
{
	if (setresgid(c->gid, c->gid, c->gid) < 0)
		return err_sys(e, ERR_PERMISSION, "cannot change the group ID");
	if (setresuid(c->uid, c->uid, c->uid) < 0)
		return err_sys(e, ERR_PERMISSION, "cannot change the user ID");
	if (c->uid != 0 && c->effective_uid == 0 && seteuid(0) == 0)
		return err_set(e, ERR_PERMISSION, "cannot give up root's rights");
	c->dropped = true;
	/* For /proc/self and for who debugs his own run; but not where we read what is not his. */
	prctl(PR_SET_DUMPABLE, c->elevated && c->raised ? 0 : 1, 0, 0, 0);
	return 0;
}
