#!/bin/sh
# Writes a random password for each secret of docker-compose.yml to ./secrets; keeps those there are.
set -eu

cd "$(dirname "$0")/.."
umask 077
mkdir -p secrets
for name in orthanc_password node_password postgres_password; do
  [ -s "secrets/$name" ] || od -An -N18 -tx1 /dev/urandom | tr -d ' \n' >"secrets/$name"
  # Compose mounts the file as it is, and the containers' users differ; the folder keeps others out.
  chmod 444 "secrets/$name"
done
echo "Passwords are in ./secrets: Orthanc user 'orthanc', the node's page user 'cinemyops'."
