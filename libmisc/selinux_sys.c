/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The true answers.  selinuxfs and extended attributes are read here and not through libselinux,
 * whose answers hang on what it found when it was loaded; nothing here goes near its access checks,
 * which end the process in odd containers.
 */
#include "selinux_ops.h"

#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#ifdef WITH_SELINUX
#include <selinux/label.h>
#include <selinux/selinux.h>
#endif

#include "fd.h"

#define SELINUXFS_MAGIC 0xf97cff8cUL
#define LABEL_SIZE 4096
#define ATTRIBUTE "security.selinux"

static int sys_is_mount(void *data, const char *path)
{
	struct statfs fs;
	int r;

	(void)data;
	do
		r = statfs(path, &fs);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return -1;
	return (unsigned long)fs.f_type == SELINUXFS_MAGIC ||
	       (unsigned int)fs.f_type == (unsigned int)SELINUXFS_MAGIC;
}

static int open_node(const char *path, int flags)
{
	int fd;

	do
		fd = open(path, flags | O_CLOEXEC | O_NOCTTY);
	while (fd < 0 && errno == EINTR);
	return fd;
}

static ssize_t read_node(int fd, char *buffer, size_t size)
{
	ssize_t n;

	do
		n = read(fd, buffer, size - 1);
	while (n < 0 && errno == EINTR);
	if (n >= 0)
		buffer[n] = '\0';
	return n;
}

/* The whole text of a small file of /proc; it comes in pieces. */
static int read_text(const char *path, char *buffer, size_t size)
{
	_cleanup_fd_ int fd = open_node(path, O_RDONLY);
	size_t used = 0;
	ssize_t n;

	if (fd < 0)
		return -1;
	do {
		n = read_node(fd, buffer + used, size - used);
		if (n < 0)
			return -1;
		used += (size_t)n;
	} while (n > 0 && used < size - 1);
	return 0;
}

static int sys_in_kernel(void *data)
{
	char text[8192];

	(void)data;
	if (read_text("/proc/filesystems", text, sizeof(text)) < 0)
		return -1;
	return strstr(text, "\tselinuxfs\n") != NULL;
}

static int sys_find_mount(void *data, char **ret_path)
{
	_cleanup_file_ FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent entry;
	char line[8192];

	if (!mounts)
		return -1;
	while (getmntent_r(mounts, &entry, line, sizeof(line))) {
		/* Something else may be mounted on top of it. */
		if (strcmp(entry.mnt_type, "selinuxfs") != 0 ||
		    sys_is_mount(data, entry.mnt_dir) <= 0)
			continue;
		*ret_path = strdup(entry.mnt_dir);
		return *ret_path ? 1 : -1;
	}
	return ferror(mounts) ? -1 : 0;
}

static int node_path(char *path, size_t size, const char *mount, const char *name)
{
	if ((size_t)snprintf(path, size, "%s/%s", mount, name) < size)
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

static int sys_enforce(void *data, const char *mount)
{
	char path[PATH_MAX], text[32];

	(void)data;
	if (node_path(path, sizeof(path), mount, "enforce") < 0)
		return -1;
	if (read_text(path, text, sizeof(text)) < 0)
		return -1;
	text[strcspn(text, "\n")] = '\0';
	if (strcmp(text, "0") == 0 || strcmp(text, "1") == 0)
		return text[0] == '1';
	errno = 0;
	return -1;
}

static int write_node(int fd, const void *data, size_t size)
{
	ssize_t n;

	do
		n = write(fd, data, size);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -1 : 0;
}

static int sys_check(void *data, const char *mount, const char *label, char **ret_label)
{
	char path[PATH_MAX], text[LABEL_SIZE];
	_cleanup_fd_ int fd = -1;

	(void)data;
	if (node_path(path, sizeof(path), mount, "context") < 0)
		return -1;
	fd = open_node(path, O_RDWR);
	if (fd < 0 || write_node(fd, label, strlen(label) + 1) < 0)
		return -1;
	*ret_label = strdup(read_node(fd, text, sizeof(text)) > 0 ? text : label);
	return *ret_label ? 0 : -1;
}

/* Not of this thread but of the process, which is the one that was started. */
static int sys_previous(void *data, char **ret_label)
{
	char text[LABEL_SIZE];

	(void)data;
	if (read_text("/proc/self/attr/prev", text, sizeof(text)) < 0)
		return -1;
	text[strcspn(text, "\n")] = '\0';
	if (!text[0]) {
		errno = ENODATA;
		return -1;
	}
	*ret_label = strdup(text);
	return *ret_label ? 0 : -1;
}

static int sys_number(void *data, const char *mount, const char *node, unsigned long *ret)
{
	char path[PATH_MAX], text[32], *end;

	(void)data;
	if (node_path(path, sizeof(path), mount, node) < 0 ||
	    read_text(path, text, sizeof(text)) < 0)
		return -1;
	errno = 0;
	*ret = strtoul(text, &end, 10);
	return end == text || errno ? -1 : 0;
}

/* The answer: allowed, decided, auditallow, auditdeny, seqno, flags; the first flag is that of a
 * permissive domain. */
static int sys_access(void *data, const char *mount, const char *label, unsigned long class_number,
		      unsigned int *ret_allowed, bool *ret_permissive)
{
	char path[PATH_MAX], text[2 * LABEL_SIZE + 32];
	_cleanup_fd_ int fd = -1;
	unsigned int flags = 0;
	int n;

	(void)data;
	if (node_path(path, sizeof(path), mount, "access") < 0)
		return -1;
	n = snprintf(text, sizeof(text), "%s %s %lu", label, label, class_number);
	fd = open_node(path, O_RDWR);
	if (fd < 0 || write_node(fd, text, (size_t)n + 1) < 0 ||
	    read_node(fd, text, sizeof(text)) < 0)
		return -1;
	errno = 0;
	n = sscanf(text, "%x %*x %*x %*x %*u %x", ret_allowed, &flags);
	*ret_permissive = (flags & 1) != 0;
	/* Flags came with Linux 2.6.31. */
	return n >= 1 ? 0 : -1;
}

static int sys_get(void *data, int fd, char **ret_label)
{
	char text[LABEL_SIZE + 1];
	ssize_t n;

	(void)data;
	do
		n = fgetxattr(fd, ATTRIBUTE, text, LABEL_SIZE);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -1;
	text[n] = '\0';
	*ret_label = strdup(text);
	return *ret_label ? 0 : -1;
}

static int sys_put(void *data, int fd, const char *label)
{
	int r;

	(void)data;
	do
		r = fsetxattr(fd, ATTRIBUTE, label, strlen(label) + 1, 0);
	while (r < 0 && errno == EINTR);
	return r;
}

#ifdef WITH_SELINUX

/* libselinux writes its complaints to stderr; what matters of them is in our own messages. */
static int __attribute__((format(printf, 2, 3))) say_nothing(int type, const char *format, ...)
{
	(void)type;
	(void)format;
	return 0;
}

static void *sys_open(void *data, const char *file)
{
	const struct selinux_opt option = { SELABEL_OPT_PATH, file };

	(void)data;
	selinux_set_callback(SELINUX_CB_LOG, (union selinux_callback){ .func_log = say_nothing });
	errno = 0;
	return selabel_open(SELABEL_CTX_FILE, &option, 1);
}

static void sys_close(void *data, void *handle)
{
	(void)data;
	selabel_close(handle);
}

static int sys_lookup(void *data, void *handle, const char *path, mode_t type, char **ret_label)
{
	char *label = NULL;

	(void)data;
	errno = 0;
	if (selabel_lookup_raw(handle, &label, path, (int)type) < 0)
		return -1;
	*ret_label = strdup(label);
	freecon(label);
	return *ret_label ? 0 : -1;
}

static int sys_set(void *data, const char *label)
{
	int r;

	(void)data;
	do
		r = setfscreatecon_raw(label);
	while (r < 0 && errno == EINTR);
	return r;
}

const struct selinux_ops selinux_ops_real = {
	.built = true,
	.is_mount = sys_is_mount,
	.in_kernel = sys_in_kernel,
	.find_mount = sys_find_mount,
	.enforce = sys_enforce,
	.check = sys_check,
	.previous = sys_previous,
	.number = sys_number,
	.access = sys_access,
	.open = sys_open,
	.close = sys_close,
	.lookup = sys_lookup,
	.set = sys_set,
	.get = sys_get,
	.put = sys_put,
};

#else

const struct selinux_ops selinux_ops_real = {
	.built = false,
	.is_mount = sys_is_mount,
	.in_kernel = sys_in_kernel,
	.find_mount = sys_find_mount,
	.enforce = sys_enforce,
	.check = sys_check,
	.previous = sys_previous,
	.number = sys_number,
	.access = sys_access,
	.get = sys_get,
	.put = sys_put,
};

#endif
