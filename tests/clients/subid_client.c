/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A program that is linked with the distribution's libsubid, and asks for what its arguments say:
 *	subid_client ranges u|g OWNER
 *	subid_client owners u|g ID
 *	subid_client grant u|g OWNER START COUNT REUSE
 *	subid_client ungrant u|g OWNER START COUNT
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <shadow/subid.h>

static int show_ranges(bool group, const char *owner)
{
	struct subid_range *ranges = NULL;
	int count = group ? subid_get_gid_ranges(owner, &ranges)
			  : subid_get_uid_ranges(owner, &ranges);

	printf("%d ranges\n", count);
	for (int i = 0; i < count; i++)
		printf("%lu %lu\n", ranges[i].start, ranges[i].count);
	free(ranges);
	return count < 0;
}

static int show_owners(bool group, const char *id)
{
	uid_t *owners = NULL;
	uid_t wanted = (uid_t)strtoul(id, NULL, 10);
	int count = group ? subid_get_gid_owners(wanted, &owners)
			  : subid_get_uid_owners(wanted, &owners);

	printf("%d owners\n", count);
	for (int i = 0; i < count; i++)
		printf("%lu\n", (unsigned long)owners[i]);
	free(owners);
	return count < 0;
}

static int change(bool group, bool grant, char *const *argv)
{
	struct subordinate_range range = {
		.owner = argv[0],
		.start = strtoul(argv[1], NULL, 10),
		.count = strtoul(argv[2], NULL, 10),
	};
	bool reuse = argv[3] && strcmp(argv[3], "yes") == 0;
	bool done;

	if (grant)
		done = group ? subid_grant_gid_range(&range, reuse)
			     : subid_grant_uid_range(&range, reuse);
	else
		done = group ? subid_ungrant_gid_range(&range) : subid_ungrant_uid_range(&range);
	printf("%s %s %lu %lu\n", done ? "done" : "refused", range.owner, range.start,
	       range.count);
	return !done;
}

int main(int argc, char **argv)
{
	if (argc < 4 || !subid_init("subid_client", stderr))
		return 2;
	bool group = argv[2][0] == 'g';

	if (strcmp(argv[1], "ranges") == 0)
		return show_ranges(group, argv[3]);
	if (strcmp(argv[1], "owners") == 0)
		return show_owners(group, argv[3]);
	if (argc < 6)
		return 2;
	return change(group, strcmp(argv[1], "grant") == 0, argv + 3);
}
