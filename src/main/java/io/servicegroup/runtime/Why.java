package io.servicegroup.runtime;

import io.vertx.core.impl.NoStackTraceTimeoutException;
import java.util.concurrent.TimeoutException;

/**
 * Makes one line for people from a failure: the messages of libraries have many lines, or are
 * empty, or name the timer that fired.
 */
public final class Why {

  private static final int LONGEST = 300;
  private static final String LATE = "no answer in time";

  private Why() {}

  /**
   * Describes a failure.
   *
   * @param failure of this agent's own, or of a library
   * @return half a sentence in one line of at most 300 characters, never empty
   */
  public static String of(Throwable failure) {
    // The message of Vert.x's own timeout names its timer; callers that know more throw their own.
    if (failure instanceof NoStackTraceTimeoutException) {
      return LATE;
    }
    String message = failure.getMessage();
    if (message == null || message.isBlank()) {
      return failure instanceof TimeoutException
          ? LATE
          : "something unexpected (" + failure.getClass().getSimpleName() + ")";
    }
    String line = message.strip().lines().findFirst().orElseThrow().replaceAll("\\p{Cntrl}+", " ");
    return line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
  }
}
