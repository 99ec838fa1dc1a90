/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * log - syslog under the tool's name: "PROG[pid]: text", facility authpriv.
 *
 * The texts are never translated.  Control characters in them (from names that somebody chose) are
 * written as "#ooo", so that nobody forges a line.
 */
#ifndef LIBMISC_LOG_H
#define LIBMISC_LOG_H

#include <syslog.h>

/* prog must outlive the run.  May be called again. */
void log_open(const char *prog);
void log_say(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
