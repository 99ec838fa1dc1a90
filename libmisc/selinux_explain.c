/* SPDX-License-Identifier: BSD-3-Clause */
/* What a file would get, tried as far as that goes without making one. */
#include "selinux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beneath.h"
#include "fd.h"
#include "selinux_state.h"

static const char *const found_texts[] = {
	[SELINUX_FOUND] = NULL,
	[SELINUX_NONE] = "the policy says <<none>>",
	[SELINUX_NO_MATCH] = "the policy names none",
	[SELINUX_FAILED] = "the lookup failed",
};

/* The label of what stands at path: NULL where nothing does, or nothing that can be opened. */
static int label_of(struct selinux *s, const char *path, const char **ret, struct err *e)
{
	struct stat st;
	_cleanup_fd_ int fd = -1;
	char *label = NULL;

	*ret = NULL;
	if (beneath_stat(s->rootfd, path, 0, &st) < 0 ||
	    !(S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
		return 0;
	fd = beneath_open(s->rootfd, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW, 0);
	if (fd >= 0 && s->ops->get(s->data, fd, &label) == 0) {
		if (!selinux_rule_unlabeled(label))
			*ret = arena_strdup(&s->arena, label);
		free(label);
		return 0;
	}
	if (selinux_rule_lacks(errno))
		return err_sys(e, ERR_IO, "cannot read the SELinux label of %s", path);
	return 0;
}

/* The label of the nearest directory above path that exists. */
static int label_above(struct selinux *s, const char *path, const char **ret, struct err *e)
{
	char *above = arena_strdup(&s->arena, path);
	struct stat st;
	size_t n = strlen(above);

	do {
		while (n > 0 && above[n - 1] != '/')
			n--;
		while (n > 0 && above[n - 1] == '/')
			n--;
		above[n] = '\0';
	} while (n > 0 && beneath_stat(s->rootfd, above, 1, &st) < 0);
	return label_of(s, n > 0 ? above : "/", ret, e);
}

/* Whether this process may make files with that label, as far as the kernel tells beforehand. */
static int try_label(struct selinux *s, const char **ret_why, struct err *e)
{
	*ret_why = NULL;
	if (s->ops->set(s->data, s->label) < 0) {
		if (selinux_rule_lacks(errno))
			return err_sys(e, ERR_IO, "cannot set the SELinux label %s", s->label);
		*ret_why = arena_strdup(&s->arena, strerror(errno));
		return 0;
	}
	s->set = true;
	return reset_selinux_file_context(s, e);
}

static mode_t type_of(struct selinux *s, const char *path)
{
	struct stat st;

	if (beneath_stat(s->rootfd, path, 0, &st) == 0)
		return st.st_mode & S_IFMT;
	return path[strlen(path) - 1] == '/' ? S_IFDIR : 0;
}

static int ask_policy(struct selinux *s, const char *path, struct selinux_answer *answer,
		      struct err *e)
{
	if (s->facts.policy != SELINUX_POLICY_LOADED)
		return 0;
	selinux_flush_refusal(s);
	selinux_lookup(s, path, type_of(s, path));
	if (s->found == SELINUX_FOUND)
		answer->policy = arena_strdup(&s->arena, s->label);
	if (!selinux_active(s))
		return 0;
	answer->why = found_texts[s->found];
	if (s->found != SELINUX_FOUND)
		return 0;
	if (try_label(s, &answer->why, e) < 0)
		return -1;
	if (!answer->why) {
		answer->origin = SELINUX_ORIGIN_POLICY;
		answer->label = answer->policy;
	}
	return 0;
}

int selinux_explain(struct selinux *s, const char *path, struct selinux_answer *ret, struct err *e)
{
	struct selinux_answer answer = { SELINUX_ORIGIN_NONE, NULL, NULL, selinux_reason(s) };

	if (ask_policy(s, path, &answer, e) < 0)
		return -1;
	if (!answer.label && s->ops->built && s->facts.kernel == SELINUX_KERNEL_YES) {
		if (label_of(s, path, &answer.label, e) < 0)
			return -1;
		answer.origin = answer.label ? SELINUX_ORIGIN_FILE : SELINUX_ORIGIN_NONE;
		if (!answer.label && label_above(s, path, &answer.label, e) < 0)
			return -1;
		if (answer.label && answer.origin == SELINUX_ORIGIN_NONE)
			answer.origin = SELINUX_ORIGIN_PARENT;
	}
	*ret = answer;
	return 0;
}
