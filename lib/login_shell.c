/* SPDX-License-Identifier: BSD-3-Clause */
#include "login_shell.h"

#include <string.h>

#include "beneath.h"
#include "profile.h"

bool login_shell_is_text(const char *shell)
{
	const char *p;

	for (p = shell; *p; p++)
		if (*p < 0x20 || *p > 0x7e || strchr(":,=", *p))
			return false;
	return true;
}

/* false: there is nothing of that name. */
static bool find(struct run *run, const char *shell, bool *ret_executable)
{
	struct stat st;

	if (shell[0] != '/' || beneath_stat(run->root.fd, shell, 1, &st) < 0)
		return false;
	*ret_executable = S_ISREG(st.st_mode) && (st.st_mode & 0111);
	return true;
}

bool login_shell_is_for_users(struct run *run, const struct shells *shells, const char *shell)
{
	bool executable;

	if (shell[0] == '\0')
		return profile_get()->chsh_unlisted;
	return shells_have(shells, shell) && find(run, shell, &executable) && executable;
}

void login_shell_warn(struct run *run, const char *shell, bool listed)
{
	const char *shown = str_visible(&run->arena, shell);
	bool executable;

	if (listed)
		return;
	if (profile_get()->chsh_unlisted)
		note_say(&run->note, "Warning: %s is an invalid shell", shown);
	if (!find(run, shell, &executable))
		note_say(&run->note, "Warning: %s does not exist", shown);
	else if (!executable)
		note_say(&run->note, "Warning: %s is not executable", shown);
}
