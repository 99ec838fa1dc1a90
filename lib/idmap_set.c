/* SPDX-License-Identifier: BSD-3-Clause */
#include "idmap_set.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fd.h"
#include "idmap_why.h"
#include "text.h"

static const char *file_of(const struct idmap_set *s)
{
	return s->map->table == SUBID_UIDS ? "uid_map" : "gid_map";
}

static const char *why(const struct idmap_set *s, int error, struct arena *a)
{
	struct idmap_facts facts;

	idmap_look(&facts, s->map, s->caller, s->rights, s->target);
	facts.error = error;
	return idmap_why(&facts, a);
}

static int refused(const struct idmap_set *s, const char *what, int error, struct arena *a,
		   struct err *e)
{
	const char *reason = why(s, error, a);

	return err_set(e, ERR_IO, "%s: %s%s%s", what, strerror(error), reason ? ": " : "",
		       reason ? reason : "");
}

static int would_be_refused(const struct idmap_set *s, struct arena *a, struct err *e)
{
	const char *reason = why(s, 0, a);

	if (!reason)
		return 0;
	return err_set(e, ERR_IO, "write to %s would fail: %s", file_of(s), reason);
}

static int raise_rights(const struct idmap_set *s, struct err *e)
{
	unsigned wanted = IDMAP_RIGHT_MAP | (idmap_has_zero(s->map) ? IDMAP_RIGHT_ZERO : 0);

	return idmap_rights_raise(s->rights, wanted, e);
}

/* The capability has to be the opener's, too. */
static int open_map(const struct idmap_set *s, struct arena *a, struct err *e)
{
	int fd, error;

	if (raise_rights(s, e) < 0)
		return -1;
	fd = idmap_target_openat(s->target, file_of(s), O_WRONLY);
	error = errno;
	if (idmap_rights_lower(s->rights, e) < 0) {
		fd_close(&fd);
		return -1;
	}
	if (fd < 0)
		refused(s, arena_printf(a, _("open of %s failed"), file_of(s)), error, a, e);
	return fd;
}

static int open_setgroups(const struct idmap_set *s, struct arena *a, struct err *e)
{
	int fd = idmap_target_openat(s->target, "setgroups", O_RDWR);

	if (fd < 0)
		refused(s, _("open of setgroups failed"), errno, a, e);
	return fd;
}

static int deny_setgroups(const struct idmap_set *s, int fd, struct arena *a, struct err *e)
{
	char text[8] = "";
	ssize_t n = read(fd, text, sizeof(text) - 1);

	if (n >= 4 && strncmp(text, "deny", 4) == 0)
		return 0;
	if (n >= 0 && lseek(fd, 0, SEEK_SET) == 0 && write(fd, "deny\n", 5) == 5)
		return 0;
	return refused(s, _("failed to setgroups deny policy"), errno, a, e);
}

static int write_map(const struct idmap_set *s, int fd, const char *text, size_t length,
		     struct arena *a, struct err *e)
{
	ssize_t n;
	int error;

	if (raise_rights(s, e) < 0)
		return -1;
	n = write(fd, text, length);
	error = n < 0 ? errno : EIO;
	if (idmap_rights_lower(s->rights, e) < 0)
		return -1;
	if (n == (ssize_t)length)
		return 0;
	return refused(s, arena_printf(a, _("write to %s failed"), file_of(s)), error, a, e);
}

struct namespace {
	bool known;
	unsigned long long number;
};

static struct namespace namespace_of(const struct idmap_set *s)
{
	struct namespace ns = { .known = false };

	ns.known = idmap_target_namespace(s->target, &ns.number) == 0;
	return ns;
}

/* What is denied must be denied where the map is set: then the namespace has to be known. */
static int check_again(const struct idmap_set *s, const struct namespace *before, bool deny,
		       struct err *e)
{
	const struct namespace now = namespace_of(s);
	uid_t uid;
	gid_t gid;

	if (idmap_target_owner(s->target, &uid, &gid, e) < 0)
		return -1;
	if (uid != s->caller->uid || gid != s->caller->gid)
		return err_set(e, ERR_PERMISSION, "the process is no longer yours");
	if (deny && !before->known)
		return err_set(e, ERR_PERMISSION,
			       "the user namespace of the process cannot be told");
	if (before->known && (!now.known || now.number != before->number))
		return err_set(e, ERR_PERMISSION,
			       "the process does not stay in its user namespace");
	return 0;
}

/*
 * Who maps his own gid alone was granted nothing: he must not become able to leave groups that deny
 * him a file (CVE-2018-7169).  Both files are opened before either is written.
 */
int idmap_set(const struct idmap_set *s, struct arena *a, struct err *e)
{
	bool deny = s->map->table == SUBID_GIDS && !s->granted;
	const struct namespace before = namespace_of(s);
	_cleanup_fd_ int map = -1, setgroups = -1;
	const char *text;
	size_t length;

	text = idmap_text(s->map, (size_t)sysconf(_SC_PAGESIZE), a, &length, e);
	if (!text)
		return -1;
	map = open_map(s, a, e);
	if (map < 0 || (deny && (setgroups = open_setgroups(s, a, e)) < 0) ||
	    check_again(s, &before, deny, e) < 0)
		return -1;
	if (s->check)
		return would_be_refused(s, a, e);
	if (deny && deny_setgroups(s, setgroups, a, e) < 0)
		return -1;
	return write_map(s, map, text, length, a, e);
}
