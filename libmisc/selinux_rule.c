/* SPDX-License-Identifier: BSD-3-Clause */
#include "selinux_rule.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "str.h"
#include "text.h"

static const char *const why_texts[SELINUX_WHYS] = {
	[SELINUX_WHY_LABELS] = N_("files get the labels that the policy names"),
	[SELINUX_WHY_OFF] = N_("labelling is switched off"),
	[SELINUX_WHY_BUILD] = N_("this program was built without SELinux"),
	[SELINUX_WHY_NO_KERNEL] = N_("the kernel has no SELinux"),
	[SELINUX_WHY_KERNEL_UNKNOWN] = N_("it cannot be told whether the kernel has SELinux"),
	[SELINUX_WHY_NO_CONFIG] = N_("the target has no /etc/selinux/config"),
	[SELINUX_WHY_BAD_TYPE] =
		N_("SELINUXTYPE in the target's /etc/selinux/config is not a name"),
	[SELINUX_WHY_MISSING] = N_("the target has no file contexts of its policy"),
	[SELINUX_WHY_EMPTY] = N_("the target's file contexts are empty"),
	[SELINUX_WHY_UNREADABLE] = N_("the target's policy cannot be read"),
	[SELINUX_WHY_BROKEN] = N_("the target's file contexts do not load"),
};

const char *selinux_why_text(enum selinux_why why)
{
	return why_texts[why];
}

bool selinux_rule_lacks(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM || error == EIO;
}

static enum selinux_why why_policy(enum selinux_policy policy)
{
	switch (policy) {
	case SELINUX_POLICY_LOADED:
		return SELINUX_WHY_LABELS;
	case SELINUX_POLICY_NO_CONFIG:
		return SELINUX_WHY_NO_CONFIG;
	case SELINUX_POLICY_BAD_TYPE:
		return SELINUX_WHY_BAD_TYPE;
	case SELINUX_POLICY_MISSING:
		return SELINUX_WHY_MISSING;
	case SELINUX_POLICY_EMPTY:
		return SELINUX_WHY_EMPTY;
	case SELINUX_POLICY_BROKEN:
		return SELINUX_WHY_BROKEN;
	case SELINUX_POLICY_UNASKED:
	case SELINUX_POLICY_UNREADABLE:
		break;
	}
	return SELINUX_WHY_UNREADABLE;
}

enum selinux_verdict selinux_rule_begin(const struct selinux_facts *facts,
					enum selinux_why *ret_why)
{
	if (facts->mode == SELINUX_OFF)
		*ret_why = SELINUX_WHY_OFF;
	else if (facts->kernel == SELINUX_KERNEL_NO)
		*ret_why = SELINUX_WHY_NO_KERNEL;
	else if (!facts->built)
		*ret_why = SELINUX_WHY_BUILD;
	else if (facts->kernel == SELINUX_KERNEL_UNKNOWN)
		*ret_why = SELINUX_WHY_KERNEL_UNKNOWN;
	else
		*ret_why = why_policy(facts->policy);
	if (*ret_why == SELINUX_WHY_LABELS)
		return SELINUX_LABEL;
	if (facts->mode != SELINUX_STRICT || *ret_why == SELINUX_WHY_NO_KERNEL)
		return SELINUX_NO_LABEL;
	return SELINUX_REFUSE;
}

enum selinux_verdict selinux_rule_lookup(enum selinux_mode mode, enum selinux_found found)
{
	if (found == SELINUX_FOUND)
		return SELINUX_LABEL;
	if (mode == SELINUX_STRICT && found != SELINUX_NONE)
		return SELINUX_REFUSE;
	return SELINUX_NO_LABEL;
}

enum selinux_verdict selinux_rule_refused(enum selinux_mode mode, int error)
{
	if (mode == SELINUX_STRICT || selinux_rule_lacks(error))
		return SELINUX_REFUSE;
	return SELINUX_NO_LABEL;
}

bool selinux_rule_denied(int error)
{
	return error == EACCES || error == EPERM;
}

/* The parts of USER:ROLE:TYPE[:RANGE]; the range has colons of its own. */
static bool parts(const char *label, struct str *ret_type, struct str *ret_range)
{
	struct str rest = str_of(label), part = { NULL, 0 };
	int i;

	for (i = 0; i < 3; i++) {
		if (!str_next(&rest, ':', &part))
			return false;
	}
	*ret_type = part;
	*ret_range = rest.n ? rest : str_of("s0"); /* what a kernel with ranges makes of none */
	return true;
}

bool selinux_rule_same(const char *a, const char *b)
{
	struct str a_type, a_range, b_type, b_range;

	if (!a || !b)
		return false;
	if (!parts(a, &a_type, &a_range) || !parts(b, &b_type, &b_range))
		return strcmp(a, b) == 0;
	return str_eq(a_type, b_type) && str_eq(a_range, b_range);
}

bool selinux_rule_unlabeled(const char *label)
{
	struct str type, range;

	if (!label || !*label || strcmp(label, "unlabeled") == 0)
		return true;
	return parts(label, &type, &range) && str_is(type, "unlabeled_t");
}

bool selinux_rule_by_policy(const char *directory, const char *policy)
{
	/* Without a label of policy for it there is no sign that it is labelled otherwise. */
	return !policy || selinux_rule_same(directory, policy);
}

enum selinux_settlement selinux_rule_settle(const struct selinux_outcome *outcome)
{
	bool had = !selinux_rule_unlabeled(outcome->old);

	if (selinux_rule_same(outcome->now, outcome->policy) ||
	    selinux_rule_same(outcome->now, outcome->old))
		return SELINUX_SETTLED;
	if (had && !outcome->tried)
		return SELINUX_COPY;
	if (!had && !outcome->policy)
		return SELINUX_SETTLED;
	if (outcome->secret && !outcome->tried)
		return SELINUX_RELABEL;
	if (outcome->mode == SELINUX_STRICT)
		return SELINUX_FORBID;
	/* Without old and now the file system tells no labels at all: nothing to judge by. */
	if ((had || (outcome->secret && outcome->now)) && outcome->live && outcome->loaded &&
	    outcome->policy && outcome->valid && outcome->enforce == SELINUX_ENFORCE_YES)
		return SELINUX_FORBID;
	return SELINUX_WARN;
}
