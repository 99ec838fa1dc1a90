/* SPDX-License-Identifier: BSD-3-Clause */
/* The lines as they come, and what is seen of them without the files. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "batch.h"
#include "fd.h"
#include "name.h"
#include "text.h"

/* Of a line with its NUL; -1 where there are not as many fields as passwd has. */
static int split(char *line, char *fields[PW_COLUMNS])
{
	int n = 0;
	char *colon;

	for (;;) {
		fields[n++] = line;
		colon = strchr(line, ':');
		if (!colon || n == PW_COLUMNS)
			break;
		*colon = '\0';
		line = colon + 1;
	}
	return n == PW_COLUMNS && !colon ? 0 : -1;
}

static const char *field_fault(const struct batch_line *l)
{
	if (!name_is_field(NAME_FIELD_TEXT, l->gecos))
		return _("invalid comment");
	if (l->home[0] && l->home[0] != '/')
		return _("homedir must be an absolute path");
	if (l->home[0] && !name_is_field(NAME_FIELD_PATH, l->home))
		return _("invalid home directory");
	if (!name_is_field(NAME_FIELD_SHELL, l->shell))
		return _("invalid shell");
	return NULL;
}

static void take_password(struct batch *b, struct batch_line *l, char *text)
{
	struct pairs *p = &b->passwords;
	size_t n = strlen(text);

	if (n == 0)
		return;
	if (n >= SECRET_SIZE) {
		l->fault = _("the password is too long");
		return;
	}
	l->password = &p->items[p->count++];
	*l->password = (struct pair){ .line = l->number, .name = l->name,
				      .password = { .p = text, .n = n } };
}

static void parse(struct batch *b, struct batch_line *l, char *line, size_t n)
{
	char *fields[PW_COLUMNS];

	if (n > PAIRS_LINE_MAX) {
		l->fault = _("line too long");
	} else if (strlen(line) != n) {
		l->fault = _("there is a NUL in it");
	} else if (split(line, fields) < 0) {
		l->fault = _("invalid line");
	} else {
		l->name = fields[PW_NAME];
		l->uid = fields[PW_UID];
		l->gid = fields[PW_GID];
		l->gecos = fields[PW_GECOS];
		l->home = fields[PW_HOME];
		l->shell = fields[PW_SHELL];
		l->fault = field_fault(l);
		if (!l->fault)
			take_password(b, l, fields[PW_PASSWORD]);
	}
}

static int load(struct run *run, const char *file, struct pairs *p)
{
	_cleanup_fd_ int fd = -1;

	if (!file)
		return pairs_load(run, STDIN_FILENO, p);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(&run->err, ERR_IO, "%s", file);
	return pairs_load(run, fd, p);
}

int batch_read(struct run *run, const char *file, struct batch *b)
{
	size_t room = 0;
	char *at, *end;

	if (load(run, file, &b->passwords) < 0)
		return -1;
	at = b->passwords.input.p;
	end = at + b->passwords.input.n;
	while (at < end) {
		char *newline = memchr(at, '\n', (size_t)(end - at));
		char *last = newline ? newline : end;
		struct batch_line *l;

		if (b->count == room) {
			size_t wanted = room ? 2 * room : 64;

			b->lines = arena_grow(&run->arena, b->lines, b->count, wanted,
					      sizeof(*b->lines));
			room = wanted;
		}
		*last = '\0';
		l = &b->lines[b->count++];
		*l = (struct batch_line){ .number = b->count };
		parse(b, l, at, (size_t)(last - at));
		at = last + 1;
	}
	return 0;
}

void batch_end(struct batch *b)
{
	pairs_end(&b->passwords);
	b->count = 0;
}
