/* SPDX-License-Identifier: BSD-3-Clause */
#include "profile.h"

static const struct profile profiles[PROFILE_COUNT] = {
	[PROFILE_DEBIAN12] = {
		.name = "debian12",
		.names = PROFILE_NAMES_DEBIAN,
		.user_name_max = 32,
		.status_bad_name = 3,
		.passwd_log = "passwd: can't view or modify password information for",
		.shadow_mode = 0640,
		.shadow_group = "shadow",
		.shell = "/bin/bash",
		.locked = "!",
		.mail_dir = "/var/mail",
		.shadow_off = true,
	},
	[PROFILE_DEBIAN13] = {
		.name = "debian13",
		.names = PROFILE_NAMES_STRICT,
		.user_name_max = 255,
		.badname_warns = true,
		.status_bad_name = 19,
		.audit_verbs = true,
		.passwd_log = "can't view or modify password information for",
		.shadow_mode = 0640,
		.shadow_group = "shadow",
		.shell = "/bin/bash",
		.locked = "!",
		.mail_dir = "/var/mail",
		.defaults_groups = true,
		.groups_for_system = true,
		.chsh_unlisted = true,
		.policy_uids = true,
		.usr_nologin = true,
	},
	[PROFILE_FEDORA] = {
		.name = "fedora",
		.names = PROFILE_NAMES_STRICT,
		.user_name_max = 255,
		.status_bad_name = 19,
		.audit_verbs = true,
		.passwd_log = "can't view or modify password information for",
		.shadow_mode = 0,
		.shadow_group = "root",
		.shell = "/bin/bash",
		.locked = "!!",
		.mail_dir = "/var/spool/mail",
		.mail_counts = true,
		.create_mail_spool = true,
		.defaults_groups = true,
		.defaults_btrfs = true,
		.chsh_unlisted = true,
		.usr_nologin = true,
	},
};

const struct profile *profile_get(void)
{
	return &profiles[PROFILE_DEFAULT];
}

const struct profile *profile_of(enum profile_id id)
{
	return &profiles[id];
}
