/* SPDX-License-Identifier: BSD-3-Clause */
/* The same form in another style: no braces, goto, the truth value itself. */
#include <stddef.h>
#include <selinux/selinux.h>

extern int set_selinux_file_context (const char *dst);

int set_selinux_file_context (const char *dst)
{
	char *con = NULL;
	int result = 0;

	if (is_selinux_enabled () <= 0)
		return 0;
	if (matchpathcon (dst, 0, &con) != 0)
		if (security_getenforce () != 0)
			return -1;
	if (setfscreatecon (con) != 0 && security_getenforce () != 0)
		result = -1;
	freecon (con);
	return result;
}
