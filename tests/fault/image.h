/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * image: what of a stopped process is mapped where, and where its program starts.
 *
 * All functions read /proc/PID and end the process with trace_die when they cannot.
 */
#ifndef FAULT_IMAGE_H
#define FAULT_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { image_ranges_max = 16 };

struct image_ranges {
	size_t count;
	uint64_t start[image_ranges_max], end[image_ranges_max];
};

/* The program's entry point (AT_ENTRY), as mapped. */
uint64_t image_entry(pid_t pid);

/* Distance from the entry point to main(); 0 when the symbol table is stripped. */
uint64_t image_main_offset(pid_t pid);

/* Executable mappings whose path contains `name`. */
void image_find_ranges(pid_t pid, const char *name, struct image_ranges *ret_ranges);

bool image_has(const struct image_ranges *ranges, uint64_t address);

#endif
