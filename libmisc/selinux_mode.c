/* SPDX-License-Identifier: BSD-3-Clause */
#include "selinux.h"

#include <stdlib.h>
#include <string.h>

#include "env.h"

static const char *const names[] = {
	[SELINUX_AUTO] = "auto",
	[SELINUX_OFF] = "off",
	[SELINUX_STRICT] = "strict",
};

const char *selinux_mode_name(enum selinux_mode mode)
{
	return names[mode];
}

static bool parse_mode(const char *text, enum selinux_mode *ret)
{
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(text, names[i]) == 0) {
			*ret = (enum selinux_mode)i;
			return true;
		}
	}
	return false;
}

int selinux_mode_choose(const char *option, const char *defs, const struct note *note,
			enum selinux_mode *ret_mode, enum selinux_source *ret_source,
			bool *ret_ignored, struct err *e)
{
	static const char variable[] = "SHADOW_SELINUX", item[] = "SELINUX_LABELS";
	const char *environment = env_get(variable);
	const char *text, *where;

	if (ret_ignored)
		*ret_ignored = !environment && getenv(variable);
	if (option) {
		if (!parse_mode(option, ret_mode))
			return err_set(e, ERR_USAGE,
				       "invalid SELinux mode '%s': not auto, off or strict",
				       option);
		*ret_source = SELINUX_FROM_OPTION;
		return 0;
	}
	*ret_mode = SELINUX_LABELS_DEFAULT;
	*ret_source = SELINUX_FROM_BUILD;
	text = environment ? environment : defs;
	if (!text)
		return 0;
	where = environment ? variable : item;
	*ret_source = environment ? SELINUX_FROM_ENVIRONMENT : SELINUX_FROM_DEFS;
	if (!parse_mode(text, ret_mode)) {
		*ret_mode = SELINUX_AUTO;
		if (note)
			note_say(note, "unknown SELinux mode '%s' in %s: taken as auto", text,
				 where);
	}
	return 0;
}
