/* SPDX-License-Identifier: BSD-3-Clause */
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fd.h"
#include "text.h"

/* --- groups --- */

int session_join(struct caller *c, gid_t gid, struct arena *a, const char **ret_why,
		 struct err *e)
{
	int count = getgroups(0, NULL), i;
	gid_t *groups;

	*ret_why = NULL;
	if (count < 0)
		return err_sys(e, ERR_PERMISSION, "cannot read the supplementary groups");
	groups = arena_array(a, (size_t)count + 1, sizeof(*groups));
	count = getgroups(count, groups);
	for (i = 0; i < count; i++)
		if (groups[i] == gid)
			return 0;
	if (count < 0 || count >= sysconf(_SC_NGROUPS_MAX)) {
		*ret_why = _("too many groups");
		return 0;
	}
	groups[count] = gid;
	if (caller_raise(c, e) < 0)
		return -1;
	if (setgroups((size_t)count + 1, groups) < 0)
		*ret_why = arena_printf(a, _("cannot set the supplementary groups: %s"),
					strerror(errno));
	return caller_lower(c, e);
}

/* --- the program --- */

/* What went wrong, and whether it was the program itself. */
struct failure {
	int error;
	bool rights;
};

static struct failure become(const struct session *s)
{
	struct caller caller = *s->caller;
	struct err ignored = { .kind = ERR_NONE };

	caller.gid = s->gid;
	errno = EPERM;
	if (caller_raise(&caller, &ignored) < 0 || caller_drop(&caller, &ignored) < 0)
		return (struct failure){ errno, true };
	caller_restore_limits(&caller);
	proc_restore(s->origin);
	/* execve wants pointers to bytes that it could write, and does not write them. */
	execve(s->path, (char *const *)(uintptr_t)s->argv, s->environment);
	return (struct failure){ errno, false };
}

static int report(const struct session *s, struct failure f, int *ret_status, struct err *e)
{
	*ret_status = 1;
	errno = f.error;
	if (f.rights)
		return err_sys(e, ERR_PERMISSION, "cannot change the group ID");
	*ret_status = f.error == ENOENT ? SESSION_NOT_FOUND : SESSION_CANNOT_RUN;
	return err_sys(e, ERR_IO, "Cannot execute %s", s->path);
}

int session_exec(const struct session *s, int *ret_status, struct err *e)
{
	return report(s, become(s), ret_status, e);
}

/* --- waiting for it --- */

static void pass_on(pid_t pid, const siginfo_t *info)
{
	/* What the kernel sends because of the terminal, the program has got itself. */
	if ((info->si_signo == SIGTERM || info->si_signo == SIGHUP) && info->si_code <= 0)
		kill(pid, info->si_signo);
}

static int wait_for(pid_t pid, const sigset_t *signals, int *ret_signal)
{
	siginfo_t info;
	int status;
	pid_t r;

	for (;;) {
		r = waitpid(pid, &status, WNOHANG | WUNTRACED);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -1;
		if (r == pid && WIFSTOPPED(status)) {
			kill(getpid(), SIGSTOP);
			kill(pid, SIGCONT);
		} else if (r == pid) {
			return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
		} else if (sigwaitinfo(signals, &info) > 0) {
			if (info.si_signo == SIGTERM || info.si_signo == SIGHUP)
				*ret_signal = info.si_signo;
			pass_on(pid, &info);
		}
	}
}

/* To be asked when the child has ended.  The end of file says that the program had begun. */
static bool has_failed(int from, struct failure *ret)
{
	ssize_t n;

	do
		n = read(from, ret, sizeof(*ret));
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(*ret);
}

static pid_t start(const struct session *s, int pipe_fd)
{
	struct failure f;
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	f = become(s);
	(void)!write(pipe_fd, &f, sizeof(f));
	_exit(SESSION_CANNOT_RUN);
}

int session_run(const struct session *s, int *ret_status, int *ret_signal, struct err *e)
{
	_cleanup_fd_ int from = -1;
	struct failure f;
	sigset_t all;
	int fds[2], status;
	pid_t pid;

	*ret_signal = 0;
	/* It is read when the child has ended: what is not there by then will not come. */
	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_sys(e, ERR_IO, "cannot make a pipe");
	from = fds[0];
	/* Blocked from before the program exists, so that none of it is missed. */
	sigfillset(&all);
	pid = sigprocmask(SIG_BLOCK, &all, NULL) < 0 ? -1 : start(s, fds[1]);
	fd_close(&fds[1]);
	if (pid < 0)
		return err_sys(e, ERR_IO, "cannot start a process");
	/* A key can stop the child before it is the program: nothing else may be waited for. */
	status = wait_for(pid, &all, ret_signal);
	if (status < 0)
		return err_sys(e, ERR_IO, "cannot wait for the program");
	if (has_failed(from, &f))
		return report(s, f, ret_status, e);
	*ret_status = status;
	return 0;
}
