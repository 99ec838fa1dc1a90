/* SPDX-License-Identifier: BSD-3-Clause */
/* Writing default/useradd. */
#include "defaults.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "beneath.h"
#include "day.h"
#include "fd.h"
#include "identity.h"
#include "lock.h"

#define DEFAULTS_DIR "/etc/default"
#define EXCHANGE 2u /* RENAME_EXCHANGE, for headers that do not have it */

#ifndef SYS_renameat2
#define SYS_renameat2 (-1)
#endif

/* The new text; with diff, the lines of a unified diff instead. */
struct text {
	FILE *out;
	bool diff;
	size_t old_lines, new_lines;
};

static void put_line(struct text *t, char mark, struct str line)
{
	if (t->diff)
		putc(mark, t->out);
	else if (mark == '-')
		return;
	fwrite(line.p, 1, line.n, t->out);
	putc('\n', t->out);
	t->old_lines += mark != '+';
	t->new_lines += mark != '-';
}

static void put_value(struct text *t, const struct defaults *d, enum defaults_key key,
		      struct arena *a)
{
	put_line(t, '+', str_of(arena_printf(a, "%s=%s", defaults_key_name(key), d->value[key])));
}

/* A key that stands there twice is set twice: the last one counts. */
static void make_text(struct text *t, const struct defaults *d, struct str old, struct arena *a)
{
	bool done[DEFAULTS_KEYS] = { false };
	struct str line, value;
	enum defaults_key key;
	int i;

	if (!old.p)
		put_line(t, '+', str_of("# useradd defaults file"));
	while (str_next(&old, '\n', &line)) {
		if (line.n == 0 && !old.p)
			break;
		key = defaults_parse_line(line, &value);
		if (key == DEFAULTS_KEYS || str_is(value, d->value[key])) {
			put_line(t, ' ', line);
		} else {
			put_line(t, '-', line);
			put_value(t, d, key, a);
		}
		if (key != DEFAULTS_KEYS)
			done[key] = true;
	}
	for (i = 0; i < DEFAULTS_KEYS; i++)
		if (!done[i] && defaults_key_name((enum defaults_key)i))
			put_value(t, d, (enum defaults_key)i, a);
}

/* Where it goes, and the file that it replaces. */
struct place {
	struct beneath_place at;
	char temporary[NAME_MAX + 1];
	int old_fd; /* -1: none */
	struct stat old_st;
	struct str old_text;
};

static int make_dir(struct run *run)
{
	struct beneath_place dir = { .dirfd = -1 };
	int r;

	if (beneath_find(run->root.fd, DEFAULTS_DIR, 1, &dir) < 0)
		return -1;
	r = selinux_mkdir(run->labels, DEFAULTS_DIR, dir.dirfd, dir.name, 0755, &run->err);
	beneath_forget(&dir);
	return r < 0 && errno == EEXIST ? 0 : r;
}

static int open_old(struct run *run, struct place *p)
{
	/* Opening a device may have effects of its own. */
	if (fstatat(p->at.dirfd, p->at.name, &p->old_st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    !S_ISREG(p->old_st.st_mode)) {
		errno = EINVAL;
		return -1;
	}
	p->old_fd = openat(p->at.dirfd, p->at.name,
			   O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (p->old_fd < 0)
		return errno == ENOENT ? 0 : -1;
	if (fstat(p->old_fd, &p->old_st) < 0)
		return -1;
	if (!S_ISREG(p->old_st.st_mode)) {
		errno = EINVAL;
		return -1;
	}
	return fd_read_all(p->old_fd, DEFAULTS_SIZE_MAX, &run->arena, &p->old_text);
}

static int find_place(struct run *run, struct place *p)
{
	int r = beneath_find(run->root.fd, DEFAULTS_PATH, 1, &p->at);

	if (r < 0 && errno == ENOENT && !run->opt.dry_run && make_dir(run) == 0)
		r = beneath_find(run->root.fd, DEFAULTS_PATH, 1, &p->at);
	if (r < 0)
		return errno == ENOENT && run->opt.dry_run ? 0 : -1;
	return open_old(run, p);
}

static int write_text(struct run *run, const struct defaults *d, const struct place *p, int fd)
{
	char *bytes = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&bytes, &size);
	struct text t = { .out = out };
	int r = -1;

	if (!out)
		return -1;
	make_text(&t, d, p->old_text, &run->arena);
	if (fclose(out) == 0)
		r = fd_write_all(fd, bytes, size);
	free(bytes);
	return r < 0 || day_fix_times(fd) < 0 ? -1 : fd_sync(fd);
}

/* The whole of the new file under its temporary name. */
static int make_new(struct run *run, const struct defaults *d, const struct place *p)
{
	_cleanup_fd_ int fd = selinux_open(run->labels, DEFAULTS_PATH, p->at.dirfd, p->temporary,
					   O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600,
					   &run->err);

	if (fd < 0 || selinux_settle(run->labels, DEFAULTS_PATH, fd, p->old_fd, false,
				     &run->err) < 0)
		return -1;
	if (p->old_fd >= 0 ? identity_copy(p->old_fd, &p->old_st, fd) < 0 : fchmod(fd, 0644) < 0)
		return -1;
	return write_text(run, d, p, fd);
}

static int sync_dir(int dirfd)
{
	_cleanup_fd_ int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -1 : fd_sync(fd);
}

static int exchange(const struct place *p)
{
	return (int)syscall(SYS_renameat2, p->at.dirfd, p->temporary, p->at.dirfd, p->at.name,
			    EXCHANGE);
}

/* No such call, or not on this file system: the old file gets a second name first. */
static int publish_by_link(const struct place *p, const char *backup)
{
	int dir = p->at.dirfd;

	if (p->old_fd >= 0) {
		unlinkat(dir, backup, 0);
		if (linkat(dir, p->at.name, dir, backup, 0) < 0 && errno != EPERM &&
		    errno != EOPNOTSUPP && errno != EMLINK)
			return -1;
	}
	return renameat(dir, p->temporary, dir, p->at.name);
}

static void take_back(const struct place *p, const char *backup, bool exchanged)
{
	int dir = p->at.dirfd, saved = errno;

	if (exchanged)
		exchange(p);
	else if (p->old_fd >= 0)
		renameat(dir, backup, dir, p->at.name);
	else
		unlinkat(dir, p->at.name, 0);
	errno = saved;
}

/* Puts it in place; the old one becomes useradd-. */
static int publish(const struct run *run, const struct place *p)
{
	int dir = p->at.dirfd;
	char backup[NAME_MAX + 2];
	bool exchanged = p->old_fd >= 0 && exchange(p) == 0;

	snprintf(backup, sizeof(backup), "%s-", p->at.name);
	if (!exchanged && publish_by_link(p, backup) < 0)
		return -1;
	if (sync_dir(dir) < 0) {
		take_back(p, backup, exchanged);
		return -1;
	}
	/* The change stands; a backup that cannot be had is no failure. */
	day_clamp_times(dir, exchanged ? p->temporary : backup);
	if (run->opt.no_backup)
		unlinkat(dir, exchanged ? p->temporary : backup, 0);
	else if (exchanged && renameat(dir, p->temporary, dir, backup) < 0 &&
		 renameat(dir, p->temporary, dir, backup) < 0)
		unlinkat(dir, p->temporary, 0);
	day_clamp_times(dir, ".");
	return 0;
}

static void show_diff(struct run *run, const struct defaults *d, const struct place *p)
{
	const char *path = root_show(&run->root, &run->arena, DEFAULTS_PATH);
	char *bytes = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&bytes, &size);
	struct text t = { .out = out, .diff = true };

	if (!out)
		return;
	make_text(&t, d, p->old_text, &run->arena);
	if (fclose(out) == 0)
		run_show(arena_printf(&run->arena, "--- %s\n+++ %s\n@@ -%d,%zu +1,%zu @@\n%s",
				      p->old_fd >= 0 ? path : "/dev/null", path, t.old_lines > 0,
				      t.old_lines, t.new_lines, bytes));
	free(bytes);
}

static int replace(struct run *run, const struct defaults *d, struct place *p)
{
	snprintf(p->temporary, sizeof(p->temporary), "useradd+");
	/* Of a run that died. */
	unlinkat(p->at.dirfd, p->temporary, 0);
	if (make_new(run, d, p) < 0 || publish(run, p) < 0) {
		int saved = errno;

		if (unlinkat(p->at.dirfd, p->temporary, 0) < 0)
			unlinkat(p->at.dirfd, p->temporary, 0);
		errno = saved;
		return -1;
	}
	return 0;
}

static int save(struct run *run, const struct defaults *d, struct place *p)
{
	struct lock *lock = NULL;
	int r;

	if (run->opt.dry_run) {
		if (find_place(run, p) < 0)
			return -1;
		show_diff(run, d, p);
		return 0;
	}
	if (lock_take(&lock, &run->root, 0, run->lock_timeout, NULL, &run->note, &run->err) < 0)
		return -1;
	r = find_place(run, p) < 0 ? -1 : replace(run, d, p);
	lock_release(&lock);
	return r;
}

static void note_event(struct run *run, const struct defaults *d)
{
	event_log(&run->events, &run->arena,
		  "useradd defaults: GROUP=%s, HOME=%s, SHELL=%s, INACTIVE=%s, EXPIRE=%s, SKEL=%s, "
		  "CREATE_MAIL_SPOOL=%s, LOG_INIT=%s",
		  d->value[DEFAULTS_GROUP], d->value[DEFAULTS_HOME], d->value[DEFAULTS_SHELL],
		  d->value[DEFAULTS_INACTIVE], d->value[DEFAULTS_EXPIRE], d->value[DEFAULTS_SKEL],
		  d->value[DEFAULTS_CREATE_MAIL_SPOOL], d->value[DEFAULTS_LOG_INIT]);
	event_audit(&run->events, &run->arena, AUDIT_TYPE_USYS_CONFIG, "changing useradd defaults",
		    AUDIT_TYPE_USYS_CONFIG, "changing-useradd-defaults", NULL, NULL, EVENT_NO_ID,
		    true);
}

int defaults_save(struct run *run, const struct defaults *d)
{
	struct place p = { .at = { .dirfd = -1 }, .old_fd = -1, .old_text = { NULL, 0 } };
	int r;

	if (!run->opt.dry_run && !run_labels(run))
		return -1;
	r = save(run, d, &p);
	if (r < 0)
		err_sys(&run->err, ERR_IO, "cannot write %s",
			root_show(&run->root, &run->arena, DEFAULTS_PATH));
	fd_close(&p.old_fd);
	beneath_forget(&p.at);
	if (r == 0 && !run->opt.dry_run)
		note_event(run, d);
	return r;
}
