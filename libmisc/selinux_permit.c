/* SPDX-License-Identifier: BSD-3-Clause */
#include "selinux_permit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "selinux_state.h"

#define CLASS "class/passwd/"

/* errno says why.  1: allowed; -1: the process lacks what it takes to ask. */
static int not_asked(struct err *e)
{
	if (!selinux_rule_lacks(errno))
		return 1;
	return err_sys(e, ERR_IO, "cannot ask SELinux about its class passwd");
}

/* 1 and the number; 0: the policy has no such thing; -1 and errno. */
static int number(const struct selinux *s, const char *node, unsigned long *ret)
{
	if (s->ops->number(s->data, s->facts.mount, node, ret) == 0)
		return 1;
	return errno == ENOENT ? 0 : -1;
}

/* As all of these: 1 allowed, 0 denied, -1 and e. */
static int ask_unknown(const struct selinux *s, struct err *e)
{
	unsigned long denies = 0;
	int r = number(s, "deny_unknown", &denies);

	return r < 0 ? not_asked(e) : r == 0 || denies == 0;
}

static int ask_access(const struct selinux *s, const char *label, unsigned long class_number,
		      unsigned long permission, struct err *e)
{
	unsigned int allowed = 0;
	bool permissive = false;

	if (s->ops->access(s->data, s->facts.mount, label, class_number, &allowed,
			   &permissive) < 0)
		return not_asked(e);
	/* A number that no bit stands for is no permission. */
	return permissive ||
	       (permission >= 1 && permission <= 32 && (allowed >> (permission - 1) & 1));
}

static int ask(const struct selinux *s, const char *permission, const char *label, struct err *e)
{
	unsigned long class_number = 0, permission_number = 0;
	char node[64];
	int r;

	snprintf(node, sizeof(node), CLASS "perms/%s", permission);
	r = number(s, CLASS "index", &class_number);
	if (r > 0)
		r = number(s, node, &permission_number);
	if (r < 0)
		return not_asked(e);
	if (r == 0)
		return ask_unknown(s, e);
	return ask_access(s, label, class_number, permission_number, e);
}

int selinux_permit(struct selinux *s, const char *permission, struct err *e)
{
	char *label = NULL;
	int allowed;

	/* Unknown never counts as enforcing. */
	if (!s || !s->facts.built || !s->facts.live || !s->facts.mount ||
	    s->facts.enforce != SELINUX_ENFORCE_YES)
		return 0;
	if (s->ops->previous(s->data, &label) < 0)
		return not_asked(e) < 0 ? -1 : 0;
	allowed = ask(s, permission, label, e);
	if (allowed == 0)
		err_set(e, ERR_PERMISSION, "SELinux denies %s the permission %s of class passwd",
			label, permission);
	free(label);
	return allowed > 0 ? 0 : -1;
}
