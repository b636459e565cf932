.PHONY: demo test test-matrix fuzz soak bench bench-http bench-volume bench-scaling check format docs clean

# Builds the Showcase and serves it on http://localhost:8080: make demo STORE=sealed. STORE=redis, redis-cluster,
# redis-sentinel or postgres starts the servers it needs.
demo:
	Scripts/demo

# Runs all tests.
test:
	Scripts/test

# Searches the models, runs the tests of clusters and Sentinel with Redis and with Valkey, and those of shared caches
# with Varnish.
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
	Benchmarks/Scripts/parts

# Measures what a session adds to a request of a loaded server: make bench-http ROUNDS=7.
bench-http:
	Benchmarks/Scripts/http $(ROUNDS)

# Measures the cost of a user with many sessions, and of many revocations: make bench-volume SESSIONS=100000.
bench-volume:
	Benchmarks/Scripts/volume $(SESSIONS)

# Measures how costs grow with the number of sessions, and draws the charts: make bench-scaling SESSIONS=1000000.
bench-scaling:
	Benchmarks/Scripts/scaling $(SESSIONS)

# Checks the form: layout, headers, README, documentation, paths.
check:
	Scripts/check

# Formats all Swift code.
format:
	swift format --in-place --parallel --recursive Package.swift Sources Tests \
		Examples/LoginApp/Sources Examples/LoginApp/Tests Examples/LoginApp/Package.swift \
		Examples/Sources Examples/Package.swift Benchmarks/Sources Benchmarks/Benchmarks Benchmarks/Package.swift

# Builds the documentation into .build-docs and a static site into .build-docs/site, and checks its links.
docs:
	Scripts/docs

# Removes what these commands build, install and resolve in this folder. Databases of applications stay.
clean:
	rm -rf .build .build-adapters .build-docs .build-sanitized Benchmarks/.build Examples/.build Examples/LoginApp/.build
	rm -f Package.resolved Benchmarks/Package.resolved Examples/Package.resolved Examples/LoginApp/Package.resolved
