# `make test` is the test command: on this machine, on yours and in CI.

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
VALIDATORS  := ivr/twilio/testdata/validators hours/testdata/validators config/holidays/testdata/validators \
	cmd/hotline/internal/simulate/page/testdata/validators
INSTALLED   := $(VALIDATORS:=/node_modules/.package-lock.json)

.DEFAULT_GOAL := help
.PHONY: help test test-short unit lint bench fuzz chaos soak build release release-check demo tools validators clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

test: tools validators lint unit ## everything that must pass: lint, and all tests

unit: tools validators ## all tests, under the race detector where goroutines share something; none may be skipped
	@.ci/unit

test-short: ## the daily run: all but whole calls and commands, in less than a minute
	@.ci/short

lint: ## gofmt, go vet, staticcheck
	@files=$$(find . -name '*.go' -not -path '*/node_modules/*' -not -path '*/testdata/*' -exec gofmt -l {} +); \
	if [ -n "$$files" ]; then echo "not formatted, run gofmt -w on:"; echo "$$files"; exit 1; fi
	go vet ./...
	go vet -tags conformance ./...
	go run $(STATICCHECK) -tags conformance ./...

bench: tools ## speed, in ratios within one run where possible; exits 1 beyond its bounds
	@.ci/bench

fuzz: ## every fuzz target for ten seconds (FUZZTIME=1m for longer), and typing mistakes
	@.ci/fuzz

CALLBACKS := 10000
KILLS    := 200
SEED     :=

chaos: tools ## the crash campaign, half an hour and more (CALLBACKS=10000 KILLS=200; SEED=1 repeats faults)
	CHAOS_CALLBACKS=$(CALLBACKS) CHAOS_KILLS=$(KILLS) CHAOS_SEED=$(or $(SEED),$(shell date +%s)) \
		go test -tags conformance -run '^TestChaos$$' -count=1 -timeout 4h -v ./cmd/hotline/internal/campaign

SOAK := 1h

soak: tools ## everything that can fail does, on three instances under load, for an hour (SOAK=2m for a try)
	HOTLINE_SOAK=$(SOAK) go test -tags conformance -run '^(TestSoak|TestOneInstanceCutOff)$$' -count=1 -timeout 0 -v \
		./cmd/hotline/internal/cluster

build: ## the command, as bin/hotline
	go build -trimpath -o bin/hotline ./cmd/hotline

release: ## archives for linux and darwin with checksums and licences, in dist/ (VERSION=v1.2.3; PLATFORMS=linux/amd64)
	@.ci/release $(PLATFORMS)

release-check: ## make the release twice, in two directories, and compare the checksums
	@.ci/release-check $(PLATFORMS)

demo: ## ring the line in a browser, with a provider simulator
	go run ./cmd/hotline demo

tools: ## install what the tests need beside Go (Debian, as root), or name it
	@.ci/tools

validators: $(INSTALLED) ## install the npm packages that validate our results in the tests

# Without scripts: installing a package runs none of its code.
$(INSTALLED): %/node_modules/.package-lock.json: %/package.json %/package-lock.json | tools
	cd $* && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

clean: ## remove what was built and installed here
	rm -rf bin dist $(VALIDATORS:=/node_modules)
