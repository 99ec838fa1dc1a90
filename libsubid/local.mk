# SPDX-License-Identifier: BSD-3-Clause
# libsubid: one source, and two shared libraries that differ in name and in what they export.
#
# Not by libtool: it would take over how the tools are built, for two rules.
noinst_LIBRARIES += libsubid/libpic.a
libsubid_libpic_a_SOURCES = \
	lib/schema.c \
	lib/subid_row.c \
	lib/subid_source.c \
	lib/subid_source_file.c \
	lib/subid_source_find.c \
	lib/subid_source_plugin.c \
	lib/subid_source_user.c \
	libmisc/beneath.c \
	libmisc/err.c \
	libmisc/fd.c \
	libmisc/str.c \
	libsubid/change.c \
	libsubid/look.c \
	libsubid/state.c \
	libsubid/state.h
libsubid_libpic_a_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_builddir)/libsubid/include \
	-DSUBID_GRANT='"$(pkglibexecdir)/subid-grant"'
# Sections, so that the linker leaves out what needs more than the C library.
libsubid_libpic_a_CFLAGS = $(AM_CFLAGS) -fPIC -fvisibility=hidden -ffunction-sections \
	-fdata-sections -fno-lto

EXTRA_DIST += libsubid/libsubid.map libsubid/subid.h.in libsubid/libsubid.pc.in

# Mutexes are in the C library also where threads are not (before glibc 2.34).
SUBID_MAP = $(top_srcdir)/libsubid/libsubid.map
SUBID_SHARED = libsubid/libsubid.so.4.0.0 libsubid/libsubid.so.5.0.0
SUBID_LINK = $(AM_V_CCLD)$(CC) -shared -Wl,-soname,$$(basename $@ .0.0) $(AM_CFLAGS) $(CFLAGS) \
	-fPIC $(SP_LDFLAGS:-pie=) $(LDFLAGS) $(SUBID_LDFLAGS) -Wl,--gc-sections

subidlibdir = $(libdir)
subidlib_DATA = $(SUBID_SHARED) libsubid/libsubid.a
subidincludedir = $(includedir)/shadow
nodist_subidinclude_HEADERS = libsubid/include/shadow/subid.h
pkgconfigdir = $(libdir)/pkgconfig
pkgconfig_DATA = libsubid/libsubid.pc
CLEANFILES += $(SUBID_SHARED) libsubid/libsubid.a libsubid/libsubid.o libsubid/libsubid4.map

libsubid/libsubid4.map: $(SUBID_MAP) libsubid/libpic.a
	$(AM_V_GEN)sed '/^SUBID_5/,$$d' '$(SUBID_MAP)' >$@

libsubid/libsubid.so.4.0.0: libsubid/libsubid4.map libsubid/libpic.a
	$(SUBID_LINK) -Wl,--version-script,libsubid/libsubid4.map -o $@ \
		$(libsubid_libpic_a_OBJECTS) $(DL_LIBS)

libsubid/libsubid.so.5.0.0: $(SUBID_MAP) libsubid/libpic.a
	$(SUBID_LINK) -Wl,--version-script,'$(SUBID_MAP)' -o $@ \
		$(libsubid_libpic_a_OBJECTS) $(DL_LIBS)

# One object with our names hidden in it: a program may have functions of the same names.
libsubid/libsubid.a: $(SUBID_MAP) libsubid/libpic.a
	$(AM_V_AR)$(CC) -r -nostdlib -Wl,--gc-sections \
		$$(sed -n 's/^\t\(subid_[a-z_]*\);$$/-Wl,-u,\1/p' '$(SUBID_MAP)') \
		-o libsubid/libsubid.o $(libsubid_libpic_a_OBJECTS) && \
	$(OBJCOPY) --localize-hidden --strip-unneeded libsubid/libsubid.o && \
	rm -f $@ && $(AR) crs $@ libsubid/libsubid.o

SUBID_NAMES = so so.4 so.5

.PHONY: install-subid-links uninstall-subid-links
install-subid-links:
	@cd '$(DESTDIR)$(libdir)' && ln -sf libsubid.so.4.0.0 libsubid.so.4 && \
		ln -sf libsubid.so.5.0.0 libsubid.so.5 && \
		ln -sf libsubid.so.$(SUBID_ABI) libsubid.so

uninstall-subid-links:
	@for name in $(SUBID_NAMES); do rm -f '$(DESTDIR)$(libdir)'/libsubid.$$name; done
