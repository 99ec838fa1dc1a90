/* SPDX-License-Identifier: BSD-3-Clause */
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "beneath.h"
#include "day.h"
#include "fd.h"
#include "lock_file.h"
#include "schema.h"
#include "text.h"

#define PWD_LOCK ".pwd.lock"

struct lock {
	int dirfd;   /* ROOT/etc */
	int fd;      /* .pwd.lock, locked */
	bool remove; /* we made it, in a root that is not live: leave nothing behind */
	unsigned made; /* whose FILE.lock is ours */
};

static int try_lock(int fd)
{
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int r;

	do
		r = fcntl(fd, F_OFD_SETLK, &fl);
	while (r < 0 && errno == EINTR);
	if (r == 0 || (errno != EINVAL && errno != ENOSYS && errno != EPERM))
		return r;
	/* Before Linux 3.15, or behind a filter. */
	fl = (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET };
	do
		r = fcntl(fd, F_SETLK, &fl);
	while (r < 0 && errno == EINTR);
	return r;
}

static int open_pwd_lock(struct lock *l, const struct root *root)
{
	int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
	struct stat st;

	l->remove = false;
	/* Opening a device may have effects of its own. */
	if (fstatat(l->dirfd, PWD_LOCK, &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISREG(st.st_mode)) {
		errno = EINVAL;
		return -1;
	}
	do {
		l->fd = openat(l->dirfd, PWD_LOCK, flags);
		if (l->fd < 0 && errno == ENOENT) {
			l->fd = openat(l->dirfd, PWD_LOCK, flags | O_CREAT | O_EXCL, 0600);
			l->remove = l->fd >= 0 && !root->live;
		}
	} while (l->fd < 0 && (errno == EEXIST || errno == EINTR));
	return l->fd;
}

/* Is what we locked still what the others will lock? */
static bool is_current(const struct lock *l)
{
	struct stat ours, there;

	return fstat(l->fd, &ours) == 0 &&
	       fstatat(l->dirfd, PWD_LOCK, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
	       ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

/* 0 locked; -1 with EAGAIN or EACCES when somebody else holds it. */
static int take_pwd_lock(struct lock *l, const struct root *root)
{
	for (;;) {
		if (l->fd < 0 && open_pwd_lock(l, root) < 0)
			return -1;
		if (try_lock(l->fd) < 0)
			return -1;
		if (is_current(l))
			return 0;
		fd_close(&l->fd);
		l->fd = -1;
	}
}

static bool is_busy(int error)
{
	return error == EAGAIN || error == EACCES;
}

/* The pid of the holder, or 0.  The kernel tells that of a POSIX lock; who has another one, as we
 * have, may have written its pid into a FILE.lock. */
static pid_t pwd_lock_holder(const struct lock *l)
{
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	pid_t pid = 0;
	unsigned id;

	if ((fcntl(l->fd, F_OFD_GETLK, &fl) == 0 || fcntl(l->fd, F_GETLK, &fl) == 0) &&
	    fl.l_type != F_UNLCK && fl.l_pid > 0)
		return fl.l_pid;
	for (id = 0; id < TABLE_COUNT && pid == 0; id++)
		pid = lock_file_holder(l->dirfd, schema_get((enum table_id)id)->file);
	return pid;
}

struct wait {
	struct timespec start;
	long timeout;
	const struct note *note;
	const char *shown; /* the root's prefix for messages */
	const sigset_t *signals; /* that of lock_take */
	bool noted;
};

static double waited(const struct wait *w)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - w->start.tv_sec) +
	       (double)(now.tv_nsec - w->start.tv_nsec) / 1e9;
}

/* Once. */
static void say_holder(struct wait *w, const char *what, const char *path, pid_t holder)
{
	char name[32];

	if (w->noted)
		return;
	w->noted = true;
	if (holder > 0 && lock_process_name(holder, name, sizeof(name)))
		note_say(w->note, "%s %s%s, held by %s (PID %ld)", what, w->shown, path, name,
			 (long)holder);
	else if (holder > 0)
		note_say(w->note, "%s %s%s, held by PID %ld", what, w->shown, path, (long)holder);
	else
		note_say(w->note, "%s %s%s, held by another program", what, w->shown, path);
}

/* One nap; false when the time is up.  holder 0: unknown. */
static bool wait_more(struct wait *w, const char *path, pid_t holder)
{
	struct timespec nap = { .tv_nsec = 2000000 + random() % 8000000 };
	double seconds = waited(w);

	if (seconds >= (double)w->timeout) {
		if (holder > 0)
			say_holder(w, _("not waiting for"), path, holder);
		return false;
	}
	if (seconds >= 1)
		say_holder(w, _("waiting for"), path, holder);
	nanosleep(&nap, NULL);
	return true;
}

static int cannot_lock(const struct wait *w, const char *path, struct err *e)
{
	return err_set(e, ERR_LOCK, "cannot lock %s%s; try again later.", w->shown, path);
}

static int cannot_make_lock(const struct wait *w, const char *path, struct err *e)
{
	if (errno == EACCES || errno == EPERM)
		return err_set(e, ERR_LOCK, "Permission denied: cannot lock %s%s", w->shown, path);
	return err_sys(e, ERR_LOCK, "cannot lock %s%s", w->shown, path);
}

/* What errors name: the first of the tables. */
static const char *what_is_locked(unsigned tables)
{
	unsigned id;

	for (id = 0; id < TABLE_COUNT; id++)
		if (tables & TABLE_BIT(id))
			return schema_get((enum table_id)id)->path;
	return "/etc/" PWD_LOCK;
}

/* 0: all made, or there before; 1: one is busy; -1.  *ret_schema says whose. */
static int make_files(struct lock *l, unsigned tables, const struct wait *w,
		      const struct schema **ret_schema, pid_t *ret_holder)
{
	unsigned id;

	for (id = 0; id < TABLE_COUNT; id++) {
		int r;

		if (!(tables & ~l->made & TABLE_BIT(id)))
			continue;
		*ret_schema = schema_get((enum table_id)id);
		r = lock_file_make(l->dirfd, (*ret_schema)->file, w->timeout, ret_holder);
		if (r != 0)
			return r;
		l->made |= TABLE_BIT(id);
	}
	return 0;
}

static void give_back(struct lock *l)
{
	unsigned id;

	for (id = 0; id < TABLE_COUNT; id++)
		if (l->made & TABLE_BIT(id))
			lock_file_remove(l->dirfd, schema_get((enum table_id)id)->file);
	l->made = 0;
	/* Unlinked while held: whoever waits for it sees that it is gone and begins anew. */
	if (l->remove && l->fd >= 0 && is_current(l))
		unlinkat(l->dirfd, PWD_LOCK, 0);
	else if (l->fd >= 0)
		day_clamp_times(l->dirfd, PWD_LOCK);
	/* All that a change does in the directory is done. */
	if (l->fd >= 0)
		day_clamp_times(l->dirfd, ".");
	fd_close(&l->fd);
	l->fd = -1;
}

/* One nap; false when the time is up. */
static bool wait_for_file(struct wait *w, const struct schema *s, pid_t holder)
{
	char path[64];

	lock_file_path(s->path, path, sizeof(path));
	return wait_more(w, path, holder);
}

static void hold_signals(const struct wait *w)
{
	sigset_t all;

	sigfillset(&all);
	if (w->signals)
		sigprocmask(SIG_BLOCK, &all, NULL);
}

static void let_signals_in(const struct wait *w)
{
	if (w->signals)
		sigprocmask(SIG_SETMASK, w->signals, NULL);
}

static int take(struct lock *l, const struct root *root, unsigned tables, struct wait *w,
		struct err *e)
{
	const char *path = what_is_locked(tables);

	l->dirfd = beneath_open(root->fd, "/etc", O_RDONLY | O_DIRECTORY, 0);
	if (l->dirfd < 0)
		return cannot_make_lock(w, path, e);
	for (;;) {
		const struct schema *s = NULL;
		pid_t holder = 0;
		int r;

		if (take_pwd_lock(l, root) < 0) {
			if (l->fd < 0 || !is_busy(errno))
				return cannot_make_lock(w, path, e);
			if (!wait_more(w, "/etc/" PWD_LOCK, pwd_lock_holder(l)))
				return cannot_lock(w, path, e);
			continue;
		}
		hold_signals(w);
		r = make_files(l, tables, w, &s, &holder);
		if (r == 0)
			return 0;
		if (r < 0)
			return cannot_make_lock(w, s->path, e);
		/* Whoever waits, and says so to somebody who may not listen, is in nobody's way. */
		give_back(l);
		let_signals_in(w);
		if (!wait_for_file(w, s, holder))
			return cannot_lock(w, s->path, e);
	}
}

int lock_take(struct lock **ret, const struct root *root, unsigned tables, long timeout,
	      const sigset_t *signals, const struct note *note, struct err *e)
{
	struct wait w = { .timeout = timeout, .note = note, .shown = root->shown,
			  .signals = signals };
	struct lock *l = calloc(1, sizeof(*l));

	if (!l)
		return err_sys(e, ERR_LOCK, "cannot lock %s%s", root->shown,
			       what_is_locked(tables));
	l->dirfd = l->fd = -1;
	clock_gettime(CLOCK_MONOTONIC, &w.start);
	srandom((unsigned)(w.start.tv_nsec ^ getpid()));
	if (take(l, root, tables, &w, e) < 0) {
		lock_release(&l);
		let_signals_in(&w);
		return -1;
	}
	*ret = l;
	return 0;
}

int lock_add(struct lock *l, const struct root *root, unsigned tables, long timeout,
	     const struct note *note, struct err *e)
{
	/* With the lock in hand nothing is said. */
	struct wait w = { .timeout = timeout, .note = note, .shown = root->shown, .noted = true };
	const struct schema *s = NULL;
	pid_t holder = 0;
	int r;

	clock_gettime(CLOCK_MONOTONIC, &w.start);
	while ((r = make_files(l, tables, &w, &s, &holder)) > 0)
		if (!wait_for_file(&w, s, holder))
			return cannot_lock(&w, s->path, e);
	return r < 0 ? cannot_make_lock(&w, s->path, e) : 0;
}

void lock_release(struct lock **lock)
{
	struct lock *l = *lock;

	if (!l)
		return;
	give_back(l);
	fd_close(&l->dirfd);
	free(l);
	*lock = NULL;
}
