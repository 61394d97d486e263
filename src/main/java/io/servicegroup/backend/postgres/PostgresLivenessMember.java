package io.servicegroup.backend.postgres;

import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import java.util.Collection;

/**
 * A member of this agent: its row, what was last written of it, and what its row's count tells
 * about others. Somebody else's beats are told from our own by the count: each of ours that is
 * acknowledged adds exactly one.
 */
final class PostgresLivenessMember {

  private static final int STRIKES = 3;
  private static final int CALM = 30;

  /** Longer than this nothing fails without the connection being another afterwards. */
  private static final int MOST_UNCERTAIN = 30;

  private final MemberId id;
  private final Incarnation incarnation;
  private final int serviceId;

  /** What the members table says; null where a write may or may not have succeeded. */
  private String state = PostgresStates.word(Heartbeat.State.ALIVE);

  private long count = -1;
  private long countBeforePoll = -1;
  private long acknowledgedDuring = -1;
  private Object session;
  private int uncertain;
  private int strikes;
  private int calm;
  private boolean foreign;
  private long round;
  private long sentNanos;

  PostgresLivenessMember(MemberId id, Incarnation incarnation, int serviceId) {
    this.id = id;
    this.incarnation = incarnation;
    this.serviceId = serviceId;
  }

  MemberId id() {
    return id;
  }

  Incarnation incarnation() {
    return incarnation;
  }

  int serviceId() {
    return serviceId;
  }

  /** The write in which it was acknowledged last. */
  long round() {
    return round;
  }

  /**
   * A write acknowledged it.
   *
   * @param number of the write
   * @param sent when the write sent it, by {@link System#nanoTime}: the answer may come so late
   *     that the next beat is due by then
   */
  void round(long number, long sent) {
    round = number;
    sentNanos = sent;
  }

  /** Whether what was acknowledged last was sent since then, by {@link System#nanoTime}. */
  boolean sentAfter(long nanos) {
    return sentNanos - nanos > 0;
  }

  String state() {
    return state;
  }

  void state(String written) {
    state = written;
  }

  /** Whether its last beat was acknowledged, so that nobody seems to hold its row. */
  boolean isSettled() {
    return count >= 0 && uncertain == 0;
  }

  /** A beat is sent: until it is answered it may or may not count. */
  void sending() {
    uncertain = Math.min(MOST_UNCERTAIN, uncertain + 1);
  }

  /** The beat that was sent did not reach the row. */
  void skipped() {
    uncertain = Math.max(0, uncertain - 1);
  }

  /**
   * The beat that was sent is acknowledged.
   *
   * @param now the row's count
   * @param on the connection that it was sent on: with another one, a server that recovered may
   *     have lost beats
   * @param poll the number of the poll that has begun last
   * @return whether the count is less than it must be
   */
  boolean acknowledged(long now, Object on, long poll) {
    skipped();
    long others = now - next(count);
    boolean known = count >= 0;
    if (known && on == session) {
      judge(others);
    }
    session = on;
    if (acknowledgedDuring != poll) {
      countBeforePoll = count;
      acknowledgedDuring = poll;
    }
    count = now;
    return known && others < 0;
  }

  /** What follows a count in its column, which holds no greater one than this. */
  private static long next(long count) {
    return count < Integer.MAX_VALUE ? count + 1 : 1;
  }

  private void judge(long others) {
    if (others == 0) {
      calm++;
      if (calm >= CALM) {
        strikes = 0;
        uncertain = 0;
      }
    } else if (others > 0 && others <= uncertain) {
      uncertain -= (int) others;
    } else {
      calm = 0;
      strikes++;
      foreign |= strikes >= STRIKES;
    }
  }

  /** Whether somebody else writes beats into the row, seen often enough to be no accident. */
  boolean hasForeignBeats() {
    return foreign;
  }

  /**
   * A poll read the row.
   *
   * @param read its count
   * @param poll the number of the poll
   * @return whether the count is less than one that was acknowledged before the poll began
   */
  boolean lost(long read, long poll) {
    long known = acknowledgedDuring == poll ? countBeforePoll : count;
    if (read >= known) {
      return false;
    }
    count = -1;
    countBeforePoll = -1;
    return true;
  }

  /** The database is not what it was: nothing can be concluded from counts before. */
  void forget() {
    count = -1;
    countBeforePoll = -1;
    strikes = 0;
  }

  /** The rows of some. */
  static Integer[] ids(Collection<PostgresLivenessMember> members) {
    return members.stream().map(PostgresLivenessMember::serviceId).toArray(Integer[]::new);
  }

  /** The lives of some, in the same order. */
  static String[] incarnations(Collection<PostgresLivenessMember> members) {
    return members.stream().map(member -> member.incarnation().toString()).toArray(String[]::new);
  }

  /** Their generations, in the same order. */
  static Long[] generations(Collection<PostgresLivenessMember> members) {
    return members.stream().map(member -> member.incarnation().generation()).toArray(Long[]::new);
  }
}
