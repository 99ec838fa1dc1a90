/* SPDX-License-Identifier: BSD-3-Clause */
#include "secret.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What secret_read_all begins with. */
#define FIRST_ROOM 4096

void secret_wipe(void *memory, size_t size)
{
	explicit_bzero(memory, size);
}

int secret_make(struct secret *ret, size_t size, struct err *e)
{
	size_t room = size ? size : 1;
	void *p = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return err_sys(e, ERR_IO, "cannot allocate memory for a password");
	/* As good as it can be had: neither is there everywhere. */
	(void)madvise(p, room, MADV_DONTDUMP);
	(void)mlock(p, room);
	*ret = (struct secret){ .p = p, .room = room };
	return 0;
}

int secret_set(struct secret *s, struct str value)
{
	if (!s->p || value.n >= s->room)
		return -1;
	memmove(s->p, value.p, value.n);
	/* Nothing of a longer one before stays behind it. */
	secret_wipe(s->p + value.n, s->room - value.n);
	s->n = value.n;
	return 0;
}

/* Time tells nothing but the lengths. */
bool secret_eq(const struct secret *a, const struct secret *b)
{
	unsigned char differs = 0;
	size_t i;

	if (!a->p || !b->p || a->n != b->n)
		return false;
	for (i = 0; i < a->n; i++)
		differs |= (unsigned char)(a->p[i] ^ b->p[i]);
	return differs == 0;
}

void secret_end(struct secret *s)
{
	int saved = errno;

	if (s->p) {
		secret_wipe(s->p, s->room);
		munmap(s->p, s->room);
	}
	*s = SECRET_NONE;
	errno = saved;
}

static int grow(struct secret *s, struct err *e)
{
	struct secret larger;

	if (secret_make(&larger, 2 * s->room, e) < 0)
		return -1;
	memcpy(larger.p, s->p, s->n);
	larger.n = s->n;
	secret_end(s);
	*s = larger;
	return 0;
}

int secret_read_all(int fd, size_t limit, struct secret *ret, struct err *e)
{
	_cleanup_secret_ struct secret s = SECRET_NONE;

	if (secret_make(&s, FIRST_ROOM, e) < 0)
		return -1;
	for (;;) {
		ssize_t n = read(fd, s.p + s.n, s.room - s.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, ERR_IO, "cannot read the input");
		s.n += (size_t)n;
		if (s.n > limit)
			return err_set(e, ERR_ARGUMENT, "the input is too long");
		if (s.n == s.room && grow(&s, e) < 0)
			return -1;
		if (n == 0)
			break;
	}
	s.p[s.n] = '\0';
	*ret = s;
	s = SECRET_NONE;
	return 0;
}
