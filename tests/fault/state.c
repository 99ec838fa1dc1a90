/* SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include "state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trace.h"
#include "tree.h"

enum { STATE_PASSWD, STATE_SHADOW, STATE_GROUP, STATE_GSHADOW, STATE_SUBUID, STATE_SUBGID,
       STATE_IDMARKS, STATE_DEFAULTS };

const char *const state_names[state_files] = {
	"passwd", "shadow", "group", "gshadow", "subuid", "subgid", "idmarks", "default/useradd"
};

void state_read(const char *root, struct state *ret_state)
{
	char path[4096];
	struct stat st;

	memset(ret_state, 0, sizeof(*ret_state));
	for (int i = 0; i < state_files; i++) {
		struct state_file *file = &ret_state->file[i];

		snprintf(path, sizeof(path), "%s/etc/%s", root, state_names[i]);
		if (lstat(path, &st) < 0)
			continue;
		file->is_link = S_ISLNK(st.st_mode);
		if (stat(path, &st) < 0)
			continue;
		file->mode = st.st_mode;
		file->uid = st.st_uid;
		file->gid = st.st_gid;
		file->bytes = file_read(path, &file->length);
	}
}

void state_free(struct state *state)
{
	for (int i = 0; i < state_files; i++)
		free(state->file[i].bytes);
	memset(state, 0, sizeof(*state));
}

static bool same_meta(const struct state_file *a, const struct state_file *b)
{
	return (a->bytes == NULL) == (b->bytes == NULL) && a->mode == b->mode &&
	       a->uid == b->uid && a->gid == b->gid && a->length == b->length &&
	       a->is_link == b->is_link;
}

bool state_equal(const struct state *a, const struct state *b)
{
	for (int i = 0; i < state_files; i++)
		if (!same_meta(&a->file[i], &b->file[i]) ||
		    (a->file[i].bytes != NULL &&
		     memcmp(a->file[i].bytes, b->file[i].bytes, a->file[i].length) != 0))
			return false;
	return true;
}

/* A sum over the elements of lists does not see their order. */
static uint64_t row_hash(const char *row, size_t length, bool lists)
{
	const char *end = row + length;
	uint64_t sum = 0, column = hash_start;

	while (row <= end) {
		size_t size = 0;

		while (row + size < end && row[size] != ':' && !(lists && row[size] == ','))
			size++;
		sum += hash_bytes(column, row, size);
		row += size;
		if (row < end && *row == ':')
			column = column * 31 + 1;
		row++;
	}
	return hash_bytes(hash_start, &sum, sizeof(sum));
}

/* Nor does one over rows see theirs. */
static uint64_t rows_hash(const struct state_file *file, bool lists)
{
	const char *row = file->bytes, *end = row + file->length;
	uint64_t sum = 0;

	while (row < end) {
		const char *stop = memchr(row, '\n', (size_t)(end - row));
		size_t length = (size_t)((stop == NULL ? end : stop) - row);

		sum += row_hash(row, length, lists);
		row += length + 1;
	}
	return sum;
}

bool state_same_rows(const struct state *a, const struct state *b)
{
	for (int i = 0; i < state_files; i++) {
		bool lists = i == STATE_GROUP || i == STATE_GSHADOW;

		if (!same_meta(&a->file[i], &b->file[i]) ||
		    (a->file[i].bytes != NULL &&
		     rows_hash(&a->file[i], lists) != rows_hash(&b->file[i], lists)))
			return false;
	}
	return true;
}

/* The row whose field `field` (0 or 2) is the text; NULL when there is none. */
static const char *row_find(const struct state_file *file, int field, const char *text,
			    size_t length)
{
	for (const char *row = file->bytes; row != NULL && *row != '\0';) {
		const char *at = row;

		for (int i = 0; i < field && at != NULL; i++) {
			at = strpbrk(at, ":\n");
			at = at == NULL || *at == '\n' ? NULL : at + 1;
		}
		if (at != NULL && strncmp(at, text, length) == 0 && strchr(":\n", at[length]))
			return row;
		row = strchr(row, '\n');
		row = row == NULL ? NULL : row + 1;
	}
	return NULL;
}

/* Marks are written first: at no time may an id be in use that has none. */
static bool is_marked(const struct state *state, const char *kind, unsigned long id)
{
	const char *row = state->file[STATE_IDMARKS].bytes;
	char what[16];
	unsigned long first, count;

	for (; row != NULL && *row != '\0'; row = strchr(row, '\n') + 1)
		if (sscanf(row, "%15[a-z]:%lu:%lu", what, &first, &count) == 3 &&
		    strcmp(what, kind) == 0 && id >= first && id - first < count)
			return true;
	return false;
}

static bool has_marks(const struct state *state, const char *kind)
{
	const struct state_file *marks = &state->file[STATE_IDMARKS];

	return row_find(marks, 0, kind, strlen(kind)) != NULL;
}

/* The first and the last id of each row of a file whose kind has marks. */
static bool all_marked(const struct state *state, int file, const char *kind, bool ranges)
{
	const char *row = has_marks(state, kind) ? state->file[file].bytes : NULL;
	unsigned long id, count;

	for (; row != NULL && *row != '\0'; row = strchr(row, '\n') + 1) {
		count = 1;
		if (sscanf(row, ranges ? "%*[^:]:%lu:%lu" : "%*[^:]:%*[^:]:%lu", &id, &count) < 1)
			continue;
		if (!is_marked(state, kind, id) || !is_marked(state, kind, id + count - 1))
			return false;
	}
	return true;
}

static const char *marks_torn(const struct state *state)
{
	if (!all_marked(state, STATE_PASSWD, "uid", false) ||
	    !all_marked(state, STATE_GROUP, "gid", false) ||
	    !all_marked(state, STATE_SUBUID, "subuid", true) ||
	    !all_marked(state, STATE_SUBGID, "subgid", true))
		return "an id in use is not marked";
	return NULL;
}

static const char *user_torn(const struct state *state, const char *row)
{
	char name[256], password[256], gid[32];

	if (sscanf(row, "%255[^:\n]:%255[^:\n]:%*[0-9]:%31[0-9]", name, password, gid) != 3)
		return "a row of passwd is damaged";
	if (strcmp(password, "x") == 0 && state->file[STATE_SHADOW].bytes != NULL &&
	    row_find(&state->file[STATE_SHADOW], 0, name, strlen(name)) == NULL)
		return "a user has no shadow row";
	if (row_find(&state->file[STATE_GROUP], 2, gid, strlen(gid)) == NULL)
		return "a user has no primary group";
	return NULL;
}

const char *state_torn(const struct state *state)
{
	const char *why = NULL;

	for (int i = 0; i < state_files; i++) {
		const struct state_file *file = &state->file[i];

		if ((i == STATE_PASSWD || i == STATE_GROUP) && file->bytes == NULL)
			return "a file is gone";
		if (file->length > 0 && file->bytes[file->length - 1] != '\n')
			return "a file is cut short";
	}
	for (const char *row = state->file[STATE_PASSWD].bytes; *row != '\0' && why == NULL;
	     row = strchr(row, '\n') + 1)
		why = user_torn(state, row);
	return why != NULL ? why : marks_torn(state);
}

/* The number in field `field` of the row, or -1. */
static long row_number(const char *row, int field)
{
	while (field-- > 0) {
		row = strpbrk(row, ":\n");
		if (row == NULL || *row == '\n')
			return -1;
		row++;
	}
	return strtol(row, NULL, 10);
}

static const char *next_row(const char *row)
{
	row = strchr(row, '\n');
	return row == NULL || row[1] == '\0' ? NULL : row + 1;
}

static size_t name_length(const char *row)
{
	return strcspn(row, ":\n");
}

static bool rows_clash(const char *a, const char *b, bool ranges)
{
	long start_a = row_number(a, ranges ? 1 : 2), start_b = row_number(b, ranges ? 1 : 2);

	if (ranges)
		return start_a < start_b + row_number(b, 2) && start_b < start_a + row_number(a, 2);
	return start_a == start_b || (name_length(a) == name_length(b) &&
				      strncmp(a, b, name_length(a)) == 0);
}

const char *state_shared(const struct state *state)
{
	static const int files[] = { STATE_PASSWD, STATE_GROUP, STATE_SUBUID, STATE_SUBGID };

	for (int i = 0; i < 4; i++) {
		const char *first = state->file[files[i]].bytes;

		if (first == NULL || *first == '\0')
			continue;
		for (const char *a = first; a != NULL; a = next_row(a))
			for (const char *b = next_row(a); b != NULL; b = next_row(b))
				if (rows_clash(a, b, files[i] >= STATE_SUBUID))
					return state_names[files[i]];
	}
	return NULL;
}

/* Paths in links are those of the target. */
static bool has_file(const char *root, const char *home)
{
	char path[4096], target[1024];
	struct stat st;
	ssize_t length;

	snprintf(path, sizeof(path), "%s%s", root, home);
	length = readlink(path, target, sizeof(target) - 1);
	if (length > 0) {
		target[length] = '\0';
		snprintf(path, sizeof(path), "%s%s", root, target);
	}
	strncat(path, "/file", sizeof(path) - strlen(path) - 1);
	return lstat(path, &st) == 0;
}

bool state_has_home(const struct state *state, const char *root)
{
	const struct state_file *passwd = &state->file[STATE_PASSWD];
	const char *row = row_find(passwd, 0, "old", 3);
	char home[256];

	if (row == NULL)
		row = row_find(passwd, 0, "neo", 3);
	for (int i = 0; i < 5 && row != NULL; i++)
		row = strchr(row, ':') + 1;
	if (row == NULL)
		return true;
	snprintf(home, sizeof(home), "%.*s", (int)strcspn(row, ":\n"), row);
	return has_file(root, home);
}

bool state_has_name(const struct state *state, const char *name)
{
	return row_find(&state->file[STATE_PASSWD], 0, name, strlen(name)) != NULL ||
	       row_find(&state->file[STATE_GROUP], 0, name, strlen(name)) != NULL;
}

void state_keep(const struct state *state, const char *dir)
{
	uint64_t hash = hash_start;
	char path[4096];

	for (int i = 0; i < STATE_DEFAULTS; i++)
		hash = hash_bytes(hash, state->file[i].bytes, state->file[i].length) * 31;
	snprintf(path, sizeof(path), "%s/%016llx", dir, (unsigned long long)hash);
	if (mkdir(path, 0700) < 0) {
		if (errno != EEXIST)
			trace_die(path);
		return;
	}
	for (int i = 0; i < STATE_DEFAULTS; i++) {
		FILE *out;

		if (state->file[i].bytes == NULL)
			continue;
		snprintf(path, sizeof(path), "%s/%016llx/%s", dir, (unsigned long long)hash,
			 state_names[i]);
		out = fopen(path, "we");
		if (out == NULL ||
		    fwrite(state->file[i].bytes, 1, state->file[i].length, out) !=
			    state->file[i].length || fclose(out) != 0)
			trace_die(path);
	}
}

static const char *base_name(int i)
{
	const char *slash = strrchr(state_names[i], '/');

	return slash == NULL ? state_names[i] : slash + 1;
}

/* The files and their backups come and go; the lock file may stay, as lckpwdf(3) leaves it. */
static bool name_allowed(const char *directory, const char *name, const char *base)
{
	char path[4096];
	struct stat st;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, ".pwd.lock") == 0)
		return true;
	for (int i = 0; i < state_files; i++) {
		size_t length = strlen(base_name(i));

		if (strcmp(directory, i == STATE_DEFAULTS ? "etc/default" : "etc") == 0 &&
		    strncmp(name, base_name(i), length) == 0 &&
		    (name[length] == '\0' || strcmp(name + length, "-") == 0))
			return true;
	}
	snprintf(path, sizeof(path), "%s/%s/%s", base, directory, name);
	return lstat(path, &st) == 0;
}

const char *state_leftover(const char *root, const char *base)
{
	static const char *const directories[] = { "etc", "etc/default" };
	static char found[512];
	struct dirent *entry;
	char path[4096];
	DIR *dir;

	found[0] = '\0';
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s", root, directories[i]);
		dir = opendir(path);
		if (dir == NULL)
			trace_die(path);
		while ((entry = readdir(dir)) != NULL)
			if (!name_allowed(directories[i], entry->d_name, base))
				snprintf(found, sizeof(found), "%s/%s", directories[i],
					 entry->d_name);
		closedir(dir);
	}
	return found[0] == '\0' ? NULL : found;
}
