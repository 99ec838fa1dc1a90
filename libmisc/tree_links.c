/* SPDX-License-Identifier: BSD-3-Clause */
#include "tree_links.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Open addressing; never more than half full, so that a search ends. */
static struct tree_link *slot(struct tree_link *slots, size_t room, dev_t dev, ino_t ino)
{
	uint64_t hash = ((uint64_t)ino ^ (uint64_t)dev << 40) * 0x9e3779b97f4a7c15u;
	size_t i = (size_t)(hash >> 32) & (room - 1);

	while (slots[i].path && (slots[i].ino != ino || slots[i].dev != dev))
		i = (i + 1) & (room - 1);
	return &slots[i];
}

const char *tree_links_find(const struct tree_links *l, dev_t dev, ino_t ino)
{
	return l->count > 0 ? slot(l->slots, l->room, dev, ino)->path : NULL;
}

static int grow(struct tree_links *l)
{
	size_t room = l->room ? 2 * l->room : 64, i;
	struct tree_link *slots = calloc(room, sizeof(*slots));

	if (!slots)
		return -1;
	for (i = 0; i < l->room; i++)
		if (l->slots[i].path)
			*slot(slots, room, l->slots[i].dev, l->slots[i].ino) = l->slots[i];
	free(l->slots);
	l->slots = slots;
	l->room = room;
	return 0;
}

int tree_links_add(struct tree_links *l, dev_t dev, ino_t ino, const char *path)
{
	char *copy = strdup(path);

	if (!copy || (2 * (l->count + 1) > l->room && grow(l) < 0)) {
		free(copy);
		return -1;
	}
	*slot(l->slots, l->room, dev, ino) = (struct tree_link){ dev, ino, copy };
	l->count++;
	return 0;
}

void tree_links_free(struct tree_links *l)
{
	size_t i;

	for (i = 0; i < l->room; i++)
		free(l->slots[i].path);
	free(l->slots);
	*l = (struct tree_links){ 0 };
}
