/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * shadowconfig - turn shadow passwords on or off: pwconv and grpconv at once, with the owners and
 * modes of the files.
 *
 * What is wrong in the files is shown first.  DPKG_ROOT names the root as --root does, for
 * maintainer scripts.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "convert.h"
#include "fd.h"
#include "flush.h"
#include "profile.h"
#include "text.h"
#include "verify.h"

static const struct opt no_opts[] = { { 0 } };

struct plan {
	bool on, changed;
	gid_t gid; /* of the shadow files */
};

/* --- what is wrong --- */

static bool show(void *context, const struct verify_finding *f)
{
	bool *found = context;

	puts(f->text);
	if (f->question)
		printf("%s No\n", f->question);
	*found = true;
	return false;
}

static int look(struct run *run, struct txn *txn, void *context)
{
	bool users = false, groups = false;
	struct verify v = { .run = run, .txn = txn, .tell = show, .context = &users,
			    .quiet = true };

	(void)context;
	if (txn_table(txn, TABLE_PASSWD) && verify_users(&v) < 0)
		return -1;
	if (users)
		puts("pwck: no changes");
	v.quiet = false;
	v.ignore = 1u << VERIFY_MEMBERS_DIFFER | 1u << VERIFY_NOT_SHADOWED;
	v.context = &groups;
	if (txn_table(txn, TABLE_GROUP) && verify_groups(&v) < 0)
		return -1;
	if (groups)
		puts("grpck: no changes");
	return 0;
}

/* --- the change --- */

static int change(struct run *run, struct txn *txn, void *context)
{
	struct plan *plan = context;
	struct table *groups = txn_table(txn, TABLE_GROUP);
	struct row row;
	uint32_t gid;
	int r;

	if (plan->on)
		r = convert_to_shadow(run, txn) < 0 ? -1 : convert_to_gshadow(run, txn);
	else
		r = convert_from_shadow(run, txn) < 0 ? -1 : convert_from_gshadow(run, txn);
	if (r < 0)
		return -1;
	plan->changed = txn_changed(txn);
	if (groups && table_find(groups, profile_get()->shadow_group, &row) &&
	    schema_id(row.column[GR_GID], &gid))
		plan->gid = gid;
	return 0;
}

/* -1 sets errno.  Only a file of one name: in a tree of somebody else's it could be another. */
static int set_identity(int fd, gid_t gid, mode_t mode)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	if (!S_ISREG(st.st_mode) || st.st_nlink != 1)
		return 0;
	if (geteuid() == 0 && (st.st_uid != 0 || st.st_gid != gid) && fchown(fd, 0, gid) < 0)
		return -1;
	return (st.st_mode & 07777) != mode ? fchmod(fd, mode) : 0;
}

/* The conversion stands by then. */
static int settle(struct run *run, enum table_id id, gid_t gid, mode_t mode)
{
	const char *path = schema_get(id)->path;
	_cleanup_fd_ int fd = root_openat(&run->root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);

	/* Who may not read it made it so: the mode of a shadow file may be 0000. */
	if (fd < 0 ? errno == ENOENT || errno == EACCES : set_identity(fd, gid, mode) == 0)
		return 0;
	return err_sys(&run->err, ERR_IO, "cannot set the owner and mode of %s",
		       root_show(&run->root, &run->arena, path));
}

static int settle_all(struct run *run, const struct plan *plan)
{
	mode_t secret = profile_get()->shadow_mode;

	return settle(run, TABLE_PASSWD, 0, 0644) < 0 || settle(run, TABLE_GROUP, 0, 0644) < 0 ||
			       settle(run, TABLE_SHADOW, plan->gid, secret) < 0 ||
			       settle(run, TABLE_GSHADOW, plan->gid, secret) < 0 ?
		       -1 :
		       0;
}

static int work(struct run *run, void *options, const char *const *operands)
{
	struct plan plan = { .on = operands[0] && strcmp(operands[0], "on") == 0 };
	const unsigned tables = TABLE_BIT(TABLE_PASSWD) | TABLE_BIT(TABLE_SHADOW) |
				TABLE_BIT(TABLE_GROUP) | TABLE_BIT(TABLE_GSHADOW);
	bool off = operands[0] && strcmp(operands[0], "off") == 0;

	(void)options;
	/* Anything else has always been answered so. */
	if ((!plan.on && !off) || operands[1]) {
		printf(_("Usage: %s on%s\n"), run->tool->name,
		       profile_get()->shadow_off ? " | off" : "");
		return 0;
	}
	if (off && !profile_get()->shadow_off)
		return err_set(&run->err, ERR_PERMISSION,
			       "turning shadow passwords off is no longer supported");
	if (plan.on && run_look(run, tables, look, NULL) < 0)
		return -1;
	if (run_transaction(run, tables, change, &plan) < 0)
		return -1;
	if (run->opt.dry_run)
		return 0;
	if (plan.changed)
		flush_caches(run, FLUSH_USERS | FLUSH_GROUPS);
	if (settle_all(run, &plan) < 0)
		return -1;
	printf(_("Shadow passwords are now %s.\n"), plan.on ? _("on") : _("off"));
	return 0;
}

static const struct tool shadowconfig_tool = {
	.name = "shadowconfig",
	.synopsis = N_("[options] on|off"),
	.summary = N_("Turn shadow passwords on or off."),
	.options = no_opts,
	.work = work,
};

int main(int argc, char **argv)
{
	const char *root = secure_getenv("DPKG_ROOT");
	const char *const given[] = { argv[0], argc > 1 ? argv[1] : NULL };
	const char *with_root[] = { given[0], "--root", root, given[1], NULL };

	if (root && root[0] && argc <= 2 && given[1] && given[1][0] != '-')
		return run_main(&shadowconfig_tool, NULL, 4, (char **)(uintptr_t)with_root);
	return run_main(&shadowconfig_tool, NULL, argc, argv);
}
