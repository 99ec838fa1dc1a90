/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * login_shell - what chsh takes as a login shell.
 */
#ifndef LIB_LOGIN_SHELL_H
#define LIB_LOGIN_SHELL_H

#include <stdbool.h>

#include "run.h"
#include "shells.h"

/* Printable ASCII, no ":", "," and "=". */
bool login_shell_is_text(const char *shell);
/* May users choose it: it is listed, and a program of the target.  None at all stands for /bin/sh;
 * the profile says if they may choose that. */
bool login_shell_is_for_users(struct run *run, const struct shells *shells, const char *shell);
/* Notes what root should hear of a shell that is unusual; listed is what is_for_users said. */
void login_shell_warn(struct run *run, const char *shell, bool listed);

#endif
