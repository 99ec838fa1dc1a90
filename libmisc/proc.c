/* SPDX-License-Identifier: BSD-3-Clause */
#include "proc.h"

#include <sys/stat.h>

void proc_begin(struct proc_origin *ret)
{
	sigprocmask(SIG_BLOCK, NULL, &ret->signals);
	ret->umask = umask(022);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}
