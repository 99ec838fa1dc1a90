/* SPDX-License-Identifier: BSD-3-Clause */
/* A root with a home directory and a skel in it, and what is said there, for tests of homes. */
#ifndef TESTS_HOME_PLACE_H
#define TESTS_HOME_PLACE_H

#include "home.h"

#include "account_world.h"

/* The root is the scratch directory itself. */
struct place {
	struct world w;
	int stderr_fd;
};

static const char passwd[] =
	"root:x:0:0::/root:/bin/sh\n"
	"sys:x:3:3::/dev:/bin/false\n"
	"alice:x:3000:3000::/home/alice:/bin/sh\n"
	"bob:x:3001:3001::/home/bob:/bin/sh\n";

static inline int setup(void **state)
{
	static const char *const files[TABLE_COUNT] = { [TABLE_PASSWD] = passwd };
	struct place *p = calloc(1, sizeof(*p));
	int said;

	unsetenv("SOURCE_DATE_EPOCH");
	umask(022);
	world_open(&p->w, files, NULL);
	make_dir(p->w.scratch.fd, "home", 0755);
	make_dir(p->w.scratch.fd, "etc/skel", 0755);
	make_file(p->w.scratch.fd, "etc/skel/.profile", "profile", 0644);
	said = openat(p->w.scratch.fd, "said", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	p->stderr_fd = fcntl(2, F_DUPFD_CLOEXEC, 10);
	must(dup2(said, 2), "stderr");
	close(said);
	*state = p;
	return 0;
}

static inline int teardown(void **state)
{
	struct place *p = *state;

	must(dup2(p->stderr_fd, 2), "stderr");
	close(p->stderr_fd);
	selinux_end(&p->w.run.labels);
	world_close(&p->w);
	free(p);
	return 0;
}

static inline struct home_new alice(void)
{
	return (struct home_new){ .path = "/home/alice",
				  .uid = geteuid(),
				  .gid = getegid(),
				  .mode = 0750,
				  .skel = "/etc/skel" };
}

static inline const char *said(struct place *p)
{
	static char text[1024];

	snprintf(text, sizeof(text), "%s", content(p->w.scratch.fd, "said"));
	must(ftruncate(2, 0), "said");
	return text;
}

static inline void is_well(struct place *p, int r)
{
	if (r < 0)
		dprintf(p->stderr_fd, "%s\n", p->w.run.err.message);
	assert_int_equal(r, 0);
	assert_int_equal(p->w.run.err.kind, ERR_NONE);
}

static inline void is_refused(struct place *p, int r, enum err_kind kind, const char *message)
{
	assert_int_equal(r, -1);
	assert_int_equal(p->w.run.err.kind, kind);
	assert_string_equal(p->w.run.err.message, message);
	err_clear(&p->w.run.err);
}

/* A home directory of a user, with a file in it. */
static inline void make_home(struct place *p, const char *name, uid_t uid)
{
	int fd = p->w.scratch.fd;
	char file[128];

	make_dir(fd, name, 0755);
	snprintf(file, sizeof(file), "%s/file", name);
	make_file(fd, file, "mine", 0644);
	if (geteuid() == 0) {
		give(fd, name, uid, uid);
		give(fd, file, uid, uid);
	}
}

static inline bool has_home(const struct place *p, const char *name)
{
	char file[128];

	snprintf(file, sizeof(file), "%s/file", name);
	return is_there(p->w.scratch.fd, file);
}

static inline struct home_move_spec to_new(void)
{
	return (struct home_move_spec){ .from = "/home/alice",
					.to = "/home/new",
					.ids = { 3000, 3000, 3000, 3000 } };
}

#endif
