/* SPDX-License-Identifier: BSD-3-Clause */
#include "proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fd.h"

void proc_begin(struct proc_origin *ret)
{
	sigprocmask(SIG_BLOCK, NULL, &ret->signals);
	ret->umask = umask(022);
	ret->on_pipe = signal(SIGPIPE, SIG_IGN);
	ret->on_xfsz = signal(SIGXFSZ, SIG_IGN);
	ret->on_child = signal(SIGCHLD, SIG_DFL);
}

void proc_restore(const struct proc_origin *o)
{
	umask(o->umask);
	signal(SIGPIPE, o->on_pipe);
	signal(SIGXFSZ, o->on_xfsz);
	signal(SIGCHLD, o->on_child);
	sigprocmask(SIG_SETMASK, &o->signals, NULL);
}

static int be_quiet(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -1;
	return dup2(fd, 0) < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0 ? -1 : 0;
}

/* In the child; what goes wrong is written to the pipe. */
static void __attribute__((noreturn))
become(const struct proc_origin *o, const struct proc_program *program, int pipe_fd)
{
	static char *const nothing[] = { NULL };
	char *const *environment = nothing;
	int error;

	/* execve wants pointers to bytes that it could write, and does not write them. */
	if (program->environment)
		environment = (char *const *)(uintptr_t)program->environment;
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	umask(o->umask);
	if (!program->quiet || be_quiet() == 0) {
		sigprocmask(SIG_SETMASK, &o->signals, NULL);
		execve(program->argv[0], (char *const *)(uintptr_t)program->argv, environment);
	}
	error = errno;
	(void)!write(pipe_fd, &error, sizeof(error));
	_exit(127);
}

static int wait_for(pid_t pid, int *ret_status)
{
	int status;
	pid_t r;

	do
		r = waitpid(pid, &status, 0);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return -1;
	*ret_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	return 0;
}

int proc_run(const struct proc_origin *o, const struct proc_program *program, int *ret_status)
{
	_cleanup_fd_ int from = -1;
	int pipe_fds[2], error = 0;
	ssize_t n;
	pid_t pid;

	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return -1;
	from = pipe_fds[0];
	/* What we said comes before what it says. */
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		become(o, program, pipe_fds[1]);
	fd_close(&pipe_fds[1]);
	if (pid < 0)
		return -1;
	/* The end of file says that the program has begun. */
	do
		n = read(from, &error, sizeof(error));
	while (n < 0 && errno == EINTR);
	if (wait_for(pid, ret_status) < 0)
		return -1;
	if (n == (ssize_t)sizeof(error)) {
		errno = error;
		return -1;
	}
	return 0;
}

struct search {
	bool (*wanted)(const void *context, uid_t uid);
	const void *context;
	int proc;
	struct stat root;
};

/* Looks at the ids in a status file.  1 wanted, 0 not or gone; *ret_threads how many it has. */
static int look_at(const struct search *s, const char *path, unsigned long *ret_threads)
{
	_cleanup_fd_ int fd = openat(s->proc, path, O_RDONLY | O_CLOEXEC);
	unsigned long ids[4];
	char text[4096];
	const char *line;
	ssize_t n;
	int i;

	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	line = strstr(text, "\nThreads:");
	*ret_threads = line ? strtoul(line + 9, NULL, 10) : 1;
	line = strstr(text, "\nUid:");
	if (!line || sscanf(line + 5, "%lu %lu %lu %lu", &ids[0], &ids[1], &ids[2], &ids[3]) != 4)
		return 0;
	for (i = 0; i < 4; i++)
		if (s->wanted(s->context, (uid_t)ids[i]))
			return 1;
	return 0;
}

static bool is_number(const char *name)
{
	return name[0] != '\0' && name[strspn(name, "0123456789")] == '\0';
}

static int look_at_threads(const struct search *s, const char *pid)
{
	char path[2 * NAME_MAX + 32];
	_cleanup_dir_ DIR *dir = NULL;
	struct dirent *entry;
	unsigned long threads;
	int fd, found = 0;

	snprintf(path, sizeof(path), "%s/task", pid);
	fd = openat(s->proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		fd_close(&fd);
		return 0;
	}
	while (!found && (entry = readdir(dir))) {
		if (!is_number(entry->d_name))
			continue;
		snprintf(path, sizeof(path), "%s/task/%s/status", pid, entry->d_name);
		found = look_at(s, path, &threads);
	}
	return found;
}

static bool is_in_our_root(const struct search *s, const char *pid)
{
	char path[NAME_MAX + 16];
	struct stat st;

	snprintf(path, sizeof(path), "%s/root", pid);
	if (fstatat(s->proc, path, &st, 0) < 0)
		return errno == EACCES || errno == EPERM;
	return st.st_dev == s->root.st_dev && st.st_ino == s->root.st_ino;
}

static bool is_wanted(const struct search *s, const char *pid)
{
	char path[NAME_MAX + 16];
	unsigned long threads = 1;
	int found;

	snprintf(path, sizeof(path), "%s/status", pid);
	found = look_at(s, path, &threads);
	if (!found && threads > 1)
		found = look_at_threads(s, pid);
	return found && is_in_our_root(s, pid);
}

int proc_find(bool (*wanted)(const void *context, uid_t uid), const void *context, pid_t *ret_pid)
{
	struct search s = { .wanted = wanted, .context = context };
	_cleanup_dir_ DIR *dir = opendir("/proc");
	struct dirent *entry;

	if (!dir || stat("/", &s.root) < 0)
		return -1;
	s.proc = dirfd(dir);
	while ((errno = 0, entry = readdir(dir))) {
		if (!is_number(entry->d_name) || !is_wanted(&s, entry->d_name))
			continue;
		*ret_pid = (pid_t)strtol(entry->d_name, NULL, 10);
		return 1;
	}
	return errno ? -1 : 0;
}
