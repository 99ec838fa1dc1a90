/* SPDX-License-Identifier: BSD-3-Clause */
#include "seuser.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arena.h"
#include "fd.h"
#include "selinux_ops.h"
#include "semanage.h"
#include "str.h"
#include "text.h"

/* The child's whole answer; one write, less than a pipe holds. */
struct reply {
	enum semanage_result result;
	char message[SEMANAGE_MESSAGE_SIZE];
};

static void __attribute__((noreturn)) run_child(int fd, const struct seuser_change *change)
{
	struct reply reply = { SEMANAGE_FAILED, "" };
	struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t none;
	int null;

	/* What libsemanage runs must start with nothing blocked or ignored. */
	sigemptyset(&none);
	sigaction(SIGPIPE, &action, NULL);
	sigaction(SIGXFSZ, &action, NULL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* It and the programs that it runs talk a lot; the reason comes with the reply. */
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
	}
	reply.result = semanage_change(change, reply.message);
	_exit(fd_write_all(fd, &reply, sizeof(reply)) == 0 ? 0 : 1);
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -1;
	}
	return status;
}

/* Reads until the other end closes; true when all of the reply came. */
static bool read_reply(int fd, struct reply *reply)
{
	char *p = (char *)reply;
	size_t used = 0;
	ssize_t n;

	while (used < sizeof(*reply)) {
		n = read(fd, p + used, sizeof(*reply) - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		used += (size_t)n;
	}
	reply->message[sizeof(reply->message) - 1] = '\0';
	return true;
}

/* Does it in a child process.  -1: none could be started. */
static int ask_child(const struct seuser_change *change, struct reply *ret, struct err *e)
{
	_cleanup_fd_ int in = -1;
	int ends[2], status;
	pid_t pid;
	bool told;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, ERR_SEUSER, "cannot change the SELinux login mapping");
	in = ends[0];
	pid = fork();
	if (pid == 0)
		run_child(ends[1], change);
	fd_close(&ends[1]);
	if (pid < 0)
		return err_sys(e, ERR_SEUSER, "cannot change the SELinux login mapping");
	told = read_reply(in, ret);
	status = wait_for(pid);
	if (told)
		return 0;
	ret->result = SEMANAGE_NO_STORE;
	if (WIFSIGNALED(status))
		snprintf(ret->message, sizeof(ret->message), _("libsemanage failed: %s"),
			 strsignal(WTERMSIG(status)));
	else
		snprintf(ret->message, sizeof(ret->message), "%s", _("libsemanage failed"));
	return 0;
}

/* There will be no mapping: an error in strict mode, else a note. */
static int go_without(enum selinux_mode mode, const struct note *note, const char *why,
		      struct err *e)
{
	if (mode == SELINUX_STRICT)
		return err_set(e, ERR_SEUSER, "cannot change the SELinux login mapping: %s", why);
	note_say(note, "the SELinux login mapping is not changed: %s", why);
	return 0;
}

static int check_kernel(struct err *e)
{
	struct selinux_facts facts = { .mode = SELINUX_AUTO };
	struct arena a = { NULL };
	int r = selinux_sample(&selinux_ops_real, NULL, &a, &facts, e);

	arena_free(&a);
	if (r == 0 && facts.kernel != SELINUX_KERNEL_YES)
		return err_set(e, ERR_ARGUMENT, "-Z requires SELinux enabled kernel");
	return r;
}

int seuser_check(bool live, enum selinux_mode mode, const struct note *note, bool *ret_go,
		 struct err *e)
{
	struct reply reply;

	*ret_go = false;
	if (mode == SELINUX_OFF)
		return go_without(mode, note, _("SELinux labelling is switched off"), e);
	if (!live)
		return go_without(mode, note, _("that needs the running system"), e);
	if (check_kernel(e) < 0 || ask_child(NULL, &reply, e) < 0)
		return -1;
	if (reply.result != SEMANAGE_DONE)
		return go_without(mode, note, reply.message, e);
	*ret_go = true;
	return 0;
}

int seuser_apply(const struct seuser_change *change, struct err *e)
{
	struct reply reply;

	if (ask_child(change, &reply, e) < 0)
		return -1;
	if (reply.result == SEMANAGE_DONE)
		return 0;
	if (!change->seuser)
		return err_set(e, ERR_SEUSER,
			       "removing SELinux user mapping for user '%s' failed: %s",
			       change->login, reply.message);
	return err_set(e, ERR_SEUSER, "the user name %s to %s SELinux user mapping failed: %s",
		       change->login, change->seuser, reply.message);
}
