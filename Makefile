.PHONY: crash demo test
# A folder of documents from English to Portuguese, through the public API of a server on the embedded engine.
demo:
	scripts/demo
# Everything that .ci/run runs: formatting, lints, docs, tests with real storage, clients and models.
test:
	scripts/test
# Kills the server and its workers at random moments and looks whether anything was lost: make crash KILLS=200
KILLS ?= 25
crash:
	TERJUMAN_TEST_KILLS=$(KILLS) scripts/with-postgres cargo nextest run --locked --package terjuman-server being_killed
