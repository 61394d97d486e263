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

# Where JDKs may be, the one that is meant first, in candidates.
jdk_candidates() {
  local javac
  candidates=()
  if [[ -n ${JAVA_HOME:-} ]]; then
    candidates+=("$JAVA_HOME")
  fi
  if javac=$(command -v javac); then
    javac=$(readlink -f "$javac")
    candidates+=("${javac%/bin/javac}")
  fi
  candidates+=(/usr/lib/jvm/* /opt/java/openjdk /opt/jdk* "${HOME:-/nonexistent}"/.sdkman/candidates/java/*)
}

# Finds a JDK of each version that is named, and says which are missing. JDKS holds version=folder.
find_jdks() {
  local candidates candidate version
  JDKS=()
  jdk_candidates
  for version in "$@"; do
    for candidate in "${candidates[@]}"; do
      if [[ $(jdk_version "$candidate") == "$version" ]]; then
        JDKS+=("$version=$candidate")
        continue 2
      fi
    done
    echo "JDK $version is missing and is left out. To measure it: apt-get install openjdk-$version-jdk-headless" \
      "or temurin-$version-jdk, or unpack one into /opt/jdk-$version." >&2
  done
  ((${#JDKS[@]} > 0))
}

find_jdk() {
  local candidates candidate version rejected=""
  jdk_candidates
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
