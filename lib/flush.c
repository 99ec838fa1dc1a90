/* SPDX-License-Identifier: BSD-3-Clause */
#include "flush.h"

#include <errno.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "text.h"

#define NSCD "/usr/sbin/nscd"
#define NSCD_SOCKET "/run/nscd/socket"
#define NSCD_SOCKET_OLD "/var/run/nscd/socket"
#define SSS_CACHE "/usr/sbin/sss_cache"

static void start(struct run *run, const struct proc_program *program)
{
	int status;

	if (proc_run(&run->origin, program, &status) < 0)
		event_log_at(&run->events, &run->arena, LOG_WARNING, "cannot run %s: %s",
			     program->argv[0], text_errno(errno));
	else if (status != 0)
		event_log_at(&run->events, &run->arena, LOG_WARNING, "%s ended with status %d",
			     program->argv[0], status);
}

static void flush_nscd(struct run *run, const char *database)
{
	const struct proc_program nscd = { .argv = { NSCD, "-i", database }, .quiet = true };

	start(run, &nscd);
}

static bool nscd_runs(void)
{
	return (access(NSCD_SOCKET, F_OK) == 0 || access(NSCD_SOCKET_OLD, F_OK) == 0) &&
	       access(NSCD, X_OK) == 0;
}

void flush_caches(struct run *run, unsigned what)
{
	struct proc_program sss_cache = { .argv = { SSS_CACHE }, .quiet = true };

	if (!run->root.live || run->opt.dry_run)
		return;
	if (nscd_runs()) {
		if (what & FLUSH_USERS)
			flush_nscd(run, "passwd");
		if (what & FLUSH_GROUPS)
			flush_nscd(run, "group");
	}
	if (access(SSS_CACHE, X_OK) != 0)
		return;
	sss_cache.argv[1] = what == FLUSH_USERS ? "-U" : what == FLUSH_GROUPS ? "-G" : "-UG";
	start(run, &sss_cache);
}
