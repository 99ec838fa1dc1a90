/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The reader of subuid, with blocks so small that lines meet their ends, next to a plain one that
 * looks at one line after the other: ranges, owners and "has" must agree.  The first line of an
 * input is whom to ask for, the second an id.
 *
 * sources: lib/schema.c lib/subid_row.c lib/subid_source.c lib/subid_source_find.c
 *      lib/subid_source_plugin.c lib/subid_source_user.c libmisc/arena.c libmisc/beneath.c
 *      libmisc/err.c libmisc/fd.c libmisc/str.c
 */
#define BLOCK_SIZE ((size_t)128)
#include "subid_source_file.c"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema.h"
#include "subid_row.h"

#define PASSWD "root:x:0:0::/:/bin/sh\nanna:x:1000:1000::/:/bin/sh\nbert:x:1001:1001::/:/bin/sh\n" \
	       "1002:x:7:7::/:/bin/sh\n"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char dir[64];

static void put(const char *name, const char *bytes, size_t size)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/etc/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
		abort();
	close(fd);
}

static void clean_up(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/etc/passwd", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/etc/subuid", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/etc", dir);
	rmdir(path);
	rmdir(dir);
}

static void set_up(void)
{
	char path[128];

	snprintf(dir, sizeof(dir), "/dev/shm/fuzz.XXXXXX");
	if (!mkdtemp(dir))
		abort();
	snprintf(path, sizeof(path), "%s/etc", dir);
	if (mkdir(path, 0700) < 0)
		abort();
	put("passwd", PASSWD, strlen(PASSWD));
	atexit(clean_up);
}

static bool next_row(struct str *rest, struct subid_line *row)
{
	struct str line;

	while (str_next(rest, '\n', &line))
		if (line.n < BLOCK_SIZE && subid_row_parse(line, row) &&
		    row->first <= SCHEMA_ID_MAX)
			return true;
	return false;
}

static uint64_t end_of(const struct subid_line *row)
{
	return (row->last > SCHEMA_ID_MAX ? SCHEMA_ID_MAX : (uint64_t)row->last) + 1;
}

/* What the plain reader knows of an owner. */
static bool is_owner(struct str text, const char *owner)
{
	static const char *const known[][2] = {
		{ "root", "0" }, { "anna", "1000" }, { "bert", "1001" }, { "1002", "7" }
	};
	uint64_t number;
	char plain[24] = "";
	size_t i;

	for (i = 0; i < 4; i++)
		if (strcmp(owner, known[i][0]) == 0)
			return str_is(text, owner) || str_is(text, known[i][1]);
	if (!str_decimal(str_of(owner), SCHEMA_ID_MAX, &number))
		return str_is(text, owner);
	snprintf(plain, sizeof(plain), "%llu", (unsigned long long)number);
	for (i = 0; i < 4; i++)
		if (strcmp(plain, known[i][1]) == 0 && str_is(text, known[i][0]))
			return true;
	return str_is(text, plain);
}

static void check_ranges(const struct subid_source *source, const char *owner, struct str file)
{
	struct err e = { .kind = ERR_NONE };
	struct subid_row *rows = NULL;
	struct subid_line row;
	size_t i = 0, n = 0;
	int r = subid_source_ranges(source, SUBID_UIDS, owner, &rows, &n, &e);

	if (r < 0 && e.kind != ERR_UNKNOWN)
		abort();
	while (next_row(&file, &row)) {
		if (strpbrk(owner, ":\n") || !is_owner(row.owner, owner))
			continue;
		if (i >= n || rows[i].first != row.first ||
		    (uint64_t)rows[i].first + rows[i].count != end_of(&row))
			abort();
		i++;
	}
	if (i != n)
		abort();
	free(rows);
}

/* One id at a time. */
static void check_has(const struct subid_source *source, const char *owner, uint32_t first,
		      uint32_t count, struct str file)
{
	struct err e = { .kind = ERR_NONE };
	bool has = false, all = count > 0;
	uint64_t id;

	if (subid_source_has(source, SUBID_UIDS, owner, first, count, &has, &e) < 0)
		return;
	for (id = first; all && id < (uint64_t)first + count; id++) {
		struct str rest = file;
		struct subid_line row;
		bool found = false;

		while (!found && next_row(&rest, &row))
			found = is_owner(row.owner, owner) && row.first <= id && id < end_of(&row);
		all = found;
	}
	if (has != all)
		abort();
}

static void check_owners(const struct subid_source *source, uint32_t id, struct str file)
{
	struct err e = { .kind = ERR_NONE };
	uid_t *uids = NULL;
	size_t i, j, n = 0;

	if (subid_source_owners(source, SUBID_UIDS, id, &uids, &n, &e) < 0)
		abort();
	for (i = 0; i < n; i++) {
		struct str rest = file;
		struct subid_line row;
		char text[24];
		bool found = false;

		snprintf(text, sizeof(text), "%u", (unsigned)uids[i]);
		while (!found && next_row(&rest, &row))
			found = row.first <= id && id <= row.last &&
				(is_owner(row.owner, text) ||
				 (uids[i] == 7 && str_is(row.owner, "1002")));
		if (!found)
			abort();
		for (j = 0; j < i; j++)
			if (uids[j] == uids[i])
				abort();
	}
	free(uids);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = { (const char *)data, size }, line, id;
	struct subid_source source = { .prefix = dir };
	char owner[128];
	uint64_t number = 0;

	if (!dir[0])
		set_up();
	if (!str_next(&rest, '\n', &line) || !str_next(&rest, '\n', &id) || !rest.p ||
	    line.n >= sizeof(owner) || memchr(line.p, '\0', line.n))
		return 0;
	memcpy(owner, line.p, line.n);
	owner[line.n] = '\0';
	str_decimal(id, UINT32_MAX, &number);
	put("subuid", rest.p, rest.n);
	check_ranges(&source, owner, rest);
	if (!strpbrk(owner, ":\n"))
		check_has(&source, owner, (uint32_t)number, (uint32_t)(number % 64), rest);
	if (number <= SCHEMA_ID_MAX)
		check_owners(&source, (uint32_t)number, rest);
	subid_conf_source((struct str){ (const char *)data, size });
	return 0;
}
