/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lock_file - FILE.lock as other account tools make it: a link to FILE.PID that holds the pid in
 * digits and a NUL.  Called by lock.c only, which holds .pwd.lock.
 */
#ifndef LIB_LOCK_FILE_H
#define LIB_LOCK_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Makes FILE.lock in dirfd.  0 made; 1 somebody holds it (*ret_holder, 0 when it does not say);
 * -1 and errno.  One that cannot be true any more is removed; patience is after how many seconds an
 * unreadable one counts as left over.
 */
int lock_file_make(int dirfd, const char *file, long patience, pid_t *ret_holder);
/* The pid of whoever has FILE.lock; 0: nobody, or not known. */
pid_t lock_file_holder(int dirfd, const char *file);
void lock_file_remove(int dirfd, const char *file);
/* "/etc/passwd" becomes "/etc/passwd.lock". */
void lock_file_path(const char *path, char *buffer, size_t size);
/* The name of a running program.  false: not known. */
bool lock_process_name(pid_t pid, char *buffer, size_t size);

#endif
