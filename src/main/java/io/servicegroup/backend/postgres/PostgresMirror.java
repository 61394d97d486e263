package io.servicegroup.backend.postgres;

import io.servicegroup.backend.postgres.PostgresMirrorSql.MirroredWords;
import io.servicegroup.backend.postgres.PostgresMirrorSql.Wanted;
import io.servicegroup.bus.Concerns;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.CatalogEvent.Type;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.runtime.BatchSize;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes rows in {@code services} for this agent's members where their catalogue is in another
 * store: a beat is a count in a row, and Nova's readers find the member's data beside it. The rows
 * follow the catalogue: a row is created, changed and deleted as the catalogue says, and only where
 * it has no newer incarnation. A row that existed before keeps its uuid, and an operator's words in
 * it stay until an operator takes them back in the catalogue.
 */
final class PostgresMirror {

  private static final Logger LOG = LoggerFactory.getLogger(PostgresMirror.class);

  /** The bound of one statement; a batch that takes longer is halved. */
  private static final Duration BOUND = Duration.ofSeconds(2);

  private static final int FIRST = 100;
  private static final int MOST = 1000;

  private final String backend;
  private final PostgresCatalog rows;
  private final Consumer<MemberId> rewritten;
  private final Map<MemberId, Member> own = new HashMap<>();
  private final Map<MemberId, Member> unwritten = new LinkedHashMap<>();
  private final PostgresMirrorNotes notes = new PostgresMirrorNotes();
  private final Map<MemberId, Member> deleted = new LinkedHashMap<>();
  private final Map<MemberId, String> refused = new HashMap<>();
  private final BatchSize size = new BatchSize(FIRST, MOST, BOUND);
  private Future<Void> writing = Future.succeededFuture();
  private boolean wrote;
  private boolean catalogueIsHere;

  /**
   * Creates a mirror that has written nothing yet.
   *
   * @param rewritten called with each member whose row is another one now
   */
  PostgresMirror(Vertx vertx, LivenessSettings settings, Consumer<MemberId> rewritten) {
    BackendUri uri = settings.uri();
    this.backend = settings.backend();
    this.rewritten = rewritten;
    this.rows =
        new PostgresCatalog(
            vertx,
            new AgentConfig.Catalog(uri, settings.tables()),
            Concerns.ofBackend(vertx, settings.backend()),
            PostgresAddition.OF_A_MIRROR);
  }

  Future<Void> open() {
    return rows.open();
  }

  void catalogued(CatalogEvent event) {
    Member member = event.member();
    MemberId id = member.id();
    if (event.type() == Type.DELETED) {
      forget(id);
      if (member.incarnation() != null && member.backends().contains(backend)) {
        deleted.put(id, member);
      }
      removeDeleted();
    } else if (event.own() && member.incarnation() != null) {
      own.put(id, member);
      unwritten.put(id, member);
      deleted.remove(id);
    } else {
      forget(id);
    }
  }

  private void forget(MemberId id) {
    own.remove(id);
    unwritten.remove(id);
    notes.forget(id);
    refused.remove(id);
  }

  /** Notes that a member's row is missing. */
  void lost(MemberId id) {
    Member member = own.get(id);
    if (member != null) {
      unwritten.put(id, member);
      notes.forget(id);
    }
  }

  /** Notes that the tables are gone with all rows. */
  void lost() {
    unwritten.putAll(own);
    notes.forgetAll();
  }

  boolean has(MemberId id) {
    return own.containsKey(id) && !catalogueIsHere;
  }

  /**
   * Writes all rows that differ from the catalogue; one run at a time.
   *
   * @return fails where a row could not be written
   */
  Future<Void> write() {
    if (writing.isComplete()) {
      List<Member> due = List.copyOf(unwritten.values());
      writing = write(new ArrayDeque<>(due)).compose(done -> requireNone(due));
    }
    return writing;
  }

  private Future<Void> requireNone(List<Member> due) {
    long locked = due.stream().filter(member -> unwritten.get(member.id()) == member).count();
    return locked == 0
        ? Future.succeededFuture()
        : Future.failedFuture("somebody else holds the rows of " + locked + " members");
  }

  private Future<Void> write(Deque<Member> due) {
    if (due.isEmpty()) {
      return Future.succeededFuture();
    }
    Map<MemberId, Member> some = new LinkedHashMap<>();
    for (int left = size.of(due.size()); left > 0; left--) {
      Member member = due.poll();
      some.put(member.id(), member);
    }
    long started = System.nanoTime();
    // A single row may wait for its lock, because no other member waits for it.
    boolean waits = some.size() == 1;
    return readAndWrite(some, waits)
        .compose(done -> again(some, waits))
        .onComplete(
            result -> size.answered(some.size(), result.failed(), System.nanoTime() - started))
        .compose(done -> write(due));
  }

  /**
   * Writes rows again that another transaction changed or inserted meanwhile; most are free by now.
   */
  private Future<Void> again(Map<MemberId, Member> some, boolean waits) {
    Map<MemberId, Member> left = new LinkedHashMap<>(some);
    left.values().removeIf(member -> unwritten.get(member.id()) != member);
    return left.isEmpty() ? Future.succeededFuture() : readAndWrite(left, waits);
  }

  private Future<Void> readAndWrite(Map<MemberId, Member> some, boolean waits) {
    return rows.find(some.keySet())
        .compose(
            found ->
                notes
                    .read(rows.mirror(), found, own::containsKey)
                    .compose(read -> write(some, found, waits)));
  }

  private Future<Void> write(Map<MemberId, Member> some, List<Member> found, boolean waits) {
    Map<MemberId, Member> stored = new HashMap<>();
    found.forEach(row -> stored.put(row.id(), row));
    // Only the catalogue can have begun this incarnation: this database is the catalogue under
    // another URI, and its own words must not be written back into it later.
    catalogueIsHere |=
        !wrote
            && found.stream()
                .anyMatch(row -> some.get(row.id()).incarnation().equals(row.incarnation()));
    List<Wanted> wanted = new ArrayList<>();
    for (Member member : some.values()) {
      Member row = stored.get(member.id());
      if (catalogueIsHere || isNewer(row, member.incarnation()) || isAsItShould(row, member)) {
        done(member);
      } else {
        wanted.add(new Wanted(member, notes.of(member.id())));
      }
    }
    if (wanted.isEmpty()) {
      return Future.succeededFuture();
    }
    wrote = true;
    return rows.mirror()
        .write(wanted, waits)
        .map(
            done -> {
              wanted.forEach(row -> settle(row.member(), done.get(row.member().id())));
              return null;
            });
  }

  private boolean isAsItShould(Member row, Member member) {
    return row != null
        && into(row, member).sameAs(row)
        && notes.of(member.id()).equals(MirroredWords.of(member));
  }

  private void settle(Member member, Optional<ServiceGroupException> done) {
    if (done == null) {
      return; // the next read shows the reason
    }
    if (done.isPresent()) {
      unwritten.remove(member.id(), member);
      String why = done.get().getMessage();
      if (!why.equals(refused.put(member.id(), why))) {
        LOG.warn("Backend {}: {} has no row: {}", backend, member.id(), why);
      }
    } else {
      done(member);
      rewritten.accept(member.id());
    }
  }

  private void done(Member member) {
    refused.remove(member.id());
    unwritten.remove(member.id(), member);
    if (own.containsKey(member.id())) {
      notes.wrote(member);
    }
  }

  /** The wanted row: words that the catalogue took back since the last write are taken back. */
  private Member into(Member row, Member member) {
    MirroredWords before = notes.of(member.id());
    boolean disabledThere = row.disabled() && !before.disabled();
    boolean forcedThere = row.forcedDown() && !before.forcedDown();
    return new Member(
        member.id(),
        member.binary(),
        row.uuid() == null ? member.uuid() : row.uuid(),
        member.version(),
        member.metadata(),
        member.disabled() || disabledThere,
        !member.disabled() && disabledThere ? row.disabledReason() : member.disabledReason(),
        member.forcedDown() || forcedThere,
        member.incarnation(),
        member.agent(),
        member.backends(),
        null);
  }

  private static boolean isNewer(Member row, Incarnation than) {
    return row != null && row.incarnation() != null && row.incarnation().isNewerThan(than);
  }

  /**
   * Deletes the rows of members that were deleted from the catalogue. What fails is done by the
   * next call.
   */
  void removeDeleted() {
    for (Member member : List.copyOf(deleted.values())) {
      MemberId id = member.id();
      deleted.remove(id);
      (catalogueIsHere ? Future.succeededFuture(true) : rows.mirror().remove(member))
          .onSuccess(
              done -> {
                if (!done && !own.containsKey(id)) {
                  deleted.put(id, member);
                }
              })
          .onFailure(
              failure -> {
                LOG.debug("Backend {}: the row of {} is still there", backend, id, failure);
                if (!own.containsKey(id) && !(failure instanceof ServiceGroupException)) {
                  deleted.put(id, member);
                }
              });
    }
  }

  /** Closes the connections. Never fails. */
  Future<Void> close() {
    return rows.close();
  }
}
