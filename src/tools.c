/* SPDX-License-Identifier: BSD-3-Clause */
#include "tools.h"

#include <stdio.h>

#include "run.h"

int tools_main(const struct tools *list, int argc, char **argv)
{
	const struct tools *t;

	for (t = list; t->name; t++)
		if (run_called(argc, argv, t->name))
			return t->main(argc, argv);
	fprintf(stderr, "%s: this program must be called by one of the names", list->name);
	for (t = list; t->name; t++)
		fprintf(stderr, " %s", t->name);
	fputc('\n', stderr);
	return 1;
}
