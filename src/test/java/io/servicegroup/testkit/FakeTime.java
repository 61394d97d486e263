package io.servicegroup.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Finds libfaketime, which gives a process a wrong wall clock. */
final class FakeTime {

  private FakeTime() {}

  /** The library to preload. */
  static String library() {
    try (Stream<Path> found = Files.find(Path.of("/usr/lib"), 4, (path, file) -> isLibrary(path))) {
      return found
          .findFirst()
          .orElseThrow(
              () -> new IllegalStateException("there is no faketime: apt-get install faketime"))
          .toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isLibrary(Path path) {
    return path.endsWith("faketime/libfaketimeMT.so.1");
  }
}
