.PHONY: test
# Everything that .ci/run runs: formatting, lints, tests, docs.
test:
	scripts/test
