package io.servicegroup.liveness;

import io.servicegroup.model.Absence;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Heartbeat.State;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an agent stores about one of its members in a backend that keeps keys and values: the life,
 * the count of beats, and the state, which is news that the next poll finds. Written as {@code
 * 7-1f3a9c04 42 alive}; a failure's sentence follows.
 *
 * @param incarnation the member's life
 * @param count of beats in that life
 * @param state how it is
 * @param reason a sentence about a failure, or null
 */
public record StoredBeat(Incarnation incarnation, long count, State state, String reason) {

  private static final Pattern FORM =
      Pattern.compile("(\\S{1,128}) (\\d{1,18}) ([a-z]{1,16})(?: (.*))?", Pattern.DOTALL);

  /**
   * What is to be stored of a heartbeat.
   *
   * @param heartbeat what the agent says
   * @return the same
   */
  public static StoredBeat of(Heartbeat heartbeat) {
    return new StoredBeat(
        heartbeat.incarnation(), heartbeat.count(), heartbeat.state(), heartbeat.reason());
  }

  /**
   * What is to be stored of a member that left, or was deleted.
   *
   * @param last the last that the agent said of it
   * @return its end
   */
  public static StoredBeat left(Heartbeat last) {
    return new StoredBeat(last.incarnation(), last.count(), last.end(), null);
  }

  /** Whether nothing more will be said of that life. */
  public boolean isEnd() {
    return state.isEnd();
  }

  /**
   * Reads the stored form.
   *
   * @param text what was found; null where nothing was
   * @return what it says, or empty where it is not ours
   */
  public static Optional<StoredBeat> parse(String text) {
    try {
      return text == null ? Optional.empty() : Optional.of(read(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * As {@link #parse}.
   *
   * @throws IllegalArgumentException where it is not ours; the message says why
   */
  static StoredBeat read(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("a beat looks like 7-1f3a9c04 42 alive");
    }
    return new StoredBeat(
        Incarnation.parse(matcher.group(1)),
        Long.parseLong(matcher.group(2)),
        State.of(matcher.group(3)),
        matcher.group(4));
  }

  /**
   * The stored form.
   *
   * @return a text that {@link #parse} takes
   */
  public String text() {
    String text = incarnation + " " + count + " " + state.text();
    return reason == null ? text : text + " " + reason;
  }

  /** Whether it is a sign of life. */
  public boolean isAlive() {
    return state == State.ALIVE;
  }

  /**
   * As a sign of life.
   *
   * @param id whose
   * @return the beat
   */
  public Beat beat(MemberId id) {
    return new Beat(id, incarnation, count);
  }

  /**
   * As an absence; only where it is not alive.
   *
   * @param id whose
   * @return the absence
   */
  public Absence absence(MemberId id) {
    return new Absence(id, incarnation, count, state.absence());
  }
}
