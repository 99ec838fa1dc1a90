/* SPDX-License-Identifier: BSD-3-Clause */
#include "self.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

static const char *find(struct run *run)
{
	const char *login = getlogin();
	struct passwd *pw = login ? getpwnam(login) : NULL;

	if (!pw || pw->pw_uid != run->caller.uid)
		pw = getpwuid(run->caller.uid);
	return pw ? arena_strdup(&run->arena, pw->pw_name) : NULL;
}

const char *self_name(struct run *run)
{
	const char *name = find(run);

	if (!name)
		err_set(&run->err, ERR_PERMISSION, "Cannot determine your user name.");
	return name;
}

const char *self_label(struct run *run)
{
	const char *name = find(run);

	return name ? name :
		      arena_printf(&run->arena, "%lu", (unsigned long)run->caller.uid);
}

bool self_find(const char *name, uid_t *ret_uid)
{
	const struct passwd *pw = getpwnam(name);

	if (pw)
		*ret_uid = pw->pw_uid;
	return pw != NULL;
}
