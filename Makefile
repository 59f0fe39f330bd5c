# One line a target; the same words as `tenfold`. Set-up happens by itself: see graders/bootstrap.py.
PYTHON ?= python3
VENV ?= .venv
RUN = $(VENV)/bin/tenfold
SETUP = +@$(PYTHON) graders/bootstrap.py --venv $(VENV)

# Under -q, make passes a recipe's exit code 1 ("not yet") on as its own, without calling it an error.
ifneq ($(filter grade report check-result ci,$(MAKECMDGOALS)),)
MAKEFLAGS += -q
endif

.DEFAULT_GOAL := help
.PHONY: help grade report watch progress list show hint reset check-result ci nbgrader release verify new test lint readme clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

grade: ## EX=mlops-drift [SUB=path]: grade your work (SUB: another file, folder or notebook)
	$(SETUP) --exercise "$(EX)"
	+@$(RUN) grade "$(EX)" $(if $(SUB),--submission "$(SUB)") $(ARGS)

report: ## EX=… [SUB=path]: grade, and open the report in a browser
	$(SETUP) --exercise "$(EX)"
	+@$(RUN) grade "$(EX)" $(if $(SUB),--submission "$(SUB)") --open $(ARGS)

progress: ## [ARGS="--html map.html"]: ten skills, what is passed, what to try next
	$(SETUP)
	@$(RUN) progress $(ARGS)

watch: ## EX=…: grade the visible checks whenever you save
	$(SETUP) --exercise "$(EX)"
	@$(RUN) watch "$(EX)"

list: ## [ARGS="--skill ml"]: the exercises
	$(SETUP)
	@$(RUN) list $(ARGS)

show: ## EX=… [ARGS=--solution]: the statement; once passed, the solutions
	$(SETUP)
	@$(RUN) show "$(EX)" $(ARGS)

hint: ## EX=…: the next hint
	$(SETUP)
	@$(RUN) hint "$(EX)"

reset: ## EX=…: start again; your version is kept aside
	$(SETUP)
	@$(RUN) reset "$(EX)"

check-result: ## FILE=result.json [ARGS="--key grader.pub"]: is a result whole, of this course, signed?
	$(SETUP) --group sign
	+@$(RUN) check-result "$(FILE)" $(ARGS)

ci: ## BASE=ref HEAD=ref [REPO=path] [ARGS="--out folder"]: grade a pull request: its exercises' files alone
	$(SETUP) --diff "$(BASE)" "$(HEAD)" $(if $(REPO),--repo "$(REPO)")
	+@$(RUN) ci --base "$(BASE)" --head "$(HEAD)" $(if $(REPO),--repo "$(REPO)") $(ARGS)

nbgrader: ## EX="mlops-drift …" COURSE=folder: exercises as assignments of an nbgrader course
	$(SETUP) --kit $@ --group nbgrader $(addprefix --exercise ,$(EX))
	@$(RUN) nbgrader install "$(COURSE)"
	@$(RUN) nbgrader export "$(COURSE)" $(EX) $(ARGS)

release: ## OUT=folder: a learner's bundle and a course template, without what is hidden
	$(SETUP) --kit $@
	@$(RUN) release "$(OUT)"

verify: ## [EX=…]: prove the graders right; writes proof.json
	$(SETUP) --kit $@ --all
	@$(RUN) verify $(EX) $(ARGS)

new: ## EX=skill-name: the files of a new exercise
	$(SETUP) --kit $@
	@$(RUN) new "$(EX)"

test: ## every test of the kit
	$(SETUP) --kit $@ --all
	@$(VENV)/bin/python -m pytest $(ARGS)

lint: ## ruff and mypy
	$(SETUP) --kit $@ --all
	@$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check . && $(VENV)/bin/mypy

readme: ## the generated parts of README.md and docs/coverage.md
	$(SETUP) --kit $@ --all
	@$(VENV)/bin/python -m tenfold.readme

clean: ## remove the environment
	@rm -rf $(VENV)
