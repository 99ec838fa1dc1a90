# SPDX-License-Identifier: BSD-3-Clause
# The unit for boot, where configure has a directory for units.
EXTRA_DIST += systemd/shadow-recover.service.in

if HAVE_UNITS
unit_DATA = systemd/shadow-recover.service
endif

systemd/shadow-recover.service: systemd/shadow-recover.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) systemd && \
		sed 's|SBINDIR|$(sbindir)|' '$(top_srcdir)/systemd/shadow-recover.service.in' >$@

CLEANFILES += systemd/shadow-recover.service
