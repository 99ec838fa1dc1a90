/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The functions that change the files.
 *
 * A program does it: subid-grant(8), started for this.  The change is a transaction like those of
 * the tools, with lock, journal, SELinux labels and logs, and that is no thing to do inside of a
 * process that we know nothing about: it would bring libraries into it that it did not ask for; its
 * file locks and the transaction's would be the same process's; a thread that is killed would leave
 * the lock behind; and where memory runs out the transaction ends its process, as it may.  To go on
 * in a forked child without a new program is no way either: in a process with threads the locks of
 * NSS, of syslog and of the dynamic linker may be held by a thread that the child does not have.
 *
 * The program says "ok START COUNT" in the end; every other line is a message.
 */
#include <shadow/subid.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/wait.h>
#include <unistd.h>

#include "state.h"
#include "str.h"

#define DIGITS 24

struct answer {
	char text[4096]; /* what does not fit is not kept */
	size_t used;
};

/* Without the caller's handlers and mask, with nothing to read; all it prints comes to us. */
static int prepare(posix_spawnattr_t *attributes, posix_spawn_file_actions_t *actions, int out)
{
	sigset_t all, none;

	sigfillset(&all);
	sigemptyset(&none);
	if (posix_spawnattr_setsigdefault(attributes, &all) ||
	    posix_spawnattr_setsigmask(attributes, &none) ||
	    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
		return -1;
	return posix_spawn_file_actions_adddup2(actions, out, 1) ||
	       posix_spawn_file_actions_adddup2(actions, 1, 2) ||
	       posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0)
	       ? -1 : 0;
}

/* 0, or an errno. */
static int start(const char *const *argv, int out, pid_t *ret)
{
	static char *const nothing[] = { NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int error = ENOMEM;

	if (posix_spawnattr_init(&attributes))
		return ENOMEM;
	if (posix_spawn_file_actions_init(&actions) == 0) {
		if (prepare(&attributes, &actions, out) == 0)
			error = posix_spawn(ret, SUBID_GRANT, &actions, &attributes,
					    (char *const *)argv,
					    getauxval(AT_SECURE) ? nothing : environ);
		posix_spawn_file_actions_destroy(&actions);
	}
	posix_spawnattr_destroy(&attributes);
	return error;
}

static void read_answer(int fd, struct answer *a)
{
	char rest[512];

	for (;;) {
		size_t room = sizeof(a->text) - 1 - a->used;
		ssize_t n = room ? read(fd, a->text + a->used, room) : read(fd, rest, sizeof(rest));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		a->used += room ? (size_t)n : 0;
	}
	a->text[a->used] = '\0';
}

/* Its status is not needed, and our caller may have waited for it already. */
static void wait_for(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* A pipe that does not take the place of a standard stream which our caller has closed. */
static int open_pipe(int ends[2])
{
	int low[2], i, saved;

	if (pipe2(low, O_CLOEXEC) < 0)
		return -1;
	for (i = 0; i < 2; i++)
		ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, 3);
	saved = errno;
	close(low[0]);
	close(low[1]);
	if (ends[0] >= 0 && ends[1] >= 0)
		return 0;
	for (i = 0; i < 2; i++)
		if (ends[i] >= 0)
			close(ends[i]);
	errno = saved;
	return -1;
}

static int run_program(const char *const *argv, struct answer *ret)
{
	int ends[2], error;
	pid_t pid;

	if (open_pipe(ends) < 0)
		return errno;
	error = start(argv, ends[1], &pid);
	close(ends[1]);
	if (error == 0) {
		read_answer(ends[0], ret);
		wait_for(pid);
	}
	close(ends[0]);
	return error;
}

/* "ok START COUNT" */
static bool is_result(struct str line, unsigned long *ret_start, unsigned long *ret_count)
{
	uint64_t start, count;
	struct str word;

	if (!str_next(&line, ' ', &word) || !str_is(word, "ok") || !str_next(&line, ' ', &word) ||
	    !str_decimal(word, UINT32_MAX, &start) || !line.p ||
	    !str_decimal(line, UINT32_MAX, &count))
		return false;
	*ret_start = (unsigned long)start;
	*ret_count = (unsigned long)count;
	return true;
}

/* The result; all else is said. */
static bool take_answer(struct answer *a, unsigned long *ret_start, unsigned long *ret_count)
{
	struct str text = { a->text, a->used }, line;
	bool done = false;

	while (str_next(&text, '\n', &line)) {
		a->text[line.p + line.n - a->text] = '\0';
		if (is_result(line, ret_start, ret_count))
			done = true;
		else if (line.n > 0)
			state_say(line.p);
	}
	return done;
}

static bool change(const char *verb, const char *kind, struct subordinate_range *range, bool set)
{
	unsigned long start = 0, count = 0;
	char first[DIGITS], size[DIGITS], text[256];
	const char *const argv[] = { SUBID_GRANT, "--", verb, kind, range->owner, first, size,
				     NULL };
	struct answer *answer;
	bool done = false;
	int error;

	if (!range->owner)
		return false;
	snprintf(first, sizeof(first), "%lu", set ? 0 : range->start);
	snprintf(size, sizeof(size), "%lu", range->count);
	answer = calloc(1, sizeof(*answer));
	error = answer ? run_program(argv, answer) : ENOMEM;
	if (error == 0) {
		done = take_answer(answer, &start, &count);
	} else {
		snprintf(text, sizeof(text), "cannot run %s: %s", SUBID_GRANT, strerror(error));
		state_say(text);
	}
	free(answer);
	if (done && set) {
		range->start = start;
		range->count = count;
	}
	return done;
}

SUBID_PUBLIC bool subid_grant_uid_range(struct subordinate_range *range, bool reuse)
{
	return change(reuse ? "reuse" : "grant", "uid", range, true);
}

SUBID_PUBLIC bool subid_grant_gid_range(struct subordinate_range *range, bool reuse)
{
	return change(reuse ? "reuse" : "grant", "gid", range, true);
}

SUBID_PUBLIC bool subid_ungrant_uid_range(struct subordinate_range *range)
{
	return change("ungrant", "uid", range, false);
}

SUBID_PUBLIC bool subid_ungrant_gid_range(struct subordinate_range *range)
{
	return change("ungrant", "gid", range, false);
}
