package io.servicegroup.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.config.Key;
import io.servicegroup.config.Scheme;
import io.servicegroup.config.Schemes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The documentation of the technologies' options is what their declarations say, in the order of
 * the service file.
 */
class UriOptionDocumentsTest {

  private static final String HEAD = "| option | default | |";

  static Iterable<Scheme> schemes() {
    return Schemes.all();
  }

  @Test
  void optionsAreDocumentedAsTheyAreDeclared() throws IOException {
    List<List<String>> declared =
        Schemes.all().stream()
            .map(scheme -> scheme.options().stream().map(UriOptionDocumentsTest::row).toList())
            .filter(rows -> !rows.isEmpty())
            .toList();
    assertThat(tables(Files.readString(Path.of("docs/backends.md"))))
        .containsExactlyElementsOf(declared);
  }

  @ParameterizedTest
  @MethodSource("schemes")
  void everyTechnologyCanBeUsed(Scheme scheme) {
    assertThat(Technology.of(scheme)).isSameAs(scheme);
    assertThat(scheme.options()).extracting(Key::name).doesNotHaveDuplicates();
    assertThat(scheme.options()).extracting(Key::meaning).doesNotContain("");
  }

  /** The rows of each of the page's tables of options. */
  private static List<List<String>> tables(String page) {
    List<List<String>> tables = new ArrayList<>();
    boolean isInTable = false;
    for (String line : page.lines().toList()) {
      if (line.equals(HEAD)) {
        tables.add(new ArrayList<>());
      }
      isInTable = line.equals(HEAD) || isInTable && line.startsWith("|");
      if (isInTable && line.startsWith("| `")) {
        tables.get(tables.size() - 1).add(line);
      }
    }
    return tables;
  }

  /** As it stands in the page. */
  private static String row(Key<?> option) {
    String byDefault = option.defaultText().isEmpty() ? "" : option.defaultText() + " ";
    return "| `" + option.name() + "` | " + byDefault + "| " + option.meaning() + " |";
  }
}
