# Lineage: train, measure and use language models.  Needs a C compiler, make and a shell.
#
#   make            programs in build/bin, the library in build/lib
#   make demo       a first model, from text to sample
#   make test       all tests (two minutes); test-long, fuzz, bench: more
#   make install    PREFIX (/usr/local) under DESTDIR
#   make V=1        show the commands

PREFIX  ?= /usr/local
DESTDIR ?=
CC      ?= cc
CFLAGS  ?= -O2 -g
LDFLAGS ?=
BUILD   ?= build
WERROR  ?=
V       ?=

VERSION := $(shell sed -n 's/^\#define LM_VERSION "\(.*\)"/\1/p' include/lm/version.h)

warnings := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wdouble-promotion -Wvla \
    -Wstrict-prototypes -Wmissing-prototypes -Wcast-qual -Wpointer-arith -Wwrite-strings \
    -Wformat=2 -Wundef $(if $(WERROR),-Werror)
language := -std=c11 -D_POSIX_C_SOURCE=200809L -ffp-contract=off -pthread
compile   = $(CC) $(language) $(warnings) $(CFLAGS) -Iinclude -MMD -MP
banned   := -include src/base/banned.h
say       = $(if $(V),,@echo "  $(1) $(@:$(BUILD)/%=%)";)

# What a file named for a CPU level may use besides, on machines that have such levels.
ifneq ($(filter x86_64% amd64%,$(shell $(CC) -dumpmachine)),)
cpu_avx2       := -mavx2 -mfma
cpu_avx512     := $(cpu_avx2) -mavx512f -mavx512bw -mavx512dq -mavx512vl
cpu_avx512bf16 := $(cpu_avx512) -mavx512bf16
endif
cpu_flags = $(cpu_$(lastword $(subst _, ,$(basename $(notdir $<)))))

sources := $(sort $(wildcard src/*/*.c src/*/*/*.c))
objects := $(sources:%.c=$(BUILD)/obj/%.o)
tools   := $(sort $(basename $(notdir $(wildcard tools/*.c))))
library := $(BUILD)/lib/liblm.a
bins    := $(tools:%=$(BUILD)/bin/%)

.PHONY: all demo test test-long bench fuzz install uninstall dist clean FORCE
.DELETE_ON_ERROR:

all: $(bins) $(library)

# Objects depend on the flags they were made with.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(compile) $(LDFLAGS)' | cmp -s - $@ || echo '$(compile) $(LDFLAGS)' > $@

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC)$(compile) $(cpu_flags) $(banned) -c -o $@ $<

$(library): $(objects)
	@mkdir -p $(@D)
	@rm -f $@
	$(call say,AR)$(AR) rcs $@ $(objects)

$(BUILD)/bin/%: $(BUILD)/obj/tools/%.o $(library)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(CFLAGS) $(LDFLAGS) -pthread -o $@ $< $(library) -lm

include tests/tests.mk

demo: all
	@BUILD=$(BUILD) sh tests/demo.sh

dist:
	@mkdir -p $(BUILD)
	git archive --format=tar.gz --prefix=lineage-$(VERSION)/ -o $(BUILD)/lineage-$(VERSION).tar.gz HEAD

bindir  := $(DESTDIR)$(PREFIX)/bin
libdir  := $(DESTDIR)$(PREFIX)/lib
incdir  := $(DESTDIR)$(PREFIX)/include/lm
mandir  := $(DESTDIR)$(PREFIX)/share/man/man1
compdir := $(DESTDIR)$(PREFIX)/share/bash-completion/completions
headers := $(sort $(wildcard include/lm/*.h))

install: all
	mkdir -p $(bindir) $(libdir)/pkgconfig $(incdir) $(mandir) $(compdir)
	cp -f $(bins) $(bindir)/
	cp $(library) $(libdir)/
	cp $(headers) $(incdir)/
	cp $(tools:%=tools/%.1) $(mandir)/
	printf '%s\n' 'prefix=$(PREFIX)' 'Name: lineage' \
	    'Description: train, measure and use language models' 'Version: $(VERSION)' \
	    'Cflags: -I$${prefix}/include' 'Libs: -L$${prefix}/lib -llm -lm -pthread' \
	    > $(libdir)/pkgconfig/lineage.pc
	for t in $(tools); do $(BUILD)/bin/$$t --help-bash > $(compdir)/$$t || exit 1; done

uninstall:
	rm -f $(tools:%=$(bindir)/%) $(libdir)/liblm.a $(libdir)/pkgconfig/lineage.pc
	rm -f $(tools:%=$(mandir)/%.1) $(tools:%=$(compdir)/%)
	rm -f $(headers:include/lm/%=$(incdir)/%)
	rmdir $(incdir) 2>/dev/null || :

clean:
	rm -rf $(BUILD)

-include $(objects:.o=.d) $(tools:%=$(BUILD)/obj/tools/%.d)
