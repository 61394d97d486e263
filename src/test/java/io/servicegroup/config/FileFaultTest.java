package io.servicegroup.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileFaultTest {

  @TempDir private Path dir;

  @Test
  void saysWhyAFileCannotBeRead() {
    assertThat(FileFault.ofReading(dir.resolve("none").toString()))
        .contains("there is no such file");
    assertThat(FileFault.ofReading(dir.toString())).contains("it is a directory");
    assertThat(FileFault.ofReading("a\0b")).contains("that is no path of a file");
    assertThat(FileFault.ofReading("pom.xml")).isEmpty();
  }

  @Test
  void namesNeitherClassNorFile() throws Exception {
    Path file = Files.createFile(dir.resolve("file"));
    assertThat(why(() -> Files.readString(dir.resolve("none")))).isEqualTo("there is no such file");
    assertThat(why(() -> Files.readString(dir))).isEqualTo("Is a directory");
    assertThat(why(() -> Files.createDirectory(file))).isEqualTo("something else has that name");
    assertThat(why(() -> Files.readString(file.resolve("x")))).isEqualTo("Not a directory");
  }

  private interface Use {
    void of() throws IOException;
  }

  private static String why(Use use) {
    try {
      use.of();
      throw new AssertionError("it worked");
    } catch (IOException e) {
      return FileFault.why(e);
    }
  }
}
