# Everything that is done with this tree, one target each. Every target sets up
# what it needs and nothing twice; `make` alone lists them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

scripts := build/scripts
linux_tags := desktop production webkit2_41

## run: build the program and open it (in a browser where there is no display)
.PHONY: run
run:
	@$(scripts)/run.sh

## test: everything: check, race, browser, window, Windows under Wine, packages
.PHONY: test
test:
	@$(scripts)/test.sh all

## check: the quick part: format, lint, types, bindings, unit tests
.PHONY: check
check:
	@$(scripts)/test.sh check

## bench: measures beside the floor of bench/floor, and the pages beside their budgets
.PHONY: bench
bench: setup-browser build
	@$(scripts)/bench.sh

## bench-sync: measures how devices agree, two PCs and a fleet, beside the floor
.PHONY: bench-sync
bench-sync: setup-tools build-patio-hub
	@$(scripts)/bench-sync.sh

## soak: fuzzing and the long tests, for as long as SOAK says (default 10m each)
.PHONY: soak
soak:
	@$(scripts)/soak.sh

## package: Windows exe and installer, and two .debs, in build/out
.PHONY: package
package: setup-build setup-package pages
	@$(scripts)/package.sh

## bindings: write the TypeScript side of the API after changing app/api
.PHONY: bindings
bindings: setup-build
	@$(scripts)/bindings.sh

## build: pages, window, patioctl and patio-hub, in .bin
.PHONY: build build-window build-patioctl build-patio-hub
build: build-window build-patioctl build-patio-hub

build-window: setup-build pages
	@go build -tags "$(linux_tags)" -o .bin/patio .

build-patioctl: pages
	@CGO_ENABLED=0 go build -o .bin/patioctl ./app/cmd/patioctl

build-patio-hub:
	@CGO_ENABLED=0 go build -o .bin/patio-hub ./app/cmd/patio-hub

# The pages are built when something that they are made of is newer.
page_sources := $(shell find frontend -path frontend/node_modules -prune -o -path frontend/dist -prune -o -path frontend/e2e -prune -o -path frontend/dist-gallery -prune -o -type f -print 2>/dev/null)
.PHONY: pages
pages: setup-pages frontend/dist/index.html

frontend/dist/index.html: $(page_sources)
	@cd frontend && npm run --silent build -- --logLevel warn
	@touch frontend/dist/.keep $@

## window-test: drive the real window, on a screen of its own
.PHONY: window-test
window-test: setup-build setup-window pages
	@$(scripts)/with-display.sh go test -tags window -count 1 -timeout 15m ./app/desktop/windowtest

## e2e: drive the pages in Chromium
.PHONY: e2e
e2e: setup-browser build-patioctl build-patio-hub
	@cd frontend && npm run --silent e2e

## format: put Go and frontend sources into their one form
.PHONY: format
format: setup-pages
	@gofmt -w app backend build/winres sync frontend/embed.go main.go
	@cd frontend && npm run --silent format

## setup: install all that any target needs (each installs its own anyway)
.PHONY: setup setup-build setup-pages setup-tools setup-browser setup-window setup-wine setup-package
setup: setup-build setup-pages setup-tools setup-browser setup-window setup-wine setup-package
setup-build setup-pages setup-tools setup-browser setup-window setup-wine setup-package: setup-%:
	@$(scripts)/setup.sh $*

## clean: delete what was built (not what was set up)
.PHONY: clean
clean:
	@rm -rf .bin build/out frontend/dist-gallery
	@find frontend/dist -mindepth 1 ! -name .keep -delete

.PHONY: help
help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)
