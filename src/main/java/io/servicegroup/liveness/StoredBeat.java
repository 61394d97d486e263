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
 * What an agent stores about one of its members in a backend that keeps keys and values: the
 * incarnation, the count of beats and the state. Written as {@code 7-1f3a9c04 42 alive}; the
 * sentence about a failure follows.
 *
 * @param incarnation the member's incarnation
 * @param count the number of beats in that incarnation
 * @param state the member's state
 * @param reason a sentence about a failure, or null
 */
public record StoredBeat(Incarnation incarnation, long count, State state, String reason) {

  private static final Pattern FORM =
      Pattern.compile("(\\S{1,128}) (\\d{1,18}) ([a-z]{1,16})(?: (.*))?", Pattern.DOTALL);

  /**
   * Makes what is stored of a heartbeat.
   *
   * @param heartbeat the agent's heartbeat of a member
   * @return the form to store
   */
  public static StoredBeat of(Heartbeat heartbeat) {
    return new StoredBeat(
        heartbeat.incarnation(), heartbeat.count(), heartbeat.state(), heartbeat.reason());
  }

  /**
   * Makes what is stored of a member that left, or was deleted.
   *
   * @param last the last heartbeat of the member
   * @return its end
   */
  public static StoredBeat left(Heartbeat last) {
    return new StoredBeat(last.incarnation(), last.count(), last.end(), null);
  }

  /** Whether this is the last state that is stored of the incarnation. */
  public boolean isEnd() {
    return state.isEnd();
  }

  /**
   * Reads the stored form.
   *
   * @param text the stored text; null where there is none
   * @return the beat, or empty where the text has another form
   */
  public static Optional<StoredBeat> parse(String text) {
    try {
      return text == null ? Optional.empty() : Optional.of(read(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * Reads the stored form, as {@link #parse}.
   *
   * @throws IllegalArgumentException where the text has another form; the message says why
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
   * Makes the stored form.
   *
   * @return a text that {@link #parse} reads
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
   * Makes a sign of life.
   *
   * @param id the member
   * @return the beat
   */
  public Beat beat(MemberId id) {
    return new Beat(id, incarnation, count);
  }

  /**
   * Makes an absence; only where the state is not alive.
   *
   * @param id the member
   * @return the absence
   */
  public Absence absence(MemberId id) {
    return new Absence(id, incarnation, count, state.absence());
  }
}
