/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fd - file descriptors that close themselves, and whole reads and writes.
 *
 *	_cleanup_fd_ int fd = open(...);
 *
 * All descriptors of this project are opened with O_CLOEXEC.
 */
#ifndef LIBMISC_FD_H
#define LIBMISC_FD_H

#include <dirent.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include "arena.h"
#include "str.h"

/* Closes what is open, keeps errno. */
void fd_close(const int *fd);
void fd_fclose(FILE **file);
void fd_closedir(DIR **dir);
#define _cleanup_fd_ __attribute__((cleanup(fd_close)))
#define _cleanup_file_ __attribute__((cleanup(fd_fclose)))
#define _cleanup_dir_ __attribute__((cleanup(fd_closedir)))

/* 0 when all of it was written; -1 and errno.  Interrupted calls go on. */
int fd_write_all(int fd, const void *data, size_t size);
/* Reads to the end of the file, at most limit bytes (more: EFBIG).  -1 and errno. */
int fd_read_all(int fd, size_t limit, struct arena *a, struct str *ret);
/* The whole of a regular file by a path of the system we run on.  -1 and errno; EISDIR and EINVAL
 * for other files. */
int fd_read_path(const char *path, size_t limit, struct arena *a, struct str *ret);
/* fsync, without complaint where the file system has none (EINVAL, EROFS, ENOTSUP). */
int fd_sync(int fd);
/* Opens 0, 1 and 2 on /dev/null where they are closed, so that no file of ours gets their
 * number. */
int fd_open_standard(void);

/* The number of the line "KEY:" in /proc/self/fdinfo, which is not its first.  -1 and errno; EINVAL
 * where there is no such line. */
int fd_info(int fd, const char *key, long long *ret);

#endif
