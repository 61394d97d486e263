package io.servicegroup.faults;

import io.servicegroup.testkit.AgentProcess;
import java.util.List;
import java.util.regex.Pattern;

/** What an agent told of its backend: one line in its log for each {@code servicegroup.backend}. */
final class BackendNews {

  private final AgentProcess agent;
  private final Pattern unreachable;
  private final Pattern back;
  private final Pattern lost;
  private int mark;
  private List<String> lines = List.of();

  BackendNews(AgentProcess agent, String backend) {
    this.agent = agent;
    this.unreachable = Pattern.compile("\\bBackend " + backend + " .*cannot be reached");
    this.back = Pattern.compile("\\bBackend " + backend + " .*is back after");
    this.lost =
        Pattern.compile("\\bBackend " + backend + "\\b.* some of what was written last is missing");
    this.mark = agent.process().output().mark();
  }

  /** What was told since the last call, or since this was made. The agent has to be the same. */
  Told next() {
    lines = agent.process().output().since(mark);
    mark += lines.size();
    return new Told(count(lines, unreachable), count(lines, back), count(lines, lost));
  }

  /** The log of what {@link #next()} counted, for messages. */
  String log() {
    return String.join("\n    ", lines);
  }

  private static int count(List<String> lines, Pattern pattern) {
    return (int) lines.stream().filter(line -> pattern.matcher(line).find()).count();
  }

  /** Numbers of events. */
  record Told(int unreachable, int back, int lost) {

    @Override
    public String toString() {
      return unreachable + " unreachable, " + back + " back, " + lost + " data lost";
    }
  }
}
