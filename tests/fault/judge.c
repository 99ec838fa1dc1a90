/* SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include "judge.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "tree.h"

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
	for (int i = 0; i < sweep->excuse_count; i++)
		if (strstr(run->output, sweep->excuses[i]) != NULL)
			return true;
	return is_late(sweep, WEXITSTATUS(run->end.status));
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

/* We took getrandom(2) away and then /dev/urandom: there glibc ends the program. */
static bool no_entropy(const struct sweep *sweep, const struct run *run)
{
	return sweep->command.same_salts && strstr(run->output, "cannot get entropy") != NULL;
}

/* The next run was disturbed after its commit; the one after it finds its account there. */
static bool was_done(const struct sweep *sweep, const struct run *run)
{
	return sweep->second_every != 0 && WIFEXITED(run->next_status) &&
	       WEXITSTATUS(run->next_status) == 9;
}

void judge(const struct sweep *sweep, const struct expected *x, const struct run *run,
	   struct tally *tally)
{
	const char *why = sweep->may_be_torn ? NULL : state_torn(&run->middle);
	int status = run->end.status;

	if (run->end.hung)
		report(tally, run, "hung", "the command did not end");
	else if ((crashed(status, &sweep->plan) ||
		  crashed(run->second.status, &sweep->second)) && !no_entropy(sweep, run))
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
