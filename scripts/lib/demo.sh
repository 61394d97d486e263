# shellcheck shell=bash
# Starts demo services. Sourced by quickstart and demo-service, with JAVA_HOME and the folder of
# the checkout as the current one.

DEMO_SERVICES=(web-1 web-2 worker-1)
DEMO_JAVA_OPTIONS=(-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx32m -Xss256k)

# Compiles the demo programs where they are missing or older than their sources.
compile_demo() {
  local source
  for source in scripts/demo/*.java; do
    if [[ $source -nt target/demo/.compiled || target/servicegroup-agent.jar -nt target/demo/.compiled ]]; then
      mkdir -p target/demo
      "$JAVA_HOME/bin/javac" --release 17 -cp target/servicegroup-agent.jar -d target/demo scripts/demo/*.java
      touch target/demo/.compiled
      return
    fi
  done
}

# Whether the process of the pid file $2 runs and is a $1; its id is then in $running_pid.
is_running() {
  local command
  running_pid=""
  [[ -r $2 ]] && read -r running_pid <"$2" && [[ -n $running_pid ]] && kill -0 "$running_pid" 2>/dev/null || return 1
  # Ids are used again: after a crash the file may name somebody else's process.
  command=$(tr '\0' ' ' <"/proc/$running_pid/cmdline" 2>/dev/null) && [[ $command == *"$1"* ]]
}

# Starts the service $2 of the quickstart in the folder $1; its process id is then in $started_pid.
start_demo_service() {
  rm -f "$1/$2.pid"
  "$JAVA_HOME/bin/java" "${DEMO_JAVA_OPTIONS[@]}" -cp target/demo DemoService "$2" "$1" \
    </dev/null >>"$1/$2.log" 2>&1 &
  started_pid=$!
  # Its death is told by the agent, not by this shell.
  disown "$started_pid"
}

# Waits until the service $2 in the folder $1 with the process $3 listens.
await_demo_service() {
  until [[ -s $1/$2.pid ]]; do
    if ! kill -0 "$3" 2>/dev/null; then
      echo "The demo service $2 could not start; see $1/$2.log:" >&2
      tail -n 5 "$1/$2.log" >&2
      return 1
    fi
    sleep 0.02
  done
}
