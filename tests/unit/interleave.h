/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Races without chance: a call runs in a child that stops before each of its system calls on names,
 * and between two of them somebody else gets his turn.
 */
#ifndef TESTS_INTERLEAVE_H
#define TESTS_INTERLEAVE_H

#include "scratch.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>

struct interleave {
	void (*call)(void *data);                 /* runs in the child */
	void (*between)(void *data, int number); /* before the child's system call of that number */
	void *data;
};

/* The listener's descriptor, or -1 where the kernel has none (before Linux 5.5). */
static inline int stop_before_calls_on_names(void)
{
#if defined(SECCOMP_FILTER_FLAG_NEW_LISTENER) && defined(SECCOMP_USER_NOTIF_FLAG_CONTINUE)
	static const int numbers[] = {
		SYS_openat, SYS_unlinkat, SYS_newfstatat, SYS_fchownat, SYS_readlinkat, SYS_linkat,
	};
	enum { COUNT = sizeof(numbers) / sizeof(numbers[0]) };
	struct sock_filter rules[COUNT + 3] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	};
	struct sock_fprog program = { COUNT + 3, rules };
	int i;

	for (i = 0; i < COUNT; i++)
		rules[i + 1] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)numbers[i], COUNT - i, 0);
	rules[COUNT + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	rules[COUNT + 2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			    SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
#else
	return -1;
#endif
}

static inline int let_go_on(int listener, const struct interleave *i, int number)
{
#if defined(SECCOMP_FILTER_FLAG_NEW_LISTENER) && defined(SECCOMP_USER_NOTIF_FLAG_CONTINUE)
	struct seccomp_notif call = { 0 };
	struct seccomp_notif_resp answer = { .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };

	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0)
		return 0;
	i->between(i->data, number);
	answer.id = call.id;
	ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
	return 1;
#else
	(void)listener, (void)i, (void)number;
	return 0;
#endif
}

/* How many calls there were; -1: it cannot be done here. */
static inline int interleave(const struct interleave *i)
{
	volatile int *listener = mmap(NULL, sizeof(*listener), PROT_READ | PROT_WRITE,
				      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct pollfd ready = { .events = POLLIN };
	int calls = 0, status;
	pid_t pid;

	assert_true(listener != MAP_FAILED);
	/* The two have one table of descriptors: so the listener comes over. */
	pid = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, NULL, NULL, NULL, NULL);
	assert_true(pid >= 0);
	if (pid == 0) {
		int fd = stop_before_calls_on_names();

		*listener = fd < 0 ? -1 : fd;
		if (fd >= 0)
			i->call(i->data);
		_exit(0);
	}
	while (*listener == 0)
		usleep(100);
	ready.fd = *listener;
	while (waitpid(pid, &status, WNOHANG) == 0)
		if (poll(&ready, 1, 20) > 0 && (ready.revents & POLLIN))
			calls += let_go_on(ready.fd, i, calls);
	if (ready.fd >= 0)
		close(ready.fd);
	munmap((void *)listener, sizeof(*listener));
	assert_int_equal(status, 0);
	return ready.fd < 0 ? -1 : calls;
}

#endif
