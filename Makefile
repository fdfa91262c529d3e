.PHONY: demo test
# A folder of documents from English to Portuguese, through the public API of a server on the embedded engine.
demo:
	scripts/demo
# Everything that .ci/run runs: formatting, lints, docs, tests with real storage, clients and models.
test:
	scripts/test
