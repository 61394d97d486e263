package io.servicegroup.bus;

import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;

/**
 * Warns of something odd once, however often it is found, until it is another or was well in
 * between. Remembers the last thousand subjects.
 *
 * <p>Safe to be used by several threads.
 */
public final class Remarks {

  private static final int MOST = 1000;

  private final Logger log;
  private final Map<String, String> said =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > MOST;
        }
      };

  /**
   * Has said nothing yet.
   *
   * @param log of whoever remarks
   */
  public Remarks(Logger log) {
    this.log = log;
  }

  /**
   * Says something about a subject, unless it said the same of it before.
   *
   * @param subject what it is about
   * @param sentence cause, effect and what to do
   */
  public synchronized void say(String subject, String sentence) {
    if (!sentence.equals(said.put(subject, sentence))) {
      log.warn("{}", sentence);
    }
  }

  /**
   * Nothing is odd about a subject any more.
   *
   * @param subject what it was about
   */
  public synchronized void settle(String subject) {
    if (!said.isEmpty()) {
      said.remove(subject);
    }
  }

  /**
   * A text from outside, fit for a log.
   *
   * @param text anything
   * @return its beginning, without what controls a terminal
   */
  public static String shown(String text) {
    String begin = text.length() > 80 ? text.substring(0, 80) + "…" : text;
    return begin.replaceAll("\\p{Cntrl}", "?");
  }
}
