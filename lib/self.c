/* SPDX-License-Identifier: BSD-3-Clause */
#include "self.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

static const struct passwd *find_account(uid_t uid)
{
	const char *login = getlogin();
	const struct passwd *pw = login ? getpwnam(login) : NULL;

	if (!pw || pw->pw_uid != uid)
		pw = getpwuid(uid);
	return pw;
}

static const char *find(struct run *run)
{
	const struct passwd *pw = find_account(run->caller.uid);

	return pw ? arena_strdup(&run->arena, pw->pw_name) : NULL;
}

static int no_name(struct run *run)
{
	return err_set(&run->err, ERR_PERMISSION, "Cannot determine your user name.");
}

const char *self_name(struct run *run)
{
	const char *name = find(run);

	if (!name)
		no_name(run);
	return name;
}

const char *self_label(struct run *run)
{
	const char *name = find(run);

	return name ? name :
		      arena_printf(&run->arena, "%lu", (unsigned long)run->caller.uid);
}

bool self_lookup(uid_t uid, struct arena *a, struct self *ret)
{
	const struct passwd *pw = find_account(uid);

	if (!pw)
		return false;
	*ret = (struct self){
		.name = arena_strdup(a, pw->pw_name), .home = arena_strdup(a, pw->pw_dir),
		.shell = arena_strdup(a, pw->pw_shell), .uid = pw->pw_uid, .gid = pw->pw_gid,
	};
	return true;
}

int self_account(struct run *run, struct self *ret)
{
	return self_lookup(run->caller.uid, &run->arena, ret) ? 0 : no_name(run);
}

bool self_find(const char *name, uid_t *ret_uid)
{
	const struct passwd *pw = getpwnam(name);

	if (pw)
		*ret_uid = pw->pw_uid;
	return pw != NULL;
}
