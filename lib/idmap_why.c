/* SPDX-License-Identifier: BSD-3-Clause */
#include "idmap_why.h"

#include <errno.h>

#include "text.h"

/* The process made no namespace: perhaps it was not let. */
static const char *why_no_namespace(const struct idmap_facts *f)
{
	if (f->namespaces.known && f->namespaces.value == 0)
		return _("the process is in no user namespace of its own: "
		       "user.max_user_namespaces is 0");
	if (f->clone.known && f->clone.value == 0)
		return _("the process is in no user namespace of its own: "
		       "kernel.unprivileged_userns_clone is 0");
	if (f->apparmor.known && f->apparmor.value != 0)
		return _("the process is in no user namespace of its own: "
		       "kernel.apparmor_restrict_unprivileged_userns is set");
	return _("the process is in no user namespace of its own");
}

static const char *why_no_right(const struct idmap_facts *f, struct arena *a)
{
	const char *tool = f->table == SUBID_UIDS ? "newuidmap" : "newgidmap";
	const char *right = f->table == SUBID_UIDS ? "CAP_SETUID" : "CAP_SETGID";

	switch (f->bits) {
	case IDMAP_BITS_MISSING:
		return arena_printf(a, _("%s is neither set-uid root nor has it the file "
				      "capability %s"), tool, right);
	case IDMAP_BITS_NOSUID:
		return arena_printf(a, _("%s has no %s: its file is on a mount with nosuid"), tool,
				    right);
	case IDMAP_BITS_NO_NEW_PRIVS:
		return arena_printf(a, _("%s has no %s: it was started with no_new_privs"), tool,
				    right);
	case IDMAP_BITS_BOUNDED:
		return arena_printf(a, _("%s has no %s: it is not in the bounding set"), tool,
				    right);
	case IDMAP_BITS_FOREIGN:
		return arena_printf(a, _("%s has no %s: its file's rights do not count in this "
				      "user namespace"), tool, right);
	case IDMAP_BITS_UNKNOWN:
		break;
	}
	return arena_printf(a, _("%s has no %s"), tool, right);
}

static const char *why_not_target(const struct idmap_facts *f, struct arena *a)
{
	if (f->error == ESRCH)
		return _("the process is gone");
	if (f->error == EXDEV)
		return _("something else is mounted there");
	if (f->error == ENOENT)
		return _("there is no process, or the kernel has no user namespaces");
	if (f->hidden && f->error == EACCES)
		return _("the process may not be looked into (PR_SET_DUMPABLE): its files are "
			 "root's");
	if (f->place == IDMAP_PLACE_OURS)
		return why_no_namespace(f);
	if (f->place == IDMAP_PLACE_OTHER)
		return _("the user namespace of the process is not a child of ours");
	if (f->written)
		return _("the map is written already, and it can be written once");
	if (f->has_owner && f->owner != f->caller)
		return arena_printf(a, _("the user namespace of the process is owned by uid %lu"),
				    (unsigned long)f->owner);
	return NULL;
}

const char *idmap_why(const struct idmap_facts *f, struct arena *a)
{
	const char *why = why_not_target(f, a);

	if (why)
		return why;
	if (f->old_kernel && f->rows > IDMAP_ROWS_OLD)
		return arena_printf(a, _("this kernel takes %d ranges, not %zu"), IDMAP_ROWS_OLD,
				    f->rows);
	if (!f->has_right && !f->own_alone)
		return why_no_right(f, a);
	if (!f->has_right && f->table == SUBID_GIDS && !f->denied && f->error != 0)
		return why_no_right(f, a);
	if (f->has_unmapped)
		return arena_printf(a, _("%lu-%lu is not in one range of the map of our own user "
				      "namespace"), (unsigned long)f->unmapped.lower,
				    (unsigned long)f->unmapped.lower + (f->unmapped.count - 1));
	if (f->zero && !f->has_zero)
		return _("the map has the id 0 of outside, which needs CAP_SETFCAP");
	/* A security module, or a filter of system calls: they leave no trace to be seen. */
	if (f->error == EPERM || f->error == EACCES)
		return _("the kernel gives no reason; a security module may deny it");
	return NULL;
}
