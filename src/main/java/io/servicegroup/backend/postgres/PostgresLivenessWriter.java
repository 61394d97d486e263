package io.servicegroup.backend.postgres;

import io.servicegroup.liveness.ClientPair;
import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.liveness.PartlyWritten;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Watch;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Writes the state of this agent's members: changed states, then beats, at once or in parts. */
final class PostgresLivenessWriter {

  private final ClientPair<PostgresClient> beats;
  private final PostgresLivenessMembers own = new PostgresLivenessMembers();
  private final PostgresLivenessBatch batch;
  private final long halfNanos;
  private final boolean watchesOwn;
  private long rounds;

  /**
   * The number of the first of the latest consecutive writes that left beats out; 0 where the last
   * write left out none.
   */
  private long partlySince;

  /** The newest write that was answered; later answers to older writes are ignored. */
  private long newestAnswered;

  PostgresLivenessWriter(ClientPair<PostgresClient> beats, LivenessSettings settings) {
    this.beats = beats;
    this.batch = new PostgresLivenessBatch(settings.reportInterval(), settings.longestCall());
    this.halfNanos = settings.reportInterval().dividedBy(2).toNanos();
    this.watchesOwn = settings.watch().equals(Watch.OWN);
  }

  PostgresLivenessMembers members() {
    return own;
  }

  /**
   * Writes the full state and the ends of members.
   *
   * @param members the full state
   * @param left members that are no longer in the full state
   * @return what the write found; fails where it could not be written
   */
  Future<Answer> write(List<Heartbeat> members, List<Heartbeat> left) {
    long number = ++rounds;
    return beats.run(
        client -> client.run(connection -> new Round(number, connection, members, left).write()));
  }

  /**
   * The result of a write.
   *
   * @param conflicts incarnations that must not be beaten for any more
   * @param missing members without a row; the catalogue knows the reason
   * @param news whether the state of a member changed
   * @param seen what a poll would have seen; null where it could tell more
   */
  record Answer(List<Conflict> conflicts, Set<MemberId> missing, boolean news, Observation seen) {}

  /** One write, on one connection. */
  private final class Round {

    private final long number;
    private final SqlConnection connection;
    private final List<Heartbeat> members;
    private final List<Heartbeat> left;
    private final PostgresLivenessUnwritten skipped;
    private final List<Beat> beaten = new ArrayList<>();

    /** The members that were not written, with a row that says why, or null. */
    private final Map<PostgresLivenessMember, Row> unwritten = new LinkedHashMap<>();

    private final PostgresStateChanges changes = new PostgresStateChanges();
    private final long startedNanos = System.nanoTime();
    private int late;

    Round(long number, SqlConnection connection, List<Heartbeat> members, List<Heartbeat> left) {
      this.number = number;
      this.connection = connection;
      this.members = members;
      this.left = left;
      this.skipped = new PostgresLivenessUnwritten(own, changes, members);
    }

    Future<Answer> write() {
      return lookUp()
          .compose(nothing -> changeStates())
          .compose(nothing -> beat())
          .compose(nothing -> repeat())
          .compose(nothing -> finish());
    }

    private Future<Void> lookUp() {
      return PostgresLivenessLookUp.of(
              connection, own, Stream.concat(left.stream(), members.stream()))
          .map(
              found -> {
                found.superseded().forEach(skipped::superseded);
                found.missing().forEach(skipped::missing);
                return null;
              });
    }

    private Future<Void> changeStates() {
      left.forEach(gone -> changes.add(own.of(gone), gone, true));
      members.forEach(heartbeat -> changes.add(own.of(heartbeat), heartbeat, false));
      return changes.write(connection).onSuccess(unwritten::putAll).mapEmpty();
    }

    /**
     * Sends the beats. Where not all can be written at once, those with the oldest beats come
     * first, and a write that soon follows one that left beats out sends only those.
     */
    private Future<Void> beat() {
      Stream<PostgresLivenessMember> known =
          members.stream().filter(beat -> beat.state().beats()).map(own::of);
      List<PostgresLivenessMember> beating =
          new ArrayList<>(
              known
                  .filter(one -> one != null && one.state() != null)
                  .filter(one -> !isFresh(one))
                  .toList());
      if (batch.isSplit()) {
        beating.sort(Comparator.comparingLong(PostgresLivenessMember::round));
      }
      return beat(beating, members.size());
    }

    private boolean isFresh(PostgresLivenessMember member) {
      return partlySince > 0
          && member.round() >= partlySince
          && member.sentAfter(startedNanos - halfNanos);
    }

    private Future<Void> beat(List<PostgresLivenessMember> rest, int all) {
      long now = System.nanoTime();
      if (rest.isEmpty()) {
        return Future.succeededFuture();
      }
      if (!batch.mayGoOn(now - startedNanos)) {
        late += rest.size();
        return Future.succeededFuture();
      }
      List<PostgresLivenessMember> part = rest.subList(0, batch.size(rest.size()));
      List<PostgresLivenessMember> others = rest.subList(part.size(), rest.size());
      return batch
          .send(connection, part, all)
          .map(
              rows -> {
                unwritten.putAll(beaten(part, rows, now));
                batch.took(part.size(), all, System.nanoTime() - now);
                return others;
              })
          .recover(
              failure ->
                  tookTooLong(failure, part, all)
                      .map(ended -> part.size() > 1 ? rest : without(part, others)))
          .compose(next -> beat(next, all));
    }

    private List<PostgresLivenessMember> without(
        List<PostgresLivenessMember> part, List<PostgresLivenessMember> others) {
      late += part.size();
      return others;
    }

    private Future<Void> tookTooLong(
        Throwable failure, List<PostgresLivenessMember> part, int all) {
      if (all == 1 || !PostgresLivenessBatch.isTooLong(failure)) {
        return Future.failedFuture(failure);
      }
      part.forEach(PostgresLivenessMember::skipped);
      batch.tookTooLong(part.size());
      return Future.succeededFuture();
    }

    /**
     * Takes the acknowledged beats; returns the members whose beats were not, with a row that says
     * why, or null.
     */
    private Map<PostgresLivenessMember, Row> beaten(
        List<PostgresLivenessMember> part, RowSet<Row> rows, long sent) {
      Map<Integer, PostgresLivenessMember> asked = new LinkedHashMap<>();
      part.forEach(member -> asked.put(member.serviceId(), member));
      Map<PostgresLivenessMember, Row> others = new LinkedHashMap<>();
      part.forEach(member -> others.put(member, null));
      for (Row row : rows) {
        PostgresLivenessMember member = asked.get(row.getInteger(0));
        Integer count = row.getInteger(1);
        if (count == null) {
          others.put(member, row);
        } else {
          others.remove(member);
          acknowledged(member, count, sent);
        }
      }
      others.keySet().forEach(PostgresLivenessMember::skipped);
      return others;
    }

    private void acknowledged(PostgresLivenessMember member, long count, long sent) {
      if (number < newestAnswered) {
        return; // a later write was answered already
      }
      newestAnswered = number;
      own.acknowledged(member, count, connection);
      beaten.add(new Beat(member.id(), member.incarnation(), count));
      member.round(number, sent);
      if (member.hasForeignBeats()) {
        skipped.foreignBeats(member.id());
      }
    }

    /**
     * Sends the beats of locked or changed rows once more, because most are free by now. The write
     * has to report a member that is skipped again: it was not beaten for, and readers may never
     * see its row locked.
     */
    private Future<Void> repeat() {
      List<PostgresLivenessMember> held = skipped.held(unwritten);
      if (held.isEmpty()) {
        return Future.succeededFuture();
      }
      long now = System.nanoTime();
      return batch
          .sendTogether(connection, held)
          .map(rows -> late += skipped.held(beaten(held, rows, now)).size())
          .recover(
              failure ->
                  tookTooLong(failure, held, members.size()).map(ended -> late += held.size()))
          .mapEmpty();
    }

    private Future<Answer> finish() {
      int pending = changes.pending().size();
      if (pending > 0) {
        return Future.failedFuture("somebody else holds the rows of " + pending + " members");
      }
      left.forEach(gone -> own.depart(own.of(gone)));
      if (late == 0) {
        partlySince = 0;
        return Future.succeededFuture(
            new Answer(skipped.conflicts(), skipped.missing(), changes.anyWritten(), seen()));
      }
      partlySince = partlySince == 0 ? number : partlySince;
      String why = late + " of " + members.size() + " beats could not be written in time";
      return Future.failedFuture(new PartlyWritten(why, skipped.conflicts()));
    }

    /**
     * What a poll would have seen, where this agent watches its own members only and each of them
     * was beaten for just now; otherwise null.
     */
    private Observation seen() {
      boolean isAll =
          watchesOwn
              && !beaten.isEmpty()
              && beaten.size() == members.size()
              && skipped.conflicts().isEmpty()
              && !changes.anyWritten()
              && !own.isDataLost()
              && own.areAll(members);
      return isAll ? new Observation(beaten, List.of(), List.of(), List.of(), false) : null;
    }
  }
}
