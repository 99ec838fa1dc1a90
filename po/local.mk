# SPDX-License-Identifier: BSD-3-Clause
# Catalogues of messages.  To add a language: make po-update LANGUAGES=xx, translate po/xx.po, and
# name it here.
LANGUAGES = de fr
EXTRA_DIST += po/extract po/de.po po/fr.po
CATALOGUE_FILES =

if CATALOGUES
CATALOGUE_FILES += po/de.mo po/fr.mo
CLEANFILES += po/de.mo po/fr.mo

install-data-local:
	@for language in $(LANGUAGES); do \
		dir='$(DESTDIR)$(localedir)'/$$language/LC_MESSAGES; \
		$(MKDIR_P) "$$dir" && \
		$(INSTALL_DATA) po/$$language.mo "$$dir/shadow-portable.mo" || exit 1; \
	done

uninstall-local:
	@for language in $(LANGUAGES); do \
		rm -f '$(DESTDIR)$(localedir)'/$$language/LC_MESSAGES/shadow-portable.mo; \
	done
endif

po/de.mo: $(top_srcdir)/po/de.po
	$(AM_V_GEN)$(MKDIR_P) po && msgfmt --check -o $@ '$(top_srcdir)/po/de.po'

po/fr.mo: $(top_srcdir)/po/fr.po
	$(AM_V_GEN)$(MKDIR_P) po && msgfmt --check -o $@ '$(top_srcdir)/po/fr.po'

# Brings the catalogues of the source tree up to its messages.
.PHONY: po-update
po-update:
	cd '$(top_srcdir)' && po/extract $(LANGUAGES)
