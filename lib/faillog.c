/* SPDX-License-Identifier: BSD-3-Clause */
#include "faillog.h"

#include <string.h>

bool faillog_apply(struct faillog *record, const struct faillog_change *change)
{
	const struct faillog before = *record;

	if (change->reset)
		record->count = 0;
	if (change->has_max)
		record->max = change->max;
	if (change->has_lock)
		record->lock_time = change->lock_time;
	return record->count != before.count || record->max != before.max ||
	       record->lock_time != before.lock_time;
}

void faillog_line(const struct faillog *record, char buffer[FAILLOG_LINE_SIZE])
{
	memcpy(buffer, record->line, sizeof(record->line));
	buffer[sizeof(record->line)] = '\0';
}

long faillog_left(const struct faillog *record, int64_t now)
{
	int64_t end;

	if (record->count == 0 || __builtin_add_overflow((int64_t)record->time,
							 (int64_t)record->lock_time, &end))
		return 0;
	return record->lock_time > 0 && end > now && end - now <= record->lock_time ?
		       (long)(end - now) : 0;
}
