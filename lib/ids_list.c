/* SPDX-License-Identifier: BSD-3-Clause */
/* Spans of ids in order. */
#include <stdlib.h>
#include <string.h>

#include "ids.h"

static void make_room(struct ids_list *list, struct arena *a)
{
	if (list->count < list->room)
		return;
	list->room = list->room ? 2 * list->room : 64;
	list->items = arena_grow(a, list->items, list->count, list->room, sizeof(*list->items));
}

void ids_list_add(struct ids_list *list, struct arena *a, struct ids_span span)
{
	struct ids_span *last = list->count ? &list->items[list->count - 1] : NULL;

	/* Ranges mostly follow each other: one span for all of them. */
	if (last && span.first >= last->first && span.first <= (uint64_t)last->last + 1) {
		if (span.last > last->last)
			last->last = span.last;
		return;
	}
	if (last && span.first < last->first)
		list->unsorted = true;
	make_room(list, a);
	list->items[list->count++] = span;
}

void ids_list_insert(struct ids_list *list, struct arena *a, struct ids_span span)
{
	const struct ids_spans spans = { list->items, list->count };
	size_t at = ids_spans_from(&spans, span.first ? span.first - 1 : 0), end = at;

	/* Those that it meets or adjoins become part of it. */
	for (; end < list->count && list->items[end].first <= (uint64_t)span.last + 1; end++) {
		if (list->items[end].first < span.first)
			span.first = list->items[end].first;
		if (list->items[end].last > span.last)
			span.last = list->items[end].last;
	}
	if (end == at)
		make_room(list, a);
	memmove(&list->items[at + 1], &list->items[end],
		(list->count - end) * sizeof(*list->items));
	list->count = list->count + at + 1 - end;
	list->items[at] = span;
}

void ids_list_add_all(struct ids_list *list, struct arena *a, struct ids_spans spans)
{
	size_t i;

	for (i = 0; i < spans.count; i++)
		ids_list_add(list, a, spans.items[i]);
}

static int by_first(const void *left, const void *right)
{
	const struct ids_span *a = left, *b = right;

	return (a->first > b->first) - (a->first < b->first);
}

/* Spans that meet or adjoin become one, so that where one ends is in order too. */
static size_t join(struct ids_span *items, size_t count)
{
	size_t i, n = 0;

	for (i = 0; i < count; i++) {
		if (n > 0 && items[i].first <= (uint64_t)items[n - 1].last + 1) {
			if (items[i].last > items[n - 1].last)
				items[n - 1].last = items[i].last;
			continue;
		}
		items[n++] = items[i];
	}
	return n;
}

struct ids_spans ids_list_done(struct ids_list *list)
{
	if (list->unsorted)
		qsort(list->items, list->count, sizeof(*list->items), by_first);
	list->unsorted = false;
	list->count = join(list->items, list->count);
	return (struct ids_spans){ list->items, list->count };
}

size_t ids_spans_from(const struct ids_spans *spans, uint32_t id)
{
	size_t low = 0, high = spans->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (spans->items[middle].last < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct ids_span *ids_spans_meet(const struct ids_spans *spans, uint32_t first, uint32_t last)
{
	size_t i = ids_spans_from(spans, first);

	return i < spans->count && spans->items[i].first <= last ? &spans->items[i] : NULL;
}
