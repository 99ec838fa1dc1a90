/* SPDX-License-Identifier: BSD-3-Clause */
/* Ranges of sub-ids, for recovery. */
#include "txn_private.h"

static bool range_in(const struct str *columns, uint64_t *ret_first, uint64_t *ret_end)
{
	uint64_t size;

	if (!str_number(columns[SUB_START], UINT32_MAX, ret_first) ||
	    !str_number(columns[SUB_SIZE], UINT32_MAX, &size))
		return false;
	*ret_end = *ret_first + size;
	return true;
}

/* A row that is cut or parted overlaps what becomes of it. */
static bool is_ours(const struct journal *j, enum table_id id, struct str line)
{
	size_t i;

	for (i = 0; i < j->edit_count; i++) {
		const struct journal_edit *ed = &j->edits[i];

		if (ed->id == id && ((ed->old.p && str_eq(ed->old, line)) ||
				     (ed->new.p && str_eq(ed->new, line))))
			return true;
	}
	return false;
}

bool recover_range_taken(struct table *t, struct str line, const struct journal *j)
{
	struct str columns[SCHEMA_COLUMNS_MAX];
	uint64_t first, end, their_first, their_end;
	struct row row;

	/* Marks may overlap as they like. */
	if (table_which(t) == TABLE_IDMARKS || schema_split(table_which(t), line, columns) == 0 ||
	    !range_in(columns, &first, &end))
		return false;
	for (row = ROW_START; table_next(t, &row);)
		if (range_in(row.column, &their_first, &their_end) && their_first < end &&
		    first < their_end && !is_ours(j, table_which(t), row.line))
			return true;
	return false;
}
