/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * nosys: run a command whose kernel lacks some system calls.
 *
 *	nosys CALL:ERRNO... -- COMMAND...
 *
 * A seccomp filter makes each named call fail: a number's name as in <sys/syscall.h>, or
 * ofd (fcntl with the commands of open-file-description locks), ficlone (ioctl), or xattr-all
 * (every call of that family).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#else
#error "nosys knows x86_64 and aarch64"
#endif

struct name {
	const char *name;
	long number;
};

struct call_name {
	long number;
	const char *name;
};

static const struct call_name call_names[] = {
#include "callnames.h"
};

static const struct name error_names[] = {
	{ "ENOSYS", ENOSYS }, { "EPERM", EPERM },     { "EINVAL", EINVAL },
	{ "EACCES", EACCES }, { "ENOTSUP", ENOTSUP }, { "ENOTTY", ENOTTY },
};

static const long ofd_commands[] = { F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW };
static const long clone_commands[] = { FICLONE, FICLONERANGE };

enum { filter_max = 512 };

static struct sock_filter filter[filter_max];
static unsigned short filter_length;

static _Noreturn void die(const char *what, const char *why)
{
	fprintf(stderr, "nosys: %s: %s\n", what, why);
	exit(125);
}

static void emit(unsigned short code, unsigned int k, unsigned char when, unsigned char other)
{
	if (filter_length == filter_max)
		die("filter", "too long");
	filter[filter_length++] = (struct sock_filter){ code, when, other, k };
}

static void emit_load(size_t offset)
{
	emit(BPF_LD | BPF_W | BPF_ABS, (unsigned int)offset, 0, 0);
}

static void emit_number(long number, long error)
{
	emit_load(offsetof(struct seccomp_data, nr));
	emit(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)number, 0, 1);
	emit(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ((unsigned int)error & SECCOMP_RET_DATA), 0, 0);
}

/* The call with one of these commands as its second argument (low half: little endian). */
static void emit_commands(long number, const long *commands, size_t count, long error)
{
	for (size_t i = 0; i < count; i++) {
		emit_load(offsetof(struct seccomp_data, nr));
		emit(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)number, 0, 3);
		emit_load(offsetof(struct seccomp_data, args[1]));
		emit(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)commands[i], 0, 1);
		emit(BPF_RET | BPF_K,
		     SECCOMP_RET_ERRNO | ((unsigned int)error & SECCOMP_RET_DATA), 0, 0);
	}
}

static void emit_family(const char *part, long error)
{
	bool found = false;

	for (size_t i = 0; i < sizeof(call_names) / sizeof(call_names[0]); i++)
		if (strstr(call_names[i].name, part) != NULL) {
			emit_number(call_names[i].number, error);
			found = true;
		}
	if (!found)
		die(part, "no such calls");
}

static void emit_call(const char *name, long error)
{
	if (strcmp(name, "ofd") == 0) {
		emit_commands(SYS_fcntl, ofd_commands, 3, error);
		return;
	}
	if (strcmp(name, "ficlone") == 0) {
		emit_commands(SYS_ioctl, clone_commands, 2, error);
		return;
	}
	if (strcmp(name, "xattr-all") == 0) {
		emit_family("xattr", error);
		return;
	}
	for (size_t i = 0; i < sizeof(call_names) / sizeof(call_names[0]); i++)
		if (strcmp(call_names[i].name, name) == 0) {
			emit_number(call_names[i].number, error);
			return;
		}
	die(name, "no such call");
}

static void emit_argument(char *argument)
{
	char *colon = strchr(argument, ':');

	if (colon == NULL)
		die(argument, "not CALL:ERRNO");
	*colon = '\0';
	for (size_t i = 0; i < sizeof(error_names) / sizeof(error_names[0]); i++)
		if (strcmp(error_names[i].name, colon + 1) == 0) {
			emit_call(argument, error_names[i].number);
			return;
		}
	die(colon + 1, "unknown errno");
}

int main(int argc, char **argv)
{
	struct sock_fprog program = { 0, filter };
	int i = 1;

	emit_load(offsetof(struct seccomp_data, arch));
	emit(BPF_JMP | BPF_JEQ | BPF_K, NATIVE_ARCH, 1, 0);
	emit(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
	for (; i < argc && strcmp(argv[i], "--") != 0; i++)
		emit_argument(argv[i]);
	emit(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
	if (i + 1 >= argc)
		die("usage", "nosys CALL:ERRNO... -- COMMAND...");
	program.len = filter_length;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0)
		die("seccomp", strerror(errno));
	execvp(argv[i + 1], argv + i + 1);
	die(argv[i + 1], strerror(errno));
}
