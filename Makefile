# One line a target; the same words as `tenfold`. Set-up happens by itself: see graders/bootstrap.py.
PYTHON ?= python3
VENV ?= .venv
# How many tests at once; `auto` is two a core, as many of them wait (tests/conftest.py).
JOBS ?= auto
RUN = $(VENV)/bin/tenfold
SETUP = $(ALWAYS)@$(PYTHON) -I graders/bootstrap.py --venv $(VENV)
CHANGE = --base=$(call quoted,BASE) --head=$(call quoted,HEAD) $(if $(value REPO),--repo=$(call quoted,REPO))

# A variable's value as one word for the shell, whatever it holds.
quoted = '$(subst ','\'',$(value $(1)))'
unexport BASE HEAD REPO

# Under -q, make passes a recipe's exit code 1 ("not yet") on as its own, without calling it an error, and runs only lines
# that begin with +. It runs those in a dry run too, so there no line has one. The first word of MAKEFLAGS is the letters
# of make's flags; where it has none, that word is a long flag, or in old versions a variable.
FLAGS := $(firstword -$(MAKEFLAGS))
DRY := $(if $(findstring =,$(FLAGS)),,$(findstring n,$(filter-out --%,$(FLAGS))))
ALWAYS := $(if $(DRY),,+)
ifeq ($(DRY),)
ifneq ($(filter grade report check-result ci,$(MAKECMDGOALS)),)
MAKEFLAGS += -q
endif
endif

.DEFAULT_GOAL := help
.PHONY: help grade report watch progress list show hint reset check-result ci nbgrader release verify mutate new test lint readme clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

grade: ## EX=mlops-drift [SUB=path]: grade your work (SUB: another file, folder or notebook)
	$(SETUP) --exercise $(call quoted,EX)
	$(ALWAYS)@$(RUN) grade $(call quoted,EX) $(if $(value SUB),--submission $(call quoted,SUB)) $(ARGS)

report: ## EX=… [SUB=path]: grade, and open the report in a browser
	$(SETUP) --exercise $(call quoted,EX)
	$(ALWAYS)@$(RUN) grade $(call quoted,EX) $(if $(value SUB),--submission $(call quoted,SUB)) --open $(ARGS)

progress: ## [ARGS="--html map.html"]: ten skills, what is passed, what to try next
	$(SETUP)
	@$(RUN) progress $(ARGS)

watch: ## EX=…: grade the visible checks whenever you save
	$(SETUP) --exercise $(call quoted,EX)
	@$(RUN) watch $(call quoted,EX)

list: ## [ARGS="--skill ml"]: the exercises
	$(SETUP)
	@$(RUN) list $(ARGS)

show: ## EX=… [ARGS=--solution]: the statement; once passed, the solutions
	$(SETUP)
	@$(RUN) show $(call quoted,EX) $(ARGS)

hint: ## EX=…: the next hint
	$(SETUP)
	@$(RUN) hint $(call quoted,EX)

reset: ## EX=…: start again; your version is kept aside
	$(SETUP)
	@$(RUN) reset $(call quoted,EX)

check-result: ## FILE=result.json [ARGS="--key grader.pub"]: is a result whole, of this course, signed?
	$(SETUP) --group sign
	$(ALWAYS)@$(RUN) check-result $(call quoted,FILE) $(ARGS)

ci: ## BASE=ref HEAD=ref [REPO=path] [ARGS="--out folder"]: grade a pull request: its exercises' files alone
	$(SETUP)
	$(SETUP) --group $$($(RUN) ci $(CHANGE) --groups 2>/dev/null)
	$(ALWAYS)@$(RUN) ci $(CHANGE) $(ARGS)

nbgrader: ## EX="mlops-drift …" COURSE=folder: exercises as assignments of an nbgrader course
	$(SETUP) --kit $@ --group nbgrader $(addprefix --exercise ,$(EX))
	@$(RUN) nbgrader install $(call quoted,COURSE)
	@$(RUN) nbgrader export $(call quoted,COURSE) $(EX) $(ARGS)

release: ## OUT=folder: a learner's bundle and a course template, without what is hidden
	$(SETUP) --kit $@
	@$(RUN) release $(call quoted,OUT)

verify: ## [EX=…]: prove the graders right; writes proof.json
	$(SETUP) --kit $@ --proof $(EX)
	@$(RUN) verify $(EX) $(ARGS)

mutate: ## EX=… [ARGS="--count 60"]: small edits of a solution: who keeps every point shows what no check sees
	$(SETUP) --kit $@ --group mutate --proof $(EX)
	@$(RUN) mutate $(EX) $(ARGS)

new: ## EX=skill-name: the files of a new exercise
	$(SETUP) --kit $@
	@$(RUN) new $(call quoted,EX)

test: ## [JOBS=4 ARGS="-n 0 -k word"]: every test of the kit
	$(SETUP) --kit $@ --all
	@$(VENV)/bin/python -m pytest -n $(JOBS) --durations=10 $(ARGS)

lint: ## ruff, mypy, and which part may import which
	$(SETUP) --kit $@ --group lint sign
	@$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check . && $(VENV)/bin/mypy && $(VENV)/bin/lint-imports

readme: ## the generated parts of README.md and docs/coverage.md
	$(SETUP) --kit $@ --exercise mlops-drift
	@$(VENV)/bin/python -m tenfold.reports.generated_docs

clean: ## remove the environment
	@rm -rf $(VENV)
