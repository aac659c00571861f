# tests.mk - the tests; read by the Makefile.
#
#   make test TESTS="unit cases"    only these kinds
#   make test BUILD=build/asan CFLAGS="-O1 -g -fsanitize=address,undefined"

TESTS        ?= $(if $(grad_sources),grad) unit cases lint programs install fault kill resume fuzz
FUZZ_SECONDS ?= 60

unit_sources := $(sort $(wildcard tests/unit/*.c))
grad_sources := $(sort $(wildcard tests/grad/*.c))
fuzz_names   := $(filter-out driver,$(sort $(basename $(notdir $(wildcard tests/fuzz/*.c)))))

test_harness  := $(BUILD)/obj/tests/test.o $(BUILD)/obj/tests/jobs.o
unit_objects  := $(unit_sources:%.c=$(BUILD)/obj/%.o)
grad_objects  := $(grad_sources:%.c=$(BUILD)/double/%.o) $(sources:%.c=$(BUILD)/double/%.o)
test_programs := $(BUILD)/tests/unit $(if $(grad_sources),$(BUILD)/tests/grad) \
    $(BUILD)/tests/cases $(BUILD)/tests/pty $(BUILD)/tests/strike $(BUILD)/tests/peak \
    $(BUILD)/tests/shim.so \
    $(fuzz_names:%=$(BUILD)/tests/fuzz-%)
link_test      = $(CC) $(CFLAGS) $(LDFLAGS) -pthread -o $@ $(filter %.o,$^) $(filter %.a,$^) -lm

$(BUILD)/obj/tests/%.o: tests/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC)$(compile) -Itests -c -o $@ $<

# Gradients are checked in double precision: everything once more, with LM_DOUBLE.
$(BUILD)/double/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC)$(compile) $(cpu_flags) -DLM_DOUBLE -Itests -c -o $@ $<

$(test_programs): | $(BUILD)/tests
$(BUILD)/tests:
	@mkdir -p $@

$(BUILD)/tests/unit: $(unit_objects) $(test_harness) $(library)
	$(call say,LD)$(link_test)

$(BUILD)/tests/grad: $(grad_objects) $(test_harness)
	$(call say,LD)$(link_test)

$(BUILD)/tests/cases: $(BUILD)/obj/tests/cases.o $(BUILD)/obj/tests/jobs.o
	$(call say,LD)$(link_test)

$(BUILD)/tests/pty: $(BUILD)/obj/tests/pty.o
	$(call say,LD)$(link_test)

$(BUILD)/tests/strike: $(BUILD)/obj/tests/strike.o
	$(call say,LD)$(link_test)

$(BUILD)/tests/peak: $(BUILD)/obj/tests/peak.o
	$(call say,LD)$(link_test)

# Where this fails (no glibc), the fault tests are skipped.
$(BUILD)/tests/shim.so: tests/fault/shim.c $(BUILD)/flags
	-$(call say,LD)$(CC) $(language) $(warnings) -O2 -fPIC -shared -Wl,-z,defs -o $@ $< -ldl

$(BUILD)/tests/fuzz-%: $(BUILD)/obj/tests/fuzz/%.o $(BUILD)/obj/tests/fuzz/driver.o $(library)
	$(call say,LD)$(link_test)

$(BUILD)/tests/libfuzzer-%: $(BUILD)/obj/tests/fuzz/%.o $(library) | $(BUILD)/tests
	$(call say,LD)$(CC) $(CFLAGS) -fsanitize=fuzzer -pthread -o $@ $< $(library) -lm

.PHONY: test-programs fuzz-programs
.SECONDARY:
test-programs: all $(test_programs)
fuzz-programs: $(fuzz_names:%=$(BUILD)/tests/libfuzzer-%)

run_tests = BUILD='$(BUILD)' CC='$(CC)' sh tests/run.sh $(TESTS)

test: test-programs
	@$(run_tests)

test-long: test-programs
	@$(run_tests) $(patsubst tests/%,%,$(sort $(wildcard tests/long/*.sh)))

# Of tests/bench: what others read or run, and what takes so long that it is asked for by name.
bench_parts  := %/pair.sh %/torch.sh %/nnlm.sh
slow_benches := %/gpt-sample.sh
benches      := $(filter-out $(bench_parts) $(slow_benches),$(sort $(wildcard tests/bench/*.sh)))

bench: all
	@for script in $(benches); do \
	    BUILD='$(BUILD)' sh $$script || exit 1; done

bench-%: all
	@BUILD='$(BUILD)' sh tests/bench/$*.sh

fuzz:
	@! command -v clang >/dev/null || $(MAKE) CC=clang BUILD=$(BUILD)/fuzz fuzz-programs \
	    CFLAGS='-O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all'
	@BUILD='$(BUILD)' FUZZ_SECONDS=$(FUZZ_SECONDS) sh tests/fuzz/run.sh

-include $(unit_objects:.o=.d) $(grad_objects:.o=.d) $(test_harness:.o=.d) \
    $(wildcard $(BUILD)/obj/tests/*.d $(BUILD)/obj/tests/fuzz/*.d)
