/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * event - what happened, noted where the row changes and sent once at the end.
 *
 * An event holds the text for syslog and the record for audit; either may be missing.  Events noted
 * before a commit are sent only if the commit stands (run_end).  Texts are interface: log
 * watchers parse them.
 */
#ifndef LIB_EVENT_H
#define LIB_EVENT_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "audit.h"

#define EVENT_NO_ID (-1L)

struct event {
	int priority;          /* syslog(3)'s */
	const char *text;      /* NULL: not for syslog */
	enum audit_type audit; /* AUDIT_NONE: not for audit */
	const char *operation; /* audit's op= */
	const char *name;      /* acct= */
	long id;               /* id=, or EVENT_NO_ID */
	bool success;
};

struct events {
	struct event *items;
	size_t count, room;
};

/* A line for syslog at LOG_INFO. */
void event_log(struct events *ev, struct arena *a, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void event_log_at(struct events *ev, struct arena *a, int priority, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/*
 * A record for audit.  old and verb are the operation as 4.13 and as 4.17 name it ("adding user",
 * "add-user"); the profile chooses.  group, where not NULL, becomes 4.17's grp="G" suffix.
 */
void event_audit(struct events *ev, struct arena *a, enum audit_type old_type, const char *old,
		 enum audit_type type, const char *verb, const char *group, const char *name,
		 long id, bool success);
/* A copy of an event as it is; its strings stay borrowed. */
void events_add(struct events *ev, struct arena *a, const struct event *item);
/* Takes back what was noted since the count was mark. */
void events_rewind(struct events *ev, size_t mark);
/* To syslog and, when audit is true, to the kernel.  Never fails. */
void events_send(const struct events *ev, const char *prog, bool audit);

#endif
