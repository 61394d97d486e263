# Sourced by soak and bench: compiles the tests and finds what runs them.

# Compiles; Maven's arguments are passed on. Afterwards CLASS_PATH holds what the tests see.
compile_tests() {
  echo "Compiling …" >&2
  ./mvnw -q -B -DskipTests "$@" test-compile dependency:build-classpath \
    -Dmdep.outputFile=target/class-path -Dmdep.includeScope=test >&2
  CLASS_PATH=$PWD/target/test-classes:$PWD/target/classes:$(<target/class-path)
}
