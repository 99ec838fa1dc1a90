/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "day.h"
#include "fd.h"
#include "home_private.h"
#include "text.h"

struct home_removal {
	const char *user, *path;
	uid_t uid;
	bool force;
	struct stat st;      /* of the directory that was looked at */
	bool missing;
	const char *refusal; /* NULL: it may go */
};

static const char *refuse(struct run *run, const struct home_dir *dir, const char *why)
{
	return arena_printf(&run->arena, _("%s %s, not removing"), dir->shown, why);
}

static const char *judge(struct run *run, struct table *passwd, const struct home_removal *plan,
			 const struct home_dir *dir)
{
	const char *other;

	if (S_ISLNK(dir->st.st_mode))
		return refuse(run, dir, _("is a symbolic link"));
	if (S_ISDIR(dir->st.st_mode) && home_is_system(run, &dir->st))
		return refuse(run, dir, _("is a system directory"));
	if (dir->st.st_uid != plan->uid && !plan->force)
		return arena_printf(&run->arena, _("%s not owned by %s, not removing"), dir->shown,
				    plan->user);
	if (!S_ISDIR(dir->st.st_mode))
		return refuse(run, dir, _("is not a directory"));
	other = passwd ? home_is_shared(run, passwd, plan->user, dir) : NULL;
	if (!other)
		return NULL;
	return arena_printf(&run->arena,
			    _("%s is or holds the home directory of %s, not removing"),
			    dir->shown, other);
}

int home_plan_removal(struct run *run, struct table *passwd, const char *user, const char *path,
		      uid_t uid, bool force, struct home_removal **ret)
{
	struct home_removal *plan = arena_alloc(&run->arena, sizeof(*plan));
	_cleanup_home_ struct home_dir dir = HOME_DIR_NONE;

	*plan = (struct home_removal){ .user = user, .path = path, .uid = uid, .force = force };
	if (home_find(run, path, &dir) == 0) {
		plan->st = dir.st;
		plan->refusal = judge(run, passwd, plan, &dir);
	} else if (errno == EISDIR) {
		plan->refusal = refuse(run, &dir, _("is a system directory"));
	} else {
		plan->missing = true;
	}
	*ret = plan;
	return 0;
}

int home_remove(struct run *run, struct home_removal *plan, bool *ret_removed)
{
	_cleanup_home_ struct home_dir dir = HOME_DIR_NONE;
	struct err e = { 0 };

	*ret_removed = false;
	if (plan->refusal)
		return err_set(&run->err, ERR_HOME, "%s", plan->refusal);
	if (home_find(run, plan->path, &dir) < 0) {
		if (!plan->missing)
			return err_sys(&run->err, ERR_HOME, "error removing directory %s",
				       dir.shown);
		note_say(&run->note, "%s home directory (%s) not found", plan->user, dir.shown);
		return 0;
	}
	/* Decided for this one and no other. */
	if (plan->missing || dir.st.st_ino != plan->st.st_ino ||
	    dir.st.st_dev != plan->st.st_dev || dir.st.st_uid != plan->st.st_uid)
		return err_set(&run->err, ERR_HOME,
			       "error removing directory %s: it was changed meanwhile", dir.shown);
	if (tree_remove(dir.place.dirfd, dir.place.name, dir.fd, dir.shown, &e) < 0)
		return err_set(&run->err, ERR_HOME, "error removing directory %s: %s", dir.shown,
			       e.message);
	*ret_removed = true;
	day_clamp_times(dir.place.dirfd, ".");
	return 0;
}
