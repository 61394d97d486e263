package io.servicegroup;

import java.util.regex.Pattern;

/** The agent cannot start; the message is one line that names the key to change. */
public final class StartException extends RuntimeException {

  private static final long serialVersionUID = 1L;
  private static final Pattern NAMES_KEY =
      Pattern.compile("(?:agent|services|catalog|liveness|http|agent_check)[.\\[\\w\\]]*: ");

  StartException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * What a failure means to whoever starts the agent. A failure whose message begins with the key
   * to change explains itself.
   *
   * @param failure what stopped the start
   * @param key the key that it belongs to otherwise
   * @param what could not be done
   */
  static StartException of(Throwable failure, String key, String what) {
    if (failure instanceof StartException known) {
      return known;
    }
    String reason = reason(failure);
    return new StartException(
        namesKey(failure) ? reason : key + ": " + what + ": " + reason, failure);
  }

  /** Whether trying again is no use: the failure says which key is to be changed. */
  static boolean namesKey(Throwable failure) {
    return failure.getMessage() != null && NAMES_KEY.matcher(failure.getMessage()).lookingAt();
  }

  static String reason(Throwable failure) {
    String message = failure.getMessage();
    return message == null || message.isBlank()
        ? failure.getClass().getSimpleName()
        : message.strip().lines().findFirst().orElseThrow();
  }
}
