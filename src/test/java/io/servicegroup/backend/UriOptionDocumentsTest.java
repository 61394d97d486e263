package io.servicegroup.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.config.Scheme;
import io.servicegroup.config.Schemes;
import io.servicegroup.config.UriOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The documentation of a technology's options is what their declarations say. */
class UriOptionDocumentsTest {

  static Iterable<Scheme> schemes() {
    return Schemes.all();
  }

  @ParameterizedTest
  @MethodSource("schemes")
  void optionsAreDocumentedAsTheyAreDeclared(Scheme scheme) throws IOException {
    assertThat(Files.readString(Path.of("docs/backends.md"))).contains(table(scheme));
  }

  @ParameterizedTest
  @MethodSource("schemes")
  void everyTechnologyCanBeUsed(Scheme scheme) {
    assertThat(Technology.of(scheme)).isSameAs(scheme);
    assertThat(scheme.options()).extracting(UriOption::name).doesNotHaveDuplicates();
    assertThat(scheme.options()).extracting(UriOption::meaning).doesNotContain("");
  }

  /** As it stands in the page. */
  private static String table(Scheme scheme) {
    return scheme.options().stream()
        .map(UriOptionDocumentsTest::row)
        .collect(Collectors.joining("\n", "| option | default | |\n|---|---|---|\n", "\n"));
  }

  private static String row(UriOption option) {
    String byDefault = option.byDefault().isEmpty() ? "" : "`" + option.byDefault() + "` ";
    String needs = option.needs().isEmpty() ? "" : "; with `" + option.needs() + "` only";
    return "| `" + option.name() + "` | " + byDefault + "| " + option.meaning() + needs + " |";
  }
}
