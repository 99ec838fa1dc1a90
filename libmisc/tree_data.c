/* SPDX-License-Identifier: BSD-3-Clause */
#include "tree_data.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "copy.h"

/* Where data begins at or after at, and where it ends; without holes, all of it. */
static bool next_data(int in, off_t at, off_t size, off_t *begin, off_t *end)
{
	*begin = lseek(in, at, SEEK_DATA);
	if (*begin < 0 && errno == ENXIO)
		return false;
	*end = *begin < 0 ? -1 : lseek(in, *begin, SEEK_HOLE);
	if (*begin < 0 || *end <= *begin) {
		*begin = at;
		*end = size;
	}
	return *begin < size;
}

int tree_data_copy(int in, int out)
{
	off_t at = 0, begin, end;
	struct stat st;

	if (fstat(in, &st) < 0)
		return -1;
	if (st.st_size == 0 || ioctl(out, FICLONE, in) == 0)
		return 0;
	while (at < st.st_size && next_data(in, at, st.st_size, &begin, &end)) {
		if (lseek(out, begin, SEEK_SET) < 0 ||
		    copy_bytes(in, begin, (size_t)(end - begin), out) < 0)
			return -1;
		at = end;
	}
	/* A hole at the end. */
	return ftruncate(out, st.st_size);
}
