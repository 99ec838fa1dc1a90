/* SPDX-License-Identifier: BSD-3-Clause */
#include "selinux.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "selinux_state.h"
#include "text.h"

static struct selinux *new_selinux(const struct selinux_ops *ops, void *data, int rootfd, bool live,
				   enum selinux_mode mode)
{
	struct selinux *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->ops = ops;
	s->data = data;
	s->rootfd = rootfd;
	s->facts.mode = mode;
	s->facts.live = live;
	s->facts.built = ops->built;
	return s;
}

/* always: look at the target's policy even if nothing depends on it. */
static int collect(struct selinux *s, bool always, struct err *e)
{
	if (s->facts.mode == SELINUX_OFF)
		return 0;
	if (selinux_sample(s->ops, s->data, &s->arena, &s->facts, e) < 0)
		return -1;
	if (!s->ops->built || (s->facts.kernel != SELINUX_KERNEL_YES && !always))
		return 0;
	return selinux_contexts_open(&s->contexts, s->ops, s->data, s->rootfd, &s->facts, &s->arena,
				     e);
}

static int start(struct selinux **ret, const struct selinux_ops *ops, void *data, int rootfd,
		 bool live, enum selinux_mode mode, bool always, struct err *e)
{
	struct selinux *s = new_selinux(ops, data, rootfd, live, mode);

	if (!s)
		return err_sys(e, ERR_IO, "cannot ask about SELinux");
	if (collect(s, always, e) < 0) {
		selinux_end(&s);
		return -1;
	}
	s->verdict = selinux_rule_begin(&s->facts, &s->why);
	*ret = s;
	return 0;
}

int selinux_probe_with(struct selinux **ret, const struct selinux_ops *ops, void *data, int rootfd,
		       bool live, enum selinux_mode mode, const struct note *note, struct err *e)
{
	(void)note;
	return start(ret, ops, data, rootfd, live, mode, true, e);
}

int selinux_begin_with(struct selinux **ret, const struct selinux_ops *ops, void *data, int rootfd,
		       bool live, enum selinux_mode mode, const struct note *note, struct err *e)
{
	struct selinux *s = NULL;

	(void)note;
	if (start(&s, ops, data, rootfd, live, mode, false, e) < 0)
		return -1;
	if (s->verdict == SELINUX_REFUSE) {
		err_set(e, ERR_IO, "no SELinux labels, which mode strict asks for: %s",
			_(selinux_reason(s)));
		selinux_end(&s);
		return -1;
	}
	*ret = s;
	return 0;
}

int selinux_begin(struct selinux **ret, int rootfd, bool live, enum selinux_mode mode,
		  const struct note *note, struct err *e)
{
	return selinux_begin_with(ret, &selinux_ops_real, NULL, rootfd, live, mode, note, e);
}

int selinux_probe(struct selinux **ret, int rootfd, bool live, enum selinux_mode mode,
		  const struct note *note, struct err *e)
{
	return selinux_probe_with(ret, &selinux_ops_real, NULL, rootfd, live, mode, note, e);
}

void selinux_end(struct selinux **s)
{
	if (!*s)
		return;
	selinux_contexts_close(&(*s)->contexts);
	arena_free(&(*s)->arena);
	free((*s)->path);
	free((*s)->label);
	free((*s)->warning_text);
	free(*s);
	*s = NULL;
}

void selinux_lookup(struct selinux *s, const char *path, mode_t type)
{
	if (s->path && strcmp(s->path, path) == 0 && s->type == type)
		return;
	free(s->path);
	free(s->label);
	s->label = NULL;
	s->path = strdup(path); /* NULL: the next one is looked up again */
	s->type = type;
	s->found = selinux_contexts_lookup(&s->contexts, path, type,
					   s->facts.mode == SELINUX_STRICT, &s->label);
}

int set_selinux_file_context(struct selinux *s, const char *path, mode_t type, struct err *e)
{
	if (!selinux_active(s))
		return 0;
	selinux_flush_refusal(s);
	selinux_lookup(s, path, type);
	switch (selinux_rule_lookup(s->facts.mode, s->found)) {
	case SELINUX_REFUSE:
		return err_set(e, ERR_IO, "cannot find the SELinux label of %s in %s", path,
			       s->facts.contexts);
	case SELINUX_NO_LABEL:
		return 0;
	case SELINUX_LABEL:
		break;
	}
	if (s->ops->set(s->data, s->label) == 0) {
		s->set = true;
		return 0;
	}
	if (selinux_rule_refused(s->facts.mode, errno) == SELINUX_REFUSE)
		return err_sys(e, ERR_IO, "cannot set the SELinux label %s for %s", s->label, path);
	s->refused = errno;
	return 0;
}

int reset_selinux_file_context(struct selinux *s, struct err *e)
{
	int saved = errno;

	if (!s || !s->set)
		return 0;
	if (s->ops->set(s->data, NULL) < 0 && s->ops->set(s->data, NULL) < 0)
		return err_sys(e, ERR_IO, "cannot take back the SELinux label for new files");
	s->set = false;
	errno = saved;
	return 0;
}

/* The label was set and the creation refused: *ret_again, or an error in strict mode. */
static int without_label(struct selinux *s, const char *path, int error, bool *ret_again,
			 struct err *e)
{
	*ret_again = s && s->set && selinux_rule_denied(error);
	if (!*ret_again)
		return 0;
	if (reset_selinux_file_context(s, e) < 0)
		return -1;
	errno = error;
	if (selinux_rule_refused(s->facts.mode, error) == SELINUX_REFUSE)
		return err_sys(e, ERR_IO, "cannot create %s with the SELinux label %s", path,
			       s->label);
	return 0;
}

int selinux_make(struct selinux *s, const char *path, mode_t type,
		 const struct selinux_maker *maker, struct err *e)
{
	int r, error;
	bool again;

	if (set_selinux_file_context(s, path, type, e) < 0)
		return -1;
	r = maker->make(maker->data);
	error = errno;
	if (r < 0) {
		if (without_label(s, path, error, &again, e) < 0)
			return -1;
		if (again) {
			s->refused = error;
			r = maker->make(maker->data);
			error = errno;
		}
		if (r < 0 && s)
			s->refused = 0;
	}
	if (reset_selinux_file_context(s, e) < 0) {
		if (r >= 0 && maker->unmake)
			maker->unmake(maker->data);
		return -1;
	}
	errno = error;
	return r;
}

bool selinux_active(const struct selinux *s)
{
	return s && s->verdict == SELINUX_LABEL;
}

bool selinux_refuses(const struct selinux *s)
{
	return s->verdict == SELINUX_REFUSE;
}

const char *selinux_reason(const struct selinux *s)
{
	return selinux_why_text(s ? s->why : SELINUX_WHY_OFF);
}

const struct selinux_facts *selinux_get_facts(const struct selinux *s)
{
	return &s->facts;
}

bool selinux_kernel(const struct selinux *s)
{
	return s && s->facts.kernel == SELINUX_KERNEL_YES;
}
