/* SPDX-License-Identifier: BSD-3-Clause */
/* A tree that needs no mend: a failed lookup is no labelling, unknown is not enforcing. */
#include <stddef.h>
#include <sys/types.h>
#include <selinux/label.h>
#include <selinux/selinux.h>

int set_selinux_file_context (const char *name, mode_t mode);

int set_selinux_file_context (const char *name, mode_t mode)
{
	struct selabel_handle *labels;
	char *wanted = NULL;

	if (is_selinux_enabled () <= 0)
		return 0;
	labels = selabel_open (SELABEL_CTX_FILE, NULL, 0);
	if (!labels)
		return 0;
	if (selabel_lookup_raw (labels, &wanted, name, (int) mode) < 0) {
		selabel_close (labels);
		return 0;
	}
	selabel_close (labels);
	if (setfscreatecon_raw (wanted) < 0) {
		freecon (wanted);
		return security_getenforce () == 1;
	}
	freecon (wanted);
	return 0;
}
