/* SPDX-License-Identifier: BSD-3-Clause */
#include "run_confine.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <unistd.h>

#include "beneath.h"
#include "confine.h"
#include "schema.h"
#include "text.h"

/* The tables, /etc, and a few more. */
#define PLACES_MAX (TABLE_COUNT + 8)

struct places {
	int fds[PLACES_MAX];
	size_t count;
};

/* What is not there needs no leave. */
static void add(struct places *p, int fd)
{
	if (fd >= 0 && p->count < PLACES_MAX)
		p->fds[p->count++] = fd;
}

static void add_path(struct places *p, const char *path)
{
	add(p, open(path, O_PATH | O_CLOEXEC));
}

static void add_tables(struct places *p, const struct root *root)
{
	int id;

	/* The lock and the journal are there, wherever the tables are. */
	add(p, root_openat(root, "/etc", O_PATH | O_DIRECTORY, 0));
	for (id = 0; id < TABLE_COUNT; id++) {
		struct beneath_place place = { .dirfd = -1 };

		if (beneath_find(root->fd, schema_get((enum table_id)id)->path, 1, &place) < 0)
			continue;
		add(p, place.dirfd);
	}
}

static void add_labelling(struct places *p, struct run *run)
{
	const struct selinux_facts *facts;
	int attributes;

	if (!run->labels)
		return;
	facts = selinux_get_facts(run->labels);
	if (facts->kernel == SELINUX_KERNEL_NO)
		return;
	attributes = open(arena_printf(&run->arena, "/proc/self/task/%ld/attr",
				       (long)syscall(SYS_gettid)), O_PATH | O_CLOEXEC);
	add(p, attributes);
	/* /proc may make the directory anew when nobody has it open, and the leave is this one's:
	 * the copy is open until we end. */
	if (attributes >= 0)
		(void)fcntl(attributes, F_DUPFD_CLOEXEC, 0);
	if (!facts->mount)
		return;
	add_path(p, arena_printf(&run->arena, "%s/context", facts->mount));
	add_path(p, arena_printf(&run->arena, "%s/access", facts->mount));
}

void run_confine(struct run *run)
{
	struct places p = { .count = 0 };
	size_t i;

	add_tables(&p, &run->root);
	add_labelling(&p, run);
	add_path(&p, "/dev/null");
	add_path(&p, "/var/lib/sss");
	if (confine_writes(p.fds, p.count, NULL) < 0)
		event_log_at(&run->events, &run->arena, LOG_WARNING,
			     "cannot confine what is written to: %s", text_errno(errno));
	for (i = 0; i < p.count; i++)
		close(p.fds[i]);
}
