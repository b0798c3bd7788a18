# make report    builds everything and makes a report; without ARGS that of the embedded example
# make test      builds everything and runs every test, the lint included
# make examples  trains the models of examples/ again, to the same bytes on one machine
# make docs      writes docs/results.schema.json from the types, and docs/report.png where chromium is installed
# make gallery   draws every mark and every figure on sample data: out/gallery/index.html

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := build

PREFIX ?= /usr/local
DESTDIR ?=
ARGS ?=

PACKAGES := libdnnl-dev libopenblas-dev libcairo2-dev libpango1.0-dev libpng-dev libisal-dev libdeflate-dev libjpeg-dev libcmark-gfm-dev \
  libcmark-gfm-extensions-dev libonig-dev nettle-dev liblbfgs-dev zlib1g-dev pkg-config
# Programs that some tests look at figures with; where they are missing these tests are skipped.
TEST_PACKAGES := poppler-utils librsvg2-bin
SWIFT_NEEDED := 6.3

.PHONY: deps test-deps swift-version build report test examples docs gallery bench lint install clean

# $(call install-packages,NAMES) leaves the names of those that are not installed in the shell variable `missing`,
# and installs them where that is allowed.
define install-packages
missing=""; \
for package in $(1); do \
  dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; \
done; \
if [ -n "$$missing" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $$missing && missing=""; \
fi
endef

deps: swift-version
	@$(call install-packages,$(PACKAGES)); \
	if [ -n "$$missing" ]; then \
	  echo "make: these Debian packages are missing:$$missing" >&2; \
	  echo "make: install them with: sudo apt-get install$$missing" >&2; \
	  exit 1; \
	fi

test-deps: deps
	@$(call install-packages,$(TEST_PACKAGES)) || true; \
	if [ -n "$$missing" ]; then echo "make: tests that need$$missing will be skipped" >&2; fi

swift-version:
	@command -v swift >/dev/null || { echo "make: there is no swift on the PATH; Tomograph needs the toolchain $(SWIFT_NEEDED) or later (swift.org/install)" >&2; exit 1; }; \
	found=$$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1); \
	if [ "$$(printf '%s\n' $(SWIFT_NEEDED) "$$found" | sort -V | head -n 1)" != "$(SWIFT_NEEDED)" ]; then \
	  echo "make: Tomograph needs the Swift toolchain $(SWIFT_NEEDED) or later, found $${found:-none}" >&2; exit 1; \
	fi

# The program and its tests are built with the same flags, so that neither makes the other build anew.
SWIFT_FLAGS := -c release -Xswiftc -enable-testing
SWIFT_BUILD := swift build $(SWIFT_FLAGS)

build: deps
	$(SWIFT_BUILD) --product tomograph

report: build
	.build/release/tomograph report $(ARGS)

test: test-deps lint
	$(SWIFT_BUILD) --build-tests
	swift test $(SWIFT_FLAGS) --skip-build

lint: swift-version
	swift format lint --strict -r Sources Tests Package.swift

# In their order: the tagger goes on from minibert, the faults are planted in minigpt's recipe.
examples: build
	for job in minigpt/train digits-vit/train numbers-en-zh/train minibert/pretrain minibert/tag; do \
	  .build/release/tomograph train examples/$$job.json5 --restart; \
	done
	.build/release/tomograph study examples/broken/study.json5 --restart

docs: build
	$(SWIFT_BUILD) --build-tests
	TOMOGRAPH_RECORD=1 swift test $(SWIFT_FLAGS) --skip-build --filter "ResultsSchemaTests/document|SiteShapeTests/document"
	@if command -v chromium >/dev/null; then \
	  folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	  .build/release/tomograph report --out "$$folder" --quiet; \
	  chromium --headless --no-sandbox --hide-scrollbars --user-data-dir="$$folder/chromium" --window-size=1020,1058 \
	    --screenshot=docs/report.png "file://$$folder/minigpt/index.html" 2>/dev/null; \
	else \
	  echo "make: docs/report.png is left as it was: there is no chromium" >&2; \
	fi

gallery: deps
	$(SWIFT_BUILD) --product gallery
	.build/release/gallery out/gallery

# With the peers' scripts beside the checkout and a Python that has torch and matplotlib (make bench PYTHON=…) the same
# work is done by them too, and the ratios are printed.
PEERS ?= ../shared/bench
PYTHON ?= python3

bench: build
	$(SWIFT_BUILD) --product bench
	@if [ -d "$(PEERS)" ] && "$(PYTHON)" -c 'import torch, transformers, matplotlib' 2>/dev/null; then \
	  Tests/Bench/peers.sh "$(PEERS)" "$(PYTHON)"; \
	else \
	  .build/release/bench; \
	  echo "no ratios: they need $(PEERS), and PYTHON=… with torch, transformers and matplotlib" >&2; \
	fi

# The binary finds its templates, fonts and examples in ../share/tomograph.
install: build
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(PREFIX)/share/tomograph"
	install -m 755 .build/release/tomograph "$(DESTDIR)$(PREFIX)/bin/tomograph"
	for folder in templates fonts examples; do \
	  rm -rf "$(DESTDIR)$(PREFIX)/share/tomograph/$$folder"; \
	  cp -R "$$folder" "$(DESTDIR)$(PREFIX)/share/tomograph/$$folder"; \
	done

clean:
	rm -rf .build
