package io.servicegroup.detect;

import java.util.Arrays;
import java.util.stream.LongStream;

/** The different timeouts of the groups in ascending order, each identified by its index. */
final class Timeouts {

  private final EvaluatorSettings settings;
  private final long[] millis;

  Timeouts(EvaluatorSettings settings) {
    this.settings = settings;
    this.millis =
        LongStream.concat(
                LongStream.of(settings.serviceDownTime()),
                settings.groupDownTimes().values().stream().mapToLong(Long::longValue))
            .distinct()
            .sorted()
            .toArray();
  }

  int size() {
    return millis.length;
  }

  /** The timeout at an index, in milliseconds. */
  long millis(int index) {
    return millis[index];
  }

  /** The index of a group's timeout. */
  int of(String group) {
    return Arrays.binarySearch(millis, settings.downTime(group));
  }
}
