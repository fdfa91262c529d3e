.PHONY: crash demo fidelity soak test
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
# An hour of mixed work, and whether the server takes no more at its end: make soak MINUTES=60
MINUTES ?= 60
soak:
	cargo bench --locked --package terjuman-server --bench soak -- $(MINUTES)
# Figures of what comes back from real documents, written to docs/fidelity.md; OFFICE=DIR adds a folder of office documents.
# LibreOffice, if it is installed (or OFFICE_APP names it), opens OPEN documents of each format.
OPEN ?= 40
fidelity:
	cargo run --release --locked -p terjuman-pipeline --example fidelity -- --open=$(OPEN) --made=300 ../shared/corpus $(OFFICE)
