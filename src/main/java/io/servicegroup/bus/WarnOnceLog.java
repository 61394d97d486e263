package io.servicegroup.bus;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Logs a warning about a subject once and not each time it is found again: the same warning is
 * repeated only after another one about the same subject, or after the subject was settled.
 * Remembers the last thousand subjects.
 *
 * <p>Thread-safe.
 */
public final class WarnOnceLog {

  private static final int MAX_SUBJECTS = 1000;

  private final Consumer<String> log;
  private final Map<String, String> logged =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > MAX_SUBJECTS;
        }
      };

  /**
   * Makes an object that has logged nothing yet.
   *
   * @param log logs a warning, with the logger of the class that warns
   */
  public WarnOnceLog(Consumer<String> log) {
    this.log = log;
  }

  /**
   * Logs a warning about a subject, unless the last one about it was the same.
   *
   * @param subject names what the warning is about
   * @param sentence the cause, the effect, and what to do
   */
  public synchronized void warn(String subject, String sentence) {
    if (!sentence.equals(logged.put(subject, sentence))) {
      log.accept(sentence);
    }
  }

  /**
   * Forgets the last warning about a subject, which is in order again.
   *
   * @param subject names what the warning was about
   */
  public synchronized void settle(String subject) {
    if (!logged.isEmpty()) {
      logged.remove(subject);
    }
  }

  /**
   * Does the same for a subject whose name takes time to make: in the normal case nothing was
   * logged, and the name is not needed.
   *
   * @param subject makes the name of what the warning was about
   */
  public synchronized void settle(Supplier<String> subject) {
    if (!logged.isEmpty()) {
      logged.remove(subject.get());
    }
  }

  /**
   * Makes a text from outside fit for a log.
   *
   * @param text any text
   * @return its beginning, without control characters
   */
  public static String printable(String text) {
    String begin = text.length() > 80 ? text.substring(0, 80) + "…" : text;
    return begin.replaceAll("\\p{Cntrl}", "?");
  }
}
