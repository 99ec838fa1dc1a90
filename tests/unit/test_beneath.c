/* SPDX-License-Identifier: BSD-3-Clause */
#include "beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "fd.h"

#ifndef SYS_openat2
#define SYS_openat2 437
#endif

/* What openat2 says; 0: the kernel's own answer. */
static const int answers[] = { 0, ENOSYS, EPERM };

/* top/root is the tree; top/outside what must not be reached. */
struct tree {
	char top[64];
	int topfd, rootfd;
};

static void put(int dirfd, const char *name)
{
	_cleanup_fd_ int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, name, strlen(name)), 0);
}

static void link_chain(int dirfd, int count)
{
	char name[32], target[32];
	int i;

	for (i = 1; i <= count; i++) {
		snprintf(name, sizeof(name), "chain%d", i);
		snprintf(target, sizeof(target), "chain%d", i - 1);
		assert_int_equal(symlinkat(i == 1 ? "/file" : target, dirfd, name), 0);
	}
}

static int setup(void **state)
{
	static const char *const links[][2] = {
		{ "/file", "abs" },
		{ "/dir", "absdir" },
		{ "../../../../file", "up" },
		{ "..", "dir/parent" },
		{ "../../outside/secret", "dir/out" },
		{ "../outside", "outdir" },
		{ "//dir///sub/", "slashes" },
		{ "loop2", "loop1" },
		{ "/loop1", "loop2" },
		{ "self", "self" },
		{ "self/x", "selfdir" },
		{ "/new", "dangling" },
		{ "/nodir/new", "nowhere" },
		{ "dir/", "dirslash" },
		{ "file/", "fileslash" },
		{ ".", "dot" },
		{ "/", "root" },
		{ "/proc/self/fd/0", "magic" },
	};
	struct tree *t = calloc(1, sizeof(*t));
	char secret[128];
	size_t i;

	assert_non_null(t);
	snprintf(t->top, sizeof(t->top), "/tmp/beneath.XXXXXX");
	assert_non_null(mkdtemp(t->top));
	t->topfd = open(t->top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(mkdirat(t->topfd, "root", 0755), 0);
	assert_int_equal(mkdirat(t->topfd, "outside", 0755), 0);
	put(t->topfd, "outside/secret");
	t->rootfd = openat(t->topfd, "root", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(mkdirat(t->rootfd, "dir", 0755), 0);
	assert_int_equal(mkdirat(t->rootfd, "dir/sub", 0755), 0);
	put(t->rootfd, "file");
	put(t->rootfd, "dir/sub/deep");
	for (i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		assert_int_equal(symlinkat(links[i][0], t->rootfd, links[i][1]), 0);
	snprintf(secret, sizeof(secret), "%s/outside/secret", t->top);
	assert_int_equal(symlinkat(secret, t->rootfd, "outabs"), 0);
	link_chain(t->rootfd, 41);
	*state = t;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static int teardown(void **state)
{
	struct tree *t = *state;

	close(t->rootfd);
	close(t->topfd);
	nftw(t->top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(t);
	return 0;
}

static int forbid_openat2(int error)
{
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned int)error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(rules) / sizeof(rules[0]), rules };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		return -1;
	return syscall(SYS_openat2, -1, "", NULL, 0) == -1 && errno == error ? 0 : -1;
}

/* Runs check once a way to answer, each in a child; check returns how many of its cases fail. */
static void every_way(const struct tree *t, int (*check)(const struct tree *t))
{
	size_t i;

	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		pid_t pid = fork();
		int status;

		assert_true(pid >= 0);
		if (pid == 0) {
			if (answers[i] != 0 && forbid_openat2(answers[i]) < 0)
				_exit(100);
			_exit(check(t));
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (status != 0)
			print_error("openat2 answers %d: status %#x\n", answers[i], status);
		assert_int_equal(status, 0);
	}
}

static int complain(const char *path, int flags, const char *what)
{
	fprintf(stderr, "\"%.60s\" with %#x: %s (%s)\n", path, (unsigned int)flags, what,
		strerror(errno));
	return 1;
}

#define LONG_NAME \
	"0123456789012345678901234567890123456789012345678901234567890123456789012345678901" \
	"0123456789012345678901234567890123456789012345678901234567890123456789012345678901" \
	"0123456789012345678901234567890123456789012345678901234567890123456789012345678901" \
	"0123456789"

static const struct open_case {
	const char *path;
	int flags;
	const char *same; /* as this path of root, free of links; NULL: error */
	int error;
} open_cases[] = {
	{ "file", O_RDONLY, "file", 0 },
	{ "/file", O_RDONLY, "file", 0 },
	{ "///dir//sub/./deep", O_RDONLY, "dir/sub/deep", 0 },
	{ "/", O_RDONLY, ".", 0 },
	{ ".", O_RDONLY, ".", 0 },
	{ "..", O_RDONLY, ".", 0 },
	{ "/../..", O_PATH, ".", 0 },
	{ "../file", O_RDONLY, "file", 0 },
	{ "dir/../../../file", O_RDONLY, "file", 0 },
	{ "dir/sub/..", O_RDONLY, "dir", 0 },
	{ "dir/sub/../sub/deep", O_RDONLY, "dir/sub/deep", 0 },
	{ "dir/", O_RDONLY, "dir", 0 },
	{ "dir/.", O_RDONLY | O_DIRECTORY, "dir", 0 },
	{ "abs", O_RDONLY, "file", 0 },
	{ "absdir/sub/deep", O_RDONLY, "dir/sub/deep", 0 },
	{ "absdir", O_RDONLY | O_DIRECTORY, "dir", 0 },
	{ "up", O_RDONLY, "file", 0 },
	{ "dir/parent/file", O_RDONLY, "file", 0 },
	{ "dir/parent", O_RDONLY, ".", 0 },
	{ "absdir/parent/absdir/parent/up", O_RDONLY, "file", 0 },
	{ "slashes/deep", O_RDONLY, "dir/sub/deep", 0 },
	{ "slashes", O_PATH, "dir/sub", 0 },
	{ "dirslash", O_RDONLY, "dir", 0 },
	{ "dot/dot/dot/file", O_RDONLY, "file", 0 },
	{ "root/root/../file", O_RDONLY, "file", 0 },
	{ "root", O_RDONLY, ".", 0 },
	{ "chain40", O_RDONLY, "file", 0 },
	{ "dir/out", O_RDONLY, NULL, ENOENT },
	{ "outdir/secret", O_RDONLY, NULL, ENOENT },
	{ "outabs", O_RDONLY, NULL, ENOENT },
	{ "../outside/secret", O_RDONLY, NULL, ENOENT },
	{ "dir/../../outside/secret", O_RDONLY, NULL, ENOENT },
	{ "chain41", O_RDONLY, NULL, ELOOP },
	{ "loop1", O_RDONLY, NULL, ELOOP },
	{ "loop1/x", O_PATH, NULL, ELOOP },
	{ "self", O_RDONLY, NULL, ELOOP },
	{ "selfdir", O_RDONLY, NULL, ELOOP },
	{ "self", O_RDONLY | O_CREAT, NULL, ELOOP },
	{ "dangling", O_RDONLY, NULL, ENOENT },
	{ "dangling/x", O_RDONLY, NULL, ENOENT },
	{ "nowhere", O_WRONLY | O_CREAT, NULL, ENOENT },
	{ "missing/..", O_RDONLY, NULL, ENOENT },
	{ "missing/", O_RDONLY, NULL, ENOENT },
	{ "file/", O_RDONLY, NULL, ENOTDIR },
	{ "file/..", O_RDONLY, NULL, ENOTDIR },
	{ "file/.", O_RDONLY, NULL, ENOTDIR },
	{ "file/x", O_RDONLY, NULL, ENOTDIR },
	{ "fileslash", O_RDONLY, NULL, ENOTDIR },
	{ "abs/", O_RDONLY, NULL, ENOTDIR },
	{ "file", O_RDONLY | O_DIRECTORY, NULL, ENOTDIR },
	{ "dir", O_WRONLY, NULL, EISDIR },
	{ "dir", O_RDONLY | O_CREAT, NULL, EISDIR },
	{ "", O_RDONLY, NULL, ENOENT },
	{ LONG_NAME, O_RDONLY, NULL, ENAMETOOLONG },
	{ "dir/" LONG_NAME "/x", O_RDONLY, NULL, ENAMETOOLONG },
	/* The last component as it is. */
	{ "abs", O_RDONLY | O_NOFOLLOW, NULL, ELOOP },
	{ "abs", O_PATH | O_NOFOLLOW, "abs", 0 },
	{ "loop1", O_PATH | O_NOFOLLOW, "loop1", 0 },
	{ "dangling", O_PATH | O_NOFOLLOW, "dangling", 0 },
	{ "magic", O_PATH | O_NOFOLLOW, "magic", 0 },
	{ "absdir/out", O_PATH | O_NOFOLLOW, "dir/out", 0 },
	{ "absdir/", O_PATH | O_NOFOLLOW, "dir", 0 },
	{ "file", O_RDONLY | O_NOFOLLOW, "file", 0 },
	{ "dangling", O_WRONLY | O_CREAT | O_EXCL, NULL, EEXIST },
	{ "abs", O_WRONLY | O_CREAT | O_EXCL, NULL, EEXIST },
	{ "file", O_WRONLY | O_CREAT | O_EXCL, NULL, EEXIST },
};

static int check_open(const struct tree *t)
{
	size_t i;
	int bad = 0;

	for (i = 0; i < sizeof(open_cases) / sizeof(open_cases[0]); i++) {
		const struct open_case *c = &open_cases[i];
		_cleanup_fd_ int fd = beneath_open(t->rootfd, c->path, c->flags, 0644);
		struct stat got, want;

		if (!c->same) {
			if (fd >= 0 || errno != c->error)
				bad += complain(c->path, c->flags, "not that error");
			continue;
		}
		if (fd < 0)
			bad += complain(c->path, c->flags, "does not open");
		else if (fstat(fd, &got) < 0 ||
			 fstatat(t->rootfd, c->same, &want, AT_SYMLINK_NOFOLLOW) < 0 ||
			 got.st_ino != want.st_ino || got.st_dev != want.st_dev)
			bad += complain(c->path, c->flags, "is another file");
		else if (!(fcntl(fd, F_GETFD) & FD_CLOEXEC))
			bad += complain(c->path, c->flags, "is not O_CLOEXEC");
	}
	return bad;
}

static void opens_only_what_is_beneath(void **state)
{
	every_way(*state, check_open);
}

static const struct {
	const char *path;
	int flags;
	const char *made; /* this one comes into being; NULL: error */
	int error;
} make_cases[] = {
	{ "new", O_WRONLY | O_CREAT | O_EXCL, "new", 0 },
	{ "dangling", O_WRONLY | O_CREAT, "new", 0 },
	{ "../../absdir/new", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, "dir/new", 0 },
	{ "dir/out/../new", O_WRONLY | O_CREAT, NULL, ENOENT },
	{ "new/", O_WRONLY | O_CREAT, NULL, EISDIR },
	{ "file/new", O_WRONLY | O_CREAT, NULL, ENOTDIR },
};

static int check_make(const struct tree *t)
{
	size_t i;
	int bad = 0;

	umask(027);
	for (i = 0; i < sizeof(make_cases) / sizeof(make_cases[0]); i++) {
		const char *path = make_cases[i].path, *made = make_cases[i].made;
		_cleanup_fd_ int fd = beneath_open(t->rootfd, path, make_cases[i].flags, 0666);
		struct stat got, want;

		if (!made) {
			if (fd >= 0 || errno != make_cases[i].error)
				bad += complain(path, make_cases[i].flags, "not that error");
		} else if (fd < 0 || fstat(fd, &got) < 0 ||
			   fstatat(t->rootfd, made, &want, AT_SYMLINK_NOFOLLOW) < 0 ||
			   got.st_ino != want.st_ino) {
			bad += complain(path, make_cases[i].flags, "was not made");
		} else {
			if ((got.st_mode & 07777) != 0640)
				bad += complain(path, make_cases[i].flags, "has the wrong mode");
			unlinkat(t->rootfd, made, 0);
		}
	}
	return bad;
}

static void makes_only_what_is_beneath(void **state)
{
	every_way(*state, check_make);
}

static const struct {
	const char *path;
	int follow;
	const char *dir, *name; /* dir NULL: error */
	int error;
} find_cases[] = {
	{ "file", 0, ".", "file", 0 },
	{ "/dir/sub/deep", 1, "dir/sub", "deep", 0 },
	{ "abs", 0, ".", "abs", 0 },
	{ "abs", 1, ".", "file", 0 },
	{ "up", 1, ".", "file", 0 },
	{ "absdir/new", 1, "dir", "new", 0 },
	{ "slashes", 1, "dir", "sub", 0 },
	{ "dangling", 0, ".", "dangling", 0 },
	{ "dangling", 1, ".", "new", 0 },
	{ "dir/out", 1, NULL, NULL, ENOENT },
	{ "nowhere", 1, NULL, NULL, ENOENT },
	{ "nowhere", 0, ".", "nowhere", 0 },
	{ "dir/sub/..", 1, ".", "dir", 0 },
	{ "dir/sub/.", 0, "dir", "sub", 0 },
	{ "dir/sub/", 0, "dir", "sub", 0 },
	{ "new/", 1, ".", "new", 0 },
	{ "chain40", 1, ".", "file", 0 },
	{ "chain41", 1, NULL, NULL, ELOOP },
	{ "loop1", 0, ".", "loop1", 0 },
	{ "loop1", 1, NULL, NULL, ELOOP },
	{ "/", 1, NULL, NULL, EISDIR },
	{ "dir/../..", 0, NULL, NULL, EISDIR },
	{ "root", 1, NULL, NULL, EISDIR },
	{ "root", 0, ".", "root", 0 },
	{ "", 1, NULL, NULL, ENOENT },
	{ "file/", 0, NULL, NULL, ENOTDIR },
	{ "file/x", 0, NULL, NULL, ENOTDIR },
	{ LONG_NAME, 0, NULL, NULL, ENAMETOOLONG },
};

static int check_find(const struct tree *t)
{
	size_t i;
	int bad = 0;

	for (i = 0; i < sizeof(find_cases) / sizeof(find_cases[0]); i++) {
		const char *path = find_cases[i].path, *dir = find_cases[i].dir;
		_cleanup_place_ struct beneath_place place = { .dirfd = -1 };
		int follow = find_cases[i].follow;
		int r = beneath_find(t->rootfd, path, follow, &place);
		struct stat got, want;

		if (!dir) {
			if (r == 0 || errno != find_cases[i].error || place.dirfd != -1)
				bad += complain(path, follow, "not that error");
		} else if (r < 0) {
			bad += complain(path, follow, "is not found");
		} else if (strcmp(place.name, find_cases[i].name) != 0 ||
			   fstat(place.dirfd, &got) < 0 ||
			   fstatat(t->rootfd, dir, &want, AT_SYMLINK_NOFOLLOW) < 0 ||
			   got.st_ino != want.st_ino) {
			bad += complain(path, follow, "is found elsewhere");
		}
	}
	return bad;
}

static void finds_the_place(void **state)
{
	every_way(*state, check_find);
}

/* With "/" as the root there is a /proc. */
static int check_magic(const struct tree *t)
{
	_cleanup_fd_ int rootfd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char itself[64], within[64], by_link[96];
	const struct {
		const char *path;
		int error;
	} cases[] = {
		{ itself, ELOOP },
		{ within, ELOOP },
		{ by_link, ELOOP },
		{ "/proc/thread-self/root/etc", ELOOP },
		{ "/proc/self/exe", ELOOP },
		{ "/proc/self/cwd", ELOOP },
		{ "/proc/self/ns/mnt", ELOOP },
		{ "/proc/self/stat", 0 },
		{ "/proc/mounts", 0 },
	};
	size_t i;
	int bad = 0;

	snprintf(itself, sizeof(itself), "/proc/self/fd/%d", t->rootfd);
	snprintf(within, sizeof(within), "/proc/self/fd/%d/file", t->rootfd);
	snprintf(by_link, sizeof(by_link), "%s/root/magic", t->top);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_fd_ int fd = beneath_open(rootfd, cases[i].path, O_RDONLY, 0);

		if (cases[i].error == 0 ? fd < 0 : fd >= 0 || errno != cases[i].error)
			bad += complain(cases[i].path, O_RDONLY, "magic links");
	}
	return bad;
}

static void refuses_magic_links(void **state)
{
	every_way(*state, check_magic);
}

static int check_stat(const struct tree *t)
{
	struct stat st;
	int bad = 0;

	if (beneath_stat(t->rootfd, "/absdir/parent/abs", 1, &st) < 0 || !S_ISREG(st.st_mode))
		bad += complain("abs", 1, "stat");
	if (beneath_stat(t->rootfd, "/absdir/parent/abs", 0, &st) < 0 || !S_ISLNK(st.st_mode))
		bad += complain("abs", 0, "stat");
	if (beneath_stat(t->rootfd, "/dangling", 1, &st) == 0 || errno != ENOENT)
		bad += complain("dangling", 1, "stat");
	return bad;
}

static void stats_with_and_without_following(void **state)
{
	every_way(*state, check_stat);
}

/* A directory that somebody moves out while we go through it: ".." from there leads nowhere. */
static int check_race(const struct tree *t)
{
	struct timespec now, end;
	int bad = 0, turns = 0;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_nsec += 200000000;
	do {
		_cleanup_fd_ int fd =
			beneath_open(t->rootfd, "dir/sub/moved/../secret", O_RDONLY, 0);

		if (fd >= 0)
			bad += complain("moved", 0, "leads out");
		turns++;
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec < end.tv_sec ||
		 (now.tv_sec == end.tv_sec && now.tv_nsec < end.tv_nsec) || turns < 100);
	return bad;
}

static void moved_directories_lead_nowhere(void **state)
{
	const struct tree *t = *state;
	pid_t pid;

	assert_int_equal(mkdirat(t->rootfd, "dir/sub/moved", 0755), 0);
	pid = fork();
	assert_true(pid >= 0);
	while (pid == 0) {
		renameat(t->rootfd, "dir/sub/moved", t->topfd, "outside/moved");
		renameat(t->topfd, "outside/moved", t->rootfd, "dir/sub/moved");
		if (getppid() == 1)
			_exit(0);
	}
	every_way(t, check_race);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_only_what_is_beneath),
		cmocka_unit_test(makes_only_what_is_beneath),
		cmocka_unit_test(finds_the_place),
		cmocka_unit_test(refuses_magic_links),
		cmocka_unit_test(stats_with_and_without_following),
		cmocka_unit_test(moved_directories_lead_nowhere),
	};

	return cmocka_run_group_tests_name("beneath", tests, setup, teardown);
}
