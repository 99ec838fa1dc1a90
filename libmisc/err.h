/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * err - one error, made where its cause is known.
 *
 * A function that can fail takes a struct err as its last parameter and returns 0 or -1 (NULL for
 * pointers).  Who finds the cause fills it, once, with a kind and a complete message; everybody
 * above only passes -1 on.  main alone turns the kind into an exit status.  The first error stays:
 * err_set on a filled err changes nothing, so that cleaning up cannot hide the cause.
 *
 *	if (fd < 0)
 *		return err_sys(e, ERR_IO, "cannot open %s", path);
 */
#ifndef LIBMISC_ERR_H
#define LIBMISC_ERR_H

/* What the tools tell apart by their exit statuses. */
enum err_kind {
	ERR_NONE,
	ERR_USAGE,       /* the command line does not parse, options that exclude each other */
	ERR_ARGUMENT,    /* an option's value is not acceptable */
	ERR_BAD_NAME,    /* a new user or group name is not acceptable */
	ERR_ID_IN_USE,   /* the uid or gid asked for belongs to somebody */
	ERR_NO_ID,       /* none is left in the range */
	ERR_UNKNOWN,     /* no such user or group */
	ERR_BUSY,        /* the user is logged in, the group is somebody's primary group */
	ERR_EXISTS,      /* the name is taken */
	ERR_LOCK,        /* the account files are locked, or may not be locked */
	ERR_USER_FILE,   /* passwd or shadow cannot be read or written */
	ERR_GROUP_FILE,  /* group or gshadow */
	ERR_SUBUID_FILE, /* subuid */
	ERR_SUBGID_FILE, /* subgid */
	ERR_HOME,        /* home directory */
	ERR_MAIL,        /* mail spool */
	ERR_SEUSER,      /* SELinux login mapping */
	ERR_NO_PASSWORD, /* would leave an account without a password */
	ERR_PERMISSION,  /* the caller may not do this */
	ERR_MISSING,     /* a file that is needed (shadow, gshadow) does not exist */
	ERR_PAM,         /* PAM said no, or failed */
	ERR_HOOK,        /* a program of the administrator failed */
	ERR_COMBINATION, /* options or operands that do not go together, where a tool tells that
			  * from ERR_USAGE */
	ERR_IO,          /* anything else the system refused */
	ERR_KINDS
};

/* Room for a message with two paths in it; what is longer is cut. */
#define ERR_MESSAGE_SIZE 8704
/* Of what goes to a log. */
#define ERR_LOG_SIZE 512

struct err {
	enum err_kind kind;
	char message[ERR_MESSAGE_SIZE];
	char english[ERR_LOG_SIZE]; /* for err_log_text */
	int error;                  /* errno, where its text is in the message */
};

/* Both return -1.  err_sys adds ": " and the text of errno, and leaves errno as it was. */
int err_set(struct err *e, enum err_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int err_sys(struct err *e, enum err_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Forgets the error: for a caller that goes on without what failed. */
void err_clear(struct err *e);

#endif
