#!/bin/sh
# `npm run demo`: installs what is missing, then shows everything at work on a simulated exam.
# Arguments go to `cinemyops demo`; see `npm run demo -- --help`.
set -eu

cd "$(dirname "$0")/.."
. scripts/install.sh

install_npm_packages

if ! install_debian_packages orthanc orthanc-dicomweb orthanc-python dcmtk; then
  cat >&2 <<'END'

The demo needs Orthanc with its DICOMweb and Python plug-ins, and dcmtk. Either
  - run it as root on Debian or Ubuntu, and it installs them;
  - have them installed, as the line above says, and run it again;
  - or use Docker, which needs none of them:
      sh scripts/make-secrets.sh
      docker compose up --build
    and open http://localhost:8042
END
  exit 2
fi

exec node --import tsx src/cli.ts demo "$@"
