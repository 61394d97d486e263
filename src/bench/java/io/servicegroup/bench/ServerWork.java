package io.servicegroup.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What a server counted since its start.
 *
 * @param unit what it counts; empty where it counts nothing
 * @param count how many
 */
record ServerWork(String unit, long count) {

  private static final ServerWork NONE = new ServerWork("", 0);

  /** Asks the server of a stand. */
  static ServerWork of(Stand stand) {
    return switch (stand.technology()) {
      case POSTGRESQL -> new ServerWork("transactions", transactions(stand));
      case REDIS ->
          new ServerWork("commands", ask(stand, "INFO stats", "total_commands_processed:"));
      case MEMCACHED ->
          new ServerWork(
              "keys", ask(stand, "stats", "STAT cmd_get ") + ask(stand, "stats", "STAT cmd_set "));
      case ZOOKEEPER -> new ServerWork("packets", ask(stand, "srvr", "Received: "));
      case HAZELCAST, HAZELCAST_MEMBER -> NONE;
    };
  }

  private static long transactions(Stand stand) {
    return stand.database().orElseThrow().transactions();
  }

  /** What was counted since, for a thousand members. */
  String since(ServerWork before, int members) {
    return unit.isEmpty()
        ? "–"
        : "%,d %s".formatted((count - before.count) * 1_000 / members, unit);
  }

  /** One question in the server's own text, and the number behind a word of the answer. */
  private static long ask(Stand stand, String question, String word) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), stand.port())) {
      socket.setSoTimeout(2_000);
      socket.getOutputStream().write((question + "\r\n").getBytes(StandardCharsets.US_ASCII));
      BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      return number(lines, word).orElse(0L);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<Long> number(BufferedReader lines, String word) throws IOException {
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith(word)) {
        return Optional.of(Long.parseLong(line.substring(word.length()).strip()));
      }
      if (line.equals("END")) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }
}
