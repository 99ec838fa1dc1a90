/* SPDX-License-Identifier: BSD-3-Clause */
#include "event.h"

#include <stdarg.h>

#include "log.h"
#include "profile.h"

static struct event *add(struct events *ev, struct arena *a)
{
	if (ev->count == ev->room) {
		size_t room = ev->room ? 2 * ev->room : 16;

		ev->items = arena_grow(a, ev->items, ev->count, room, sizeof(*ev->items));
		ev->room = room;
	}
	ev->items[ev->count] = (struct event){ .id = EVENT_NO_ID };
	return &ev->items[ev->count++];
}

static void __attribute__((format(printf, 4, 0)))
add_text(struct events *ev, struct arena *a, int priority, const char *format, va_list args)
{
	struct event *item = add(ev, a);
	char *text = NULL;

	item->priority = priority;
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	item->text = arena_strdup(a, text ? text : format);
	free(text);
}

void event_log(struct events *ev, struct arena *a, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_text(ev, a, LOG_INFO, format, args);
	va_end(args);
}

void event_log_at(struct events *ev, struct arena *a, int priority, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_text(ev, a, priority, format, args);
	va_end(args);
}

void event_audit(struct events *ev, struct arena *a, enum audit_type old_type, const char *old,
		 enum audit_type type, const char *verb, const char *group, const char *name,
		 long id, bool success)
{
	bool verbs = profile_get()->audit_verbs;
	struct event item = {
		.audit = verbs ? type : old_type,
		.operation = arena_strdup(a, verbs ? verb : old),
		.name = name ? arena_strdup(a, name) : NULL,
		.id = id,
		.success = success,
	};

	if (verbs && group)
		item.operation = arena_printf(a, "%s grp=%s", verb, audit_value(a, group));
	events_add(ev, a, &item);
}

void events_add(struct events *ev, struct arena *a, const struct event *item)
{
	*add(ev, a) = *item;
}

void events_rewind(struct events *ev, size_t mark)
{
	if (ev->count > mark)
		ev->count = mark;
}

void events_send(const struct events *ev, const char *prog, bool audit)
{
	struct audit *session = NULL;
	bool opened = false;
	size_t i;

	log_open(prog);
	for (i = 0; i < ev->count; i++) {
		const struct event *item = &ev->items[i];

		if (item->text)
			log_say(item->priority, "%s", item->text);
		if (item->audit == AUDIT_NONE || !audit)
			continue;
		if (!opened)
			session = audit_begin();
		opened = true;
		audit_record(session, item->audit, item->operation, item->name, item->id,
			     item->success);
	}
	audit_end(&session);
}
