#!/bin/sh
# Starts Orthanc in the foreground with orthanc.json, on Debian and in the orthancteam image alike.
# Settings, all by environment:
#   ORTHANC_PASSWORD or ORTHANC_PASSWORD_FILE                  required
#   CINEMYOPS_WEB_PASSWORD or CINEMYOPS_WEB_PASSWORD_FILE      required: the node's, for the button
#   ORTHANC_USER           orthanc       CINEMYOPS_WEB_USER    cinemyops
#   ORTHANC_HTTP_PORT      8042          CINEMYOPS_URL         http://127.0.0.1:8043
#   ORTHANC_DICOM_PORT     4242
#   ORTHANC_STORAGE        /var/lib/orthanc/db
#   ORTHANC_STABLE_AGE     60            seconds without a new instance until a series is stable
#   ORTHANC_REMOTE_ACCESS  false         true: serve REST to, and store from, other machines
set -eu

here=$(cd "$(dirname "$0")" && pwd)

fail() {
  echo "orthanc/start.sh: $1" >&2
  exit 2
}

# Prints the secret held by variable $1 or by the file that ${1}_FILE names, escaped for JSON.
secret() {
  eval "value=\${$1:-} file=\${$1_FILE:-}"
  if [ -z "$value" ] && [ -n "$file" ]; then
    [ -r "$file" ] || fail "$1_FILE names a file that cannot be read"
    value=$(head -n 1 "$file")
  fi
  [ -n "$value" ] || fail "no password: set $1 or $1_FILE"
  printf '%s' "$value" | sed 's/[\\"]/\\&/g'
}

# Prints the path of plug-in library $1; Debian and the Docker image keep them in different folders.
plugin() {
  for folder in plugins plugins-available plugins-disabled; do
    if [ -e "/usr/share/orthanc/$folder/$1" ]; then
      echo "/usr/share/orthanc/$folder/$1"
      return
    fi
  done
}

# Assigned before they are exported: `export X=$(...)` would hide a failure.
ORTHANC_PASSWORD=$(secret ORTHANC_PASSWORD)
CINEMYOPS_WEB_PASSWORD=$(secret CINEMYOPS_WEB_PASSWORD)
export ORTHANC_PASSWORD CINEMYOPS_WEB_PASSWORD

dicomweb=$(plugin libOrthancDicomWeb.so)
python=$(plugin libOrthancPython.so)
explorer2=$(plugin libOrthancExplorer2.so)
[ -n "$dicomweb" ] || fail "Orthanc's DICOMweb plug-in is missing: apt-get install orthanc-dicomweb"
[ -n "$python" ] || fail "Orthanc's Python plug-in is missing: apt-get install orthanc-python"

export ORTHANC_PLUGINS="\"$dicomweb\", \"$python\"${explorer2:+, \"$explorer2\"}"
export ORTHANC_PYTHON_SCRIPT="$here/cinemyops_plugin.py"
export ORTHANC_USER="${ORTHANC_USER:-orthanc}"
export ORTHANC_HTTP_PORT="${ORTHANC_HTTP_PORT:-8042}"
export ORTHANC_DICOM_PORT="${ORTHANC_DICOM_PORT:-4242}"
export ORTHANC_STORAGE="${ORTHANC_STORAGE:-/var/lib/orthanc/db}"
export ORTHANC_STABLE_AGE="${ORTHANC_STABLE_AGE:-60}"
export ORTHANC_REMOTE_ACCESS="${ORTHANC_REMOTE_ACCESS:-false}"
export CINEMYOPS_URL="${CINEMYOPS_URL:-http://127.0.0.1:8043}"
export CINEMYOPS_WEB_USER="${CINEMYOPS_WEB_USER:-cinemyops}"
# DCMTK's own switch, which no Orthanc option sets: C-STORE is 12 times slower without it.
export TCP_NODELAY=1

exec Orthanc "$here/orthanc.json"
