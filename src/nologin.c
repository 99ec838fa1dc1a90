/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * nologin - the shell of an account that nobody logs in to.
 *
 * Looks at no argument: a service may pass any.
 */
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

#include "str.h"
#include "text.h"

int main(void)
{
	struct arena a = { 0 };
	const char *user = getlogin(), *tty = ttyname(0);
	const char *command = secure_getenv("SSH_ORIGINAL_COMMAND");

	/* Not by log.h: these lines go to another facility, without a pid, as they always did. */
	openlog("nologin", LOG_CONS, LOG_AUTH);
	syslog(LOG_CRIT, "Attempted login by %s (UID: %d) on %s%s%s", user ? user : "UNKNOWN",
	       (int)getuid(), tty ? tty : "UNKNOWN", command ? " SSH_ORIGINAL_COMMAND=" : "",
	       command ? str_visible(&a, command) : "");
	closelog();
	text_begin();
	printf("%s", _("This account is currently not available.\n"));
	arena_free(&a);
	return EXIT_FAILURE;
}
