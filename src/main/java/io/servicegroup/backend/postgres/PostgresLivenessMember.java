package io.servicegroup.backend.postgres;

import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import java.util.Collection;

/**
 * A member of this agent: its row, the last written state, and what the row's count shows about
 * other writers. Each acknowledged beat of ours adds exactly one to the count, so any further
 * increase is another program's beat.
 */
final class PostgresLivenessMember {

  private static final int STRIKES = 3;
  private static final int CALM = 30;

  /**
   * The most beats that may be unanswered; after more failures the connection is always another
   * one.
   */
  private static final int MOST_UNCERTAIN = 30;

  private final MemberId id;
  private final Incarnation incarnation;
  private final int serviceId;

  /** The state in the members table; null where a write may or may not have succeeded. */
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

  /** The number of the last write that acknowledged a beat. */
  long round() {
    return round;
  }

  /**
   * Notes that a write acknowledged a beat.
   *
   * @param number of the write
   * @param sent when the beat was sent, by {@link System#nanoTime}: the answer may arrive so late
   *     that the next beat is due
   */
  void round(long number, long sent) {
    round = number;
    sentNanos = sent;
  }

  /** Whether the last acknowledged beat was sent after a time, by {@link System#nanoTime}. */
  boolean sentAfter(long nanos) {
    return sentNanos - nanos > 0;
  }

  String state() {
    return state;
  }

  void state(String written) {
    state = written;
  }

  /** Whether its last beat was acknowledged, so that its row is not locked for long. */
  boolean isSettled() {
    return count >= 0 && uncertain == 0;
  }

  /** Notes that a beat is sent; until it is answered, it may or may not be in the count. */
  void sending() {
    uncertain = Math.min(MOST_UNCERTAIN, uncertain + 1);
  }

  /** Notes that the sent beat did not reach the row. */
  void skipped() {
    uncertain = Math.max(0, uncertain - 1);
  }

  /**
   * Notes that the sent beat is acknowledged.
   *
   * @param now the row's count
   * @param on the connection on which it was sent; behind another one, a server that recovered may
   *     have lost beats
   * @param poll the number of the last poll that has begun
   * @return whether the count is less than it must be, so that data was lost
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

  /** The next count; the column's greatest value wraps around. */
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

  /**
   * Whether another program writes beats into the row, seen often enough to exclude an accident.
   */
  boolean hasForeignBeats() {
    return foreign;
  }

  /**
   * Takes the count that a poll read.
   *
   * @param read the row's count
   * @param poll the number of the poll
   * @return whether the count is less than one that was acknowledged before the poll began, so that
   *     data was lost
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

  /** Forgets the counts, because the database lost data and they prove nothing any more. */
  void forget() {
    count = -1;
    countBeforePoll = -1;
    strikes = 0;
  }

  /** The row ids of members. */
  static Integer[] ids(Collection<PostgresLivenessMember> members) {
    return members.stream().map(PostgresLivenessMember::serviceId).toArray(Integer[]::new);
  }

  /** The incarnations of members, in the same order. */
  static String[] incarnations(Collection<PostgresLivenessMember> members) {
    return members.stream().map(member -> member.incarnation().toString()).toArray(String[]::new);
  }

  /** The generations of members, in the same order. */
  static Long[] generations(Collection<PostgresLivenessMember> members) {
    return members.stream().map(member -> member.incarnation().generation()).toArray(Long[]::new);
  }
}
