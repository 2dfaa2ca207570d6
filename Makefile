# Spate: see `make help`.
SHELL := /bin/bash
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
UNITDIR ?= $(if $(filter /usr,$(PREFIX)),/lib/systemd/system,/etc/systemd/system)
DESTDIR ?=
CONFIG ?= Config/spate.yaml
TEST_FLAGS ?=
BUILD_FLAGS ?=

# An import of a target that is not declared in Package.swift fails the build.
strict := --explicit-target-dependency-import-check error

# What is shipped has its own folder, so that `make run` and `make release` do not undo each other.
static := --static-swift-stdlib --scratch-path .build/static

shipped = $(shell swift build -c release $(static) --show-bin-path)/spate

TARGET ?= datagrams
SECONDS ?= 60
SANITIZER ?=
QUICK ?=
ABLATION ?=
WEEKS ?= 24
OUT ?= .build/evaluation
DOCS ?=

.PHONY: help run build release test bench evaluate fuzz lint check format install uninstall clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

run: build ## install what is missing, build, and start the daemon with CONFIG (Config/spate.yaml)
	@echo "make: starting spate with $(CONFIG); Ctrl-C stops it" >&2
	@exec "$$(swift build -c release $(BUILD_FLAGS) --show-bin-path)/spate" run --config "$(CONFIG)"

build: ## an optimised build
	@.ci/dependencies build
	@echo "make: building (the first time takes some minutes)" >&2
	swift build -c release $(BUILD_FLAGS) --product spate

release: ## an optimised build with the Swift runtime inside: this is what to ship
	@$(MAKE) --no-print-directory build BUILD_FLAGS='$(static)'

test: ## all tests
	@.ci/dependencies build
	swift test --disable-xctest $(strict) $(TEST_FLAGS)

bench: ## what a flow record costs on this machine, in nanoseconds
	@.ci/dependencies build
	swift run -c release $(BUILD_FLAGS) Benchmarks

evaluate: ## attacks, harmless events and weeks on a virtual clock (half an hour; QUICK=1: two minutes; ABLATION=1: each rule off in turn; WEEKS=24; OUT=.build/evaluation)
	@.ci/dependencies build
	swift run -c release $(BUILD_FLAGS) Evaluate --out "$(OUT)" --weeks $(WEEKS) $(if $(QUICK),--quick) $(if $(ABLATION),--ablation) $(if $(DOCS),--docs "$(DOCS)")

fuzz: ## SECONDS=60 of hostile input for TARGET (datagrams, listings, state, baselines, framing, lines, formats, metrics); SANITIZER=address for both sanitizers
	@.ci/dependencies build
	@Tests/Fuzz/run.sh $(TARGET) $(SECONDS) $(SANITIZER)

lint: ## format of the sources, the systemd unit
	@.ci/lint

check: lint test ## lint and test: what must hold before a change lands

format: ## bring the sources into the format that lint wants
	swift format --in-place --recursive --parallel Sources Tests Package.swift

install: ## binary, configuration (an existing one is kept) and unit, below DESTDIR; after `make release`
	@if [ ! -x "$(shipped)" ] || ldd "$(shipped)" | grep -q libswiftCore; then \
	  echo "make: there is no build with the Swift runtime inside; run make release first" >&2; exit 1; fi
	install -D -m 755 "$(shipped)" "$(DESTDIR)$(PREFIX)/bin/spate"
	@if [ -e "$(DESTDIR)$(SYSCONFDIR)/spate/spate.yaml" ]; then \
	  echo "make: kept $(DESTDIR)$(SYSCONFDIR)/spate/spate.yaml; the new one is spate.yaml.new beside it" >&2; \
	  install -D -m 644 Config/spate.yaml "$(DESTDIR)$(SYSCONFDIR)/spate/spate.yaml.new"; \
	else \
	  install -d "$(DESTDIR)$(SYSCONFDIR)/spate"; \
	  sed 's/^  - stdout: {}/#   - stdout: {}                       # systemd sends it to the syslog, where alerts are already/' \
	    Config/spate.yaml > "$(DESTDIR)$(SYSCONFDIR)/spate/spate.yaml"; \
	  chmod 644 "$(DESTDIR)$(SYSCONFDIR)/spate/spate.yaml"; \
	fi
	install -d "$(DESTDIR)$(UNITDIR)"
	sed -e 's|/usr/bin/spate|$(PREFIX)/bin/spate|' -e 's|/etc/spate|$(SYSCONFDIR)/spate|' systemd/spate.service > "$(DESTDIR)$(UNITDIR)/spate.service"
	chmod 644 "$(DESTDIR)$(UNITDIR)/spate.service"

uninstall: ## binary and unit; configuration and history stay
	rm -f "$(DESTDIR)$(PREFIX)/bin/spate" "$(DESTDIR)$(UNITDIR)/spate.service"

clean: ## everything that was built
	rm -rf .build
