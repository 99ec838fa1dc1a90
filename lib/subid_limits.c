/* SPDX-License-Identifier: BSD-3-Clause */
/* What keeps ids from being in a range, beyond the files: login.defs and other sources. */
#include <string.h>

#include "nss.h"
#include "subid_private.h"

/* Ids of a range that other sources are asked for: its ends, and some in between. */
#define ASKED 4u

static bool is_between(char c)
{
	return c == ',' || c == ' ' || c == '\t';
}

static bool parse_item(struct str item, struct ids_span *ret)
{
	struct str rest = item, first;
	uint64_t low, high;

	if (!str_next(&rest, '-', &first) || !str_number(first, UINT32_MAX, &low))
		return false;
	high = low;
	/* rest.p is NULL where there is no "-". */
	if (rest.p && !str_number(rest, UINT32_MAX, &high))
		return false;
	*ret = (struct ids_span){ (uint32_t)low, (uint32_t)high };
	return low <= high;
}

int subid_reserved(struct run *run, enum table_id which, struct ids_spans *ret)
{
	const char *key = subid_kind(which)->reserved;
	const char *text = defs_string(&run->defs, key);
	struct ids_list list = { .count = 0 };
	struct ids_span span;

	while (text && *text) {
		struct str item = { text, 0 };

		while (text[item.n] && !is_between(text[item.n]))
			item.n++;
		text += item.n + (text[item.n] != '\0');
		if (item.n == 0)
			continue;
		if (!parse_item(item, &span))
			return err_set(&run->err, schema_get(which)->error,
				       "Invalid configuration: %s: '%s' is no id or range of ids",
				       key, str_visible(&run->arena, str_dup(&run->arena, item)));
		ids_list_add(&list, &run->arena, span);
	}
	*ret = ids_list_done(&list);
	return 0;
}

bool subid_ask(struct run *run, enum table_id which, struct subid_range range, uint32_t *ret)
{
	bool (*taken)(void *context, uint32_t id) =
		which == TABLE_SUBUID ? nss_takes_uid : nss_takes_gid;
	uint32_t last = range.count - 1, i, offset, before = UINT32_MAX;
	struct nss others;

	if (run_sources(run, &others) < 0) {
		err_clear(&run->err);
		return false;
	}
	if (!(which == TABLE_SUBUID ? others.passwd : others.group))
		return false;
	for (i = ASKED; i-- > 0;) {
		offset = (uint32_t)((uint64_t)last * i / (ASKED - 1));
		if (offset == before)
			continue;
		before = offset;
		if (taken(&others, range.first + offset)) {
			*ret = range.first + offset;
			return true;
		}
	}
	return false;
}
