/* SPDX-License-Identifier: BSD-3-Clause */
#include "mail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "day.h"
#include "fd.h"
#include "home_private.h"
#include "profile.h"

/* NULL: mail goes to a file in the home directory. */
static const char *spool(const struct run *run)
{
	const char *dir = defs_string(&run->defs, "MAIL_DIR");

	if (dir || defs_string(&run->defs, "MAIL_FILE"))
		return dir;
	return profile_get()->mail_dir;
}

const char *mail_path(struct run *run, const char *user, const char *home)
{
	const char *dir = spool(run);

	if (dir)
		return arena_printf(&run->arena, "%s/%s", dir, user);
	return arena_printf(&run->arena, "%s/%s", home, defs_string(&run->defs, "MAIL_FILE"));
}

/* --- useradd */

/* The gid of the target's group mail. */
static bool find_group(struct run *run, gid_t *ret)
{
	enum { GROUP_BYTES_MAX = 1 << 30 };
	const struct schema *schema = schema_get(TABLE_GROUP);
	struct table *group;
	struct str bytes;
	struct row row;
	uint64_t gid;

	if (root_read(&run->root, schema->path, GROUP_BYTES_MAX, &run->arena, &bytes) < 0)
		return false;
	group = table_new(TABLE_GROUP, bytes.p, bytes.n, &run->arena);
	if (!table_find(group, "mail", &row) ||
	    !str_decimal(row.column[GR_GID], SCHEMA_ID_MAX, &gid))
		return false;
	*ret = (gid_t)gid;
	return true;
}

/* Mail is delivered all the same: 4.13 and 4.17 only say it. */
static int fail_create(struct run *run, const struct home_dir *file)
{
	if (profile_get()->mail_counts || run->err.kind != ERR_NONE)
		return err_sys(&run->err, ERR_MAIL, "Creating mailbox file %s", file->shown);
	note_say(&run->note, "Creating mailbox file %s: %s", file->shown, strerror(errno));
	return 0;
}

/* 0 when it was made; -1 and errno. */
static int create(struct run *run, const struct home_dir *file, uid_t uid, gid_t gid, mode_t mode)
{
	time_t newest = home_newest();
	const struct timespec times[2] = { { .tv_sec = newest }, { .tv_sec = newest } };
	_cleanup_fd_ int fd = -1;
	struct stat st;
	int saved;

	fd = selinux_open(run_labels(run), file->path, file->place.dirfd, file->place.name,
			  O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600, &run->err);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 &&
	    ((st.st_uid == uid && st.st_gid == gid) || fchown(fd, uid, gid) == 0) &&
	    fchmod(fd, mode) == 0 && (!newest || futimens(fd, times) == 0))
		return 0;
	saved = errno;
	unlinkat(file->place.dirfd, file->place.name, 0);
	errno = saved;
	return -1;
}

int mail_create(struct run *run, const char *user, const char *home, uid_t uid, gid_t gid,
		bool *ret_made)
{
	_cleanup_home_ struct home_dir file = HOME_DIR_NONE;
	mode_t mode = 0660;

	*ret_made = false;
	if (!run_labels(run))
		return -1;
	if (!spool(run))
		return 0;
	if (home_find(run, mail_path(run, user, home), &file) == 0)
		errno = EEXIST;
	if (errno != ENOENT || file.place.dirfd < 0)
		return fail_create(run, &file);
	if (!find_group(run, &gid)) {
		note_say(&run->note, "Group 'mail' not found. Creating the user mailbox file with "
				     "0600 mode.");
		mode = 0600;
	}
	if (create(run, &file, uid, gid, mode) < 0)
		return fail_create(run, &file);
	*ret_made = true;
	day_clamp_times(file.place.dirfd, ".");
	return 0;
}

/* --- usermod */

static int rename_file(struct run *run, const struct home_dir *file, const char *path,
		       unsigned *done)
{
	_cleanup_home_ struct home_dir to = HOME_DIR_NONE;

	if (home_find(run, path, &to) == 0)
		errno = EEXIST;
	else if (errno == ENOENT && to.place.dirfd >= 0 &&
		 renameat(file->place.dirfd, file->place.name, to.place.dirfd,
			  to.place.name) == 0) {
		*done |= MAIL_RENAMED;
		day_clamp_times(file->place.dirfd, ".");
		day_clamp_times(to.place.dirfd, ".");
		return 0;
	}
	note_say(&run->note, "failed to rename mailbox: %s: %s", to.shown, strerror(errno));
	return 0;
}

int mail_update(struct run *run, const struct mail_change *change, unsigned *ret_done)
{
	_cleanup_home_ struct home_dir file = HOME_DIR_NONE;
	const char *from = mail_path(run, change->user, change->home);
	const char *to = mail_path(run, change->new_user, change->home);

	*ret_done = 0;
	if (home_find(run, from, &file) < 0)
		return errno == ENOENT || errno == ENOTDIR
			       ? 0
			       : err_sys(&run->err, ERR_MAIL, "cannot access %s", file.shown);
	if (!S_ISREG(file.st.st_mode) || file.st.st_uid != change->uid ||
	    (run->root.foreign && file.st.st_nlink > 1)) {
		note_say(&run->note, "warning: %s not owned by %s", file.shown, change->user);
		return 0;
	}
	if (change->uid != change->new_uid) {
		if (fchownat(file.fd, "", change->new_uid, (gid_t)-1, AT_EMPTY_PATH) < 0)
			return err_sys(&run->err, ERR_MAIL, "cannot change the owner of %s",
				       file.shown);
		*ret_done |= MAIL_GIVEN;
	}
	return strcmp(from, to) == 0 ? 0 : rename_file(run, &file, to, ret_done);
}

/* --- userdel */

int mail_remove(struct run *run, const char *user, const char *home, uid_t uid, bool force,
		bool *ret_removed)
{
	_cleanup_home_ struct home_dir file = HOME_DIR_NONE;

	*ret_removed = false;
	if (home_find(run, mail_path(run, user, home), &file) < 0) {
		if (errno != ENOENT && errno != ENOTDIR)
			return err_sys(&run->err, ERR_MAIL, "cannot access %s", file.shown);
		note_say(&run->note, "%s mail spool (%s) not found", user, file.shown);
		return 0;
	}
	/* Of a link it says nothing whose the link is. */
	if ((file.st.st_uid != uid || S_ISLNK(file.st.st_mode)) && !force)
		return err_set(&run->err, ERR_MAIL, "%s not owned by %s, not removing", file.shown,
			       user);
	if (unlinkat(file.place.dirfd, file.place.name, 0) < 0 && errno != ENOENT)
		return err_sys(&run->err, ERR_MAIL, "warning: can't remove %s", file.shown);
	*ret_removed = true;
	day_clamp_times(file.place.dirfd, ".");
	return 0;
}
