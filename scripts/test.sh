#!/bin/sh
# `npm test`: installs what is missing, runs every check, and closes with `N passed, N failed`.
# Each step counts as one check, each test as one more. Works before `npm ci` has ever run.
set -u

passed=0 failed=0 skipped=0
is_complete=no
TEST_COUNTS=

# Runs at every end, also an early or interrupted one: the closing line is what a CI reads.
finish() {
  trap - EXIT HUP INT TERM
  [ -z "$TEST_COUNTS" ] || rm -f "$TEST_COUNTS"
  [ "$is_complete" = yes ] || failed=$((failed + 1))
  line="$passed passed, $failed failed"
  [ "$skipped" -eq 0 ] || line="$line, $skipped skipped"
  printf '\n%s\n' "$line"
  # With a number: within the trap, a plain exit gives the status from before it.
  if [ "$failed" -gt 0 ]; then exit 1; fi
  exit 0
}
trap finish EXIT HUP INT TERM

cd "$(dirname "$0")/.." || exit
. scripts/install.sh
TEST_COUNTS=$(mktemp) || exit
export TEST_COUNTS
export NO_UPDATE_NOTIFIER=1

# step NAME COMMAND...: one check that passes when the command does.
step() {
  name=$1
  shift
  printf '\n== %s\n' "$name"
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $name"
  fi
}

# tests NAME SCRIPT: an npm script that runs mocha; its tests are counted one by one, and a run that
# dies is one failure more.
tests() {
  name=$1
  printf '\n== %s\n' "$name"
  : >"$TEST_COUNTS"
  npm run --silent "$2"
  status=$?
  if read -r run_passed run_failed run_skipped <"$TEST_COUNTS"; then
    passed=$((passed + run_passed))
    failed=$((failed + run_failed))
    skipped=$((skipped + run_skipped))
    # Mocha also exits with an error when a file cannot be loaded or a hook outlives the tests.
    if [ "$status" -eq 0 ] || [ "$run_failed" -gt 0 ]; then return 0; fi
  fi
  failed=$((failed + 1))
  echo "FAILED: $name ended with status $status"
}

step "npm packages" install_npm_packages
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  step "Debian packages" install_debian_packages orthanc orthanc-dicomweb orthanc-python dcmtk \
    dicom3tools python3-pydicom python3-numpy libpixelmed-java chromium
else
  echo "Not root on Debian: tests that need Orthanc, dcmtk or Chromium skip where these are missing."
fi
step "Types" node_modules/.bin/tsc --noEmit
step "Lint" node_modules/.bin/eslint .
step "Format" node_modules/.bin/prettier --check --log-level warn .
tests "Unit tests" test:unit
tests "End-to-end tests" test:e2e
is_complete=yes
