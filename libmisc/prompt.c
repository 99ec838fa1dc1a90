/* SPDX-License-Identifier: BSD-3-Clause */
#include "prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "fd.h"
#include "text.h"

/* Bytes of an answer with echo, the NUL counted. */
#define LINE_ROOM 4096

enum answer {
	ANSWER_FAILED = -1,
	ANSWER_MORE,
	ANSWER_DONE,
	ANSWER_ANEW, /* a signal came in between, and we are still here */
};

/* The line as far as it has come. */
struct line {
	char *p;
	size_t n, room;
	bool too_long, has_nul;
	bool ended; /* nothing came, nor will */
};

/* A terminal with its echo off, and the signals that wait until it is on again. */
struct terminal {
	int in, out;
	struct termios saved;
	int signals;     /* signalfd */
	sigset_t blocked; /* before */
};

/*
 * Not held back: what a fault of ours raises; what does nothing; and what stops a process in the
 * background that would set or read the terminal, which it shall do.
 */
static const int let_through[] = { SIGSEGV, SIGBUS,  SIGFPE,   SIGILL,	SIGTRAP, SIGSYS,
				   SIGABRT, SIGCHLD, SIGWINCH, SIGURG, SIGTTIN, SIGTTOU };

static void say(int fd, const char *text)
{
	(void)fd_write_all(fd, text, strlen(text));
}

static enum answer finish(struct line *l, struct err *e)
{
	l->p[l->n] = '\0';
	if (l->too_long)
		err_set(e, ERR_IO, "the answer is too long");
	else if (l->has_nul)
		err_set(e, ERR_IO, "the answer has a NUL byte");
	else
		return ANSWER_DONE;
	return ANSWER_FAILED;
}

/* One byte, so that what comes after the line stays for whoever reads next. */
static enum answer take(int fd, struct line *l, struct err *e)
{
	ssize_t n = read(fd, l->p + l->n, 1);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return ANSWER_MORE;
	if (n < 0) {
		err_sys(e, ERR_IO, "cannot read the answer");
		return ANSWER_FAILED;
	}
	if (n == 0 && l->n == 0 && !l->too_long) {
		l->ended = true;
		err_set(e, ERR_IO, "end of input instead of an answer");
		return ANSWER_FAILED;
	}
	if (n == 0 || l->p[l->n] == '\n')
		return finish(l, e);
	if (l->p[l->n] == '\0')
		l->has_nul = true;
	if (l->n + 1 < l->room)
		l->n++;
	else
		l->too_long = true;
	return ANSWER_MORE;
}

static enum answer read_plain(int fd, struct line *l, struct err *e)
{
	struct pollfd wanted = { .fd = fd, .events = POLLIN };
	enum answer a;

	do {
		/* For a descriptor that somebody made non-blocking. */
		(void)poll(&wanted, 1, -1);
		a = take(fd, l, e);
	} while (a == ANSWER_MORE);
	return a;
}

static int set_terminal(int fd, const struct termios *wanted)
{
	int r;

	/* Flushing: what was typed before was seen, what is typed now is no command for a shell. */
	do
		r = tcsetattr(fd, TCSAFLUSH, wanted);
	while (r < 0 && errno == EINTR);
	return r;
}

static int hold_signals(struct terminal *t)
{
	sigset_t held;
	size_t i;
	int signal;

	sigprocmask(SIG_BLOCK, NULL, &t->blocked);
	sigfillset(&held);
	for (i = 0; i < sizeof(let_through) / sizeof(let_through[0]); i++)
		sigdelset(&held, let_through[i]);
	/* What was blocked is not our business. */
	for (signal = 1; signal <= SIGRTMAX; signal++)
		if (sigismember(&t->blocked, signal) == 1)
			sigdelset(&held, signal);
	t->signals = signalfd(-1, &held, SFD_CLOEXEC | SFD_NONBLOCK);
	if (t->signals < 0)
		return -1;
	return sigprocmask(SIG_BLOCK, &held, NULL);
}

/* What is held now acts when it is let go: nothing may lie between us and a clean terminal. */
static void release_signals(struct terminal *t)
{
	fd_close(&t->signals);
	t->signals = -1;
	sigprocmask(SIG_SETMASK, &t->blocked, NULL);
}

/* In the background we were stopped until the terminal was ours: no reason to ask twice. */
static void forget_continuation(void)
{
	const struct timespec at_once = { 0, 0 };
	sigset_t continued;

	sigemptyset(&continued);
	sigaddset(&continued, SIGCONT);
	(void)sigtimedwait(&continued, NULL, &at_once);
}

static int silence(struct terminal *t, struct err *e)
{
	struct termios silent = t->saved;

	/* Lines, as a person types them, whatever the last program left. */
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	silent.c_lflag |= ICANON;
	if (hold_signals(t) < 0) {
		err_sys(e, ERR_IO, "cannot wait for signals");
	} else if (set_terminal(t->in, &silent) < 0) {
		err_sys(e, ERR_IO, "cannot turn off the echo");
		release_signals(t);
	} else {
		forget_continuation();
		return 0;
	}
	return -1;
}

static void restore(struct terminal *t)
{
	(void)set_terminal(t->in, &t->saved);
	say(t->out, "\n");
}

/* A signal that does something?  (A blocked one is queued even if it is ignored.) */
static bool is_for_us(int signal)
{
	struct sigaction action;

	return sigaction(signal, NULL, &action) < 0 || (action.sa_flags & SA_SIGINFO) ||
	       action.sa_handler != SIG_IGN;
}

/* The signal that came first, 0 for none. */
static int next_signal(const struct terminal *t)
{
	struct signalfd_siginfo info;

	while (read(t->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		if (is_for_us((int)info.ssi_signo))
			return (int)info.ssi_signo;
	return 0;
}

/* Until the line is complete, or a signal is there: *ret_signal. */
static enum answer read_or_signal(struct terminal *t, struct line *l, int *ret_signal,
				  struct err *e)
{
	struct pollfd wanted[] = { { .fd = t->in, .events = POLLIN },
				   { .fd = t->signals, .events = POLLIN } };
	enum answer a = ANSWER_MORE;

	while (a == ANSWER_MORE) {
		if (poll(wanted, 2, -1) < 0)
			continue;
		*ret_signal = wanted[1].revents ? next_signal(t) : 0;
		if (*ret_signal)
			return ANSWER_ANEW;
		if (wanted[0].revents)
			a = take(t->in, l, e);
	}
	return a;
}

static enum answer ask_silently(struct terminal *t, const char *text, struct line *l,
				struct err *e)
{
	int signal = 0;
	enum answer a;

	if (silence(t, e) < 0)
		return ANSWER_FAILED;
	say(t->out, text);
	a = read_or_signal(t, l, &signal, e);
	restore(t);
	/* Still held: it ends us, or stops us, when it is released. */
	if (signal)
		(void)raise(signal);
	release_signals(t);
	return a;
}

static int ask(int in, int out, const char *text, struct secret *ret, struct err *e)
{
	struct terminal t = { .in = in, .out = out, .signals = -1 };
	enum answer a;

	do {
		struct line l = { .p = ret->p, .room = ret->room };

		secret_wipe(ret->p, ret->room);
		if (tcgetattr(in, &t.saved) == 0) {
			a = ask_silently(&t, text, &l, e);
		} else {
			say(out, text);
			a = read_plain(in, &l, e);
		}
		ret->n = l.n;
	} while (a == ANSWER_ANEW);
	if (a == ANSWER_DONE)
		return 0;
	secret_wipe(ret->p, ret->room);
	ret->n = 0;
	return -1;
}

int prompt_secret(enum prompt_where where, const char *text, struct secret *ret, struct err *e)
{
	_cleanup_fd_ int terminal = -1;

	if (!ret->p && secret_make(ret, SECRET_SIZE, e) < 0)
		return -1;
	text = text ? _(text) : "";
	/* What was said before comes before the question. */
	fflush(NULL);
	if (where == PROMPT_TERMINAL)
		terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (terminal >= 0)
		return ask(terminal, terminal, text, ret, e);
	return ask(STDIN_FILENO, STDERR_FILENO, text, ret, e);
}

static int ask_line(const char *text, struct arena *a, struct line *ret, struct err *e)
{
	*ret = (struct line){ .p = arena_alloc(a, LINE_ROOM), .room = LINE_ROOM };
	fflush(NULL);
	say(STDOUT_FILENO, text);
	return read_plain(STDIN_FILENO, ret, e) == ANSWER_DONE ? 0 : -1;
}

int prompt_line(const char *text, struct arena *a, char **ret, struct err *e)
{
	struct line l;

	if (ask_line(_(text), a, &l, e) < 0)
		return -1;
	*ret = l.p;
	return 0;
}

int prompt_line_until(const char *text, const sigset_t *signals, struct arena *a, char **ret,
		      int *ret_signal, struct err *e)
{
	struct terminal t = { .in = STDIN_FILENO };
	struct line l = { .p = arena_alloc(a, LINE_ROOM), .room = LINE_ROOM };
	enum answer answer;

	*ret_signal = 0;
	t.signals = signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (t.signals < 0)
		return err_sys(e, ERR_IO, "cannot wait for signals");
	fflush(NULL);
	say(STDOUT_FILENO, _(text));
	answer = read_or_signal(&t, &l, ret_signal, e);
	fd_close(&t.signals);
	if (answer == ANSWER_ANEW)
		return err_set(e, ERR_IO, "a signal came instead of an answer");
	*ret = l.p;
	return answer == ANSWER_DONE ? 0 : -1;
}

#define BLANKS " \t\r\v\f"

static const char *trimmed(char *text)
{
	size_t n;

	text += strspn(text, BLANKS);
	for (n = strlen(text); n > 0 && strchr(BLANKS, text[n - 1]); n--)
		text[n - 1] = '\0';
	return text;
}

int prompt_value(const char *label, const char *current, struct arena *a, const char **ret,
		 struct err *e)
{
	struct err why = { .kind = ERR_NONE };
	struct line l;

	if (ask_line(arena_printf(a, "\t%s [%s]: ", _(label), current), a, &l, &why) == 0)
		*ret = l.n > 0 ? trimmed(l.p) : current;
	else if (l.ended)
		*ret = current;
	else
		return err_set(e, why.kind, "%s", why.message);
	return 0;
}
