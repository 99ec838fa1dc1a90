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

#include "state.h"
#include "tree.h"

/* What the undisturbed runs leave, to compare with. */
struct expected {
	struct state before, after;		/* the command's own work */
	struct state end_before, end_after;	/* the same with between and next */
	struct state end_other;			/* with the other form of between */
	char *tree_before, *tree_after, *tree_other;	/* homes and mail, at the end */
	int between_status[3];
	long calls;
};

struct run {
	struct trace_end end, second;
	struct state middle, final;
	bool skipped;		/* outside the commit, where moments are alike */
	bool journal;		/* the commit was under way when the command ended */
	int between_status, next_status;
	char *output;		/* what command, between and next said */
	size_t next_at;		/* where next's part begins */
};

/* Outside our commit all moments are alike: another tool comes after every so many calls. */
enum { outside_every = 10 };

struct tally {
	long runs, bad, between, unreached, skipped;
};

static int plain_run(const struct sweep *sweep, struct trace_command *command)
{
	struct trace_plan plan = { .what = TRACE_NOTHING };
	struct trace_end end;

	(void)sweep;
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
		status = plain_run(sweep, &sweep->command);
	if (status == 0 && between != NULL)
		*ret_between = plain_run(sweep, between);
	if (status == 0 && sweep->has_next)
		status = plain_run(sweep, &sweep->next);
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
	struct trace_plan count = { .what = TRACE_COUNT, .image = sweep->plan.image };
	struct trace_end end;

	tree_reset(sweep->base, sweep->work);
	state_read(sweep->work, &x->before);
	trace_run(&sweep->command, &count, &end);
	x->calls = end.calls;
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

static void run_once(struct sweep *sweep, const struct expected *x, struct run *run)
{
	memset(run, 0, sizeof(*run));
	output_rewind(sweep->command.output);
	log_drain(sweep);
	output_rewind(sweep->command.output);
	tree_reset(sweep->base, sweep->work);
	trace_run(&sweep->command, &sweep->plan, &run->end);
	state_read(sweep->work, &run->middle);
	run->journal = has_journal(sweep);
	run->skipped = sweep->has_between && sweep->plan.at % outside_every != 0 &&
		       !run->journal && (state_equal(&run->middle, &x->before) ||
					 state_equal(&run->middle, &x->after));
	if (run->skipped)
		return;
	if (sweep->has_between)
		run->between_status = plain_run(sweep, &sweep->between);
	if (sweep->second_every != 0)
		trace_run(&sweep->next, &sweep->second, &run->second);
	log_drain(sweep);
	run->next_at = (size_t)lseek(sweep->command.output, 0, SEEK_END);
	if (sweep->has_next)
		run->next_status = plain_run(sweep, &sweep->next);
	log_drain(sweep);
	state_read(sweep->work, &run->final);
	run->output = output_read(sweep->command.output);
}

static void run_free(struct run *run)
{
	state_free(&run->middle);
	state_free(&run->final);
	free(run->output);
}

static void report(struct tally *tally, const struct run *run, const char *verdict,
		   const char *why)
{
	int status = run->end.status;

	tally->bad++;
	printf("%s call %ld %s ", verdict, run->end.calls, trace_call_name(run->end.number));
	if (run->second.calls > 0)
		printf("then %ld %s ", run->second.calls, trace_call_name(run->second.number));
	printf("%s %d: %s | ", WIFSIGNALED(status) ? "signal" : "status",
	       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), why);
	/* What was said, on the same line. */
	for (const char *at = run->output; *at != '\0'; at++)
		if (*at == '\n')
			fputs(" | ", stdout);
		else
			fputc(*at, stdout);
	fputc('\n', stdout);
}

static bool is_late(const struct sweep *sweep, int status)
{
	for (int i = 0; i < sweep->late_count; i++)
		if (sweep->late[i] == status)
			return true;
	return false;
}

static bool is_excused(const struct sweep *sweep, const struct run *run)
{
	return is_late(sweep, WEXITSTATUS(run->end.status)) ||
	       (sweep->excuse != NULL && strstr(run->output, sweep->excuse) != NULL);
}

/* The files are right; is what the command said of them true? */
static void judge_status(const struct sweep *sweep, const struct expected *x,
			 const struct run *run, bool is_after, struct tally *tally)
{
	int status = WEXITSTATUS(run->end.status);

	if (status == 0 && !is_after)
		report(tally, run, "untrue", "status 0, but the files are as before");
	else if (status != 0 && is_after && !state_equal(&run->middle, &x->after))
		report(tally, run, "forward", "a reported failure was completed later");
	else if (status != 0 && is_after && !is_excused(sweep, run))
		report(tally, run, "done", "a failure was reported, but the files are as after");
}

/* The first line of the text that the other one does not have, into the buffer of 300 bytes. */
static const char *differing_line(const char *text, const char *other, char *buffer)
{
	size_t same = 0, length;

	while (text[same] != '\0' && text[same] == other[same])
		same++;
	while (same > 0 && text[same - 1] != '\n')
		same--;
	length = strcspn(text + same, "\n");
	snprintf(buffer, 300, "%.*s", (int)(length < 299 ? length : 299), text + same);
	return length == 0 ? "nothing" : buffer;
}

static void judge_tree(const struct sweep *sweep, const struct expected *x, const struct run *run,
		       bool is_after, struct tally *tally)
{
	bool killed = WIFSIGNALED(run->end.status);
	char why[700], line[300], other[300];
	const char *wanted;
	char *tree;

	if (killed && sweep->home_must_be && !state_has_home(&run->final, sweep->work))
		report(tally, run, "home", "the home is not where passwd says");
	if ((killed && sweep->home_may_differ) ||
	    (!killed && is_after && WEXITSTATUS(run->end.status) != 0))
		return;
	/* As with the packaged useradd, a mail spool that cannot be made is a warning. */
	if (is_after && strstr(run->output, "mailbox") != NULL)
		return;
	tree = tree_sign(sweep->work);
	wanted = is_after ? x->tree_after : x->tree_before;
	if (strcmp(tree, wanted) != 0) {
		snprintf(why, sizeof(why), "homes are not as %s: %s, not %s",
			 is_after ? "after" : "before", differing_line(tree, wanted, line),
			 differing_line(wanted, tree, other));
		report(tally, run, "home", why);
	}
	free(tree);
}

static void judge_files(const struct sweep *sweep, const struct expected *x,
			const struct run *run, struct tally *tally)
{
	bool is_before = state_equal(&run->final, &x->end_before);
	bool is_after = state_equal(&run->final, &x->end_after);

	if (!is_before && !is_after) {
		tally->between++;
		report(tally, run, "between", "the files are neither as before nor as after");
		return;
	}
	if (WIFEXITED(run->end.status))
		judge_status(sweep, x, run, is_after, tally);
	judge_tree(sweep, x, run, is_after, tally);
}

/* A status that the tool between has on a root as before or as after. */
static bool is_expected(const struct sweep *sweep, const struct expected *x, int status)
{
	return status == x->between_status[0] || status == x->between_status[1] ||
	       (sweep->has_other && status == x->between_status[2]);
}

/* Both chose ids by themselves: rows cannot be told in advance, but nothing may be shared. */
static void judge_unique(const struct sweep *sweep, const struct expected *x,
			 const struct run *run, struct tally *tally)
{
	bool said = strstr(run->output + run->next_at, sweep->refused) != NULL;
	const char *shared = state_shared(&run->final);

	if (shared != NULL)
		report(tally, run, "shared", shared);
	if (!is_expected(sweep, x, run->between_status))
		report(tally, run, "blocked", "the tool that came between failed");
	else if (run->between_status == 0 && !state_has_name(&run->final, sweep->peer))
		report(tally, run, "lost", sweep->peer);
	if (run->journal && !state_has_name(&run->final, sweep->ours) && !said)
		report(tally, run, "silent", "our change was given up and nobody was told");
}

/* Another tool came between our death and our recovery. */
static void judge_mixed(const struct sweep *sweep, const struct expected *x,
			const struct run *run, struct tally *tally)
{
	bool said = strstr(run->output + run->next_at, sweep->refused) != NULL;

	if (!is_expected(sweep, x, run->between_status))
		report(tally, run, "blocked", "the tool that came between failed");
	else if (state_same_rows(&run->final, &x->end_after) ||
		 (sweep->has_other && state_same_rows(&run->final, &x->end_other)))
		return;
	else if (!state_same_rows(&run->final, &x->end_before))
		report(tally, run, "lost", "a change of one of the two tools is gone");
	else if (run->journal && !said)
		report(tally, run, "silent", "our change was given up and nobody was told");
}

static bool crashed(int status, const struct trace_plan *plan)
{
	if (!WIFSIGNALED(status))
		return false;
	return !(plan->what == TRACE_KILL && WTERMSIG(status) == SIGKILL) &&
	       !(plan->what == TRACE_TERM && WTERMSIG(status) == SIGTERM);
}

/* The next run was disturbed after its commit; the one after it finds its account there. */
static bool was_done(const struct sweep *sweep, const struct run *run)
{
	return sweep->second_every != 0 && WIFEXITED(run->next_status) &&
	       WEXITSTATUS(run->next_status) == 9;
}

static void judge(const struct sweep *sweep, const struct expected *x, const struct run *run,
		  struct tally *tally)
{
	const char *why = sweep->may_be_torn ? NULL : state_torn(&run->middle);
	int status = run->end.status;

	if (run->end.hung)
		report(tally, run, "hung", "the command did not end");
	else if (crashed(status, &sweep->plan) ||
		 crashed(run->second.status, &sweep->second))
		report(tally, run, "crash", "the command died");
	/* From the first change on it must not be heard. */
	if (sweep->plan.what == TRACE_TERM && WIFSIGNALED(status) &&
	    !state_equal(&run->middle, &x->before))
		report(tally, run, "cut", "the signal ended a commit");
	if (why != NULL && sweep->has_next)
		report(tally, run, "torn", why);
	if (run->next_status != 0 && !was_done(sweep, run))
		report(tally, run, "next", "the next run failed");
	else if (sweep->peer != NULL)
		judge_unique(sweep, x, run, tally);
	else if (sweep->has_between)
		judge_mixed(sweep, x, run, tally);
	else
		judge_files(sweep, x, run, tally);
	if (sweep->has_next) {
		const char *name = state_leftover(sweep->work, sweep->base);

		if (name != NULL)
			report(tally, run, "leftover", name);
	}
}

/* True when the calls of this run are all done: the plan's call was not there. */
static bool sweep_one(struct sweep *sweep, const struct expected *x, struct tally *tally)
{
	bool end = false;
	struct run run;

	run_once(sweep, x, &run);
	if (run.skipped) {
		tally->skipped++;
	} else if (!run.end.reached) {
		tally->unreached++;
	} else if (sweep->second_every != 0 && (!run.journal || !run.second.reached)) {
		end = true;
	} else if (!run.end.exempt && !run.second.exempt) {
		tally->runs++;
		judge(sweep, x, &run, tally);
		if (sweep->states != NULL)
			state_keep(&run.final, sweep->states);
	}
	run_free(&run);
	return end;
}

long sweep_run(struct sweep *sweep)
{
	int output = memfd_create("output", MFD_CLOEXEC);
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
		sweep->second.at = 1 + at % (sweep->second_every + 1);
		if (sweep->second_every == 0)
			sweep_one(sweep, &x, &tally);
		else
			while (!sweep_one(sweep, &x, &tally))
				sweep->second.at += sweep->second_every;
	}
	printf("calls %ld runs %ld bad %ld between %ld unreached %ld\n", x.calls, tally.runs,
	       tally.bad, tally.between, tally.unreached);
	return tally.bad;
}
