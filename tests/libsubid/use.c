/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls the library as its arguments say, with words and answers on stdout:
 *
 *	u|g OWNER            ranges
 *	ou|og ID             owners
 *	grant|reuse|ungrant|ggrant|greuse|gungrant OWNER START COUNT
 *	init NAME            messages to stdout, with that name; "" is NULL
 *	quiet                no messages
 *
 * Built against Debian's header or ours, linked with the one or the other.
 */
#include <shadow/subid.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What a plug-in gave is its own to free, and before 5 it had to be free(3)'s. */
#if SUBID_ABI_MAJOR >= 5
#define give_back subid_free
#else
#define give_back free
#endif

static void show_ranges(const char *owner, int gids)
{
	struct subid_range *ranges = NULL;
	int i, n;

	n = gids ? subid_get_gid_ranges(owner, &ranges) : subid_get_uid_ranges(owner, &ranges);
	printf("%s %s: %d\n", gids ? "gids" : "uids", owner, n);
	for (i = 0; i < n; i++)
		printf("  %lu %lu\n", ranges[i].start, ranges[i].count);
	if (n > 0)
		give_back(ranges);
}

static void show_owners(const char *id, int gids)
{
	uid_t *uids = NULL;
	unsigned value = (unsigned)strtoul(id, NULL, 10);
	int i, n;

	n = gids ? subid_get_gid_owners(value, &uids) : subid_get_uid_owners(value, &uids);
	printf("owners of %s %s: %d\n", gids ? "gid" : "uid", id, n);
	for (i = 0; i < n; i++)
		printf("  %u\n", (unsigned)uids[i]);
	if (n > 0)
		give_back(uids);
}

static void change(const char *word, char **arguments)
{
	struct subordinate_range range = { arguments[0], strtoul(arguments[1], NULL, 10),
					   strtoul(arguments[2], NULL, 10) };
	int gids = *word == 'g' && strcmp(word, "grant") != 0;
	const char *verb = word + gids;
	bool ok;

	if (strcmp(verb, "ungrant") == 0)
		ok = gids ? subid_ungrant_gid_range(&range) : subid_ungrant_uid_range(&range);
	else
		ok = gids ? subid_grant_gid_range(&range, *verb == 'r')
			  : subid_grant_uid_range(&range, *verb == 'r');
	printf("%s %s: %d", word, arguments[0], ok);
	if (ok)
		printf(" %lu %lu", range.start, range.count);
	printf("\n");
}

int main(int argc, char **argv)
{
	int i = 1;

	setvbuf(stdout, NULL, _IOLBF, 0);
	while (i < argc) {
		const char *word = argv[i++];

		if (strcmp(word, "quiet") == 0)
			printf("init: %d\n", subid_init(NULL, NULL));
		else if (strcmp(word, "init") == 0)
			printf("init: %d\n", subid_init(*argv[i] ? argv[i] : NULL, stdout)), i++;
		else if (strcmp(word, "u") == 0 || strcmp(word, "g") == 0)
			show_ranges(argv[i++], *word == 'g');
		else if (*word == 'o')
			show_owners(argv[i++], word[1] == 'g');
		else
			change(word, argv + i), i += 3;
	}
	return 0;
}
