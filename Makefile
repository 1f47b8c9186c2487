# The commands of this project. `make run` and `make test` do all their own set-up; see README.md.
.DEFAULT_GOAL := help
.PHONY: help setup run test lint bench
PY := .venv/bin/python
export RASA_TELEMETRY_ENABLED := false
export PYTHONWARNINGS := ignore
unexport PYTHONDONTWRITEBYTECODE # our own modules are compiled once, too

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-7s %s\n", $$1, $$2}' Makefile

setup: ## set up what is missing: environment, packages, keys, database, trained model
	@scripts/setup
	@$(PY) -m bot.setup

run: ## set up, then start everything on this machine
	@scripts/setup
	@exec $(PY) -m bot.run

test: ## set up, then run the whole test suite
	@scripts/setup dev
	@$(PY) -m bot.setup
	@$(PY) -m ruff check .
	@$(PY) -m bot knowledge check
	@$(PY) -m pytest

lint: ## check the style
	@scripts/setup dev
	@$(PY) -m ruff check .

bench: ## run the benchmarks; writes bench.json
	@scripts/setup dev
	@$(PY) -m bot.setup
	@$(PY) -m bench
