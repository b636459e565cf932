.PHONY: demo test test-matrix fuzz soak bench bench-http bench-volume bench-scaling check format docs

# Installs what is missing, builds the Showcase and serves it on http://localhost:8080: make demo STORE=sealed, or
# STORE=redis, redis-cluster, redis-sentinel or postgres, which start what they need.
demo:
	Scripts/demo

# Runs every test there is.
test:
	Scripts/test

# Runs what is about clusters and Sentinel with Redis and with Valkey, and about shared caches with Varnish; make test does
# with one of each.
test-matrix:
	Scripts/test-matrix

# Gives the parsers hostile bytes for ten minutes: make fuzz SECONDS=60 SEED=7.
fuzz:
	SECONDS_EACH=$(SECONDS) SEED=$(SEED) Scripts/fuzz

# Uses the Showcase as many browsers do, while it is restarted and killed: make soak SECONDS=900 SEED=7.
soak:
	Scripts/soak $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SEED),--seed $(SEED))

# Measures what the parts of the library cost, and holds the counts against their thresholds.
bench:
	Scripts/bench

# Measures what a session adds to a request of a server under load: make bench-http ROUNDS=7.
bench-http:
	Scripts/bench-http $(ROUNDS)

# Measures what a user with many sessions, and many revocations, cost: make bench-volume SESSIONS=100000.
bench-volume:
	Scripts/bench-volume $(SESSIONS)

# Measures how costs grow and draws the charts of the documentation: make bench-scaling SESSIONS=1000000.
bench-scaling:
	Scripts/bench-scaling $(SESSIONS)

# Looks at form: layout, headers, README, documentation, paths.
check:
	Scripts/check

# Lays out all Swift code anew.
format:
	swift format --in-place --parallel --recursive Package.swift Sources Tests \
		Examples/Sources Examples/Package.swift Benchmarks/Sources Benchmarks/Benchmarks Benchmarks/Package.swift

# Builds the documentation into .build-docs.
docs:
	Scripts/docs
