/* SPDX-License-Identifier: BSD-3-Clause */
#include "hook.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"

#define HOOKS "/etc/shadow-maint"

struct names {
	const char **items;
	size_t count, room;
};

static int compare_names(const void *one, const void *two)
{
	return strcmp(*(const char *const *)one, *(const char *const *)two);
}

static int list(struct run *run, const char *path, struct names *ret)
{
	int fd = root_openat(&run->root, path, O_RDONLY | O_DIRECTORY, 0);
	_cleanup_dir_ DIR *dir = NULL;
	struct dirent *entry;
	struct stat st;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd >= 0)
		dir = fdopendir(fd);
	if (!dir) {
		fd_close(&fd);
		return err_sys(&run->err, ERR_HOOK, "cannot read %s", path);
	}
	while ((errno = 0, entry = readdir(dir))) {
		if (fstatat(dirfd(dir), entry->d_name, &st, 0) == 0 && S_ISDIR(st.st_mode))
			continue;
		if (ret->count == ret->room) {
			ret->room = ret->room ? 2 * ret->room : 8;
			ret->items = arena_grow(&run->arena, ret->items, ret->count, ret->room,
						sizeof(*ret->items));
		}
		ret->items[ret->count++] = arena_strdup(&run->arena, entry->d_name);
	}
	if (errno != 0)
		return err_sys(&run->err, ERR_HOOK, "cannot read %s", path);
	if (ret->count > 1)
		qsort(ret->items, ret->count, sizeof(*ret->items), compare_names);
	return 0;
}

/* Ours, with the two variables in place of any of that name. */
static const char *const *make_environment(struct arena *a, const char *action,
					   const char *subject)
{
	const char **list;
	size_t i, count = 0, n = 0;

	while (environ && environ[count])
		count++;
	list = arena_array(a, count + 3, sizeof(*list));
	for (i = 0; i < count; i++)
		if (strncmp(environ[i], "ACTION=", 7) != 0 &&
		    strncmp(environ[i], "SUBJECT=", 8) != 0)
			list[n++] = environ[i];
	list[n++] = arena_printf(a, "ACTION=%s", action);
	list[n] = arena_printf(a, "SUBJECT=%s", subject);
	return list;
}

static int run_all(struct run *run, const char *path, const struct names *names,
		   const char *action, const char *subject)
{
	const char *const *environment = make_environment(&run->arena, action, subject);
	size_t i;

	for (i = 0; i < names->count; i++) {
		struct proc_program hook = {
			.argv = { arena_printf(&run->arena, "%s/%s", path, names->items[i]) },
			.environment = environment,
		};
		int status;

		if (proc_run(&run->origin, &hook, &status) < 0)
			return err_sys(&run->err, ERR_HOOK, "cannot run %s", hook.argv[0]);
		if (status != 0)
			return err_set(&run->err, ERR_HOOK, "%s: did not exit cleanly.",
				       names->items[i]);
	}
	return 0;
}

int hook_run_if(struct run *run, const char *dir, const char *action, const char *subject,
		unsigned tables, int (*look)(struct run *run, struct txn *txn, void *context),
		void *context)
{
	const char *path = arena_printf(&run->arena, "%s/%s", HOOKS, dir);
	struct names names = { NULL, 0, 0 };
	int r;

	if (!run->root.live || run->opt.dry_run)
		return 0;
	if (list(run, path, &names) < 0)
		return -1;
	if (names.count == 0)
		return 0;
	r = look ? run_look(run, tables, look, context) : 0;
	if (r != 0)
		return r < 0 ? -1 : 0;
	return run_all(run, path, &names, action, subject);
}

int hook_run(struct run *run, const char *dir, const char *action, const char *subject)
{
	return hook_run_if(run, dir, action, subject, 0, NULL, NULL);
}
