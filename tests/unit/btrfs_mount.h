/* SPDX-License-Identifier: BSD-3-Clause */
/* A btrfs of one file, mounted through a loop device. */
#ifndef TESTS_BTRFS_MOUNT_H
#define TESTS_BTRFS_MOUNT_H

#include "scratch.h"

#include <linux/loop.h>
#include <sys/ioctl.h>

static inline int mkfs_btrfs(const char *image)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		dup2(null, 1);
		dup2(null, 2);
		setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
		execlp("mkfs.btrfs", "mkfs.btrfs", "-q", image, (char *)NULL);
		_exit(127);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0 ? 0 : -1;
}

static inline int attach_loop(int file, char *ret, size_t size)
{
	struct loop_info64 info = { .lo_flags = LO_FLAGS_AUTOCLEAR };
	_cleanup_fd_ int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	int number = control < 0 ? -1 : ioctl(control, LOOP_CTL_GET_FREE), loop;

	if (number < 0)
		return -1;
	snprintf(ret, size, "/dev/loop%d", number);
	loop = open(ret, O_RDWR | O_CLOEXEC);
	if (loop < 0)
		return -1;
	/* It goes when the mount and this descriptor are gone. */
	if (ioctl(loop, LOOP_SET_FD, file) == 0 && ioctl(loop, LOOP_SET_STATUS64, &info) == 0)
		return loop;
	close(loop);
	return -1;
}

/* At the directory name of the scratch directory.  false: it cannot be had here. */
static inline bool mount_btrfs(const struct scratch *s, const char *name)
{
	_cleanup_fd_ int file = -1, loop = -1;
	char device[64];

	if (geteuid() != 0)
		return false;
	file = openat(s->fd, "btrfs.image", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	must(file, "btrfs.image");
	must(ftruncate(file, 256 << 20), "btrfs.image");
	if (mkfs_btrfs(scratch_path(s, "btrfs.image")) < 0)
		return false;
	loop = attach_loop(file, device, sizeof(device));
	if (loop < 0)
		return false;
	make_dir(s->fd, name, 0755);
	return mount(device, scratch_path(s, name), "btrfs", 0, NULL) == 0;
}

#endif
