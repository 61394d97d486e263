package io.servicegroup.backend.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Lists directories recursively. Links are not followed. */
final class DirectoryTree {

  private DirectoryTree() {}

  /** Lists a directory and all of its contents, contents before the directory itself. */
  static List<Path> list(Path root) throws IOException {
    try (Stream<Path> walk = Files.walk(root)) {
      return walk.sorted(Comparator.reverseOrder()).toList();
    }
  }

  static void delete(Path root) throws IOException {
    if (Files.exists(root)) {
      for (Path path : list(root)) {
        Files.delete(path);
      }
    }
  }
}
