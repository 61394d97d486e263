# shellcheck shell=bash
# Finds a JDK 17 or newer and exports JAVA_HOME. Sourced by the scripts beside this folder.

# Prints the major version of the JDK in $1; fails where there is none, or only a JRE.
jdk_version() {
  local text
  [[ -x $1/bin/java && -x $1/bin/javac ]] || return 1
  text=$("$1/bin/java" -version 2>&1) || return 1
  [[ $text =~ version\ \"(1\.)?([0-9]+) ]] || return 1
  printf '%s\n' "${BASH_REMATCH[2]}"
}

find_jdk() {
  local candidates=() candidate version rejected=""
  if [[ -n ${JAVA_HOME:-} ]]; then
    candidates+=("$JAVA_HOME")
  fi
  if candidate=$(command -v javac); then
    candidate=$(readlink -f "$candidate")
    candidates+=("${candidate%/bin/javac}")
  fi
  candidates+=(/usr/lib/jvm/* /opt/java/openjdk /opt/jdk* "${HOME:-/nonexistent}"/.sdkman/candidates/java/current)
  for candidate in "${candidates[@]}"; do
    version=$(jdk_version "$candidate") || continue
    if ((version >= 17)); then
      export JAVA_HOME=$candidate
      return
    fi
    rejected="; found only version $version in $candidate"
  done
  echo "A JDK 17 or newer (java and javac) is needed$rejected." \
    "Install one (Debian and Ubuntu: apt-get install openjdk-17-jdk-headless) or set JAVA_HOME." >&2
  return 1
}
