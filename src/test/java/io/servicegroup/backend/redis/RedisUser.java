package io.servicegroup.backend.redis;

import io.servicegroup.testkit.RedisServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A user of Redis.
 *
 * @param name the user's name
 * @param rules what {@code ACL SETUSER} takes after it
 */
record RedisUser(String name, String rules) {

  private static final String COMMAND = "ACL SETUSER ";

  /** The one that the documentation tells to make. */
  static RedisUser documented() {
    try {
      String line =
          Files.readAllLines(Path.of("docs", "backends.md")).stream()
              .filter(candidate -> candidate.startsWith(COMMAND))
              .findFirst()
              .orElseThrow(() -> new AssertionError("docs/backends.md has no " + COMMAND));
      String[] parts =
          line.substring(COMMAND.length()).replace(">PASSWORD", ">secret").split(" ", 2);
      return new RedisUser(parts[0], parts[1]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  RedisServer createServer(boolean debian) {
    return RedisServer.createFor(debian, name, rules);
  }
}
