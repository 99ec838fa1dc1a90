/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading subuid and subgid.  Not mapped: a file that somebody shortens would end the process that
 * reads it.  And not as a whole: a block stays in the processor's cache while it is searched, which
 * takes less time than filling that much memory.
 */
#include "subid_source_private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beneath.h"
#include "fd.h"

/* A line that is longer is no row.  Tests make it small. */
#ifndef BLOCK_SIZE
#define BLOCK_SIZE ((size_t)128 * 1024)
#endif

static int open_below(const char *prefix, const char *path)
{
	const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	_cleanup_fd_ int root = -1;

	if (!*prefix)
		return open(path, flags);
	root = open(prefix, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return root < 0 ? -1 : beneath_open(root, path, flags, 0);
}

static int open_file(const char *prefix, const char *path)
{
	int fd = open_below(prefix, path);
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0) {
		if (S_ISREG(st.st_mode))
			return fd;
		errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
	}
	fd_close(&fd);
	return -1;
}

static ssize_t read_some(int fd, char *p, size_t room)
{
	ssize_t n;

	do
		n = read(fd, p, room);
	while (n < 0 && errno == EINTR);
	return n;
}

/* text[0] is a newline; used counts from text + 1. */
struct block {
	char *text;
	size_t used;
	bool skipping; /* within a line that is too long */
};

/* Hands out the whole lines of the block and keeps the rest. */
static int take_lines(struct block *b, int (*take)(void *context, struct str lines), void *context)
{
	char *begin = b->text + 1, *end = memrchr(begin, '\n', b->used), *next = begin;
	size_t rest;

	if (!end) {
		if (b->used == BLOCK_SIZE) {
			b->skipping = true;
			b->used = 0;
		}
		return 0;
	}
	if (b->skipping) {
		next = (char *)memchr(begin, '\n', b->used) + 1;
		b->skipping = false;
	}
	rest = b->used - (size_t)(end + 1 - begin);
	if (next <= end && take(context, (struct str){ next, (size_t)(end + 1 - next) }) < 0) {
		errno = 0;
		return -1;
	}
	memmove(begin, end + 1, rest);
	b->used = rest;
	return 0;
}

static int read_lines(int fd, struct block *b, int (*take)(void *context, struct str lines),
		      void *context)
{
	for (;;) {
		ssize_t n = read_some(fd, b->text + 1 + b->used, BLOCK_SIZE - b->used);

		if (n < 0)
			return -1;
		if (n == 0)
			break;
		b->used += (size_t)n;
		if (take_lines(b, take, context) < 0)
			return -1;
	}
	if (b->used == 0 || b->skipping)
		return 0;
	/* A last line without a newline counts. */
	b->text[1 + b->used++] = '\n';
	return take_lines(b, take, context);
}

int subid_file_lines(const char *prefix, const char *path,
		     int (*take)(void *context, struct str lines), void *context)
{
	struct block b = { .used = 0 };
	int r = -1, saved, fd;

	fd = open_file(prefix, path);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
	b.text = calloc(1, 1 + BLOCK_SIZE + 1 + SUBID_SLACK);
	if (b.text) {
		b.text[0] = '\n';
		r = read_lines(fd, &b, take, context);
	}
	saved = errno;
	free(b.text);
	close(fd);
	errno = saved;
	return r;
}
