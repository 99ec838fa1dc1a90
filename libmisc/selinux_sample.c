/* SPDX-License-Identifier: BSD-3-Clause */
#include "selinux_ops.h"

#include <errno.h>
#include <stdlib.h>

#include "selinux_rule.h"

static int cannot_ask(const char *what, struct err *e)
{
	return err_sys(e, ERR_IO, "cannot ask the kernel about SELinux: %s", what);
}

/*
 * libselinux looked for selinuxfs when it was loaded and keeps to that; so we look ourselves.  On
 * a kernel without SELinux, most machines, this is two statfs and one small file.
 */
static int sample_mount(const struct selinux_ops *ops, void *data, struct arena *a,
			struct selinux_facts *facts, struct err *e)
{
	static const char *const usual[] = { "/sys/fs/selinux", "/selinux" };
	char *path = NULL;
	size_t i;
	int r;

	for (i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		r = ops->is_mount(data, usual[i]);
		if (r < 0 && selinux_rule_lacks(errno))
			return cannot_ask(usual[i], e);
		if (r > 0) {
			facts->kernel = SELINUX_KERNEL_YES;
			facts->mount = usual[i];
			return 0;
		}
	}
	r = ops->in_kernel(data);
	if (r < 0 && selinux_rule_lacks(errno))
		return cannot_ask("/proc/filesystems", e);
	facts->kernel = r > 0  ? SELINUX_KERNEL_YES
		      : r == 0 ? SELINUX_KERNEL_NO
			       : SELINUX_KERNEL_UNKNOWN;
	if (r <= 0)
		return 0;
	r = ops->find_mount(data, &path);
	if (r < 0 && selinux_rule_lacks(errno))
		return cannot_ask("/proc/self/mounts", e);
	if (r > 0) {
		facts->mount = arena_strdup(a, path);
		free(path);
	}
	return 0;
}

int selinux_sample(const struct selinux_ops *ops, void *data, struct arena *a,
		   struct selinux_facts *facts, struct err *e)
{
	int r;

	facts->kernel = SELINUX_KERNEL_UNKNOWN;
	facts->enforce = SELINUX_ENFORCE_UNKNOWN;
	facts->mount = NULL;
	if (sample_mount(ops, data, a, facts, e) < 0)
		return -1;
	if (!facts->mount)
		return 0;
	r = ops->enforce(data, facts->mount);
	if (r < 0 && selinux_rule_lacks(errno))
		return cannot_ask("enforce", e);
	facts->enforce = r == 1 ? SELINUX_ENFORCE_YES
		       : r == 0 ? SELINUX_ENFORCE_NO
				: SELINUX_ENFORCE_UNKNOWN;
	return 0;
}
