package io.servicegroup.bench;

import io.servicegroup.testkit.ManagedProcess;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Somebody else's heartbeat: a program of {@code scripts/bench-peers}, which beats as often as it
 * is told and says what that cost.
 */
final class Peer implements AutoCloseable {

  private final List<String> command;
  private final Process process;
  private final BufferedReader output;
  private final BufferedWriter input;

  Peer(List<String> command) {
    try {
      this.command = command;
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      output = process.inputReader();
      input = process.outputWriter();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** tooz's coordinator on a server, as it is. */
  static Peer tooz(Stand stand) {
    return new Peer(tooz(stand, List.of()));
  }

  /** tooz's coordinator, whose client waits for the server's answer to each beat. */
  static Peer acknowledgedTooz(Stand stand) {
    return new Peer(tooz(stand, List.of("--acknowledged")));
  }

  private static List<String> tooz(Stand stand, List<String> more) {
    List<String> command = new ArrayList<>();
    command.add("scripts/bench-peers/tooz-heartbeat.py");
    command.add(stand.uri() + "?timeout=30");
    command.add(Long.toString(stand.pid()));
    command.addAll(more);
    return command;
  }

  /** How many members tooz's reader finds in a group. */
  static int toozMembers(Stand stand, String group) {
    List<String> output =
        ManagedProcess.run(List.of("scripts/bench-peers/tooz-members.py", stand.uri(), group));
    return Integer.parseInt(output.get(output.size() - 1));
  }

  /** Nova's own driver on an empty database. */
  static Peer nova(String uri, long server) {
    return new Peer(
        List.of(
            "scripts/bench-peers/nova-heartbeat.py",
            uri.replace("postgresql:", "postgresql+psycopg2:"),
            Long.toString(server)));
  }

  /** Beats so many times. */
  Round run(int beats) {
    try {
      input.write(beats + "\n");
      input.flush();
      String line = output.readLine();
      while (line != null && !line.startsWith("{")) {
        line = output.readLine();
      }
      if (line == null) {
        throw new IllegalStateException(command + " ended");
      }
      JsonObject json = new JsonObject(line);
      return new Round(
          json.getDouble("beats_per_second"),
          json.getDouble("client_cpu_s_per_1000"),
          json.getDouble("server_cpu_s_per_1000"));
    } catch (IOException e) {
      throw new UncheckedIOException(command.get(0), e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
