/* SPDX-License-Identifier: BSD-3-Clause */
/* Which path of the target each file of a home is labelled by. */
#include "home_place.h"

#include "mail.h"
#include "selinux_ops.h"

#define LABEL "system_u:object_r:user_home_t:s0"

/* What was looked up, "TYPE PATH" a line; the label of the next file. */
struct policy {
	char looked_up[2048];
	char next[64];
};

static int p_is_mount(void *data, const char *path)
{
	(void)data;
	return strcmp(path, "/sys/fs/selinux") == 0;
}

static int p_yes(void *data)
{
	(void)data;
	return 1;
}

static int p_find_mount(void *data, char **ret_path)
{
	(void)data, (void)ret_path;
	return 0;
}

static int p_enforce(void *data, const char *mount)
{
	(void)data, (void)mount;
	return 1;
}

static int p_check(void *data, const char *mount, const char *label, char **ret_label)
{
	(void)data, (void)mount;
	*ret_label = strdup(label);
	return 0;
}

static void *p_open(void *data, const char *file)
{
	(void)file;
	return data;
}

static void p_close(void *data, void *handle)
{
	(void)data, (void)handle;
}

static int p_lookup(void *data, void *handle, const char *path, mode_t type, char **ret_label)
{
	struct policy *p = data;
	size_t used = strlen(p->looked_up);
	char kind = S_ISDIR(type) ? 'd' : S_ISLNK(type) ? 'l' : S_ISFIFO(type) ? 'p' : 'f';

	(void)handle;
	snprintf(p->looked_up + used, sizeof(p->looked_up) - used, "%c %s\n", kind, path);
	*ret_label = strdup(LABEL);
	return 0;
}

static int p_set(void *data, const char *label)
{
	struct policy *p = data;

	snprintf(p->next, sizeof(p->next), "%s", label ? label : "");
	return 0;
}

static int p_get(void *data, int fd, char **ret_label)
{
	(void)data, (void)fd, (void)ret_label;
	errno = ENODATA;
	return -1;
}

static int p_put(void *data, int fd, const char *label)
{
	(void)data, (void)fd, (void)label;
	return 0;
}

static const struct selinux_ops policy_ops = {
	.built = true,
	.is_mount = p_is_mount,
	.in_kernel = p_yes,
	.find_mount = p_find_mount,
	.enforce = p_enforce,
	.check = p_check,
	.open = p_open,
	.close = p_close,
	.lookup = p_lookup,
	.set = p_set,
	.get = p_get,
	.put = p_put,
};

static void begin(struct place *p, struct policy *policy)
{
	int fd = p->w.scratch.fd;

	make_dir(fd, "etc/selinux", 0755);
	make_file(fd, "etc/selinux/config", "SELINUXTYPE=test\n", 0644);
	make_dir(fd, "etc/selinux/test", 0755);
	make_dir(fd, "etc/selinux/test/contexts", 0755);
	make_dir(fd, "etc/selinux/test/contexts/files", 0755);
	make_file(fd, "etc/selinux/test/contexts/files/file_contexts", "/.* " LABEL "\n", 0644);
	is_well(p, selinux_begin_with(&p->w.run.labels, &policy_ops, policy, fd, false,
				      SELINUX_AUTO, &p->w.run.note, &p->w.run.err));
	assert_true(selinux_active(p->w.run.labels));
}

static bool was_looked_up(struct policy *policy, const char *line)
{
	char *found = strstr(policy->looked_up, line);

	if (!found) {
		print_error("%s is not in:\n%s", line, policy->looked_up);
		return false;
	}
	return found == policy->looked_up || found[-1] == '\n';
}

static size_t lines(const char *text)
{
	size_t n = 0;

	while ((text = strchr(text, '\n'))) {
		text++;
		n++;
	}
	return n;
}

static void a_new_home_is_labelled_as_the_target_has_it(void **state)
{
	struct place *p = *state;
	struct policy policy = { .next = "" };
	struct home_new h = alice();
	int fd = p->w.scratch.fd;
	bool made;

	begin(p, &policy);
	make_dir(fd, "etc/skel/dir", 0755);
	make_link(fd, "etc/skel/dir/link", "/etc/skel/.profile");
	must(mkfifoat(fd, "etc/skel/fifo", 0600), "fifo");
	make_link(fd, "link", "home");
	h.path = "/link/deep/alice/";
	is_well(p, home_create(&p->w.run, &h, &made));
	assert_true(was_looked_up(&policy, "d /link/deep\n"));
	assert_true(was_looked_up(&policy, "d /link/deep/alice\n"));
	assert_true(was_looked_up(&policy, "f /link/deep/alice/.profile\n"));
	assert_true(was_looked_up(&policy, "d /link/deep/alice/dir\n"));
	assert_true(was_looked_up(&policy, "l /link/deep/alice/dir/link\n"));
	assert_true(was_looked_up(&policy, "p /link/deep/alice/fifo\n"));
	assert_int_equal(lines(policy.looked_up), 6);
	/* What comes later is not born with the last label. */
	assert_string_equal(policy.next, "");
}

static void a_copied_home_is_labelled_by_its_new_place(void **state)
{
	struct place *p = *state;
	struct policy policy = { .next = "" };
	struct home_move_spec spec = to_new();
	struct home_move *move;

	needs_root();
	begin(p, &policy);
	make_home(p, "home/alice", 3000);
	make_dir(p->w.scratch.fd, "other", 0755);
	mount_tmpfs(&p->w.scratch, "other", NULL);
	spec.to = "/other/new";
	is_well(p, home_move_prepare(&p->w.run, &spec, &move));
	is_well(p, home_move_finish(&p->w.run, &move));
	/* The link is for the old place: it was made before the exchange turned out impossible. */
	assert_string_equal(policy.looked_up,
			    "l /home/alice\nd /other/new\nf /other/new/file\n");
	assert_string_equal(policy.next, "");
	unmount(&p->w.scratch, "other");
}

static void a_mailbox_is_labelled(void **state)
{
	struct place *p = *state;
	struct policy policy = { .next = "" };
	char path[64];
	bool made;

	begin(p, &policy);
	make_dir(p->w.scratch.fd, "var", 0755);
	make_dir(p->w.scratch.fd, "var/spool", 0755);
	make_dir(p->w.scratch.fd, profile_get()->mail_dir + 1, 0755);
	is_well(p, mail_create(&p->w.run, "alice", "/home", geteuid(), getegid(), &made));
	assert_true(made);
	snprintf(path, sizeof(path), "f %s/alice\n", profile_get()->mail_dir);
	assert_string_equal(policy.looked_up, path);
	assert_string_equal(policy.next, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		TEST(a_new_home_is_labelled_as_the_target_has_it),
		TEST(a_copied_home_is_labelled_by_its_new_place),
		TEST(a_mailbox_is_labelled),
	};

	own_mounts();
	return cmocka_run_group_tests_name("home_labels", tests, NULL, NULL);
}
