# runtimes.mk - the small relay-chain runtimes: wasm blobs in build/runtimes/.
#
# variants.json is the table, one line a blob: its switches go into mini/variant.c,
# the only file that is compiled for each. Blobs of generation 2 also get the
# methods that ParachainHost 6 to 10 brought, unless WITHOUT_NEW_METHODS says no.

RT      := build/runtimes
RT_CC   := clang-14 --target=wasm32-unknown-unknown -mcpu=mvp
RT_FLAGS := -std=c17 -O2 -nostdlib -ffreestanding -MMD -MP -Wall -Wextra -Wpedantic -Wconversion -Wshadow \
           -Wstrict-prototypes -Wno-sign-conversion -Wno-missing-field-initializers
RT_LINK := wasm-ld-14 --no-entry --import-memory --export=__heap_base --export=__data_end \
           --stack-first -z stack-size=1048576

RT_SOURCES := $(filter-out %/variant.c %/host.c %/host_own.c %/api_parachains_10.c,$(wildcard runtimes/mini/*.c))
RT_OBJS := $(patsubst runtimes/mini/%.c,$(RT)/o/%.o,$(RT_SOURCES))

# "name|switches" with commas for spaces, from the one-line entries.
RT_ROWS  := $(shell sed -n 's/^{"name": "\([^"]*\)", "switches": "\([^"]*\)".*/\1|\2/p' runtimes/variants.json | tr ' ' ',')
RT_NAMES := $(foreach r,$(RT_ROWS),$(firstword $(subst |, ,$(r))))
comma := ,

$(RT)/o/%.o: runtimes/mini/%.c runtimes/runtimes.mk
	@mkdir -p $(@D)
	$(Q)$(RT_CC) $(RT_FLAGS) $(if $(filter env,$*),-fno-builtin) -c $< -o $@

# $(1) name, $(2) switches
define runtime
$(RT)/o/variant-$(1).o: runtimes/mini/variant.c runtimes/mini/variant.h runtimes/runtimes.mk runtimes/variants.json
	@mkdir -p $$(@D)
	$$(Q)$$(RT_CC) $$(RT_FLAGS) $(2) -c $$< -o $$@
$(RT)/$(1).wasm: $(RT_OBJS) $(RT)/o/variant-$(1).o $(RT)/o/host.o \
        $(if $(findstring GENERATION=2,$(2)),$(if $(findstring WITHOUT_NEW_METHODS,$(2)),,$(RT)/o/api_parachains_10.o))
	$$(Q)$$(RT_LINK) $$^ -o $$@
endef
$(foreach r,$(RT_ROWS),$(eval $(call runtime,$(firstword $(subst |, ,$(r))),$(subst $(comma), ,$(word 2,$(subst |, ,$(r)))))))

# As stored on chain when compressed: eight bytes, then a zstd frame.
$(RT)/%.compressed.wasm: $(RT)/%.wasm
	$(Q){ printf '\122\274\123\166\106\333\216\005'; zstd -q -19 -c $<; } > $@

$(RT)/mini.json: $(RT)/mini-1.wasm runtimes/genesis.py
	$(Q)python3 runtimes/genesis.py $< $@

runtimes: $(RT_NAMES:%=$(RT)/%.wasm) $(RT)/mini-2.compressed.wasm $(RT)/mini.json ## the small wasm runtimes

-include $(wildcard $(RT)/o/*.d)
