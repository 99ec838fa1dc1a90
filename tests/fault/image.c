/* SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include "image.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trace.h"

static FILE *proc_open(pid_t pid, const char *name)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	file = fopen(path, "re");
	if (file == NULL)
		trace_die(path);
	return file;
}

uint64_t image_entry(pid_t pid)
{
	FILE *file = proc_open(pid, "auxv");
	ElfW(auxv_t) aux = { 0 };

	while (fread(&aux, sizeof(aux), 1, file) == 1 && aux.a_type != AT_ENTRY)
		;
	fclose(file);
	if (aux.a_type != AT_ENTRY)
		trace_die("no AT_ENTRY");
	return aux.a_un.a_val;
}

/* The section is inside the file, as a damaged one would make us read beyond it. */
static bool section_fits(const ElfW(Shdr) *section, size_t size)
{
	return section->sh_offset <= size && section->sh_size <= size - section->sh_offset;
}

static uint64_t symbol_main(const char *elf, size_t size)
{
	const ElfW(Ehdr) *header = (const void *)elf;
	const ElfW(Shdr) *sections = (const void *)(elf + header->e_shoff);

	if (header->e_shoff == 0 || header->e_shoff > size)
		return 0;
	for (size_t i = 0; i < header->e_shnum; i++) {
		const ElfW(Sym) *symbols = (const void *)(elf + sections[i].sh_offset);
		const char *names;

		if (sections[i].sh_type != SHT_SYMTAB || !section_fits(&sections[i], size))
			continue;
		names = elf + sections[sections[i].sh_link].sh_offset;
		for (size_t j = 0; j < sections[i].sh_size / sizeof(*symbols); j++)
			if (strcmp(names + symbols[j].st_name, "main") == 0 &&
			    symbols[j].st_value != 0)
				return symbols[j].st_value;
	}
	return 0;
}

uint64_t image_main_offset(pid_t pid)
{
	FILE *file = proc_open(pid, "exe");
	const ElfW(Ehdr) *header;
	uint64_t main_address;
	struct stat st;

	if (fstat(fileno(file), &st) < 0 || (size_t)st.st_size < sizeof(*header))
		trace_die("exe");
	header = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fileno(file), 0);
	if (header == MAP_FAILED)
		trace_die("mmap");
	main_address = symbol_main((const char *)header, (size_t)st.st_size);
	if (main_address != 0)
		main_address -= header->e_entry;
	munmap((void *)(uintptr_t)header, (size_t)st.st_size);
	fclose(file);
	return main_address;
}

void image_find_ranges(pid_t pid, const char *name, struct image_ranges *ret_ranges)
{
	FILE *file = proc_open(pid, "maps");
	struct image_ranges ranges = { 0 };
	unsigned long start, end;
	char line[4352], flags[8];

	while (fgets(line, sizeof(line), file) != NULL) {
		if (sscanf(line, "%lx-%lx %7s", &start, &end, flags) != 3 ||
		    strchr(flags, 'x') == NULL || strstr(line, name) == NULL)
			continue;
		if (ranges.count == image_ranges_max)
			break;
		ranges.start[ranges.count] = start;
		ranges.end[ranges.count++] = end;
	}
	fclose(file);
	*ret_ranges = ranges;
}

bool image_has(const struct image_ranges *ranges, uint64_t address)
{
	for (size_t i = 0; i < ranges->count; i++)
		if (address >= ranges->start[i] && address < ranges->end[i])
			return true;
	return false;
}
