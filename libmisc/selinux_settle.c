/* SPDX-License-Identifier: BSD-3-Clause */
/* The outcome: what label a file ended with, and the warnings about it. */
#include "selinux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "beneath.h"
#include "fd.h"
#include "selinux_state.h"
#include "text.h"

void selinux_warn(struct selinux *s, const char *text)
{
	if (s->warnings++ == 0)
		s->warning = text;
}

void selinux_flush_refusal(struct selinux *s)
{
	int error = s->refused;
	const char *text;

	s->refused = 0;
	if (error == 0)
		return;
	if (s->warnings > 0 || !s->path) {
		s->warnings++;
		return;
	}
	text = arena_printf(&s->arena, "%s was made without the SELinux label %s of the policy: %s",
			    s->path, s->label, text_errno(error));
	selinux_warn(s, text);
}

const char *selinux_warning(struct selinux *s)
{
	char *text = NULL;
	size_t size;
	FILE *out;

	if (!s)
		return NULL;
	selinux_flush_refusal(s);
	if (s->warnings < 2 || !(out = open_memstream(&text, &size)))
		return s->warning;
	fprintf(out, "%s (and %u more like this)", s->warning, s->warnings - 1);
	if (fclose(out) != 0)
		return s->warning;
	free(s->warning_text);
	s->warning_text = text;
	return text;
}

/* The label of a file, or NULL where it has none that can be read. */
static int read_label(struct selinux *s, const char *path, int fd, const char **ret, struct err *e)
{
	char *label = NULL;

	*ret = NULL;
	if (fd < 0)
		return 0;
	if (s->ops->get(s->data, fd, &label) < 0) {
		if (!selinux_rule_lacks(errno))
			return 0;
		return err_sys(e, ERR_IO, "cannot read the SELinux label of %s", path);
	}
	*ret = arena_strdup(&s->arena, label);
	free(label);
	return 0;
}

/*
 * The label of policy in the loaded policy's own words (a type may have several names), and whether
 * it is known there.
 */
static int check_label(struct selinux *s, struct selinux_outcome *o, struct err *e)
{
	char *label = NULL;

	if (!s->facts.mount)
		return 0;
	if (s->ops->check(s->data, s->facts.mount, o->policy, &label) == 0) {
		o->valid = true;
		o->policy = arena_strdup(&s->arena, label);
		free(label);
	} else if (selinux_rule_lacks(errno)) {
		return err_sys(e, ERR_IO, "cannot ask the kernel about the SELinux label %s",
			       o->policy);
	}
	return 0;
}

/* The label of the directory that path is in, or NULL. */
static int read_directory(struct selinux *s, const char *path, const char **ret, struct err *e)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash && slash > path
				 ? arena_strndup(&s->arena, path, (size_t)(slash - path))
				 : "/";
	_cleanup_fd_ int fd = -1;

	*ret = NULL;
	do
		fd = beneath_open(s->rootfd, name, O_RDONLY | O_DIRECTORY, 0);
	while (fd < 0 && errno == EINTR);
	if (fd < 0 && selinux_rule_lacks(errno))
		return err_sys(e, ERR_IO, "cannot read the SELinux label of %s", name);
	if (read_label(s, name, fd, ret, e) < 0)
		return -1;
	selinux_lookup(s, name, S_IFDIR);
	if (selinux_rule_by_policy(*ret, s->label))
		*ret = NULL;
	return 0;
}

static int collect(struct selinux *s, const char *path, int newfd, int oldfd,
		   struct selinux_outcome *o, struct err *e)
{
	struct stat st;

	if (read_label(s, path, newfd, &o->now, e) < 0 ||
	    read_label(s, path, oldfd, &o->old, e) < 0)
		return -1;
	if (!selinux_active(s))
		return 0;
	if (fstat(newfd, &st) < 0)
		return err_sys(e, ERR_IO, "cannot look at %s", path);
	selinux_lookup(s, path, st.st_mode & S_IFMT);
	if (selinux_rule_lookup(o->mode, s->found) == SELINUX_REFUSE)
		return err_set(e, ERR_IO, "cannot find the SELinux label of %s in %s", path,
			       s->facts.contexts);
	/* On a system in order that is all. */
	o->policy = s->label;
	if (!o->policy || selinux_rule_settle(o) == SELINUX_SETTLED)
		return 0;
	o->policy = arena_strdup(&s->arena, o->policy);
	if (oldfd < 0 && o->secret && read_directory(s, path, &o->old, e) < 0)
		return -1;
	return check_label(s, o, e);
}

static const char *shown(const char *label)
{
	return label ? label : "none";
}

/* The old label is none, or the one of the policy. */
static bool is_one_label(const struct selinux_outcome *o)
{
	return selinux_rule_unlabeled(o->old) || selinux_rule_same(o->old, o->policy);
}

/* For the log. */
static const char *describe(struct selinux *s, const char *path, const struct selinux_outcome *o,
			    int error)
{
	const char *colon = error ? ": " : "", *why = error ? text_errno(error) : "";

	if (is_one_label(o))
		return arena_printf(&s->arena,
				    "%s has the SELinux label %s, not %s of the policy%s%s", path,
				    shown(o->now), shown(o->policy), colon, why);
	return arena_printf(&s->arena,
			    "%s has the SELinux label %s, neither %s of the policy nor %s of the "
			    "file that it replaces%s%s",
			    path, shown(o->now), shown(o->policy), o->old, colon, why);
}

static int forbid(const char *path, const struct selinux_outcome *o, int error, struct err *e)
{
	const char *colon = error ? ": " : "", *why = error ? strerror(error) : "";

	if (is_one_label(o))
		return err_set(e, ERR_IO,
			       "%s would have the SELinux label %s, not %s of the policy%s%s",
			       path, shown(o->now), shown(o->policy), colon, why);
	return err_set(e, ERR_IO,
		       "%s would have the SELinux label %s, neither %s of the policy nor %s of "
		       "the file that it replaces%s%s",
		       path, shown(o->now), shown(o->policy), o->old, colon, why);
}

/* Why the file did not get the label of policy when it was made, if that is known. */
static int take_refusal(struct selinux *s, const char *path)
{
	int error = s->refused;

	if (error && s->path && strcmp(s->path, path) == 0) {
		s->refused = 0;
		return error;
	}
	selinux_flush_refusal(s);
	return 0;
}

static int give_label(struct selinux *s, const char *path, int newfd, const char *label,
		      struct selinux_outcome *o, struct err *e)
{
	if (s->ops->put(s->data, newfd, label) < 0 && selinux_rule_lacks(errno))
		return err_sys(e, ERR_IO, "cannot give %s the SELinux label %s", path, label);
	o->tried = true;
	return read_label(s, path, newfd, &o->now, e);
}

int selinux_settle(struct selinux *s, const char *path, int newfd, int oldfd, bool secret,
		   struct err *e)
{
	struct selinux_outcome o = { .secret = secret };
	enum selinux_settlement settlement;
	int error;

	if (!s || !s->ops->built || s->facts.kernel != SELINUX_KERNEL_YES)
		return 0;
	o.mode = s->facts.mode;
	o.live = s->facts.live;
	o.enforce = s->facts.enforce;
	o.loaded = selinux_active(s);
	error = take_refusal(s, path);
	if (collect(s, path, newfd, oldfd, &o, e) < 0)
		return -1;
	settlement = selinux_rule_settle(&o);
	if (settlement == SELINUX_COPY || settlement == SELINUX_RELABEL) {
		if (give_label(s, path, newfd, settlement == SELINUX_COPY ? o.old : o.policy, &o,
			       e) < 0)
			return -1;
		settlement = selinux_rule_settle(&o);
	}
	if (settlement == SELINUX_FORBID)
		return forbid(path, &o, error, e);
	if (settlement == SELINUX_WARN)
		selinux_warn(s, describe(s, path, &o, error));
	return 0;
}
