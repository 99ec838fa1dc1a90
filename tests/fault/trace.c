/* SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include "trace.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "image.h"

struct call_name {
	long number;
	const char *name;
};

static const struct call_name call_names[] = {
#include "callnames.h"
};

#if defined(__x86_64__)
enum { trap_size = 1 };
static const unsigned char trap_code[trap_size] = { 0xcc };
#elif defined(__aarch64__)
enum { trap_size = 4 };
static const unsigned char trap_code[trap_size] = { 0x00, 0x00, 0x20, 0xd4 };
#else
#error "the fault runner knows x86_64 and aarch64"
#endif

_Noreturn void trace_die(const char *what)
{
	fprintf(stderr, "fault: %s: %s\n", what, strerror(errno));
	exit(125);
}

const char *trace_call_name(long number)
{
	static char unknown[32];

	for (size_t i = 0; i < sizeof(call_names) / sizeof(call_names[0]); i++)
		if (call_names[i].number == number)
			return call_names[i].name;
	snprintf(unknown, sizeof(unknown), "call-%ld", number);
	return unknown;
}

static void on_alarm(int signal)
{
	(void)signal;	/* only interrupts waitpid */
}

/* The timer repeats, so one that fires just before waitpid is not lost. */
static void limit_set(int seconds)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct itimerval timer = { .it_interval = { .tv_sec = seconds != 0 },
				   .it_value = { .tv_sec = seconds } };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

/* False when the time is up: then the process is gone. */
static bool wait_stop(pid_t pid, int *ret_status, struct trace_end *end)
{
	while (waitpid(pid, ret_status, 0) < 0) {
		if (errno != EINTR)
			trace_die("waitpid");
		if (!end->hung)
			kill(pid, SIGKILL);
		end->hung = true;
	}
	return !end->hung && WIFSTOPPED(*ret_status);
}

static void regs_get(pid_t pid, struct user_regs_struct *regs)
{
	struct iovec vec = { regs, sizeof(*regs) };

	if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &vec) < 0)
		trace_die("PTRACE_GETREGSET");
}

static void regs_set(pid_t pid, struct user_regs_struct *regs)
{
	struct iovec vec = { regs, sizeof(*regs) };

	if (ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &vec) < 0)
		trace_die("PTRACE_SETREGSET");
}

#if defined(__x86_64__)
static uint64_t regs_ip(const struct user_regs_struct *regs) { return regs->rip; }
static void regs_set_ip(struct user_regs_struct *regs, uint64_t ip) { regs->rip = ip; }
static long regs_call(const struct user_regs_struct *regs) { return (long)regs->orig_rax; }
static void regs_set_result(struct user_regs_struct *regs, long v) { regs->rax = (uint64_t)v; }

static void call_skip(pid_t pid, struct user_regs_struct *regs)
{
	regs->orig_rax = (uint64_t)-1;
	regs_set(pid, regs);
}
#else
static uint64_t regs_ip(const struct user_regs_struct *regs) { return regs->pc; }
static void regs_set_ip(struct user_regs_struct *regs, uint64_t ip) { regs->pc = ip; }
static long regs_call(const struct user_regs_struct *regs) { return (long)regs->regs[8]; }
static void regs_set_result(struct user_regs_struct *regs, long v) { regs->regs[0] = (uint64_t)v; }

static void call_skip(pid_t pid, struct user_regs_struct *regs)
{
	int none = -1;
	struct iovec vec = { &none, sizeof(none) };

	(void)regs;
	if (ptrace(PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &vec) < 0)
		trace_die("PTRACE_SETREGSET");
}
#endif

static pid_t spawn(const struct trace_command *command, bool traced)
{
	pid_t pid = fork();

	if (pid < 0)
		trace_die("fork");
	if (pid > 0)
		return pid;
	if (command->output >= 0) {
		dup2(command->output, 1);
		dup2(command->output, 2);
	}
	if (command->root != NULL && (chroot(command->root) < 0 || chdir("/") < 0))
		_exit(126);
	if (traced && ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
		_exit(126);
	execvp(command->argv[0], command->argv);
	_exit(127);
}

static bool resume(pid_t pid, enum __ptrace_request request, int status, struct trace_end *end,
		   int *ret_status)
{
	int signal = 0;

	/* Stops of our own making and the exec trap are not the command's signals. */
	if (WSTOPSIG(status) != SIGTRAP && WSTOPSIG(status) != (SIGTRAP | 0x80))
		signal = WSTOPSIG(status);
	if (ptrace(request, pid, NULL, (void *)(uintptr_t)signal) < 0)
		trace_die("ptrace");
	return wait_stop(pid, ret_status, end);
}

static void memory_write(pid_t pid, uint64_t address, const void *bytes, size_t length)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || pwrite(fd, bytes, length, (off_t)address) != (ssize_t)length)
		trace_die(path);
	close(fd);
}

static void memory_read(pid_t pid, uint64_t address, void *bytes, size_t length)
{
	struct iovec here = { bytes, length }, there = { (void *)(uintptr_t)address, length };

	if (process_vm_readv(pid, &here, 1, &there, 1, 0) != (ssize_t)length)
		trace_die("process_vm_readv");
}

/* Runs the loader at full speed, up to a trap at the start of main. */
static bool run_to_start(pid_t pid, struct trace_command *command, int *status,
			 struct trace_end *end)
{
	unsigned char saved[trap_size];
	struct user_regs_struct regs;
	uint64_t entry = image_entry(pid);

	if (!command->start_known) {
		command->start_offset = image_main_offset(pid);
		command->start_known = true;
	}
	entry += command->start_offset;
	memory_read(pid, entry, saved, sizeof(saved));
	memory_write(pid, entry, trap_code, sizeof(trap_code));
	if (!resume(pid, PTRACE_CONT, *status, end, status))
		return false;
	if (WSTOPSIG(*status) != SIGTRAP)
		trace_die("the command had a signal before its start");
	memory_write(pid, entry, saved, sizeof(saved));
	regs_get(pid, &regs);
	regs_set_ip(&regs, entry);
	regs_set(pid, &regs);
	return true;
}

/* Calls that do not return, and those that POSIX or Linux say cannot fail: their callers rightly
 * take any answer for the truth. */
static bool call_cannot_fail(long number)
{
	static const long numbers[] = {
		SYS_exit,   SYS_exit_group, SYS_rt_sigreturn, SYS_getpid,  SYS_getppid,
		SYS_gettid, SYS_getuid,	    SYS_geteuid,      SYS_getgid,  SYS_getegid,
		SYS_umask,
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (numbers[i] == number)
			return true;
	return false;
}

/* At the entry of the call that the plan names.  True: go on without looking. */
static bool disturb(pid_t pid, const struct trace_plan *plan, struct user_regs_struct *regs,
		    int *status, struct trace_end *end)
{
	end->reached = true;
	end->number = regs_call(regs);
	if (plan->what == TRACE_KILL) {
		kill(pid, SIGKILL);
		return wait_stop(pid, status, end);
	}
	if (plan->what == TRACE_TERM) {
		kill(pid, SIGTERM);
		return true;
	}
	end->exempt = call_cannot_fail(end->number);
	if (end->exempt)
		return true;
	call_skip(pid, regs);
	if (!resume(pid, PTRACE_SYSCALL, *status, end, status))
		return false;
	regs_get(pid, regs);
	regs_set_result(regs, -plan->error);
	regs_set(pid, regs);
	return true;
}

static void follow_calls(pid_t pid, const struct trace_plan *plan, int *status,
			 struct trace_end *end)
{
	struct image_ranges ranges = { 0 };
	struct user_regs_struct regs;

	if (plan->image != NULL)
		image_find_ranges(pid, plan->image, &ranges);
	while (resume(pid, PTRACE_SYSCALL, *status, end, status)) {
		if (WSTOPSIG(*status) != (SIGTRAP | 0x80))
			continue;
		regs_get(pid, &regs);
		if (plan->image == NULL || image_has(&ranges, regs_ip(&regs))) {
			end->calls++;
			if (plan->what == TRACE_PRINT)
				fprintf(stderr, "%ld %s\n", end->calls,
					trace_call_name(regs_call(&regs)));
			if (plan->what >= TRACE_FAIL && end->calls == plan->at) {
				if (!disturb(pid, plan, &regs, status, end))
					return;
				ptrace(PTRACE_DETACH, pid, NULL, NULL);
				wait_stop(pid, status, end);
				return;
			}
		}
		/* The exit of the call; exit itself has none. */
		if (!resume(pid, PTRACE_SYSCALL, *status, end, status))
			return;
	}
}

void trace_run(struct trace_command *command, const struct trace_plan *plan,
	       struct trace_end *ret_end)
{
	struct trace_end end = { 0 };
	bool traced = plan->what != TRACE_NOTHING;
	pid_t pid = spawn(command, traced);

	limit_set(trace_limit_seconds);
	if (wait_stop(pid, &end.status, &end) && traced) {
		if (ptrace(PTRACE_SETOPTIONS, pid, NULL,
			   (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL)) < 0)
			trace_die("PTRACE_SETOPTIONS");
		if (run_to_start(pid, command, &end.status, &end))
			follow_calls(pid, plan, &end.status, &end);
	}
	limit_set(0);
	if (WIFSTOPPED(end.status))
		trace_die("the command is stopped");
	*ret_end = end;
}
