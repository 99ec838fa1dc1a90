/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * banned - functions that nobody here may call; forced into every file by the build.
 *
 * They write without knowing how much room there is, run a shell, or race for a file name.  The
 * headers that declare them come first, so that only our own use is an error.
 */
#ifndef LIBMISC_BANNED_H
#define LIBMISC_BANNED_H

#include <grp.h>
#include <netdb.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

/* Where the compiler is clang, fortified headers have these as macros. */
#undef sprintf
#undef vsprintf

#pragma GCC poison strcpy strcat stpcpy strncpy strncat sprintf vsprintf gets
#pragma GCC poison strtok atoi atol atoll atof
#pragma GCC poison system popen wordexp
#pragma GCC poison tmpnam tmpnam_r tempnam mktemp
#pragma GCC poison asctime gmtime localtime
#pragma GCC poison putpwent getpw

#endif
