/* SPDX-License-Identifier: BSD-3-Clause */
#include "crew.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

/* Threads of ours at most. */
#define CREW_MAX 64

struct crew {
	size_t count;
	int (*work)(void *context, size_t i, struct err *e);
	void *context;
	atomic_size_t next, done;
	pthread_mutex_t mutex; /* of err */
	struct err *err;
};

/* One item.  0: nothing is left. */
static int work_one(struct crew *c)
{
	struct err e = { .kind = ERR_NONE };
	size_t i = atomic_fetch_add(&c->next, 1);

	if (i >= c->count)
		return 0;
	if (c->work(c->context, i, &e) < 0) {
		/* The others find nothing left to do. */
		atomic_store(&c->next, c->count);
		pthread_mutex_lock(&c->mutex);
		err_set(c->err, e.kind, "%s", e.message);
		pthread_mutex_unlock(&c->mutex);
		return 0;
	}
	atomic_fetch_add(&c->done, 1);
	return 1;
}

static void *member(void *crew)
{
	while (work_one(crew))
		;
	return NULL;
}

static size_t processors(void)
{
	cpu_set_t set;
	int n;

	/* Machines with more than 1024 say EINVAL. */
	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return CREW_MAX;
	n = CPU_COUNT(&set);
	return n < 1 ? 1 : n > CREW_MAX ? CREW_MAX : (size_t)n;
}

int crew_run(size_t count, int (*work)(void *context, size_t i, struct err *e), void *context,
	     void (*progress)(void *shown, size_t done), void *shown, struct err *e)
{
	struct crew c = { .count = count, .work = work, .context = context, .err = e };
	size_t wanted = processors(), started = 0;
	pthread_t threads[CREW_MAX];

	if (wanted > count)
		wanted = count;
	if (pthread_mutex_init(&c.mutex, NULL) != 0)
		return err_set(e, ERR_IO, "cannot make a lock for threads");
	/* This thread is one of them. */
	while (started + 1 < wanted && pthread_create(&threads[started], NULL, member, &c) == 0)
		started++;
	while (work_one(&c))
		if (progress)
			progress(shown, atomic_load(&c.done));
	while (started > 0)
		pthread_join(threads[--started], NULL);
	pthread_mutex_destroy(&c.mutex);
	return e->kind == ERR_NONE ? 0 : -1;
}
