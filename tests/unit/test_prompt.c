/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The asker is a job on a pseudo-terminal, under a leader that does what a shell does; the test is
 * the person.
 */
#include "prompt.h"

#include "scratch.h"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>

#define QUESTION "Password: "
#define SECONDS 10

enum how {
	ON_STANDARD,
	ON_TERMINAL,     /* standard input is a pipe with another line */
	ORPHAN,          /* the asker is the session's leader: nobody could continue it */
	IGNORES_INT,
	BLOCKS_TERM,
	CATCHES_USR1,
	IN_BACKGROUND,
};

struct talk {
	int master, reports;
	pid_t leader, asker;
	char seen[4096];
	size_t seen_count;
};

struct report {
	pid_t pid;      /* of the asker */
	int wait_status; /* once it stopped or ended */
};

static void catch(int signal)
{
	(void)signal;
}

/* Ends with 0 when the answer is "right", with 2 for another, with 3 for ERR_IO. */
static void __attribute__((noreturn)) ask(enum how how)
{
	const struct rlimit no_core = { 0, 0 };
	struct secret s = SECRET_NONE;
	struct err e = { .kind = ERR_NONE };
	sigset_t set, after;
	int status = 3;

	setrlimit(RLIMIT_CORE, &no_core);
	sigemptyset(&set);
	if (how == IGNORES_INT)
		signal(SIGINT, SIG_IGN);
	if (how == CATCHES_USR1)
		signal(SIGUSR1, catch);
	if (how == BLOCKS_TERM)
		sigaddset(&set, SIGTERM);
	sigprocmask(SIG_SETMASK, &set, NULL);
	if (prompt_secret(how == ON_TERMINAL ? PROMPT_TERMINAL : PROMPT_STANDARD, QUESTION, &s,
			  &e) == 0)
		status = strcmp(s.p, "right") == 0 ? 0 : 2;
	else if (e.kind != ERR_IO || s.n != 0)
		status = 4;
	sigprocmask(SIG_SETMASK, NULL, &after);
	if (memcmp(&set, &after, 8) != 0)
		status = 5;
	secret_end(&s);
	_exit(status);
}

static void take_terminal(const char *slave)
{
	int fd;

	setsid();
	fd = open(slave, O_RDWR);
	ioctl(fd, TIOCSCTTY, 0);
	dup2(fd, 0);
	dup2(fd, 1);
	dup2(fd, 2);
	if (fd > 2)
		close(fd);
}

/* Tells of each stop and of the end. */
static void __attribute__((noreturn)) lead(enum how how, const char *slave, int reports)
{
	struct report r = { .pid = getpid() };
	int line[2];

	take_terminal(slave);
	signal(SIGTTOU, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	if (how == ORPHAN) {
		(void)!write(reports, &r, sizeof(r));
		signal(SIGTTOU, SIG_DFL);
		ask(how);
	}
	r.pid = fork();
	if (r.pid == 0) {
		setpgid(0, 0);
		if (how != IN_BACKGROUND)
			tcsetpgrp(0, getpid());
		signal(SIGTTOU, SIG_DFL);
		signal(SIGHUP, SIG_DFL);
		if (how == ON_TERMINAL) {
			(void)!pipe(line);
			(void)!write(line[1], "wrong\n", 6);
			dup2(line[0], 0);
		}
		ask(how);
	}
	setpgid(r.pid, r.pid);
	(void)!write(reports, &r, sizeof(r));
	while (waitpid(r.pid, &r.wait_status, WUNTRACED) > 0) {
		/* One that waited in the background comes to the front. */
		tcsetpgrp(0, r.pid);
		(void)!write(reports, &r, sizeof(r));
		if (!WIFSTOPPED(r.wait_status))
			break;
	}
	_exit(0);
}

static void read_report(struct talk *t, struct report *ret)
{
	struct pollfd wanted = { .fd = t->reports, .events = POLLIN };

	assert_int_equal(poll(&wanted, 1, SECONDS * 1000), 1);
	assert_int_equal(read(t->reports, ret, sizeof(*ret)), sizeof(*ret));
}

static void begin(struct talk *t, enum how how)
{
	struct report r;
	char slave[64];
	int fds[2];

	memset(t, 0, sizeof(*t));
	t->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	must(t->master, "posix_openpt");
	must(grantpt(t->master), "grantpt");
	must(unlockpt(t->master), "unlockpt");
	assert_int_equal(ptsname_r(t->master, slave, sizeof(slave)), 0);
	must(pipe2(fds, O_CLOEXEC), "pipe2");
	t->reports = fds[0];
	t->leader = fork();
	if (t->leader == 0) {
		close(t->master);
		lead(how, slave, fds[1]);
	}
	close(fds[1]);
	read_report(t, &r);
	t->asker = r.pid;
}

static void end(struct talk *t)
{
	kill(t->leader, SIGKILL);
	waitpid(t->leader, NULL, 0);
	close(t->master);
	close(t->reports);
}

/* Reads what is shown until text comes, from the place where the last one ended. */
static void see(struct talk *t, const char *text)
{
	struct pollfd wanted = { .fd = t->master, .events = POLLIN };
	const char *found;
	size_t rest;
	ssize_t n;

	while (!(found = strstr(t->seen, text))) {
		assert_int_equal(poll(&wanted, 1, SECONDS * 1000), 1);
		n = read(t->master, t->seen + t->seen_count, sizeof(t->seen) - 1 - t->seen_count);
		assert_true(n > 0);
		t->seen_count += (size_t)n;
		t->seen[t->seen_count] = '\0';
	}
	found += strlen(text);
	rest = t->seen_count - (size_t)(found - t->seen);
	memmove(t->seen, found, rest + 1);
	t->seen_count = rest;
}

static void type(struct talk *t, const char *text)
{
	assert_int_equal(fd_write_all(t->master, text, strlen(text)), 0);
}

static int echoes(const struct talk *t)
{
	struct termios now;

	/* On the master these are the settings of the terminal itself. */
	assert_int_equal(tcgetattr(t->master, &now), 0);
	return (now.c_lflag & ECHO) != 0;
}

/* Waits for the asker's next stop or its end. */
static int next_status(struct talk *t)
{
	struct report r;

	read_report(t, &r);
	return r.wait_status;
}

static void answers_and_ends(struct talk *t)
{
	type(t, "right\n");
	assert_int_equal(next_status(t), 0);
	see(t, "\n");
	assert_true(echoes(t));
	/* The answer was never shown. */
	assert_null(strstr(t->seen, "right"));
	end(t);
}

static void asks_without_echo(void **state)
{
	struct talk t;

	(void)state;
	begin(&t, ON_STANDARD);
	see(&t, QUESTION);
	assert_false(echoes(&t));
	answers_and_ends(&t);
}

static void editing_works(void **state)
{
	struct talk t;

	(void)state;
	begin(&t, ON_STANDARD);
	see(&t, QUESTION);
	type(&t, "something\025x\177");
	answers_and_ends(&t);
}

static void asks_the_terminal(void **state)
{
	struct talk t;

	(void)state;
	begin(&t, ON_TERMINAL);
	see(&t, QUESTION);
	assert_false(echoes(&t));
	answers_and_ends(&t);
}

static void end_of_input_is_an_error(void **state)
{
	struct talk t;

	(void)state;
	begin(&t, ON_STANDARD);
	see(&t, QUESTION);
	type(&t, "\004");
	assert_int_equal(next_status(&t), 3 << 8);
	assert_true(echoes(&t));
	end(&t);
}

/* A key, or, where there is none for it, the signal itself. */
static void signals_end_it_with_echo(void **state)
{
	const struct {
		const char *key;
		int signal;
	} rows[] = {
		{ "\003", SIGINT },   { "\034", SIGQUIT }, { NULL, SIGTERM },   { NULL, SIGHUP },
		{ NULL, SIGALRM },    { NULL, SIGUSR1 },   { NULL, SIGXCPU },   { NULL, SIGIO },
		{ "half\003", SIGINT }, { NULL, SIGRTMIN }, { NULL, SIGPWR },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct talk t;
		int status;

		begin(&t, ON_STANDARD);
		see(&t, QUESTION);
		assert_false(echoes(&t));
		if (rows[i].key)
			type(&t, rows[i].key);
		else
			kill(t.asker, rows[i].signal);
		status = next_status(&t);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), rows[i].signal);
		assert_true(echoes(&t));
		end(&t);
	}
}

/* With the echo on; what was typed before does not count. */
static void stops_and_asks_anew(void **state)
{
	struct talk t;
	int status;

	(void)state;
	begin(&t, ON_STANDARD);
	see(&t, QUESTION);
	type(&t, "half\032");
	status = next_status(&t);
	assert_true(WIFSTOPPED(status));
	assert_int_equal(WSTOPSIG(status), SIGTSTP);
	assert_true(echoes(&t));
	kill(t.asker, SIGCONT);
	see(&t, QUESTION);
	assert_false(echoes(&t));
	kill(t.asker, SIGTSTP);
	assert_true(WIFSTOPPED(next_status(&t)));
	assert_true(echoes(&t));
	kill(t.asker, SIGCONT);
	see(&t, QUESTION);
	answers_and_ends(&t);
}

/* Stopped without a word, it finds the terminal as it was, whoever had it meanwhile. */
static void asks_anew_after_sigstop(void **state)
{
	struct talk t;

	(void)state;
	begin(&t, ON_STANDARD);
	see(&t, QUESTION);
	kill(t.asker, SIGSTOP);
	assert_true(WIFSTOPPED(next_status(&t)));
	kill(t.asker, SIGCONT);
	see(&t, QUESTION);
	assert_false(echoes(&t));
	answers_and_ends(&t);
}

static void dies_while_stopped(void **state)
{
	struct talk t;
	int status;

	(void)state;
	begin(&t, ON_STANDARD);
	see(&t, QUESTION);
	type(&t, "\032");
	assert_true(WIFSTOPPED(next_status(&t)));
	kill(t.asker, SIGTERM);
	kill(t.asker, SIGCONT);
	status = next_status(&t);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGTERM);
	assert_true(echoes(&t));
	end(&t);
}

/* Nobody could continue it: the kernel does not stop such a process, and neither do we. */
static void an_orphan_does_not_stop(void **state)
{
	struct talk t;
	int status;

	(void)state;
	begin(&t, ORPHAN);
	see(&t, QUESTION);
	type(&t, "\032");
	see(&t, QUESTION);
	type(&t, "right\n");
	assert_int_equal(waitpid(t.leader, &status, 0), t.leader);
	assert_int_equal(status, 0);
	close(t.master);
	close(t.reports);
}

static void ignored_signals_stay_ignored(void **state)
{
	struct talk t;

	(void)state;
	begin(&t, IGNORES_INT);
	see(&t, QUESTION);
	type(&t, "half\003");
	answers_and_ends(&t);
}

static void blocked_signals_stay_blocked(void **state)
{
	struct talk t;

	(void)state;
	begin(&t, BLOCKS_TERM);
	see(&t, QUESTION);
	kill(t.asker, SIGTERM);
	answers_and_ends(&t);
}

static void harmless_signals_do_no_harm(void **state)
{
	struct talk t;

	(void)state;
	begin(&t, ON_STANDARD);
	see(&t, QUESTION);
	kill(t.asker, SIGWINCH);
	kill(t.asker, SIGCHLD);
	kill(t.asker, SIGURG);
	type(&t, "rig");
	kill(t.asker, SIGWINCH);
	type(&t, "ht\n");
	assert_int_equal(next_status(&t), 0);
	assert_true(echoes(&t));
	end(&t);
}

static void caught_signals_ask_anew(void **state)
{
	struct talk t;

	(void)state;
	begin(&t, CATCHES_USR1);
	see(&t, QUESTION);
	kill(t.asker, SIGUSR1);
	see(&t, QUESTION);
	answers_and_ends(&t);
}

static void waits_in_the_background(void **state)
{
	struct talk t;
	int status;

	(void)state;
	begin(&t, IN_BACKGROUND);
	status = next_status(&t);
	assert_true(WIFSTOPPED(status));
	assert_int_equal(WSTOPSIG(status), SIGTTOU);
	assert_true(echoes(&t));
	kill(t.asker, SIGCONT);
	see(&t, QUESTION);
	assert_false(echoes(&t));
	type(&t, "right\n");
	assert_int_equal(next_status(&t), 0);
	assert_true(echoes(&t));
	end(&t);
}

static void a_hangup_is_no_loop(void **state)
{
	struct talk t;
	int status;

	(void)state;
	begin(&t, ON_STANDARD);
	see(&t, QUESTION);
	close(t.master);
	status = next_status(&t);
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 3);
	t.master = -1;
	end(&t);
}

/* Standard input from a pipe with text, standard output and error into a file. */
struct piped {
	int saved[3];
	FILE *shown;
};

static void pipe_in(struct piped *p, const char *text, size_t n)
{
	int fds[2], i;

	fflush(NULL);
	must(pipe2(fds, O_CLOEXEC), "pipe2");
	assert_int_equal(fd_write_all(fds[1], text, n), 0);
	close(fds[1]);
	p->shown = tmpfile();
	for (i = 0; i < 3; i++)
		p->saved[i] = dup(i);
	dup2(fds[0], 0);
	dup2(fileno(p->shown), 1);
	dup2(fileno(p->shown), 2);
	close(fds[0]);
}

static const char *pipe_out(struct piped *p)
{
	static char text[8192];
	ssize_t n;
	int i;

	fflush(NULL);
	n = pread(fileno(p->shown), text, sizeof(text) - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	for (i = 0; i < 3; i++) {
		dup2(p->saved[i], i);
		close(p->saved[i]);
	}
	fclose(p->shown);
	return text;
}

static void each_prompt_takes_one_line(void **state)
{
	static const char input[] = "one\n\nthree";
	struct secret s[3] = { SECRET_NONE, SECRET_NONE, SECRET_NONE }, none = SECRET_NONE;
	struct err e = { .kind = ERR_NONE }, at_end = { .kind = ERR_NONE };
	int r[4], i;
	struct piped p;
	const char *shown;

	(void)state;
	pipe_in(&p, input, strlen(input));
	for (i = 0; i < 3; i++)
		r[i] = prompt_secret(PROMPT_STANDARD, "? ", &s[i], &e);
	r[3] = prompt_secret(PROMPT_STANDARD, "? ", &none, &at_end);
	shown = pipe_out(&p);
	assert_true(r[0] == 0 && r[1] == 0 && r[2] == 0 && r[3] == -1);
	assert_string_equal(s[0].p, "one");
	assert_string_equal(s[1].p, "");
	assert_string_equal(s[2].p, "three");
	assert_int_equal(at_end.kind, ERR_IO);
	assert_string_equal(shown, "? ? ? ? ");
	for (i = 0; i < 3; i++)
		secret_end(&s[i]);
	secret_end(&none);
}

static void refuses_what_has_no_room(void **state)
{
	static const char nul[] = "a\0b\n";
	char input[SECRET_SIZE + 16];
	struct secret s = SECRET_NONE;
	struct err e = { .kind = ERR_NONE }, fine = { .kind = ERR_NONE };
	struct piped p;
	int r, next;

	(void)state;
	/* One byte too many, and one that fits. */
	memset(input, 'x', sizeof(input));
	memcpy(input + SECRET_SIZE, "\nnext\n", 6);
	pipe_in(&p, input, SECRET_SIZE + 6);
	r = prompt_secret(PROMPT_STANDARD, "", &s, &e);
	next = prompt_secret(PROMPT_STANDARD, "", &s, &fine);
	pipe_out(&p);
	assert_int_equal(r, -1);
	assert_int_equal(e.kind, ERR_IO);
	/* The rest of it was no answer to the next question. */
	assert_int_equal(next, 0);
	assert_string_equal(s.p, "next");

	input[SECRET_SIZE - 1] = '\n';
	pipe_in(&p, input, SECRET_SIZE);
	r = prompt_secret(PROMPT_STANDARD, "", &s, &fine);
	pipe_out(&p);
	assert_int_equal(r, 0);
	assert_int_equal(s.n, SECRET_SIZE - 1);

	err_clear(&e);
	pipe_in(&p, nul, 4);
	r = prompt_secret(PROMPT_STANDARD, "", &s, &e);
	pipe_out(&p);
	assert_int_equal(r, -1);
	assert_int_equal(s.n, 0);
	secret_end(&s);
}

static void lines_and_values(void **state)
{
	static const char input[] = "hello you\n\n \tnew one \n\n  \n";
	struct err e = { .kind = ERR_NONE };
	struct arena a = { 0 };
	char *line, *empty, *end_line = NULL;
	const char *changed, *kept, *blank, *at_end = NULL;
	struct piped p;
	const char *shown;
	int r, last;

	(void)state;
	pipe_in(&p, input, strlen(input));
	r = prompt_line("? ", &a, &line, &e) | prompt_line("? ", &a, &empty, &e) |
	    prompt_value("Label", "old", &a, &changed, &e) |
	    prompt_value("Other", "kept", &a, &kept, &e) |
	    prompt_value("Blank", "gone", &a, &blank, &e);
	r |= prompt_value("End", "stays", &a, &at_end, &e);
	assert_int_equal(e.kind, ERR_NONE);
	last = prompt_line("? ", &a, &end_line, &e);
	shown = pipe_out(&p);
	assert_int_equal(r, 0);
	assert_string_equal(at_end, "stays");
	assert_string_equal(line, "hello you");
	assert_string_equal(empty, "");
	assert_string_equal(changed, "new one");
	assert_string_equal(blank, "");
	assert_string_equal(kept, "kept");
	assert_int_equal(last, -1);
	assert_int_equal(e.kind, ERR_IO);
	assert_string_equal(shown, "? ? \tLabel [old]: \tOther [kept]: \tBlank [gone]: "
				   "\tEnd [stays]: ? ");
	arena_free(&a);
}

static void a_held_signal_ends_the_question(void **state)
{
	struct err e = { .kind = ERR_NONE };
	struct arena a = { 0 };
	char *line = NULL;
	struct piped p;
	sigset_t held, before;
	const char *shown;
	int signal = 0, late, first, second;

	(void)state;
	sigemptyset(&held);
	sigaddset(&held, SIGUSR1);
	sigprocmask(SIG_BLOCK, &held, &before);
	pipe_in(&p, "yes\n", 4);
	first = prompt_line_until("? ", &held, &a, &line, &signal, &e);
	late = signal;
	raise(SIGUSR1);
	second = prompt_line_until("! ", &held, &a, &line, &signal, &e);
	shown = pipe_out(&p);
	sigprocmask(SIG_SETMASK, &before, NULL);
	assert_int_equal(first, 0);
	assert_int_equal(late, 0);
	assert_string_equal(line, "yes");
	assert_int_equal(second, -1);
	assert_int_equal(signal, SIGUSR1);
	assert_int_equal(e.kind, ERR_IO);
	assert_string_equal(shown, "? ! ");
	arena_free(&a);
}

static int open_descriptors(void)
{
	_cleanup_dir_ DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	return n;
}

static void leaves_no_descriptor(void **state)
{
	int before = open_descriptors();
	struct secret s = SECRET_NONE;
	struct err e = { .kind = ERR_NONE };
	struct piped p;
	int r;

	(void)state;
	/* /dev/tty or, without one, the pipe; either way nothing stays. */
	if (open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC) >= 0)
		skip();
	pipe_in(&p, "a\n", 2);
	r = prompt_secret(PROMPT_TERMINAL, "", &s, &e);
	pipe_out(&p);
	assert_int_equal(r, 0);
	assert_string_equal(s.p, "a");
	secret_end(&s);
	assert_int_equal(open_descriptors(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_without_echo),
		cmocka_unit_test(editing_works),
		cmocka_unit_test(asks_the_terminal),
		cmocka_unit_test(end_of_input_is_an_error),
		cmocka_unit_test(signals_end_it_with_echo),
		cmocka_unit_test(stops_and_asks_anew),
		cmocka_unit_test(asks_anew_after_sigstop),
		cmocka_unit_test(dies_while_stopped),
		cmocka_unit_test(an_orphan_does_not_stop),
		cmocka_unit_test(ignored_signals_stay_ignored),
		cmocka_unit_test(blocked_signals_stay_blocked),
		cmocka_unit_test(harmless_signals_do_no_harm),
		cmocka_unit_test(caught_signals_ask_anew),
		cmocka_unit_test(waits_in_the_background),
		cmocka_unit_test(a_hangup_is_no_loop),
		cmocka_unit_test(each_prompt_takes_one_line),
		cmocka_unit_test(refuses_what_has_no_room),
		cmocka_unit_test(lines_and_values),
		cmocka_unit_test(a_held_signal_ends_the_question),
		cmocka_unit_test(leaves_no_descriptor),
	};

	/* Who runs us may have them ignored, as nohup(1) does, and the shell in the background. */
	signal(SIGHUP, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
