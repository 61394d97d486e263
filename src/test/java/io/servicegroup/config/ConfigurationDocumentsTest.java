package io.servicegroup.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The documentation of the keys is what their declarations say, in the order of these. */
class ConfigurationDocumentsTest {

  private static final String HEAD = "| key | default | allowed | |";

  @Test
  void keysAreDocumentedAsTheyAreDeclared() throws IOException {
    List<String> declared = Keys.all().stream().map(ConfigurationDocumentsTest::row).toList();
    assertThat(rows(Files.readString(Path.of("docs/configuration.md"))))
        .containsExactlyElementsOf(declared);
  }

  @Test
  void everyKeyIsDeclaredOnceAndExplained() {
    assertThat(Keys.all()).extracting(Key::path).doesNotHaveDuplicates();
    assertThat(Keys.all()).extracting(Key::meaning).doesNotContain("");
  }

  /** The rows of the page's tables of keys. */
  private static List<String> rows(String page) {
    List<String> rows = new ArrayList<>();
    boolean isInTable = false;
    for (String line : page.lines().toList()) {
      isInTable = line.equals(HEAD) || isInTable && line.startsWith("|");
      if (isInTable && line.startsWith("| `")) {
        rows.add(line);
      }
    }
    return rows;
  }

  /** As it stands in the page. */
  static String row(Key<?> key) {
    String byDefault = key.defaultText().isEmpty() ? "`null`" : key.defaultText();
    return Stream.of("`" + key.path() + "`", byDefault, key.type().allowed(), key.meaning())
        .map(cell -> "| " + cell + " ")
        .collect(Collectors.joining("", "", "|"));
  }
}
