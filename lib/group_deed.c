/* SPDX-License-Identifier: BSD-3-Clause */
#include "group_deed.h"

#include <syslog.h>

#include "profile.h"

/* Whose name a record of 4.17 has; one of 4.13 has the group's. */
enum whose { WHAT, BY };

static const struct {
	enum audit_type old_type, type;
	const char *verb;
	enum whose whose;
} words[GROUP_DEEDS] = {
	[GROUP_DEED_ADD] = { AUDIT_TYPE_USER_ACCT, AUDIT_TYPE_USER_MGMT, "add-user-to-group",
			     WHAT },
	[GROUP_DEED_REMOVE] = { AUDIT_TYPE_USER_ACCT, AUDIT_TYPE_USER_MGMT,
				"delete-user-from-group", WHAT },
	[GROUP_DEED_PASSWORD] = { AUDIT_TYPE_USER_CHAUTHTOK, AUDIT_TYPE_GRP_CHAUTHTOK,
				  "change-password", BY },
	[GROUP_DEED_REMOVE_PASSWORD] = { AUDIT_TYPE_USER_CHAUTHTOK, AUDIT_TYPE_GRP_CHAUTHTOK,
					 "delete-group-password", BY },
	[GROUP_DEED_RESTRICT] = { AUDIT_TYPE_USER_CHAUTHTOK, AUDIT_TYPE_GRP_MGMT, "restrict-group",
				  BY },
	[GROUP_DEED_ADMINS] = { AUDIT_TYPE_USER_ACCT, AUDIT_TYPE_GRP_MGMT, "set-admins-of-group",
				WHAT },
	[GROUP_DEED_MEMBERS] = { AUDIT_TYPE_USER_ACCT, AUDIT_TYPE_USER_MGMT, "add-users-to-group",
				 WHAT },
};

static const char *done_text(struct arena *a, const struct group_deed *d)
{
	switch (d->kind) {
	case GROUP_DEED_ADD:
		return arena_printf(a, "user %s added by %s to group %s", d->what, d->by, d->group);
	case GROUP_DEED_REMOVE:
		return arena_printf(a, "user %s removed by %s from group %s", d->what, d->by,
				    d->group);
	case GROUP_DEED_PASSWORD:
		return arena_printf(a, "password of group %s changed by %s", d->group, d->by);
	case GROUP_DEED_REMOVE_PASSWORD:
		return arena_printf(a, "password of group %s removed by %s", d->group, d->by);
	case GROUP_DEED_RESTRICT:
		return arena_printf(a, "access to group %s restricted by %s", d->group, d->by);
	case GROUP_DEED_ADMINS:
		return arena_printf(a, "administrators of group %s set by %s to %s", d->group,
				    d->by, d->what);
	case GROUP_DEED_MEMBERS:
		return arena_printf(a, "members of group %s set by %s to %s", d->group, d->by,
				    d->what);
	case GROUP_DEEDS:
		break;
	}
	return "";
}

static const char *failed_text(struct arena *a, const struct group_deed *d)
{
	switch (d->kind) {
	case GROUP_DEED_ADD:
		return arena_printf(a, "%s failed to add user %s to group %s", d->by, d->what,
				    d->group);
	case GROUP_DEED_REMOVE:
		return arena_printf(a, "%s failed to remove user %s from group %s", d->by, d->what,
				    d->group);
	case GROUP_DEED_PASSWORD:
		return arena_printf(a, "%s failed to change password of group %s", d->by, d->group);
	case GROUP_DEED_REMOVE_PASSWORD:
		return arena_printf(a, "%s failed to remove password of group %s", d->by, d->group);
	case GROUP_DEED_RESTRICT:
		return arena_printf(a, "%s failed to restrict access to group %s", d->by, d->group);
	case GROUP_DEED_ADMINS:
		return arena_printf(a, "%s failed to set the administrators of group %s to %s",
				    d->by, d->group, d->what);
	case GROUP_DEED_MEMBERS:
		return arena_printf(a, "%s failed to set the members of group %s to %s", d->by,
				    d->group, d->what);
	case GROUP_DEEDS:
		break;
	}
	return "";
}

/* For audit whose words these are must be told from the fields of the record. */
static struct group_deed as_words(struct arena *a, const struct group_deed *d)
{
	return (struct group_deed){
		.kind = d->kind,
		.group = audit_word(a, d->group),
		.what = d->what ? audit_word(a, d->what) : NULL,
		.by = audit_word(a, d->by),
	};
}

static void note(struct run *run, const struct group_deed *d, const char *text,
		 const char *audited, bool success)
{
	const char *name = words[d->kind].whose == WHAT ? d->what : d->by;
	struct events *ev = &run->events;
	struct arena *a = &run->arena;

	if (!profile_get()->audit_verbs)
		name = d->group;
	event_log_at(ev, a, success ? LOG_INFO : LOG_ERR, "%s", text);
	event_audit(ev, a, words[d->kind].old_type, audited, words[d->kind].type,
		    words[d->kind].verb, d->group, name, EVENT_NO_ID, success);
}

void group_deed_done(struct run *run, const struct group_deed *deed)
{
	struct arena *a = &run->arena;
	const struct group_deed plain = as_words(a, deed);

	note(run, deed, done_text(a, deed), done_text(a, &plain), true);
}

void group_deed_failed(struct run *run, const struct group_deed *deed, const char *why)
{
	struct arena *a = &run->arena;
	const struct group_deed plain = as_words(a, deed);
	const char *text = arena_printf(a, "%s%s", failed_text(a, deed), why);

	note(run, deed, text, arena_printf(a, "%s%s", failed_text(a, &plain), why), false);
}
