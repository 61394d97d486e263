package io.servicegroup.bench;

import io.servicegroup.testkit.ManagedProcess;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the kernel counted on a server's connections that are open now. */
record Wire(long toServer, long fromServer) {

  private static final Pattern SENT = Pattern.compile("\\bbytes_sent:(\\d+)");
  private static final Pattern RECEIVED = Pattern.compile("\\bbytes_received:(\\d+)");

  /**
   * Counts, at the server's end of each connection.
   *
   * @param port the server's, or the first of several
   * @param ports how many
   */
  static Wire at(int port, int ports) {
    List<String> lines =
        ManagedProcess.run(
            List.of(
                "ss",
                "-tinH",
                "( sport >= :%d and sport <= :%d )".formatted(port, port + ports - 1)));
    return new Wire(sum(lines, RECEIVED), sum(lines, SENT));
  }

  /** What was counted since. */
  Wire since(Wire before) {
    return new Wire(toServer - before.toServer, fromServer - before.fromServer);
  }

  private static long sum(List<String> lines, Pattern counter) {
    return lines.stream()
        .map(counter::matcher)
        .filter(Matcher::find)
        .mapToLong(matcher -> Long.parseLong(matcher.group(1)))
        .sum();
  }
}
