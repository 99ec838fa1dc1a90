/* SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include "sweep.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "judge.h"
#include "tree.h"

/* What earlier runs left, as hashes: the same bytes need no second look. */
struct memory {
	uint64_t *seen;
	size_t count, room;
};

static int plain_run(struct trace_command *command)
{
	struct trace_plan plan = { .what = TRACE_NOTHING };
	struct trace_end end;

	trace_run(command, &plan, &end);
	return end.status;
}

static void output_rewind(int fd)
{
	if (ftruncate(fd, 0) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		trace_die("output");
}

static char *output_read(int fd)
{
	off_t length = lseek(fd, 0, SEEK_END);
	char *text = calloc(1, (size_t)length + 1);

	if (text == NULL || pread(fd, text, (size_t)length, 0) != length)
		trace_die("output");
	return text;
}

/* The log socket of the root, or -1. */
static int log_open(const struct sweep *sweep)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (sweep->log == NULL)
		return -1;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", sweep->log);
	unlink(sweep->log);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		trace_die(sweep->log);
	return fd;
}

/* What the log heard, to the rest of the output. */
static void log_drain(const struct sweep *sweep)
{
	char line[4096];
	ssize_t length;

	while (sweep->log_fd >= 0 &&
	       (length = recv(sweep->log_fd, line, sizeof(line) - 1, 0)) >= 0) {
		line[length] = '\n';
		if (write(sweep->command.output, line, (size_t)length + 1) < 0)
			trace_die("output");
	}
}

static bool has_journal(const struct sweep *sweep)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/etc/shadow.journal", sweep->work);
	return access(path, F_OK) == 0;
}

/* One undisturbed row of commands; the status of each must be 0. */
static void reference(struct sweep *sweep, bool with_command, struct trace_command *between,
		      int *ret_between, struct state *ret_end, char **ret_tree)
{
	int status = 0;

	tree_reset(sweep->base, sweep->work);
	if (with_command)
		status = plain_run(&sweep->command);
	if (status == 0 && between != NULL)
		*ret_between = plain_run(between);
	if (status == 0 && sweep->has_next)
		status = plain_run(&sweep->next);
	if (status != 0) {
		fprintf(stderr, "fault: an undisturbed run ended with wait status %d:\n%s", status,
			output_read(sweep->command.output));
		exit(125);
	}
	state_read(sweep->work, ret_end);
	*ret_tree = tree_sign(sweep->work);
}

static void expect(struct sweep *sweep, struct expected *x)
{
	struct trace_command *between = sweep->has_between ? &sweep->between : NULL;
	struct trace_plan count = { .what = TRACE_COUNT, .image = sweep->plan.image,
				    .record = &sweep->calls };
	struct trace_end end;

	tree_reset(sweep->base, sweep->work);
	state_read(sweep->work, &x->before);
	trace_run(&sweep->command, &count, &end);
	x->calls = end.calls;
	sweep->plan.calls = &sweep->calls;
	state_read(sweep->work, &x->after);
	if (end.status != 0) {
		fprintf(stderr, "fault: the undisturbed command ended with wait status %d:\n%s",
			end.status, output_read(sweep->command.output));
		exit(125);
	}
	reference(sweep, false, between, &x->between_status[0], &x->end_before,
		  &x->tree_before);
	reference(sweep, true, between, &x->between_status[1], &x->end_after,
		  &x->tree_after);
	if (sweep->has_other)
		reference(sweep, true, &sweep->other, &x->between_status[2], &x->end_other,
			  &x->tree_other);
	if (state_equal(&x->before, &x->after) || state_equal(&x->end_before, &x->end_after)) {
		fprintf(stderr, "fault: the command changes nothing:\n%s",
			output_read(sweep->command.output));
		exit(125);
	}
}

static bool memory_add(struct memory *memory, uint64_t hash)
{
	for (size_t i = 0; i < memory->count; i++)
		if (memory->seen[i] == hash)
			return false;
	if (memory->count == memory->room) {
		memory->room = 2 * memory->room + 64;
		memory->seen = realloc(memory->seen, memory->room * sizeof(uint64_t));
		if (memory->seen == NULL)
			trace_die("realloc");
	}
	memory->seen[memory->count++] = hash;
	return true;
}

/* Has a run left just this before, and said and returned the same?  What comes next reads nothing
 * else, so it would do the same again. */
static bool is_known(const struct sweep *sweep, struct memory *memory, const struct trace_end *end)
{
	char *text = tree_sign_all(sweep->base, sweep->work);
	uint64_t hash = hash_bytes(hash_start, text, strlen(text));

	free(text);
	hash = hash_bytes(hash, &end->status, sizeof(end->status));
	text = output_read(sweep->command.output);
	hash = hash_bytes(hash, text, strlen(text));
	free(text);
	return !memory_add(memory, hash);
}

/* After the disturbed command: what else happens, until the files are read. */
static void run_rest(struct sweep *sweep, struct run *run)
{
	if (sweep->has_between)
		run->between_status = plain_run(&sweep->between);
	log_drain(sweep);
	run->next_at = (size_t)lseek(sweep->command.output, 0, SEEK_END);
	if (sweep->has_next)
		run->next_status = plain_run(&sweep->next);
	log_drain(sweep);
	state_read(sweep->work, &run->final);
	run->output = output_read(sweep->command.output);
}

static void run_command(struct sweep *sweep, struct run *run)
{
	memset(run, 0, sizeof(*run));
	log_drain(sweep);
	output_rewind(sweep->command.output);
	tree_reset(sweep->base, sweep->work);
	trace_run(&sweep->command, &sweep->plan, &run->end);
	state_read(sweep->work, &run->middle);
	run->journal = has_journal(sweep);
}

static void run_free(struct run *run)
{
	state_free(&run->middle);
	state_free(&run->final);
	free(run->output);
}

static void judge_and_keep(struct sweep *sweep, const struct expected *x, struct run *run,
			   struct tally *tally)
{
	tally->runs++;
	if (run->known)
		return;
	run_rest(sweep, run);
	judge(sweep, x, run, tally);
	if (sweep->states != NULL)
		state_keep(&run->final, sweep->states);
}

static void sweep_one(struct sweep *sweep, const struct expected *x, struct memory *memory,
		      struct tally *tally)
{
	struct run run;

	run_command(sweep, &run);
	if (!run.end.reached) {
		tally->unreached++;
	} else if (!run.end.exempt) {
		/* Without a next run the moments themselves are counted. */
		run.known = sweep->has_next && is_known(sweep, memory, &run.end);
		judge_and_keep(sweep, x, &run, tally);
	}
	run_free(&run);
}

/* The calls of the next run from here on, undisturbed. */
static void record_next(struct sweep *sweep)
{
	struct trace_plan count = { .what = TRACE_COUNT, .image = sweep->second.image,
				    .record = &sweep->next_calls };
	struct trace_end end;

	sweep->next_calls.count = 0;
	sweep->next_calls.forks = false;
	trace_run(&sweep->next, &count, &end);
	sweep->second.calls = &sweep->next_calls;
}

/* The run that would recover is disturbed too, at each of its calls. */
static void sweep_second(struct sweep *sweep, const struct expected *x, struct memory *memory,
			 struct memory *second_memory, struct tally *tally)
{
	struct run run;
	bool wanted;

	run_command(sweep, &run);
	wanted = run.end.reached && run.journal && !is_known(sweep, memory, &run.end);
	run_free(&run);
	if (!wanted)
		return;
	record_next(sweep);
	for (sweep->second.at = 1 + sweep->plan.at % sweep->second_every;
	     sweep->second.at <= sweep->next_calls.count;
	     sweep->second.at += sweep->second_every) {
		run_command(sweep, &run);
		trace_run(&sweep->next, &sweep->second, &run.second);
		if (!run.second.reached) {
			tally->unreached++;
		} else if (!run.second.exempt) {
			run.known = is_known(sweep, second_memory, &run.second);
			judge_and_keep(sweep, x, &run, tally);
		}
		run_free(&run);
	}
}

long sweep_run(struct sweep *sweep)
{
	int output = memfd_create("output", MFD_CLOEXEC);
	struct memory memory = { 0 }, second_memory = { 0 };
	struct tally tally = { 0 };
	struct expected x = { 0 };

	if (output < 0)
		trace_die("memfd_create");
	sweep->command.output = sweep->next.output = output;
	sweep->between.output = sweep->other.output = output;
	sweep->log_fd = log_open(sweep);
	expect(sweep, &x);
	for (long at = sweep->first; at <= x.calls; at += sweep->every) {
		sweep->plan.at = at;
		if (sweep->second_every == 0)
			sweep_one(sweep, &x, &memory, &tally);
		else
			sweep_second(sweep, &x, &memory, &second_memory, &tally);
	}
	printf("calls %ld runs %ld different %zu bad %ld between %ld unreached %ld\n", x.calls,
	       tally.runs, memory.count + second_memory.count, tally.bad, tally.between,
	       tally.unreached);
	return tally.bad;
}
