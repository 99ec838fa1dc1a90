/* SPDX-License-Identifier: BSD-3-Clause */
#include "scratch.h"

#include "idmap_rights.h"
#include "idmap_target.h"

#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

static enum err_kind open_word(const char *word, struct idmap_target *t)
{
	struct err e = { .kind = ERR_NONE };

	if (idmap_target_open(word, t, &e) == 0)
		assert_int_equal(e.kind, ERR_NONE);
	else
		assert_true(e.kind != ERR_NONE);
	return e.kind;
}

static enum err_kind open_number(const char *kind, long number, struct idmap_target *t)
{
	char word[64];

	snprintf(word, sizeof(word), "%s%ld", kind, number);
	return open_word(word, t);
}

static pid_t sleeper(void)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
		_exit(0);
	}
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void is_ours(const struct idmap_target *t)
{
	struct err e = { .kind = ERR_NONE };
	unsigned long long ns;
	struct stat st;
	uid_t uid;
	gid_t gid;
	int fd;

	assert_int_equal(idmap_target_owner(t, &uid, &gid, &e), 0);
	assert_int_equal(uid, geteuid());
	assert_int_equal(gid, getegid());
	fd = idmap_target_openat(t, "uid_map", O_RDONLY);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(idmap_target_namespace(t, &ns), 0);
	assert_int_equal(stat("/proc/self/ns/user", &st), 0);
	assert_int_equal(ns, st.st_ino);
}

static void by_number(void **state)
{
	struct idmap_target t;

	(void)state;
	assert_int_equal(open_number("", getpid(), &t), ERR_NONE);
	assert_int_equal(t.pid, getpid());
	is_ours(&t);
	idmap_target_close(&t);
	assert_int_equal(t.dir, -1);
}

static void by_directory(void **state)
{
	int fd = open("/proc/self/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct idmap_target t;

	(void)state;
	assert_int_equal(open_number("fd:", fd, &t), ERR_NONE);
	assert_int_equal(t.pid, -1);
	is_ours(&t);
	idmap_target_close(&t);
	assert_true(fcntl(fd, F_GETFD) >= 0);
	close(fd);
}

static void by_pidfd(void **state)
{
	pid_t child = sleeper();
	int fd = (int)syscall(SYS_pidfd_open, child, 0);
	struct idmap_target t;

	(void)state;
	if (fd < 0) {
		end(child);
		skip();
	}
	assert_int_equal(open_number("fd:", fd, &t), ERR_NONE);
	assert_int_equal(t.pid, child);
	is_ours(&t);
	idmap_target_close(&t);
	end(child);
	/* Its number may be another's by now. */
	assert_int_equal(open_number("fd:", fd, &t), ERR_UNKNOWN);
	idmap_target_close(&t);
	close(fd);
}

static void no_process(void **state)
{
	static const char *const words[] = { "", "x", "-1", "+1", " 1", "1 ", "0x1", "fd:", "fd:x",
					     "fd:-1", "fd:+1", "fd: 1", "FD:1", "fd",
					     "2147483648", "99999999999999999999",
					     "fd:2147483648", "1/../2", "self" };
	struct idmap_target t;
	size_t i;
	int fd;

	(void)state;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		assert_int_equal(open_word(words[i], &t), ERR_USAGE);
	assert_int_equal(open_word("0", &t), ERR_UNKNOWN);
	assert_int_equal(open_word("2147483647", &t), ERR_UNKNOWN);
	assert_int_equal(open_word("fd:2147483647", &t), ERR_UNKNOWN);
	fd = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(open_number("fd:", fd, &t), ERR_UNKNOWN);
	close(fd);
	fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	assert_int_equal(open_number("fd:", fd, &t), ERR_UNKNOWN);
	close(fd);
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_equal(open_number("fd:", fd, &t), ERR_UNKNOWN);
	close(fd);
}

/* A process that is gone has nothing, and whoever gets its number is another. */
static void stays_that_process(void **state)
{
	pid_t child = sleeper();
	struct idmap_target t;
	unsigned long long ns;

	(void)state;
	assert_int_equal(open_number("", child, &t), ERR_NONE);
	is_ours(&t);
	end(child);
	assert_int_equal(idmap_target_openat(&t, "uid_map", O_RDONLY), -1);
	assert_int_equal(errno, ESRCH);
	assert_int_equal(idmap_target_namespace(&t, &ns), -1);
	idmap_target_close(&t);
}

/* A link in place of a file would lead anywhere. */
static void follows_nothing(void **state)
{
	struct idmap_target t;

	(void)state;
	assert_int_equal(open_number("", getpid(), &t), ERR_NONE);
	assert_int_equal(idmap_target_openat(&t, "cwd", O_RDONLY), -1);
	assert_int_equal(idmap_target_openat(&t, "no_such", O_RDONLY), -1);
	assert_int_equal(errno, ENOENT);
	idmap_target_close(&t);
}

static void mount_over(const char *what, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%ld/%s", (long)getpid(), name);
	if (mount(what, path, NULL, MS_BIND, NULL) < 0)
		_exit(1);
}

/* What is mounted over a file of the process is not the process's. */
static int in_mounts(void)
{
	struct idmap_target t;
	unsigned long long ns;
	char path[64];

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return 77;
	snprintf(path, sizeof(path), "/proc/%ld/status", (long)getpid());
	mount_over("/etc/passwd", "uid_map");
	/* Of procfs, too: another file of it is not this one. */
	mount_over(path, "setgroups");
	mount_over("/tmp", "ns");
	if (open_number("", getpid(), &t) != ERR_NONE)
		return 2;
	if (idmap_target_openat(&t, "uid_map", O_RDONLY) >= 0 || errno != EXDEV)
		return 3;
	if (idmap_target_openat(&t, "setgroups", O_RDONLY) >= 0 || errno != EXDEV)
		return 4;
	if (idmap_target_namespace(&t, &ns) == 0 || errno != EXDEV)
		return 5;
	idmap_target_close(&t);
	return 0;
}

static void takes_nothing_mounted_over(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	assert_true(child >= 0);
	if (child == 0)
		_exit(in_mounts());
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

/* --- rights */

static unsigned long long status_of(const char *key)
{
	unsigned long long value = 0;
	FILE *file = fopen("/proc/self/status", "re");
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, key, strlen(key)) == 0)
			value = strtoull(line + strlen(key), NULL, 16);
	if (file)
		fclose(file);
	return value;
}

#define BIT(capability) (1ULL << (capability))

/* What a set-uid run has: real ids of somebody, and root's rights. */
static int as_set_uid(enum subid_table table)
{
	const unsigned long long map = table == SUBID_UIDS ? BIT(CAP_SETUID) : BIT(CAP_SETGID);
	const unsigned long long all = map | BIT(CAP_SETFCAP) | BIT(CAP_DAC_READ_SEARCH);
	struct err e = { .kind = ERR_NONE };
	struct idmap_rights r;
	uid_t uid, effective, saved;

	if (setresuid(4711, 0, 0) < 0)
		return 1;
	if (idmap_rights_begin(&r, table, 4711, &e) < 0)
		return 2;
	if (getresuid(&uid, &effective, &saved) < 0 || uid != 4711 || effective != 4711 ||
	    saved != 4711)
		return 3;
	if (status_of("CapPrm:") != all || status_of("CapEff:") != 0)
		return 4;
	if (idmap_rights_raise(&r, IDMAP_RIGHT_MAP, &e) < 0 || status_of("CapEff:") != map)
		return 5;
	if (idmap_rights_lower(&r, &e) < 0 || status_of("CapEff:") != 0)
		return 6;
	if (idmap_rights_raise(&r, IDMAP_RIGHT_MAP | IDMAP_RIGHT_ZERO, &e) < 0 ||
	    status_of("CapEff:") != (map | BIT(CAP_SETFCAP)) || idmap_rights_lower(&r, &e) < 0)
		return 7;
	if (idmap_rights_raise(&r, IDMAP_RIGHT_READ, &e) < 0 ||
	    status_of("CapEff:") != BIT(CAP_DAC_READ_SEARCH) || idmap_rights_lower(&r, &e) < 0)
		return 8;
	if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0 || prctl(PR_GET_KEEPCAPS, 0, 0, 0, 0) != 0)
		return 9;
	return seteuid(0) == 0 ? 10 : 0;
}

/* Root's own run, and that of a caller without any right. */
static int as_root(bool without)
{
	struct err e = { .kind = ERR_NONE };
	struct idmap_rights r;

	if (without && setresuid(4711, 4711, 4711) < 0)
		return 1;
	if (idmap_rights_begin(&r, SUBID_UIDS, getuid(), &e) < 0)
		return 2;
	if (idmap_rights_has(&r, IDMAP_RIGHT_MAP) == without || status_of("CapEff:") != 0)
		return 3;
	if ((status_of("CapPrm:") & BIT(CAP_SYS_ADMIN)) != 0)
		return 4;
	if (idmap_rights_raise(&r, IDMAP_RIGHT_MAP, &e) < 0)
		return 5;
	return (status_of("CapEff:") == 0) == without ? 0 : 6;
}

static int try_rights(int which)
{
	switch (which) {
	case 0:
		return as_set_uid(SUBID_UIDS);
	case 1:
		return as_set_uid(SUBID_GIDS);
	default:
		return as_root(which == 3);
	}
}

static void keeps_one_right(void **state)
{
	int which, status;

	(void)state;
	if (geteuid() != 0)
		skip();
	for (which = 0; which < 4; which++) {
		pid_t child = fork();

		assert_true(child >= 0);
		if (child == 0)
			_exit(try_rights(which));
		assert_int_equal(waitpid(child, &status, 0), child);
		if (status != 0)
			fail_msg("%d: %d", which, WEXITSTATUS(status));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_number),
		cmocka_unit_test(by_directory),
		cmocka_unit_test(by_pidfd),
		cmocka_unit_test(no_process),
		cmocka_unit_test(stays_that_process),
		cmocka_unit_test(follows_nothing),
		cmocka_unit_test(takes_nothing_mounted_over),
		cmocka_unit_test(keeps_one_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
