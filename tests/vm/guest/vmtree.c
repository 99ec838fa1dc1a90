/* SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include "vmctl.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

static const char *const account_files[] = {
	"passwd", "shadow", "group", "gshadow", "subuid", "subgid", ".pwd.lock",
};
static const char *const watched_dirs[] = { "home", "var/mail", "srv" };

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static char *join(char *buf, const char *dir, const char *name)
{
	if (snprintf(buf, PATH_MAX, "%s/%s", dir, name) >= PATH_MAX)
		die("path too long", name);
	return buf;
}

static int is_account_file(const char *name)
{
	for (size_t i = 0; i < COUNT(account_files); i++)
		if (!strncmp(name, account_files[i], strlen(account_files[i])))
			return 1;
	return 0;
}

static int any_file(const char *name)
{
	return strcmp(name, ".") && strcmp(name, "..");
}

/* Calls f(DIR/NAME, arg) for the names in DIR that are wanted, sorted. */
static void each_name(const char *dir, int (*wanted)(const char *),
		      void (*f)(const char *path, void *arg), void *arg)
{
	struct dirent **names;
	char path[PATH_MAX];
	int n = scandir(dir, &names, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		if (wanted(names[i]->d_name))
			f(join(path, dir, names[i]->d_name), arg);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

/* ---- reset ---- */

static int unlink_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	if (remove(path) < 0)
		die("remove", path);
	return 0;
}

static void remove_tree(const char *path, void *arg)
{
	(void)arg;
	nftw(path, unlink_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static void copy_content(const char *from, const char *to, const struct stat *st)
{
	char buf[16384];
	ssize_t n;
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (in < 0 || out < 0)
		die("open", to);
	while ((n = read(in, buf, sizeof buf)) > 0)
		if (write(out, buf, (size_t)n) != n)
			die("write", to);
	if (fchown(out, st->st_uid, st->st_gid) < 0 || fchmod(out, st->st_mode & 07777) < 0)
		die("chown", to);
	close(in);
	close(out);
}

static void copy_tree(const char *from, void *to_dir)
{
	char to[PATH_MAX], link[PATH_MAX];
	struct stat st;
	ssize_t n;

	join(to, to_dir, strrchr(from, '/') + 1);
	if (lstat(from, &st) < 0)
		die("lstat", from);
	if (S_ISREG(st.st_mode)) {
		copy_content(from, to, &st);
	} else if (S_ISLNK(st.st_mode)) {
		if ((n = readlink(from, link, sizeof link - 1)) < 0)
			die("readlink", from);
		link[n] = '\0';
		if (symlink(link, to) < 0 || lchown(to, st.st_uid, st.st_gid) < 0)
			die("symlink", to);
	} else {
		if (mkdir(to, 0700) < 0)
			die("mkdir", to);
		each_name(from, any_file, copy_tree, to);
		if (chown(to, st.st_uid, st.st_gid) < 0 || chmod(to, st.st_mode & 07777) < 0)
			die("chown", to);
	}
}

static void set_label(const char *path, const char *label)
{
	if (lsetxattr(path, "security.selinux", label, strlen(label) + 1, 0) < 0)
		die("set label", path);
}

static void label_tree(const char *path, void *label)
{
	struct stat st;

	set_label(path, label);
	if (!lstat(path, &st) && S_ISDIR(st.st_mode))
		each_name(path, any_file, label_tree, label);
}

static void label_all(const char *root, const char *labels)
{
	char row[PATH_MAX], label[256], name[2048], path[PATH_MAX];
	FILE *f = fopen(labels, "re");
	char *dots;

	if (!f)
		die("open", labels);
	while (fgets(row, sizeof row, f)) {
		if (sscanf(row, "%255s %2047s", label, name) != 2)
			continue;
		dots = strstr(name, "/...");
		if (dots)
			*dots = '\0';
		join(path, root, name);
		if (access(path, F_OK))
			continue;
		if (dots)
			label_tree(path, label);
		else
			set_label(path, label);
	}
	fclose(f);
}

void tree_reset(const char *save, const char *root, const char *labels)
{
	char from[PATH_MAX], to[PATH_MAX];

	each_name(join(to, root, "etc"), is_account_file, remove_tree, NULL);
	each_name(join(from, save, "etc"), any_file, copy_tree, to);
	for (size_t i = 0; i < COUNT(watched_dirs); i++) {
		each_name(join(to, root, watched_dirs[i]), any_file, remove_tree, NULL);
		each_name(join(from, save, watched_dirs[i]), any_file, copy_tree, to);
	}
	label_all(root, labels);
}

/* ---- state ---- */

static uint64_t hash_bytes(uint64_t h, const char *p, ssize_t n)
{
	while (n-- > 0)
		h = (h ^ (unsigned char)*p++) * 1099511628211u;
	return h;
}

static uint64_t hash_file(const char *path, const struct stat *st)
{
	uint64_t h = 14695981039346656037u;
	char buf[16384];
	ssize_t n;
	int fd;

	if (S_ISLNK(st->st_mode))
		return hash_bytes(h, buf, readlink(path, buf, sizeof buf));
	if (!S_ISREG(st->st_mode) || (fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return 0;
	while ((n = read(fd, buf, sizeof buf)) > 0)
		h = hash_bytes(h, buf, n);
	close(fd);
	return h;
}

static void print_file(const char *path, void *root)
{
	char label[256] = "-";
	struct stat st;
	ssize_t n;

	if (lstat(path, &st) < 0)
		die("lstat", path);
	n = lgetxattr(path, "security.selinux", label, sizeof label - 1);
	label[n > 0 ? n : 1] = '\0';
	printf("@f %o %u:%u %s %08x %s\n", st.st_mode, st.st_uid, st.st_gid, label,
	       (unsigned)hash_file(path, &st), path + strlen(root));
	if (S_ISDIR(st.st_mode))
		each_name(path, any_file, print_file, root);
}

static int is_test_row(const char *row)
{
	return !strncmp(row, "vm", 2) || !strncmp(row, "test", 4) || !strncmp(row, "omnibus", 7);
}

static void print_rows(const char *root, const char *name)
{
	char path[PATH_MAX], dir[PATH_MAX], row[4096];
	FILE *f = fopen(join(path, join(dir, root, "etc"), name), "re");

	if (!f)
		return;
	while (fgets(row, sizeof row, f))
		if (is_test_row(row))
			printf("@r %s %.*s\n", name, (int)strcspn(row, "\n"), row);
	fclose(f);
}

void tree_state(const char *root)
{
	char path[PATH_MAX], prefix[PATH_MAX];

	snprintf(prefix, sizeof prefix, "%s", root);
	each_name(join(path, root, "etc"), is_account_file, print_file, prefix);
	for (size_t i = 0; i < COUNT(watched_dirs); i++)
		print_file(join(path, root, watched_dirs[i]), prefix);
	for (size_t i = 0; i + 1 < COUNT(account_files); i++)
		print_rows(root, account_files[i]);
}
