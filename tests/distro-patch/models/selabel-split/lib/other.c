/* SPDX-License-Identifier: BSD-3-Clause */
/* The same form in another style: nested ifs, a local handle, a comparison written backwards. */
#include <errno.h>
#include <stddef.h>
#include <sys/types.h>
#include <selinux/label.h>
#include <selinux/selinux.h>

int set_selinux_file_context (const char *name, mode_t mode);
int reset_selinux_file_context (void);

int set_selinux_file_context (const char *name, mode_t mode)
{
	struct selabel_handle *labels;
	char *wanted = NULL;

	if (is_selinux_enabled () <= 0)
		return 0;
	labels = selabel_open (SELABEL_CTX_FILE, NULL, 0);
	if (NULL == labels) {
		if (security_getenforce () != 0) {
			return 1;
		}
		return 0;
	}
	if (selabel_lookup_raw (labels, &wanted, name, (int) mode) < 0) {
		selabel_close (labels);
		if (errno != ENOENT && security_getenforce () != 0)
			return 1;
		return 0;
	}
	selabel_close (labels);
	if (setfscreatecon_raw (wanted) < 0) {
		freecon (wanted);
		if (0 != security_getenforce ())
			return 1;
		return 0;
	}
	freecon (wanted);
	return 0;
}

int reset_selinux_file_context (void)
{
	if (is_selinux_enabled () > 0 && setfscreatecon_raw (NULL) < 0)
		return security_getenforce () ? 1 : 0;
	return 0;
}
