/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * vmctl: what the test's shell inside the virtual machine cannot do itself.  It runs as root in
 * a machine that lives for some seconds, is linked statically and speaks on standard output:
 *
 *	@begin NAME		a command starts, its output follows
 *	@out TEXT		one line that it wrote, to either stream
 *	@status N		how it ended; 128 + N for signal N
 *	@f MODE UID:GID LABEL HASH PATH	one file of the state after it; LABEL "-" is none
 *	@r FILE ROW		one row of a test account or group
 *	@end
 *
 * Every function ends the process with a message when it cannot do its work.
 */
#ifndef VMCTL_H
#define VMCTL_H

/* Puts the account files, homes and mail of SAVE back into ROOT and removes all others there;
 * then gives labels by the file LABELS, rows of "CONTEXT PATH"; PATH ending in "/..." means
 * the whole tree, a missing PATH is left out. */
void tree_reset(const char *save, const char *root, const char *labels);

/* Prints the @f and @r lines of ROOT. */
void tree_state(const char *root);

_Noreturn void die(const char *what, const char *name);

#endif
