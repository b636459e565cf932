.PHONY: demo test test-matrix fuzz soak bench bench-http bench-volume bench-scaling check format docs

# Builds the Showcase and serves it on http://localhost:8080: make demo STORE=sealed. STORE=redis, redis-cluster,
# redis-sentinel or postgres starts the servers it needs.
demo:
	Scripts/demo

# Runs all tests.
test:
	Scripts/test

# Runs the tests of clusters and Sentinel with Redis and with Valkey, and those of shared caches with Varnish.
test-matrix:
	Scripts/test-matrix

# Feeds random input to the parsers for ten minutes: make fuzz SECONDS=60 SEED=7.
fuzz:
	SECONDS_EACH=$(SECONDS) SEED=$(SEED) Scripts/fuzz

# Runs many clients against a Showcase that is restarted and killed: make soak SECONDS=900 SEED=7.
soak:
	Scripts/soak $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SEED),--seed $(SEED))

# Measures the parts of the library, and compares the counts with their thresholds.
bench:
	Scripts/bench

# Measures what a session adds to a request of a loaded server: make bench-http ROUNDS=7.
bench-http:
	Scripts/bench-http $(ROUNDS)

# Measures the cost of a user with many sessions, and of many revocations: make bench-volume SESSIONS=100000.
bench-volume:
	Scripts/bench-volume $(SESSIONS)

# Measures how costs grow with the number of sessions, and draws the charts: make bench-scaling SESSIONS=1000000.
bench-scaling:
	Scripts/bench-scaling $(SESSIONS)

# Checks the form: layout, headers, README, documentation, paths.
check:
	Scripts/check

# Formats all Swift code.
format:
	swift format --in-place --parallel --recursive Package.swift Sources Tests \
		Examples/Sources Examples/Package.swift Benchmarks/Sources Benchmarks/Benchmarks Benchmarks/Package.swift

# Builds the documentation into .build-docs.
docs:
	Scripts/docs
