/* SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include "vmctl.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TOOL_SECONDS 60

_Noreturn void die(const char *what, const char *name)
{
	printf("@error vmctl: %s: %s: %s\n", what, name, strerror(errno));
	fflush(stdout);
	_exit(125);
}

/* selinuxfs takes a policy in one write only. */
static void load_policy(const char *name)
{
	char policy[1 << 18];
	int in = open(name, O_RDONLY | O_CLOEXEC);
	int out = open("/sys/fs/selinux/load", O_WRONLY | O_CLOEXEC);
	ssize_t n = in < 0 ? -1 : read(in, policy, sizeof policy);

	if (n <= 0 || out < 0 || write(out, policy, (size_t)n) != n)
		die("load policy", name);
}

/* What container engines leave to root inside. */
static void drop_capabilities(void)
{
	static const int kept[] = {
		CAP_CHOWN,	 CAP_DAC_OVERRIDE, CAP_FOWNER,
		CAP_FSETID,	 CAP_KILL,	   CAP_SETGID,
		CAP_SETUID,	 CAP_SETPCAP,	   CAP_NET_BIND_SERVICE,
		CAP_NET_RAW,	 CAP_SYS_CHROOT,   CAP_MKNOD,
		CAP_AUDIT_WRITE, CAP_SETFCAP,
	};

	for (int cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++) {
		int keep = 0;

		for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
			keep |= kept[i] == cap;
		if (!keep && prctl(PR_CAPBSET_DROP, cap) < 0)
			die("drop capability", "bounding set");
	}
}

/* In the child: root, domain and capabilities of the container, then the command.  The label is
 * written first: the container may have no /proc. */
static _Noreturn void enter(const char *domain, const char *caps, const char *root, char **argv)
{
	char label[256];
	int fd, n = snprintf(label, sizeof label, "system_u:system_r:%s:s0", domain);

	fd = open("/proc/thread-self/attr/exec", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, label, (size_t)n) != n)
		die("set domain", label);
	if (chroot(root) < 0 || chdir("/") < 0)
		die("chroot", root);
	if (!strcmp(caps, "engine"))
		drop_capabilities();
	while (strchr(argv[0], '='))
		putenv(*argv++);
	umask(022);
	alarm(TOOL_SECONDS);
	execv(argv[0], argv);
	printf("cannot start %s: %s\n", argv[0], strerror(errno));
	fflush(stdout);
	_exit(127);
}

static void print_output(int fd)
{
	char line[4096];
	FILE *f = fdopen(fd, "r");

	if (!f)
		die("fdopen", "pipe");
	while (fgets(line, sizeof line, f))
		printf("@out %s%s", line, strchr(line, '\n') ? "" : "\n");
	fclose(f);
}

/* step NAME DOMAIN CAPS ROOT STATE [VARIABLE=VALUE...] COMMAND...
 * The state is that of STATE. */
static void run_step(char **arg)
{
	int p[2], status;
	pid_t pid;

	printf("@begin %s\n", arg[0]);
	fflush(stdout);
	if (pipe2(p, O_CLOEXEC) < 0 || (pid = fork()) < 0)
		die("fork", arg[0]);
	if (!pid) {
		dup2(p[1], STDOUT_FILENO);
		dup2(p[1], STDERR_FILENO);
		enter(arg[1], arg[2], arg[3], arg + 5);
	}
	close(p[1]);
	print_output(p[0]);
	if (waitpid(pid, &status, 0) != pid)
		die("wait", arg[0]);
	printf("@status %d\n",
	       WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	tree_state(arg[4]);
	printf("@end\n");
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "load") && argc == 3) {
		load_policy(argv[2]);
	} else if (!strcmp(what, "reset") && argc == 5) {
		tree_reset(argv[2], argv[3], argv[4]);
	} else if (!strcmp(what, "state") && argc == 3) {
		printf("@begin start\n");
		tree_state(argv[2]);
		printf("@end\n");
	} else if (!strcmp(what, "step") && argc > 7) {
		run_step(argv + 2);
	} else {
		fprintf(stderr,
			"vmctl load FILE | reset SAVE ROOT LABELS | state ROOT |\n"
			"      step NAME DOMAIN CAPS ROOT STATE [VARIABLE=VALUE...] COMMAND...\n");
		return 2;
	}
	return 0;
}
