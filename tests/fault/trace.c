/* SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include "trace.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "image.h"
#include "machine.h"

struct call_name {
	long number;
	const char *name;
};

static const struct call_name call_names[] = {
#include "callnames.h"
};

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

/* Calls of this number stop at us, all others run at full speed. */
static int filter_install(long number)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE_ARCH, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]), filter };

	if (geteuid() != 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

/* The kernel has no getrandom(2). */
static int filter_random(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE_ARCH, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getrandom, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]), filter };

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

/* The plan's call by its number, where we know which it is.  The children of the command would run
 * under the filter without us, so there must be none. */
static bool is_selective(const struct trace_plan *plan)
{
	return plan->what >= TRACE_FAIL && plan->calls != NULL && !plan->calls->forks &&
	       plan->at <= plan->calls->count;
}

static pid_t spawn(const struct trace_command *command, const struct trace_plan *plan)
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
	if (command->input != NULL && dup2(open(command->input, O_RDONLY | O_CLOEXEC), 0) < 0)
		_exit(126);
	if (command->root != NULL && (chroot(command->root) < 0 || chdir("/") < 0))
		_exit(126);
	if (plan->what != TRACE_NOTHING && ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
		_exit(126);
	if (command->same_salts && filter_random() < 0)
		_exit(126);
	if (is_selective(plan) && filter_install(plan->calls->numbers[plan->at - 1]) < 0)
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

static bool is_filter_stop(int status)
{
	return status >> 8 == (SIGTRAP | (PTRACE_EVENT_SECCOMP << 8));
}

/* Runs the loader at full speed, up to a trap at the start of main. */
static bool run_to_start(pid_t pid, struct trace_command *command, int *status,
			 struct trace_end *end)
{
	unsigned char saved[machine_trap_size];
	struct user_regs_struct regs;
	uint64_t entry = image_entry(pid);

	if (!command->start_known) {
		command->start_offset = image_main_offset(pid);
		command->start_known = true;
	}
	entry += command->start_offset;
	machine_read(pid, entry, saved, sizeof(saved));
	machine_write(pid, entry, machine_trap, sizeof(machine_trap));
	do
		if (!resume(pid, PTRACE_CONT, *status, end, status))
			return false;
	while (is_filter_stop(*status));
	if (WSTOPSIG(*status) != SIGTRAP)
		trace_die("the command had a signal before its start");
	machine_write(pid, entry, saved, sizeof(saved));
	machine_get(pid, &regs);
	machine_set_ip(&regs, entry);
	machine_set(pid, &regs);
	return true;
}

/* Calls that do not return, and those that POSIX or Linux say cannot fail: their callers rightly
 * take any answer for the truth. */
static bool call_cannot_fail(long number)
{
	static const long numbers[] = {
		SYS_exit,   SYS_exit_group, SYS_rt_sigreturn, SYS_getpid,  SYS_getppid,
		SYS_gettid, SYS_getuid,	    SYS_geteuid,      SYS_getgid,  SYS_getegid,
		SYS_umask,  SYS_brk,
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (numbers[i] == number)
			return true;
	return false;
}

/* At the entry of the call that the plan names.  True: the process goes on. */
static bool disturb(pid_t pid, const struct trace_plan *plan, struct user_regs_struct *regs,
		    int *status, struct trace_end *end)
{
	end->reached = true;
	end->number = machine_call(regs);
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
	machine_skip(pid, regs);
	/* A filter's stop has no exit stop of its own: what is set here is the result. */
	if (!is_filter_stop(*status)) {
		if (!resume(pid, PTRACE_SYSCALL, *status, end, status))
			return false;
		machine_get(pid, regs);
	}
	machine_set_skipped(regs);
	machine_set_result(regs, -plan->error);
	machine_set(pid, regs);
	return true;
}

static void note_call(const struct trace_plan *plan, struct trace_end *end, long number)
{
	end->calls++;
	if (plan->what == TRACE_PRINT)
		fprintf(stderr, "%ld %s\n", end->calls, trace_call_name(number));
	if (plan->record == NULL)
		return;
	if (end->calls > plan->record->room) {
		plan->record->room = 2 * plan->record->room + 512;
		plan->record->numbers = realloc(plan->record->numbers,
						(size_t)plan->record->room * sizeof(long));
		if (plan->record->numbers == NULL)
			trace_die("realloc");
	}
	plan->record->numbers[end->calls - 1] = number;
	plan->record->count = end->calls;
	if (number == SYS_clone || number == SYS_clone3)
		plan->record->forks = true;
#ifdef SYS_vfork
	if (number == SYS_vfork || number == SYS_fork)
		plan->record->forks = true;
#endif
}

/* Every call stops, at its entry and at its exit. */
static void follow_all(pid_t pid, const struct trace_plan *plan,
		       const struct image_ranges *ranges, int *status, struct trace_end *end)
{
	bool names = plan->image != NULL || plan->what == TRACE_PRINT || plan->record != NULL;
	struct user_regs_struct regs;

	while (resume(pid, PTRACE_SYSCALL, *status, end, status)) {
		if (WSTOPSIG(*status) != (SIGTRAP | 0x80))
			continue;
		/* Most stops are only counted. */
		if (names || end->calls + 1 == plan->at)
			machine_get(pid, &regs);
		if (plan->image == NULL || image_has(ranges, machine_ip(&regs))) {
			note_call(plan, end, names ? machine_call(&regs) : -1);
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

/* Only calls of the plan's number stop; ours is the nth of them. */
static void follow_selected(pid_t pid, const struct trace_plan *plan,
			    const struct image_ranges *ranges, int *status, struct trace_end *end)
{
	const struct trace_calls *calls = plan->calls;
	struct user_regs_struct regs;
	long nth = 0;

	for (long i = 0; i < plan->at; i++)
		nth += calls->numbers[i] == calls->numbers[plan->at - 1];
	while (resume(pid, PTRACE_CONT, *status, end, status)) {
		if (!is_filter_stop(*status) || nth == 0)
			continue;
		machine_get(pid, &regs);
		if ((plan->image != NULL && !image_has(ranges, machine_ip(&regs))) || --nth > 0)
			continue;
		end->calls = plan->at;
		if (!disturb(pid, plan, &regs, status, end))
			return;
	}
}

void trace_run(struct trace_command *command, const struct trace_plan *plan,
	       struct trace_end *ret_end)
{
	struct trace_end end = { 0 };
	struct image_ranges ranges = { 0 };
	pid_t pid = spawn(command, plan);

	limit_set(trace_limit_seconds);
	if (wait_stop(pid, &end.status, &end)) {
		if (ptrace(PTRACE_SETOPTIONS, pid, NULL,
			   (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP |
				    PTRACE_O_EXITKILL)) < 0)
			trace_die("PTRACE_SETOPTIONS");
		if (run_to_start(pid, command, &end.status, &end)) {
			if (plan->image != NULL)
				image_find_ranges(pid, plan->image, &ranges);
			if (is_selective(plan))
				follow_selected(pid, plan, &ranges, &end.status, &end);
			else
				follow_all(pid, plan, &ranges, &end.status, &end);
		}
	}
	limit_set(0);
	if (WIFSTOPPED(end.status))
		trace_die("the command is stopped");
	*ret_end = end;
}
