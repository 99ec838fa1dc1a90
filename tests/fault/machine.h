/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * machine: registers and memory of a stopped process, on x86_64 and aarch64.
 *
 * All functions end the process with trace_die when the kernel refuses.
 */
#ifndef FAULT_MACHINE_H
#define FAULT_MACHINE_H

#include <linux/audit.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/user.h>

#if defined(__x86_64__)
enum { machine_trap_size = 1 };
#define MACHINE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
enum { machine_trap_size = 4 };
#define MACHINE_ARCH AUDIT_ARCH_AARCH64
#else
#error "the fault runner knows x86_64 and aarch64"
#endif

/* The code of a breakpoint. */
extern const unsigned char machine_trap[machine_trap_size];

void machine_get(pid_t pid, struct user_regs_struct *regs);
void machine_set(pid_t pid, struct user_regs_struct *regs);
uint64_t machine_ip(const struct user_regs_struct *regs);
void machine_set_ip(struct user_regs_struct *regs, uint64_t ip);
/* The number of the system call that the process is about to make. */
long machine_call(const struct user_regs_struct *regs);
/* At the entry of a call: it is not made. */
void machine_skip(pid_t pid, struct user_regs_struct *regs);
/* The same in registers that are about to be set. */
void machine_set_skipped(struct user_regs_struct *regs);
/* What the call returns: the result or a negative errno. */
void machine_set_result(struct user_regs_struct *regs, long result);

void machine_write(pid_t pid, uint64_t address, const void *bytes, size_t length);
void machine_read(pid_t pid, uint64_t address, void *bytes, size_t length);

#endif
