package io.servicegroup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The output and the exit codes of the commands, except of a running agent. */
class CommandLineTest {

  private static final String SECRET = "s3cr3t-Pa55";

  @TempDir private Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int execute(String... arguments) {
    CommandLine commandLine = CommandLineInterface.commandLine(Map.of("PASSWORD", SECRET));
    return commandLine
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  @Test
  void aSoundConfigurationIsPrintedMaskedAndReadsAsItself() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("a.yaml"),
            """
            catalog: {uri: "postgresql://u:${env:PASSWORD}@h/d"}
            services: [{group: compute, probe: {type: tcp, address: "127.0.0.1:1"}}]
            """);
    int code =
        execute("check-config", "--config", file.toString(), "--set", "http.token=" + SECRET);
    assertThat(code).isZero();
    assertThat(err.toString()).isEmpty();
    assertThat(out.toString())
        .contains("uri: postgresql://u:***@h:5432/d", "token: '***'", "group: compute")
        .doesNotContain("Pa55");

    Path effective = Files.writeString(directory.resolve("effective.yaml"), out.toString());
    out.getBuffer().setLength(0);
    assertThat(execute("check-config", "--config", effective.toString())).isZero();
    assertThat(out.toString()).isEqualTo(Files.readString(effective));
  }

  @Test
  void everyFaultIsALineOfItsOwnOnStandardError() {
    int code =
        execute("--set", "http.port=x", "check-config", "--set", "catalog.uri=mysql://u:Pa55@h/d");
    assertThat(code).isEqualTo(2);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString().lines())
        .hasSize(2)
        .anyMatch(line -> line.startsWith("http.port: given \"x\" (from --set); "))
        .anyMatch(line -> line.startsWith("catalog.uri: "));
    assertThat(err.toString()).doesNotContain("Pa55").doesNotContain("\tat ");
  }

  @Test
  void aThirdPartysVerticleHasToBeThere() throws Exception {
    String there = "io.servicegroup.thirdparty.FileLivenessVerticle";
    String entry = "liveness: {backends: [{verticle: %s, name: files, config: {poll_ms: 1}}]}";
    Path file = directory.resolve("agent.yaml");
    Files.writeString(file, entry.formatted(there));
    assertThat(execute("check-config", "--config", file.toString())).isZero();
    Files.writeString(file, entry.formatted(there + "s"));
    assertThat(execute("check-config", "--config", file.toString())).isEqualTo(2);
    assertThat(err.toString().lines())
        .singleElement()
        .asString()
        .startsWith("liveness.backends[0].verticle: given \"" + there + "s\"")
        .contains("class path");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "destroy | no command destroy; allowed are run, check-config, schema",
        "http.token=s3cr3t-Pa55 | no command http.token;",
        "check-config extra | check-config takes no extra; its options are --",
        "catalog acept | there is no command acept; allowed are accept",
        "migrate | migrate needs --from URI and --to URI",
        "migrate --from redis://h | migrate needs --to URI",
        "migrate --from x --to y | --from: given \"x\"; a URI begins with its scheme and a colon;",
        "--confg x | no option --confg; allowed are --config",
        "run --confg=s3cr3t-Pa55 | no option --confg; allowed are",
        "--config | --config"
      })
  void unusableArgumentsAreOneLine(String arguments, String line) {
    assertThat(execute(arguments.split(" "))).isEqualTo(2);
    assertThat(err.toString().lines()).singleElement().asString().contains(line);
    assertThat(err.toString()).doesNotContain("Pa55");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void verboseShowsWhereAFailureCameFrom() {
    assertThat(execute("check-config", "--verbose", "--set", "http.port=x")).isEqualTo(2);
    assertThat(err.toString()).contains("\tat ");
  }

  @Test
  void schemaPrintsTheTables() {
    assertThat(execute("schema", "--set", "catalog.uri=postgresql://h/d")).isZero();
    assertThat(out.toString()).contains("CREATE TABLE", "services", "servicegroup_members");
  }

  @ParameterizedTest
  @CsvSource({
    "--help",
    "run --help",
    "check-config --help",
    "--version",
    "schema --version",
    "migrate --help"
  })
  void helpAndVersionAreNoFailure(String arguments) {
    assertThat(execute(arguments.split(" "))).isZero();
    assertThat(out.toString()).contains("servicegroup");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--from redi://h --to postgresql://h/d | --from: ",
        "--from postgresql://h/d --to mysql://u:s3cr3t-Pa55@h/d | --to: ",
        "--from postgresql://h/d --to postgresql://h/d | --to: ",
        "--from postgresql://h/d | --to"
      })
  void migrateNamesTheOptionThatIsAtFault(String arguments, String named) {
    String[] words = ("migrate " + arguments).split(" ");

    assertThat(execute(words)).isEqualTo(2);
    assertThat(err.toString()).contains(named).doesNotContain("Pa55");
  }

  @Test
  void migrateSaysWhichStoreCannotBeReached() {
    int code =
        execute(
            "migrate",
            "--from",
            "postgresql://127.0.0.1:1/d",
            "--to",
            "postgresql://127.0.0.1:1/e",
            "--set",
            "agent.start_timeout=200ms");

    assertThat(code).isEqualTo(3);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).startsWith("--from: cannot reach postgresql://127.0.0.1:1/d");
  }
}
