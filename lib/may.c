/* SPDX-License-Identifier: BSD-3-Clause */
#include "may.h"

#include <stddef.h>
#include <string.h>

/* CHFN_RESTRICT names what users may change; not set is nothing. */
static bool names(const char *restriction, char letter)
{
	if (!restriction)
		return false;
	if (strcmp(restriction, "yes") == 0)
		restriction = "rwh";
	else if (strcmp(restriction, "no") == 0)
		restriction = "frwh";
	return strchr(restriction, letter) != NULL;
}

static enum may_verdict own(const struct may_target *target)
{
	return target->own ? MAY_YES : MAY_NOT_OTHERS;
}

static enum may_verdict gecos(const struct may_target *target, char letter)
{
	if (!target->own)
		return MAY_NOT_OTHERS;
	return names(target->chfn_restrict, letter) ? MAY_YES : MAY_NOT;
}

static enum may_verdict shell(const struct may_target *target)
{
	if (!target->own)
		return MAY_NOT_OTHERS;
	if (!target->shell_listed)
		return MAY_NOT_FROM_SHELL;
	return target->new_shell_listed ? MAY_YES : MAY_NOT_TO_SHELL;
}

enum may_verdict may_change(const struct may_caller *caller, const struct may_target *target,
			    enum may_field field)
{
	if (caller->root)
		return MAY_YES;
	switch (field) {
	case MAY_PASSWORD:
	case MAY_PASSWORD_STATUS:
	case MAY_AGING:
		return own(target);
	case MAY_SHELL:
		return shell(target);
	case MAY_GECOS_NAME:
		return gecos(target, 'f');
	case MAY_GECOS_ROOM:
		return gecos(target, 'r');
	case MAY_GECOS_WORK:
		return gecos(target, 'w');
	case MAY_GECOS_HOME:
		return gecos(target, 'h');
	case MAY_GROUP_MEMBERS:
	case MAY_GROUP_PASSWORD:
		return target->group_admin ? MAY_YES : MAY_NOT;
	case MAY_PASSWORD_ADMIN:
	case MAY_GECOS_OTHER:
	case MAY_GROUP_ADMIN:
	case MAY_FIELDS:
		break;
	}
	return MAY_NOT;
}
