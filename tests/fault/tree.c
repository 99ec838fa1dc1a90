/* SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trace.h"

enum { path_max = 4096 };

static char *path_join(char *buffer, const char *directory, const char *name)
{
	if (snprintf(buffer, path_max, "%s/%s", directory, name) >= path_max)
		trace_die("path too long");
	return buffer;
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static void tree_remove(const char *path)
{
	char child[path_max];
	struct dirent *entry;
	DIR *dir;

	if (unlink(path) == 0 || errno == ENOENT)
		return;
	/* Something is mounted on the file: tree_copy writes it anew. */
	if (errno == EBUSY)
		return;
	dir = opendir(path);
	if (dir == NULL)
		trace_die(path);
	while ((entry = readdir(dir)) != NULL)
		if (!is_dots(entry->d_name))
			tree_remove(path_join(child, path, entry->d_name));
	closedir(dir);
	if (rmdir(path) < 0 && errno != ENOTEMPTY)
		trace_die(path);
}

static void copy_file(const char *from, const char *to, mode_t mode)
{
	size_t length;
	char *bytes = file_read(from, &length);
	int fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode & 07777);

	if (fd < 0 || write(fd, bytes, length) != (ssize_t)length || fchmod(fd, mode & 07777) < 0)
		trace_die(to);
	close(fd);
	free(bytes);
}

static void tree_copy(const char *from, const char *to);

static void copy_children(const char *from, const char *to)
{
	char child_from[path_max], child_to[path_max];
	DIR *dir = opendir(from);
	struct dirent *entry;

	if (dir == NULL)
		trace_die(from);
	while ((entry = readdir(dir)) != NULL)
		if (!is_dots(entry->d_name))
			tree_copy(path_join(child_from, from, entry->d_name),
				  path_join(child_to, to, entry->d_name));
	closedir(dir);
}

static void tree_copy(const char *from, const char *to)
{
	char target[path_max] = "";
	struct stat st;

	if (lstat(from, &st) < 0)
		trace_die(from);
	if (S_ISDIR(st.st_mode)) {
		if ((mkdir(to, 0700) < 0 && errno != EEXIST) || chmod(to, st.st_mode & 07777) < 0)
			trace_die(to);
		copy_children(from, to);
	} else if (S_ISLNK(st.st_mode)) {
		if (readlink(from, target, sizeof(target) - 1) < 0 || symlink(target, to) < 0)
			trace_die(to);
	} else {
		copy_file(from, to, st.st_mode);
	}
	if ((st.st_uid != geteuid() || st.st_gid != getegid()) &&
	    (lchown(to, st.st_uid, st.st_gid) < 0 ||
	     (!S_ISLNK(st.st_mode) && chmod(to, st.st_mode & 07777) < 0)))
		trace_die(to);
}

void tree_reset(const char *base, const char *work)
{
	char from[path_max], to[path_max];
	DIR *dir = opendir(base);
	struct dirent *entry;

	if (dir == NULL)
		trace_die(base);
	while ((entry = readdir(dir)) != NULL) {
		if (is_dots(entry->d_name))
			continue;
		tree_remove(path_join(to, work, entry->d_name));
		tree_copy(path_join(from, base, entry->d_name), to);
	}
	closedir(dir);
}

char *file_read(const char *path, size_t *ret_length)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *bytes;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) < 0)
		trace_die(path);
	bytes = malloc((size_t)st.st_size + 1);
	if (bytes == NULL || read(fd, bytes, (size_t)st.st_size) != st.st_size)
		trace_die(path);
	bytes[st.st_size] = '\0';
	close(fd);
	*ret_length = (size_t)st.st_size;
	return bytes;
}

/* FNV-1a */
uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t length)
{
	const unsigned char *byte = bytes;

	while (length-- > 0)
		hash = (hash ^ *byte++) * 1099511628211u;
	return hash;
}

static void sign_object(FILE *out, const char *path, const char *shown, const struct stat *st)
{
	uint64_t hash = hash_start;
	char target[path_max];
	ssize_t length = 0;
	size_t size;
	char *bytes;

	if (S_ISLNK(st->st_mode)) {
		length = readlink(path, target, sizeof(target));
		hash = hash_bytes(hash, target, length < 0 ? 0 : (size_t)length);
	} else if (S_ISREG(st->st_mode) && strstr(shown, ".lock") == NULL) {
		bytes = file_read(path, &size);
		if (bytes == NULL)
			trace_die(path);
		hash = hash_bytes(hash, bytes, size);
		free(bytes);
	}
	fprintf(out, "%s %o %u %u %llx\n", shown, st->st_mode, st->st_uid, st->st_gid,
		(unsigned long long)hash);
}

static void sign_tree(FILE *out, const char *path, const char *shown)
{
	char child[path_max], child_shown[path_max];
	struct dirent **names;
	struct stat st;
	int count;

	if (lstat(path, &st) < 0)
		return;
	sign_object(out, path, shown, &st);
	if (!S_ISDIR(st.st_mode))
		return;
	count = scandir(path, &names, NULL, alphasort);
	if (count < 0)
		trace_die(path);
	for (int i = 0; i < count; i++) {
		if (!is_dots(names[i]->d_name))
			sign_tree(out, path_join(child, path, names[i]->d_name),
				  path_join(child_shown, shown, names[i]->d_name));
		free(names[i]);
	}
	free(names);
}

char *tree_sign(const char *work)
{
	static const char *const names[] = { "home", "var" };
	char child[path_max];
	size_t length;
	char *text;
	FILE *out = open_memstream(&text, &length);

	if (out == NULL)
		trace_die("open_memstream");
	for (int i = 0; i < 2; i++)
		sign_tree(out, path_join(child, work, names[i]), names[i]);
	fclose(out);
	return text;
}

char *tree_sign_all(const char *base, const char *work)
{
	struct dirent **names;
	char child[path_max];
	size_t length;
	char *text;
	FILE *out = open_memstream(&text, &length);
	int count = scandir(base, &names, NULL, alphasort);

	if (out == NULL || count < 0)
		trace_die(base);
	for (int i = 0; i < count; i++) {
		if (!is_dots(names[i]->d_name))
			sign_tree(out, path_join(child, work, names[i]->d_name), names[i]->d_name);
		free(names[i]);
	}
	free(names);
	fclose(out);
	return text;
}
