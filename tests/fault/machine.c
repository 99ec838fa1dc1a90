/* SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include "machine.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <unistd.h>

#include "trace.h"

#if defined(__x86_64__)
const unsigned char machine_trap[machine_trap_size] = { 0xcc };
#else
const unsigned char machine_trap[machine_trap_size] = { 0x00, 0x00, 0x20, 0xd4 };
#endif

void machine_get(pid_t pid, struct user_regs_struct *regs)
{
	struct iovec vec = { regs, sizeof(*regs) };

	if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &vec) < 0)
		trace_die("PTRACE_GETREGSET");
}

void machine_set(pid_t pid, struct user_regs_struct *regs)
{
	struct iovec vec = { regs, sizeof(*regs) };

	if (ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &vec) < 0)
		trace_die("PTRACE_SETREGSET");
}

#if defined(__x86_64__)
uint64_t machine_ip(const struct user_regs_struct *regs) { return regs->rip; }
void machine_set_ip(struct user_regs_struct *regs, uint64_t ip) { regs->rip = ip; }
long machine_call(const struct user_regs_struct *regs) { return (long)regs->orig_rax; }
void machine_set_result(struct user_regs_struct *regs, long v) { regs->rax = (uint64_t)v; }

void machine_set_skipped(struct user_regs_struct *regs) { regs->orig_rax = (uint64_t)-1; }

void machine_skip(pid_t pid, struct user_regs_struct *regs)
{
	machine_set_skipped(regs);
	machine_set(pid, regs);
}
#else
uint64_t machine_ip(const struct user_regs_struct *regs) { return regs->pc; }
void machine_set_ip(struct user_regs_struct *regs, uint64_t ip) { regs->pc = ip; }
long machine_call(const struct user_regs_struct *regs) { return (long)regs->regs[8]; }
void machine_set_result(struct user_regs_struct *regs, long v) { regs->regs[0] = (uint64_t)v; }

void machine_set_skipped(struct user_regs_struct *regs) { (void)regs; }

void machine_skip(pid_t pid, struct user_regs_struct *regs)
{
	int none = -1;
	struct iovec vec = { &none, sizeof(none) };

	(void)regs;
	if (ptrace(PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &vec) < 0)
		trace_die("PTRACE_SETREGSET");
}
#endif

void machine_write(pid_t pid, uint64_t address, const void *bytes, size_t length)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || pwrite(fd, bytes, length, (off_t)address) != (ssize_t)length)
		trace_die(path);
	close(fd);
}

void machine_read(pid_t pid, uint64_t address, void *bytes, size_t length)
{
	struct iovec here = { bytes, length }, there = { (void *)(uintptr_t)address, length };

	if (process_vm_readv(pid, &here, 1, &there, 1, 0) != (ssize_t)length)
		trace_die("process_vm_readv");
}
