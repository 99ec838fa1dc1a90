/* SPDX-License-Identifier: BSD-3-Clause */
/* The function is there in a form that nobody knows: the answer is taken before any call fails. */
#include <stddef.h>
#include <selinux/selinux.h>

int set_selinux_file_context (const char *name);

int set_selinux_file_context (const char *name)
{
	int strict = security_getenforce ();
	char *wanted = NULL;

	if (matchpathcon (name, 0, &wanted) < 0)
		return strict;
	return setfscreatecon (wanted) < 0 ? strict : 0;
}
