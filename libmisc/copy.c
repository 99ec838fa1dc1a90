/* SPDX-License-Identifier: BSD-3-Clause */
#include "copy.h"

#include <errno.h>
#include <unistd.h>

#include "fd.h"

#define KERNEL_COPY_MIN ((size_t)1024 * 1024)
#define BUFFER_SIZE ((size_t)64 * 1024)

static size_t copy_in_kernel(int from, off_t offset, size_t size, int to)
{
	size_t done = 0;

	while (done < size) {
		off_t at = offset + (off_t)done;
		ssize_t n = copy_file_range(from, &at, to, NULL, size - done, 0);

		if (n <= 0)
			break;
		done += (size_t)n;
	}
	return done;
}

int copy_bytes(int from, off_t offset, size_t size, int to)
{
	size_t done = size >= KERNEL_COPY_MIN ? copy_in_kernel(from, offset, size, to) : 0;
	char buffer[BUFFER_SIZE];

	while (done < size) {
		size_t piece = size - done < sizeof(buffer) ? size - done : sizeof(buffer);
		ssize_t n = pread(from, buffer, piece, offset + (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = EIO;
		if (n <= 0 || fd_write_all(to, buffer, (size_t)n) < 0)
			return -1;
		done += (size_t)n;
	}
	return 0;
}
