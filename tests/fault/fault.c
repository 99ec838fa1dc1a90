/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fault: count, fail or kill at the Nth system call of a command.
 *
 *	fault count|print [-i IMAGE] -- COMMAND...
 *	fault fail N ERRNO [-i IMAGE] -- COMMAND...
 *	fault kill N [-i IMAGE] -- COMMAND...
 *	fault sweep ERRNO|KILL|TERM -b BASE -w WORK [-i IMAGE] [-s STEP] [-f FIRST] [-n NEXT]
 *		[-p BETWEEN [-o OTHER | -u PEER -U OURS] -r TEXT] [-d STEP -D ERRNO|KILL]
 *		[-k STATES] [-l STATUS] [-x TEXT] [-L SOCKET] [-I INPUT] [-S] [-H] [-M] [-T]
 *		-- COMMAND...
 *
 * The first three forms end with the command's status (128 + signal when it died); sweep.h
 * explains the last, which ends with 1 when there was a bad verdict.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sweep.h"
#include "trace.h"

struct error_name {
	const char *name;
	int number;
};

static const struct error_name error_names[] = {
	{ "EIO", EIO },	      { "ENOSPC", ENOSPC }, { "EINTR", EINTR }, { "ENOMEM", ENOMEM },
	{ "EPERM", EPERM },   { "EACCES", EACCES }, { "ENOSYS", ENOSYS }, { "EINVAL", EINVAL },
	{ "EMFILE", EMFILE }, { "EDQUOT", EDQUOT }, { "EROFS", EROFS },
};

static _Noreturn void usage(const char *what)
{
	fprintf(stderr, "fault: %s\n", what);
	exit(124);
}

static int error_number(const char *name)
{
	for (size_t i = 0; i < sizeof(error_names) / sizeof(error_names[0]); i++)
		if (strcmp(error_names[i].name, name) == 0)
			return error_names[i].number;
	usage("unknown errno");
}

/* Changes the text: blanks end words, in:DIR: becomes the root. */
static struct trace_command command_parse(char *text)
{
	struct trace_command command = { .output = -1 };
	size_t count = 0;
	char *save = NULL;

	command.argv = calloc(strlen(text) + 2, sizeof(char *));
	if (command.argv == NULL)
		trace_die("calloc");
	if (strncmp(text, "in:", 3) == 0) {
		command.root = text + 3;
		text = strchr(text + 3, ':');
		if (text == NULL)
			usage("in:DIR: has no end");
		*text++ = '\0';
	}
	for (char *word = strtok_r(text, " ", &save); word != NULL;
	     word = strtok_r(NULL, " ", &save))
		command.argv[count++] = word;
	if (count == 0)
		usage("an empty command");
	return command;
}

static void plan_parse(const char *name, struct trace_plan *plan)
{
	plan->what = strcmp(name, "KILL") == 0 ? TRACE_KILL :
		     strcmp(name, "TERM") == 0 ? TRACE_TERM :
						 TRACE_FAIL;
	if (plan->what == TRACE_FAIL)
		plan->error = error_number(name);
}

static void sweep_option(struct sweep *sweep, int letter, char *value)
{
	switch (letter) {
	case 'b': sweep->base = value; break;
	case 'w': sweep->work = value; break;
	case 'i': sweep->plan.image = sweep->second.image = value; break;
	case 's': sweep->every = atol(value); break;
	case 'f': sweep->first = atol(value); break;
	case 'k': sweep->states = value; break;
	case 'r': sweep->refused = value; break;
	case 'u': sweep->peer = value; break;
	case 'U': sweep->ours = value; break;
	case 'd': sweep->second_every = atol(value); break;
	case 'D': plan_parse(value, &sweep->second); break;
	case 'x':
		if (sweep->excuse_count == sweep_excuses_max)
			usage("too many -x");
		sweep->excuses[sweep->excuse_count++] = value;
		break;
	case 'L': sweep->log = value; break;
	case 'I': sweep->command.input = value; break;
	case 'S': sweep->command.same_salts = true; break;
	case 'M': sweep->home_must_be = true; break;
	case 'T': sweep->may_be_torn = true; break;
	case 'H': sweep->home_may_differ = true; break;
	case 'n':
		sweep->next = command_parse(value);
		sweep->has_next = true;
		break;
	case 'p':
		sweep->between = command_parse(value);
		sweep->has_between = true;
		break;
	case 'o':
		sweep->other = command_parse(value);
		sweep->has_other = true;
		break;
	case 'l':
		if (sweep->late_count == sweep_late_max)
			usage("too many -l");
		sweep->late[sweep->late_count++] = atoi(value);
		break;
	default:
		usage("unknown option");
	}
}

static void options_read(int argc, char **argv, struct sweep *sweep)
{
	int letter;

	sweep->first = sweep->every = 1;
	while ((letter = getopt(argc, argv, "+b:w:i:s:f:k:r:n:p:o:l:u:U:d:D:L:I:x:SHMT")) != -1)
		sweep_option(sweep, letter, optarg);
	if (optind >= argc)
		usage("no command");
	sweep->command.argv = argv + optind;
	sweep->command.output = -1;
	if (strncmp(argv[optind], "in:", 3) == 0) {
		char *end = strchr(argv[optind] + 3, ':');

		if (end == NULL)
			usage("in:DIR: has no end");
		*end = '\0';
		sweep->command.root = argv[optind] + 3;
		argv[optind] = end + 1;
	}
	if (sweep->first < 1 || sweep->every < 1)
		usage("a count below 1");
	if ((sweep->peer == NULL) != (sweep->ours == NULL) ||
	    (sweep->second_every > 0) != (sweep->second.what != TRACE_NOTHING))
		usage("-u goes with -U, -d with -D");
	if (sweep->has_between && (sweep->refused == NULL || !sweep->has_next))
		usage("-p needs -r and -n");
}

static int single_run(struct sweep *sweep)
{
	struct trace_end end;

	trace_run(&sweep->command, &sweep->plan, &end);
	if (sweep->plan.what == TRACE_COUNT)
		printf("%ld\n", end.calls);
	else if (sweep->plan.what > TRACE_PRINT)
		fprintf(stderr, "fault: call %ld %s%s\n", end.calls,
			end.reached ? trace_call_name(end.number) : "not reached",
			end.exempt ? " cannot fail" : "");
	return WIFSIGNALED(end.status) ? 128 + WTERMSIG(end.status) : WEXITSTATUS(end.status);
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	struct sweep sweep = { 0 };
	int used = 1;

	if (strcmp(verb, "sweep") == 0 && argc > 2) {
		plan_parse(argv[2], &sweep.plan);
		used = 2;
	} else if (strcmp(verb, "fail") == 0 && argc > 3) {
		plan_parse(argv[3], &sweep.plan);
		sweep.plan.at = atol(argv[2]);
		used = 3;
	} else if (strcmp(verb, "kill") == 0 && argc > 2) {
		sweep.plan.what = TRACE_KILL;
		sweep.plan.at = atol(argv[2]);
		used = 2;
	} else if (strcmp(verb, "count") == 0 || strcmp(verb, "print") == 0) {
		sweep.plan.what = verb[0] == 'c' ? TRACE_COUNT : TRACE_PRINT;
	} else {
		usage("count, print, fail, kill or sweep");
	}
	options_read(argc - used, argv + used, &sweep);
	if (strcmp(verb, "sweep") != 0)
		return single_run(&sweep);
	if (sweep.base == NULL || sweep.work == NULL)
		usage("sweep needs -b and -w");
	return sweep_run(&sweep) != 0;
}
