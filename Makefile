# Needs Go, git and make; nothing else, but race, which needs a C compiler. `make` lists the targets.

GO        ?= go
FUZZCOUNT ?= 20000
DIR       ?=
REPORT    ?= docs/conformity-suite.md
LINTFLAGS ?= --allow-parallel-runners
TIMEOUT   ?= -timeout 30m
BENCH     ?=
QEMU      ?= $(firstword $(shell command -v qemu-aarch64 qemu-aarch64-static) qemu-aarch64)

.PHONY: help demo test race race-suite purego pooldebug test-386 test-arm64 interop conformance lint fmt generate check-generate tidy-check schemadiff bench bench-build downstream fuzz samples ci

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## regenerate, measure against encoding/json, compare with gen/mcp
	$(GO) run ./internal/demo

test: ## all tests
	$(GO) test $(TIMEOUT) ./...

race: ## all tests under the race detector (needs a C compiler)
	$(GO) test $(TIMEOUT) -race ./...

race-suite: ## all of the transports' suite, under the race detector and with checked buffers (20 minutes)
	$(GO) test -race -tags fullsuite $(TIMEOUT) -run "Suite|Pipe" ./transport/...
	$(GO) test -tags fullsuite,pooldebug $(TIMEOUT) -run "Suite|Pipe" ./transport/...

purego: ## all tests without unsafe and assembly
	$(GO) test $(TIMEOUT) -tags purego ./...

pooldebug: ## all tests with checked buffers
	$(GO) test $(TIMEOUT) -tags pooldebug ./...

test-386: ## all tests on a 32-bit platform
	GOARCH=386 CGO_ENABLED=0 $(GO) test $(TIMEOUT) ./...

# The packages in which kernels have a part. What runs the go command or its own test binary cannot be emulated.
test-arm64: ## tests of the codec on arm64 (needs qemu-user; on such a processor, make test does it)
	GOARCH=arm64 CGO_ENABLED=0 $(GO) test $(TIMEOUT) -tags emulated -exec "$(QEMU)" ./codec/... ./pool ./gen/mcp ./internal/corpus ./internal/hostile

interop: ## try it against clients and servers from npm (needs Node.js)
	cd internal/interop/node && npm ci --no-audit --no-fund --loglevel=error
	$(GO) vet -tags interop ./internal/interop
	$(GO) test $(TIMEOUT) -tags interop -count=1 ./internal/interop

conformance: ## run the public conformance suite and write REPORT (needs npm)
	cd internal/conformance/node && npm ci --no-audit --no-fund --loglevel=error
	cd internal/conformance/client && $(GO) vet ./...
	$(GO) run ./internal/conformance/run -o "$(REPORT)"

lint: bin/golangci-lint ## run the linters of .golangci.yml, in the nested modules and on the files for arm64 too
	bin/golangci-lint run $(LINTFLAGS) ./...
	GOARCH=arm64 bin/golangci-lint run $(LINTFLAGS) ./codec/internal/...
	cd bench && ../bin/golangci-lint run $(LINTFLAGS) ./...
	cd examples/downstream && ../../bin/golangci-lint run $(LINTFLAGS) ./...
	cd examples/ratelimit && ../../bin/golangci-lint run $(LINTFLAGS) ./...
	cd internal/conformance/client && ../../../bin/golangci-lint run $(LINTFLAGS) ./...

bin/golangci-lint: tools/lint/go.mod tools/lint/go.sum
	cd tools/lint && $(GO) build -o ../../bin/golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint

fmt: ## format the code
	"$$($(GO) env GOROOT)/bin/gofmt" -w .

generate: ## write all generated code
	$(GO) generate ./...
	cd examples/downstream && $(GO) generate ./...

check-generate: ## fail if generated code is not what the generator writes
	$(GO) run ./tools/codegen -mcp -out gen/mcp -check
	cd examples/downstream && $(GO) tool codegen -schema v1=schema/inventory-v1.json -schema v2=schema/inventory-v2.json -package inventory -out inventory -check

tidy-check: ## fail if a go.mod is not tidy
	$(GO) mod tidy -diff
	cd bench && $(GO) mod tidy -diff
	cd examples/downstream && $(GO) mod tidy -diff
	cd examples/ratelimit && $(GO) mod tidy -diff
	cd internal/conformance/client && $(GO) mod tidy -diff

schemadiff: ## compare schema/ with official files: make schemadiff DIR=folder
	$(GO) run ./tools/schemadiff $(DIR)

bench: ## run all benchmarks and write bench/RESULTS.md and bench/charts: make bench BENCH="-only codec"
	cd bench && $(GO) run ./cmd/bench -o RESULTS.md $(BENCH)

bench-build: ## vet and test the bench module
	cd bench && $(GO) vet ./... && $(GO) test ./...

downstream: ## vet and test the examples that are modules of their own
	cd examples/downstream && $(GO) vet ./... && $(GO) test ./...
	cd examples/ratelimit && $(GO) vet ./... && $(GO) test ./...

fuzz: ## run every fuzz target FUZZCOUNT times
	@set -e; failed=; packages=$$($(GO) list ./...); \
	for pkg in $$packages; do \
		list=$$($(GO) test -list '^Fuzz' $$pkg); \
		for target in $$(echo "$$list" | grep '^Fuzz' || true); do \
			echo "$$pkg $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZCOUNT)x -fuzzminimizetime 10x -parallel 2 $$pkg || failed="$$failed $$target"; \
		done; \
	done; \
	if [ -n "$$failed" ]; then echo "failed:$$failed"; exit 1; fi

samples: ## compare each kernel with its plain twin on 25 million random texts (5 minutes)
	$(GO) test ./codec/internal/scan -run TestSamples -timeout 1h -v -scan.samples 25000000 -scan.seed $(or $(SEED),1)

ci: ## what has to pass before a change lands
	.ci/run
