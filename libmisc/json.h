/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * json - the few things that --json output needs.
 */
#ifndef LIBMISC_JSON_H
#define LIBMISC_JSON_H

#include <stdbool.h>
#include <stdio.h>

/* A string in quotes, or null for NULL.  Bytes that are no UTF-8 become U+FFFD. */
void json_string(FILE *out, const char *text);
/* ,"key": and the value; the comma is left out where first says so. */
void json_member(FILE *out, bool first, const char *key, const char *text);

#endif
