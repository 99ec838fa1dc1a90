/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * stress THREADS ROUNDS [grant|plugin]: all functions from many threads at once, each of which must
 * get the answers that it gets alone.  With grant, each thread gives ranges to its own user and
 * takes them again.  The users are u0, u1 ... with uids from 2000; u<n> has the range
 * 100000+1000n+100.  With plugin, the answers are those of plugin.c.
 */
#include <shadow/subid.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct worker {
	pthread_t thread;
	int number, rounds, failures;
	const char *mode;
};

static void expect(struct worker *w, bool good, const char *what)
{
	if (good)
		return;
	w->failures++;
	fprintf(stdout, "thread %d: %s\n", w->number, what);
}

static void look(struct worker *w)
{
	unsigned first = 100000 + 1000 * (unsigned)w->number;
	struct subid_range *ranges = NULL;
	char name[32];
	uid_t *uids = NULL;
	int n;

	snprintf(name, sizeof(name), "u%d", w->number);
	n = subid_get_uid_ranges(name, &ranges);
	expect(w, n == 1 && ranges[0].start == first && ranges[0].count == 100, "uid ranges");
	free(ranges);
	n = subid_get_gid_ranges(name, &ranges);
	expect(w, n == 1 && ranges[0].start == first && ranges[0].count == 100, "gid ranges");
	free(ranges);
	n = subid_get_uid_owners(first + 99, &uids);
	expect(w, n == 1 && uids[0] == 2000 + (uid_t)w->number, "uid owners");
	free(uids);
	n = subid_get_gid_owners(first + 100, &uids);
	expect(w, n == 0 && !uids, "gid owners");
	n = subid_get_uid_ranges("nobody.knows", &ranges);
	expect(w, n == 0 && !ranges, "a stranger");
}

static void change(struct worker *w)
{
	char name[32];
	struct subordinate_range range = { name, 0, 10 };

	snprintf(name, sizeof(name), "u%d", w->number);
	expect(w, subid_grant_gid_range(&range, false), "grant");
	expect(w, range.start >= 100000 && range.count == 10, "what was granted");
	expect(w, subid_ungrant_gid_range(&range), "ungrant");
	expect(w, !subid_ungrant_gid_range(&range), "ungrant again");
}

static void ask_plugin(struct worker *w)
{
	struct subid_range *ranges = NULL;
	uid_t *uids = NULL;
	int n;

	n = subid_get_uid_ranges("anna", &ranges);
	expect(w, n == 2 && ranges[0].start == 500000 && ranges[1].count == 5, "uid ranges");
	free(ranges);
	n = subid_get_gid_owners(900000, &uids);
	expect(w, n == 1 && uids[0] == 1000, "gid owners");
	free(uids);
	expect(w, subid_get_gid_ranges("down", &ranges) == -1, "no answer");
}

static void *work(void *context)
{
	struct worker *w = context;
	int i;

	for (i = 0; i < w->rounds; i++) {
		if (i % 8 == w->number % 8)
			subid_init(i % 3 ? "stress" : NULL, i % 2 ? stderr : NULL);
		if (strcmp(w->mode, "grant") == 0)
			change(w);
		else if (strcmp(w->mode, "plugin") == 0)
			ask_plugin(w);
		else
			look(w);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	int i, threads = argc > 2 ? (int)strtol(argv[1], NULL, 10) : 4, failures = 0;
	struct worker *workers = calloc((size_t)threads, sizeof(*workers));

	if (!workers || argc < 3)
		return 2;
	for (i = 0; i < threads; i++) {
		workers[i] = (struct worker){ .number = i, .mode = argc > 3 ? argv[3] : "",
					      .rounds = (int)strtol(argv[2], NULL, 10) };
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0)
			return 2;
	}
	for (i = 0; i < threads; i++) {
		pthread_join(workers[i].thread, NULL);
		failures += workers[i].failures;
	}
	free(workers);
	printf("%d failures\n", failures);
	return failures > 0;
}
