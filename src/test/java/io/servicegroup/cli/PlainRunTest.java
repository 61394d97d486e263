package io.servicegroup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What is read without the library is read as the library reads it. */
class PlainRunTest {

  private static RootCommand byTheLibrary(String... arguments) {
    RootCommand root = new RootCommand(Map.of());
    new CommandLine(root).addSubcommand(new RunCommand(root)).parseArgs(arguments);
    return root;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run",
        "--verbose",
        "run --config a.yaml --config b.yaml --set http.port=1 --verbose",
        "--config a.yaml run --set a=b=c",
        "--set=x=1 --config=b.yaml run --config c.yaml"
      })
  void readsWhatTheLibraryReads(String line) {
    String[] arguments = line.split(" ");
    assertThat(PlainRun.read(Map.of(), arguments))
        .hasValueSatisfying(
            plain ->
                assertThat(plain)
                    .usingRecursiveComparison()
                    .ignoringFields("spec")
                    .isEqualTo(byTheLibrary(arguments)));
  }

  @Test
  void anEmptyLineRunsTheAgent() {
    assertThat(PlainRun.read(Map.of())).isPresent();
  }

  @ParameterizedTest
  @CsvSource({
    "check-config",
    "run run",
    "run extra",
    "--help",
    "run --help",
    "--config",
    "run --config",
    "--config=",
    "--config --set",
    "--set --config x",
    "--confg x",
    "--verbose=true",
    "--set"
  })
  void leavesTheRestToTheLibrary(String line) {
    assertThat(PlainRun.read(Map.of(), line.split(" "))).isEqualTo(Optional.empty());
  }
}
