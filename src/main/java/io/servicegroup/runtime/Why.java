package io.servicegroup.runtime;

import io.vertx.core.impl.NoStackTraceTimeoutException;
import java.util.concurrent.TimeoutException;

/**
 * Why something failed, in one line for people: libraries speak over many lines, or say nothing, or
 * name the timer that fired.
 */
public final class Why {

  private static final int LONGEST = 300;
  private static final String LATE = "no answer in time";

  private Why() {}

  /**
   * What a failure says.
   *
   * @param failure of this agent's own, or of a library
   * @return half a sentence: one line of at most 300 characters, never empty
   */
  public static String of(Throwable failure) {
    // Vert.x's own bound, whose message is of its timer; whoever knows more says so in ours.
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
