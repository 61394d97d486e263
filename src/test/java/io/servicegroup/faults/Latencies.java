package io.servicegroup.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Times that were measured, in milliseconds. */
final class Latencies {

  private final List<Long> millis = new ArrayList<>();

  void add(Duration time) {
    millis.add(time.toMillis());
  }

  void addAll(Latencies other) {
    millis.addAll(other.millis);
  }

  /** The upper one of two in the middle. */
  long median() {
    return sorted().get(millis.size() / 2);
  }

  long least() {
    return Collections.min(millis);
  }

  long most() {
    return Collections.max(millis);
  }

  private List<Long> sorted() {
    return millis.stream().sorted().toList();
  }

  @Override
  public String toString() {
    return millis.isEmpty()
        ? "never"
        : "%d ms (median of %d, %d to %d)".formatted(median(), millis.size(), least(), most());
  }
}
