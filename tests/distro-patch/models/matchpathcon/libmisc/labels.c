/* SPDX-License-Identifier: BSD-3-Clause */
/* A model of the form up to 4.8: each call that fails asks whether the system enforces. */
#include <stdbool.h>
#include <stddef.h>
#include <selinux/selinux.h>

int set_selinux_file_context (const char *name);
int reset_selinux_file_context (void);

int set_selinux_file_context (const char *name)
{
	char *wanted = NULL;
	static bool known = false;
	static bool enabled;

	if (!known) {
		enabled = is_selinux_enabled () > 0;
		known = true;
	}
	if (enabled) {
		/* what policy says of this path */
		if (matchpathcon (name, 0, &wanted) < 0) {
			if (security_getenforce () != 0) {
				return 1;
			}
		}
		if (setfscreatecon (wanted) < 0) {
			if (security_getenforce () != 0) {
				return 1;
			}
		}
		freecon (wanted);
	}
	return 0;
}

int reset_selinux_file_context (void)
{
	if (is_selinux_enabled () > 0) {
		if (setfscreatecon (NULL) != 0) {
			return 1;
		}
	}
	return 0;
}
