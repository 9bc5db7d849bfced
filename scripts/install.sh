#!/bin/sh
# Sourced by test.sh and demo.sh: installs what is missing, and does nothing when nothing is.
# POSIX sh; the caller stands in the repository's root.

# Installs the npm packages when they are missing or older than the lock file.
install_npm_packages() {
  stamp=node_modules/.package-lock.sha
  wanted=$(cksum package-lock.json)
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then return 0; fi
  command -v npm >/dev/null || {
    echo "npm is missing: install Node.js 20.19 or newer, which brings it." >&2
    return 1
  }
  echo "Installing npm packages..."
  # Not npm ci when packages are there already: it would delete what a running program uses.
  if [ -d node_modules ]; then
    npm install --no-save --no-progress --loglevel=error || return 1
  else
    npm ci --no-progress --loglevel=error || return 1
  fi
  echo "$wanted" >"$stamp"
}

# Prints those of the Debian packages given that are not installed.
missing_debian_packages() {
  for package in "$@"; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || status=absent
    [ "$status" = installed ] || printf '%s ' "$package"
  done
}

# Installs the Debian packages given; says what it cannot do and returns 1.
install_debian_packages() {
  command -v dpkg-query >/dev/null || {
    echo "This is no Debian or Ubuntu machine; not installed here: $*" >&2
    return 1
  }
  missing=$(missing_debian_packages "$@")
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    echo "Missing Debian packages; install them as root: apt-get install $missing" >&2
    return 1
  fi
  echo "Installing Debian packages: $missing"
  apt_log=$(mktemp)
  # A package must not start a service of its own: demo and tests start theirs.
  if [ -e /usr/sbin/policy-rc.d ]; then policy=kept; else policy=ours; fi
  if [ "$policy" = ours ]; then
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
  fi
  # shellcheck disable=SC2086 # the list is meant to be split
  if apt-get update >"$apt_log" 2>&1 &&
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing \
      >>"$apt_log" 2>&1; then
    result=0
  else
    result=1
    tail -n 20 "$apt_log" >&2
  fi
  if [ "$policy" = ours ]; then rm -f /usr/sbin/policy-rc.d; fi
  rm -f "$apt_log"
  return "$result"
}
