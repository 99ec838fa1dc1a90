/* SPDX-License-Identifier: BSD-3-Clause */
#include "tree.h"

#include "scratch.h"

#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "btrfs.h"
#include "btrfs_mount.h"
#include "interleave.h"

static const struct note note = { .prog = "test" };

static int setup(void **state)
{
	struct scratch *s = calloc(1, sizeof(*s));

	scratch_open(s);
	make_dir(s->fd, "from", 0755);
	make_dir(s->fd, "to", 0700);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	scratch_close(*state);
	free(*state);
	return 0;
}

/* All files to who runs the test. */
static struct tree_copy plain(void)
{
	return (struct tree_copy){
		.ids = { TREE_NO_ID, geteuid(), TREE_NO_ID, getegid() },
		.from = "/etc/skel/",
		.to = "/home/new",
		.shown_from = "from",
		.shown_to = "to",
		.note = &note,
	};
}

static int copy(const struct scratch *s, const struct tree_copy *how, struct err *e)
{
	_cleanup_fd_ int from = open_dir(s->fd, "from"), to = open_dir(s->fd, "to");

	err_clear(e);
	return tree_copy(from, to, how, e);
}

static void copy_well(const struct scratch *s, const struct tree_copy *how)
{
	struct err e = { 0 };

	if (copy(s, how, &e) < 0)
		fprintf(stderr, "%s\n", e.message);
	assert_int_equal(e.kind, ERR_NONE);
}

static void set_time(int dirfd, const char *name, time_t seconds, long nanoseconds)
{
	const struct timespec times[2] = { { seconds, nanoseconds }, { seconds, nanoseconds } };

	must(utimensat(dirfd, name, times, AT_SYMLINK_NOFOLLOW), name);
}

/* --- what is copied */

static void copies_files_and_directories(void **state)
{
	const struct scratch *s = *state;
	struct tree_copy how = plain();
	struct stat st;

	make_file(s->fd, "from/file", "hello", 0640);
	make_file(s->fd, "from/.hidden", "", 0400);
	make_dir(s->fd, "from/dir", 0755);
	make_dir(s->fd, "from/dir/empty", 01777);
	make_file(s->fd, "from/dir/inner", "deep", 0600);
	set_time(s->fd, "from/file", 1000000000, 123456789);
	set_time(s->fd, "from/dir", 1100000000, 5);
	copy_well(s, &how);
	assert_string_equal(content(s->fd, "to/file"), "hello");
	assert_string_equal(content(s->fd, "to/dir/inner"), "deep");
	st = look(s->fd, "to/file");
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(st.st_mtim.tv_sec, 1000000000);
	assert_int_equal(st.st_mtim.tv_nsec, 123456789);
	assert_int_equal(look(s->fd, "to/.hidden").st_mode & 07777, 0400);
	assert_int_equal(look(s->fd, "to/dir/empty").st_mode & 07777, 01777);
	st = look(s->fd, "to/dir");
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_int_equal(st.st_mtim.tv_sec, 1100000000);
	assert_int_equal(st.st_mtim.tv_nsec, 5);
	/* The top is the caller's. */
	assert_int_equal(look(s->fd, "to").st_mode & 07777, 0700);
}

static void copies_the_top_when_told(void **state)
{
	const struct scratch *s = *state;
	struct tree_copy how = plain();

	must(fchmodat(s->fd, "from", 02751, 0), "from");
	set_time(s->fd, "from", 1000000000, 7);
	how.with_top = true;
	copy_well(s, &how);
	assert_int_equal(look(s->fd, "to").st_mode & 07777, 02751);
	assert_int_equal(look(s->fd, "to").st_mtim.tv_sec, 1000000000);
}

static void copies_links_and_leads_them_into_the_copy(void **state)
{
	static const struct {
		const char *name, *target, *copied;
	} cases[] = {
		{ "relative", "file", NULL },
		{ "up", "../../../etc/passwd", NULL },
		{ "outside", "/etc/passwd", NULL },
		{ "dangling", "/nowhere", NULL },
		{ "top", "/etc/skel", "/home/new" },
		{ "inside", "/etc/skel/dir/../file", "/home/new/dir/../file" },
		{ "beside", "/etc/skeleton/file", NULL },
	};
	const struct scratch *s = *state;
	struct tree_copy how = plain();
	char name[64];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(name, sizeof(name), "from/%s", cases[i].name);
		make_link(s->fd, name, cases[i].target);
		set_time(s->fd, name, 1000000000, 9);
	}
	copy_well(s, &how);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(name, sizeof(name), "to/%s", cases[i].name);
		assert_string_equal(target(s->fd, name),
				    cases[i].copied ? cases[i].copied : cases[i].target);
		assert_int_equal(look(s->fd, name).st_mtim.tv_sec, 1000000000);
	}
}

static void copies_fifos_and_sockets(void **state)
{
	const struct scratch *s = *state;
	struct tree_copy how = plain();

	must(mkfifoat(s->fd, "from/fifo", 0640), "fifo");
	must(mknodat(s->fd, "from/socket", S_IFSOCK | 0711, 0), "socket");
	copy_well(s, &how);
	assert_int_equal(look(s->fd, "to/fifo").st_mode, S_IFIFO | 0640);
	assert_int_equal(look(s->fd, "to/socket").st_mode, look(s->fd, "from/socket").st_mode);
}

static void copies_device_nodes_or_says_so(void **state)
{
	const struct scratch *s = *state;
	struct tree_copy how = plain();
	struct err e = { 0 };

	needs_root();
	if (mknodat(s->fd, "from/null", S_IFCHR | 0600, makedev(1, 3)) < 0)
		skip();
	copy_well(s, &how);
	assert_int_equal(look(s->fd, "to/null").st_rdev, makedev(1, 3));
	unlinkat(s->fd, "to/null", 0);
	give(s->fd, "to", 65534, 65534);
	must(seteuid(65534), "seteuid");
	assert_int_equal(copy(s, &how, &e), -1);
	must(seteuid(0), "seteuid");
	assert_string_equal(e.message, "cannot create to/null: Operation not permitted");
}

static void keeps_names_of_one_file_together(void **state)
{
	const struct scratch *s = *state;
	struct tree_copy how = plain();
	char name[64];
	int i;

	make_dir(s->fd, "from/dir", 0755);
	for (i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "from/a%d", i);
		make_file(s->fd, name, "x", 0644);
	}
	for (i = 0; i < 200; i++) {
		char other[64];

		snprintf(name, sizeof(name), "from/a%d", i);
		snprintf(other, sizeof(other), "from/dir/b%d", i);
		must(linkat(s->fd, name, s->fd, other, 0), other);
	}
	make_file(s->fd, "outside", "x", 0644);
	must(linkat(s->fd, "outside", s->fd, "from/alone", 0), "alone");
	copy_well(s, &how);
	for (i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "to/a%d", i);
		ino_t ino = look(s->fd, name).st_ino;

		assert_int_equal(look(s->fd, name).st_nlink, 2);
		snprintf(name, sizeof(name), "to/dir/b%d", i);
		assert_int_equal(look(s->fd, name).st_ino, ino);
	}
	assert_int_equal(look(s->fd, "to/alone").st_nlink, 1);
}

static void copies_every_byte_and_no_hole(void **state)
{
	const struct scratch *s = *state;
	struct tree_copy how = plain();
	size_t size = (size_t)5 << 20, i;
	char *data = malloc(size), *back = malloc(size);
	_cleanup_fd_ int in = -1, sparse = -1, out = -1;
	struct stat st;

	for (i = 0; i < size; i++)
		data[i] = (char)(i * 2654435761u >> 13);
	in = openat(s->fd, "from/big", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	must(fd_write_all(in, data, size), "big");
	sparse = openat(s->fd, "from/sparse", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	must(ftruncate(sparse, (off_t)1 << 40), "sparse");
	must((int)pwrite(sparse, "middle", 6, (off_t)1 << 30), "sparse");
	copy_well(s, &how);
	out = openat(s->fd, "to/big", O_RDONLY | O_CLOEXEC);
	assert_int_equal(read(out, back, size), size);
	assert_memory_equal(data, back, size);
	fd_close(&out);
	out = openat(s->fd, "to/sparse", O_RDONLY | O_CLOEXEC);
	must(fstat(out, &st), "sparse");
	assert_true(st.st_size == (off_t)1 << 40);
	assert_true(st.st_blocks < 1000);
	assert_int_equal(pread(out, back, 6, (off_t)1 << 30), 6);
	assert_memory_equal(back, "middle", 6);
	free(data);
	free(back);
}

static void copies_attributes_and_acls(void **state)
{
	/* user::rw- user:1234:rwx group::--- mask::rwx other::--- */
	static const unsigned char acl[] = {
		2, 0, 0, 0, 1, 0, 6, 0, 255, 255, 255, 255, 2, 0, 7, 0, 0xd2, 4, 0, 0,
		4, 0, 0, 0, 255, 255, 255, 255, 16, 0, 7, 0, 255, 255, 255, 255,
		32, 0, 0, 0, 255, 255, 255, 255,
	};
	const struct scratch *s = *state;
	struct tree_copy how = plain();
	_cleanup_fd_ int in = -1, out = -1;
	char back[64];

	make_file(s->fd, "from/file", "x", 0600);
	make_file(s->fd, "from/plain", "x", 0640);
	in = openat(s->fd, "from/file", O_RDONLY | O_CLOEXEC);
	if (fsetxattr(in, "user.colour", "blue", 4, 0) < 0 ||
	    fsetxattr(in, "system.posix_acl_access", acl, sizeof(acl), 0) < 0)
		skip();
	/* What the new directory hands down is not the file's. */
	must(setxattr(scratch_path(s, "to"), "system.posix_acl_default", acl, sizeof(acl), 0),
	     "default");
	copy_well(s, &how);
	out = openat(s->fd, "to/file", O_RDONLY | O_CLOEXEC);
	must(out, "to/file");
#ifdef WITH_ATTR
	assert_int_equal(fgetxattr(out, "user.colour", back, sizeof(back)), 4);
	assert_memory_equal(back, "blue", 4);
#endif
#ifdef WITH_ACL
	assert_int_equal(fgetxattr(out, "system.posix_acl_access", back, sizeof(back)),
			 sizeof(acl));
	assert_memory_equal(back, acl, sizeof(acl));
	fd_close(&out);
	out = openat(s->fd, "to/plain", O_RDONLY | O_CLOEXEC);
	assert_int_equal(fgetxattr(out, "system.posix_acl_access", back, sizeof(back)), -1);
	assert_int_equal(look(s->fd, "to/plain").st_mode & 07777, 0640);
#else
	(void)back;
#endif
}

#ifdef WITH_ACL
/* The group bits of a mode with an ACL are its mask; without the ACL they would be the group's. */
static void gives_the_group_no_more_than_the_acl_did(void **state)
{
	static const unsigned char acl[] = {
		2, 0, 0, 0, 1, 0, 6, 0, 255, 255, 255, 255, 2, 0, 7, 0, 0xd2, 4, 0, 0,
		4, 0, 4, 0, 255, 255, 255, 255, 16, 0, 7, 0, 255, 255, 255, 255,
		32, 0, 0, 0, 255, 255, 255, 255,
	};
	const struct scratch *s = *state;
	struct tree_copy how = plain();

	needs_root();
	make_file(s->fd, "from/file", "x", 0600);
	if (setxattr(scratch_path(s, "from/file"), "system.posix_acl_access", acl, sizeof(acl),
		     0) < 0 ||
	    mount("none", scratch_path(s, "to"), "ramfs", 0, NULL) < 0)
		skip();
	copy_well(s, &how);
	assert_int_equal(look(s->fd, "to/file").st_mode & 0777, 0640);
	unmount(s, "to");
}
#endif

static void copies_what_is_deeper_than_descriptors(void **state)
{
	const struct scratch *s = *state;
	struct tree_copy how = plain();
	int from = open_dir(s->fd, "from"), to, levels = 0, next;
	struct err e = { 0 };

	make_deep(from, 2000);
	limit_descriptors(256);
	copy_well(s, &how);
	limit_descriptors(1024);
	to = open_dir(s->fd, "to");
	while ((next = openat(to, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) >= 0) {
		close(to);
		to = next;
		levels++;
	}
	assert_int_equal(levels, 2000);
	assert_string_equal(content(to, "bottom"), "deep");
	close(to);
	to = open_dir(s->fd, "to");
	assert_int_equal(tree_remove(s->fd, "to", to, "to", &e), 0);
	assert_int_equal(tree_remove(s->fd, "from", from, "from", &e), 0);
	close(to);
	close(from);
}

static void clamps_times(void **state)
{
	const struct scratch *s = *state;
	struct tree_copy how = plain();

	make_file(s->fd, "from/old", "x", 0644);
	make_file(s->fd, "from/new", "x", 0644);
	make_link(s->fd, "from/link", "old");
	set_time(s->fd, "from/old", 999999999, 1);
	how.newest = 1000000000;
	copy_well(s, &how);
	assert_int_equal(look(s->fd, "to/old").st_mtim.tv_sec, 999999999);
	assert_int_equal(look(s->fd, "to/old").st_mtim.tv_nsec, 1);
	assert_int_equal(look(s->fd, "to/new").st_mtim.tv_sec, 1000000000);
	assert_int_equal(look(s->fd, "to/new").st_mtim.tv_nsec, 0);
	assert_int_equal(look(s->fd, "to/new").st_atim.tv_sec, 1000000000);
	assert_int_equal(look(s->fd, "to/link").st_mtim.tv_sec, 1000000000);
}

/* --- into what is there already */

static void fills_what_is_there(void **state)
{
	const struct scratch *s = *state;
	struct tree_copy how = plain();
	struct err e = { 0 };

	make_file(s->fd, "from/file", "new", 0644);
	make_dir(s->fd, "from/both", 0755);
	make_file(s->fd, "from/both/more", "new", 0644);
	make_file(s->fd, "from/file-over-dir", "new", 0644);
	make_dir(s->fd, "from/dir-over-link", 0755);
	make_file(s->fd, "from/dir-over-link/x", "new", 0644);
	make_link(s->fd, "from/link", "new");
	must(mkfifoat(s->fd, "from/fifo", 0600), "fifo");
	make_dir(s->fd, "outside", 0755);
	make_file(s->fd, "to/file", "old", 0600);
	make_dir(s->fd, "to/both", 0711);
	make_file(s->fd, "to/both/own", "old", 0644);
	make_dir(s->fd, "to/file-over-dir", 0700);
	make_link(s->fd, "to/dir-over-link", "../outside");
	make_link(s->fd, "to/link", "old");
	make_file(s->fd, "to/fifo", "old", 0600);
	assert_int_equal(copy(s, &how, &e), -1);
	assert_non_null(strstr(e.message, "File exists"));
	how.merge = true;
	copy_well(s, &how);
	assert_string_equal(content(s->fd, "to/file"), "old");
	assert_string_equal(content(s->fd, "to/both/more"), "new");
	assert_string_equal(content(s->fd, "to/both/own"), "old");
	assert_int_equal(look(s->fd, "to/both").st_mode & 07777, 0711);
	assert_true(S_ISDIR(look(s->fd, "to/file-over-dir").st_mode));
	assert_string_equal(target(s->fd, "to/dir-over-link"), "../outside");
	assert_false(is_there(s->fd, "outside/x"));
	assert_string_equal(target(s->fd, "to/link"), "old");
	assert_string_equal(content(s->fd, "to/fifo"), "old");
}

static void does_not_copy_into_itself(void **state)
{
	const struct scratch *s = *state;
	_cleanup_fd_ int from = -1, to = -1;
	struct tree_copy how = plain();
	struct err e = { 0 };

	make_dir(s->fd, "from/sub", 0700);
	from = open_dir(s->fd, "from");
	to = open_dir(s->fd, "from/sub");
	assert_int_equal(tree_copy(from, to, &how, &e), -1);
	assert_string_equal(e.message, "cannot copy from into itself");
}

/* --- whose it is */

static void maps_owners(void **state)
{
	const struct scratch *s = *state;
	struct tree_copy how = plain();

	needs_root();
	make_file(s->fd, "from/own", "x", 0644);
	give(s->fd, "from/own", 3000, 3001);
	make_file(s->fd, "from/other", "x", 0644);
	give(s->fd, "from/other", 77, 78);
	make_link(s->fd, "from/link", "x");
	give(s->fd, "from/link", 3000, 78);
	how.ids = (struct tree_ids){ 3000, 4000, 3001, 4001 };
	copy_well(s, &how);
	assert_int_equal(look(s->fd, "to/own").st_uid, 4000);
	assert_int_equal(look(s->fd, "to/own").st_gid, 4001);
	assert_int_equal(look(s->fd, "to/other").st_uid, 77);
	assert_int_equal(look(s->fd, "to/other").st_gid, 78);
	assert_int_equal(look(s->fd, "to/link").st_uid, 4000);
	assert_int_equal(look(s->fd, "to/link").st_gid, 78);
}

static void keeps_set_ids_only_for_the_new_owner(void **state)
{
	const struct scratch *s = *state;
	struct tree_copy how = plain();

	needs_root();
	make_file(s->fd, "from/root", "x", 0);
	must(fchmodat(s->fd, "from/root", 06755, 0), "root");
	make_file(s->fd, "from/own", "x", 0);
	give(s->fd, "from/own", 3000, 3000);
	must(fchmodat(s->fd, "from/own", 06755, 0), "own");
	make_dir(s->fd, "from/dir", 0);
	must(fchmodat(s->fd, "from/dir", 02755, 0), "dir");
	how.ids = (struct tree_ids){ 3000, 4000, 3000, 4000 };
	copy_well(s, &how);
	assert_int_equal(look(s->fd, "to/root").st_mode & 07777, 0755);
	assert_int_equal(look(s->fd, "to/own").st_mode & 07777, 06755);
	assert_int_equal(look(s->fd, "to/dir").st_mode & 07777, 02755);
}

static void gives_no_secret_away(void **state)
{
	const struct scratch *s = *state;
	struct tree_copy how = plain();
	struct err e = { 0 };

	needs_root();
	give(s->fd, "from", 3000, 3000);
	make_file(s->fd, "from/own", "x", 0600);
	give(s->fd, "from/own", 3000, 3000);
	must(linkat(s->fd, "from/own", s->fd, "from/twin", 0), "twin");
	make_file(s->fd, "public", "x", 0644);
	must(linkat(s->fd, "public", s->fd, "from/public", 0), "public");
	how.ids = (struct tree_ids){ TREE_NO_ID, 4000, TREE_NO_ID, 4000 };
	copy_well(s, &how);
	make_file(s->fd, "secret", "x", 0640);
	must(linkat(s->fd, "secret", s->fd, "from/secret", 0), "secret");
	how.merge = true;
	assert_int_equal(copy(s, &how, &e), -1);
	assert_string_equal(e.message, "cannot copy from/secret: it has other names and not "
				       "everybody may read it");
	assert_false(is_there(s->fd, "to/secret"));
	/* Not a copy for somebody else. */
	how.chown = TREE_CHOWN_NEVER;
	copy_well(s, &how);
	assert_int_equal(look(s->fd, "to/secret").st_uid, 0);
	assert_int_equal(look(s->fd, "to/secret").st_mode & 07777, 0640);
}

static void refuses_notes_or_forgoes_giving_away(void **state)
{
	const struct scratch *s = *state;
	struct tree_copy how = plain();
	struct err e = { 0 };
	int said, saved = dup(2);

	needs_root();
	make_file(s->fd, "from/a", "x", 0644);
	make_file(s->fd, "from/b", "x", 0);
	must(fchmodat(s->fd, "from/b", 04755, 0), "b");
	give(s->fd, "to", 65534, 65534);
	how.ids = (struct tree_ids){ TREE_NO_ID, 3000, TREE_NO_ID, 3000 };
	said = openat(s->fd, "said", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	must(dup2(said, 2), "stderr");
	must(seteuid(65534), "seteuid");
	how.chown = TREE_CHOWN_ALWAYS;
	assert_int_equal(copy(s, &how, &e), -1);
	assert_non_null(strstr(e.message, "cannot change the owner of to/"));
	how.merge = true;
	how.chown = TREE_CHOWN_TRY;
	unlinkat(s->fd, "to/a", 0);
	unlinkat(s->fd, "to/b", 0);
	copy_well(s, &how);
	must(seteuid(0), "seteuid");
	assert_int_equal(look(s->fd, "to/a").st_uid, 65534);
	assert_int_equal(look(s->fd, "to/b").st_mode & 07777, 0755);
	/* Once, not once a file. */
	assert_ptr_equal(strchr(content(s->fd, "said"), '\n'),
			 strrchr(content(s->fd, "said"), '\n'));
	assert_non_null(strstr(content(s->fd, "said"), "warning: cannot change the owner of to/"));
	unlinkat(s->fd, "to/a", 0);
	unlinkat(s->fd, "to/b", 0);
	how.chown = TREE_CHOWN_NEVER;
	copy_well(s, &how);
	assert_int_equal(look(s->fd, "to/a").st_uid, 0);
	assert_int_equal(look(s->fd, "to/b").st_mode & 07777, 0755);
	must(dup2(saved, 2), "stderr");
	close(saved);
	close(said);
}

/* --- file systems */

static void copies_one_file_system(void **state)
{
	const struct scratch *s = *state;
	struct tree_copy how = plain();

	needs_root();
	make_dir(s->fd, "from/mnt", 0755);
	make_dir(s->fd, "bound", 0711);
	make_file(s->fd, "bound/file", "x", 0644);
	mount_bind(s, "bound", "from/mnt");
	how.one_file_system = true;
	copy_well(s, &how);
	assert_int_equal(look(s->fd, "to/mnt").st_mode & 07777, 0711);
	assert_false(is_there(s->fd, "to/mnt/file"));
	how.one_file_system = false;
	how.merge = true;
	copy_well(s, &how);
	assert_true(is_there(s->fd, "to/mnt/file"));
	unmount(s, "from/mnt");
}

static void says_that_the_disk_is_full(void **state)
{
	const struct scratch *s = *state;
	struct tree_copy how = plain();
	struct err e = { 0 };
	_cleanup_fd_ int big = -1;
	char zeros[65536];
	int i;

	needs_root();
	memset(zeros, 'z', sizeof(zeros));
	make_dir(s->fd, "from/dir", 0755);
	big = openat(s->fd, "from/dir/big", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	for (i = 0; i < 64; i++)
		must(fd_write_all(big, zeros, sizeof(zeros)), "big");
	mount_tmpfs(s, "to", "size=1m");
	assert_int_equal(copy(s, &how, &e), -1);
	assert_string_equal(e.message, "cannot create to/dir/big: No space left on device");
	unmount(s, "to");
}

/* Two names change places before each of our calls in turn. */
struct race {
	const struct scratch *s;
	const char *a, *b;
	int when;
};

static void exchange(void *data, int number)
{
	const struct race *r = data;

	if (r->when < 0 || r->when == number)
		syscall(SYS_renameat2, r->s->fd, r->a, r->s->fd, r->b, 2);
}

static void call_copy(void *data)
{
	const struct race *r = data;
	struct tree_copy how = plain();
	struct err e = { 0 };

	copy(r->s, &how, &e);
}

/* What is outside is in no file or directory of the copy. */
static void check_copy(const struct scratch *s)
{
	static const char *const names[] = { "to/dir", "to/link", "to/file", "to/filelink" };
	struct stat st;
	int i;

	for (i = 0; i < 4; i++) {
		_cleanup_fd_ int fd = openat(s->fd, names[i], O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

		if (fd < 0 || fstat(fd, &st) < 0)
			continue;
		if (S_ISDIR(st.st_mode))
			assert_false(is_there(fd, "secret"));
		else
			assert_string_equal(content(s->fd, names[i]), "mine");
	}
}

static void race(struct race *r)
{
	const struct interleave i = { call_copy, exchange, r };
	struct err e = { 0 };
	int calls = 1;

	for (r->when = -1; r->when < calls; r->when++) {
		int to;

		calls = interleave(&i);
		if (calls < 0)
			skip();
		check_copy(r->s);
		to = open_dir(r->s->fd, "to");
		assert_int_equal(tree_remove(r->s->fd, "to", to, "to", &e), 0);
		close(to);
		make_dir(r->s->fd, "to", 0700);
	}
	/* An older C library makes fewer. */
	assert_true(calls > 5);
}

static void is_not_led_out(void **state)
{
	const struct scratch *s = *state;
	struct race dirs = { s, "from/dir", "from/link", 0 };
	struct race files = { s, "from/file", "from/filelink", 0 };

	make_dir(s->fd, "outside", 0755);
	make_file(s->fd, "outside/secret", "secret", 0644);
	make_dir(s->fd, "from/dir", 0755);
	make_file(s->fd, "from/file", "mine", 0644);
	make_link(s->fd, "from/link", "../outside");
	make_link(s->fd, "from/filelink", "../outside/secret");
	race(&dirs);
	race(&files);
}

/* --- btrfs */

static void removes_subvolumes(void **state)
{
	const struct scratch *s = *state;
	_cleanup_fd_ int fs = -1, dir = -1;
	struct err e = { 0 };

	if (!mount_btrfs(s, "btrfs"))
		skip();
	fs = open_dir(s->fd, "btrfs");
	assert_int_equal(btrfs_create(fs, "volume"), 0);
	assert_int_equal(btrfs_create(fs, "volume"), -1);
	assert_int_equal(errno, EEXIST);
	dir = open_dir(fs, "volume");
	assert_true(btrfs_is_subvolume(dir));
	assert_false(btrfs_is_subvolume(s->fd));
	make_file(dir, "file", "x", 0644);
	make_dir(dir, "dir", 0755);
	/* One that holds others cannot be removed at a stroke. */
	assert_int_equal(btrfs_create(dir, "inner"), 0);
	{
		_cleanup_fd_ int inner = open_dir(dir, "inner"), sub = open_dir(dir, "dir");

		make_file(inner, "file", "x", 0644);
		assert_int_equal(btrfs_create(sub, "deeper"), 0);
	}
	assert_int_equal(btrfs_destroy(fs, "volume"), -1);
	if (tree_remove(fs, "volume", dir, "volume", &e) < 0)
		fprintf(stderr, "%s\n", e.message);
	assert_int_equal(e.kind, ERR_NONE);
	assert_false(is_there(fs, "volume"));
	unmount(s, "btrfs");
}

static void a_mounted_subvolume_is_a_mount(void **state)
{
	const struct scratch *s = *state;
	_cleanup_fd_ int fs = -1, dir = -1;
	struct err e = { 0 };

	if (!mount_btrfs(s, "btrfs"))
		skip();
	fs = open_dir(s->fd, "btrfs");
	make_dir(fs, "t", 0755);
	make_file(fs, "t/a", "x", 0644);
	make_dir(fs, "t/mnt", 0755);
	assert_int_equal(btrfs_create(fs, "volume"), 0);
	make_file(fs, "volume/file", "x", 0644);
	mount_bind(s, "btrfs/volume", "btrfs/t/mnt");
	dir = open_dir(fs, "t");
	assert_int_equal(tree_remove(fs, "t", dir, "t", &e), -1);
	assert_non_null(strstr(e.message, "t/mnt: it is a mount point"));
	assert_true(is_there(fs, "t/a"));
	unmount(s, "btrfs/t/mnt");
	assert_true(is_there(fs, "volume/file"));
	unmount(s, "btrfs");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		TEST(copies_files_and_directories),
		TEST(copies_the_top_when_told),
		TEST(copies_links_and_leads_them_into_the_copy),
		TEST(copies_fifos_and_sockets),
		TEST(copies_device_nodes_or_says_so),
		TEST(keeps_names_of_one_file_together),
		TEST(copies_every_byte_and_no_hole),
		TEST(copies_attributes_and_acls),
#ifdef WITH_ACL
		TEST(gives_the_group_no_more_than_the_acl_did),
#endif
		TEST(copies_what_is_deeper_than_descriptors),
		TEST(clamps_times),
		TEST(fills_what_is_there),
		TEST(does_not_copy_into_itself),
		TEST(maps_owners),
		TEST(keeps_set_ids_only_for_the_new_owner),
		TEST(gives_no_secret_away),
		TEST(refuses_notes_or_forgoes_giving_away),
		TEST(copies_one_file_system),
		TEST(says_that_the_disk_is_full),
		TEST(is_not_led_out),
		TEST(removes_subvolumes),
		TEST(a_mounted_subvolume_is_a_mount),
	};

	own_mounts();
	return cmocka_run_group_tests_name("tree_copy", tests, NULL, NULL);
}
