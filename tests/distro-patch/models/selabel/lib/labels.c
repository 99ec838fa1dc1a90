/* SPDX-License-Identifier: BSD-3-Clause */
/* A model of the form from 4.9 on: a handle that is opened once, raw contexts, a mode. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/types.h>
#include <selinux/label.h>
#include <selinux/selinux.h>

int set_selinux_file_context (const char *name, mode_t mode);
int reset_selinux_file_context (void);

static bool known = false;
static bool enabled;
static struct selabel_handle *handle = NULL;

static void give_back (void)
{
	if (handle) {
		selabel_close (handle);
		handle = NULL;
	}
}

int set_selinux_file_context (const char *name, mode_t mode)
{
	char *wanted;

	if (!known) {
		enabled = is_selinux_enabled () > 0;
		known = true;
	}
	if (enabled) {
		if (!handle) {
			handle = selabel_open (SELABEL_CTX_FILE, NULL, 0);
			if (!handle) {
				return security_getenforce () != 0;
			}
			(void) atexit (give_back);
		}
		if (selabel_lookup_raw (handle, &wanted, name, mode) != 0) {
			if (ENOENT == errno) {
				return 0;
			}
			return security_getenforce () != 0;
		}
		if (setfscreatecon_raw (wanted) < 0) {
			freecon (wanted);
			return security_getenforce () != 0;
		}
		freecon (wanted);
	}
	return 0;
}

int reset_selinux_file_context (void)
{
	if (!known) {
		enabled = is_selinux_enabled () > 0;
		known = true;
	}
	if (enabled) {
		if (setfscreatecon_raw (NULL) != 0) {
			return security_getenforce () != 0;
		}
	}
	return 0;
}
