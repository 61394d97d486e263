package io.servicegroup.backend.postgres;

import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.CatalogEvent.Type;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rows of this agent's members where their catalogue is elsewhere: a beat is a count in a row,
 * and Nova's readers find the rest beside it. They follow the catalogue: a row is made, changed and
 * deleted as it says, and only where it holds no newer life of the member. A row may be somebody
 * else's: it keeps its uuid, and what an operator said in it until one takes that back here.
 */
final class PostgresMirror {

  private static final Logger LOG = LoggerFactory.getLogger(PostgresMirror.class);
  private static final int CLASH = 409;

  private final String backend;
  private final PostgresCatalog rows;
  private final Consumer<MemberId> rewritten;
  private final Map<MemberId, Member> own = new HashMap<>();
  private final Map<MemberId, Member> unwritten = new LinkedHashMap<>();
  private final Map<MemberId, Member> written = new HashMap<>();
  private final Map<MemberId, Member> deleted = new LinkedHashMap<>();
  private Future<Void> writing = Future.succeededFuture();
  private boolean wrote;
  private boolean catalogueIsHere;

  /**
   * Makes one that has written nothing.
   *
   * @param rewritten called with each member whose row is not what it was
   */
  PostgresMirror(Vertx vertx, LivenessSettings settings, Consumer<MemberId> rewritten) {
    BackendUri uri = BackendUri.parse(settings.uri());
    this.backend = settings.backend();
    this.rewritten = rewritten;
    this.rows = new PostgresCatalog(vertx, new AgentConfig.Catalog(uri, settings.tables()));
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
    written.remove(id);
  }

  /** A row of this agent's that is not there. */
  void lost(MemberId id) {
    Member member = own.get(id);
    if (member != null) {
      unwritten.put(id, member);
    }
  }

  /** The tables are gone, with all rows. */
  void lost() {
    unwritten.putAll(own);
  }

  boolean has(MemberId id) {
    return own.containsKey(id) && !catalogueIsHere;
  }

  /** Makes the rows what they should be; one run at a time. */
  Future<Void> write() {
    if (writing.isComplete()) {
      List<Future<?>> writes = new ArrayList<>();
      List.copyOf(unwritten.values()).forEach(member -> writes.add(write(member)));
      writing = Future.join(writes).mapEmpty();
    }
    return writing;
  }

  private Future<?> write(Member member) {
    MemberId id = member.id();
    return rows.find(List.of(id))
        .compose(found -> write(member, found))
        .onSuccess(
            changed -> {
              unwritten.remove(id, member);
              if (own.containsKey(id)) {
                written.put(id, member);
              }
              if (changed) {
                rewritten.accept(id);
              }
            })
        .recover(
            failure -> {
              if (failure instanceof ServiceGroupException refusal && refusal.status() == CLASH) {
                unwritten.remove(id, member);
                LOG.warn("Backend {}: {} has no row: {}", backend, id, failure.getMessage());
                return Future.succeededFuture(false);
              }
              return Future.failedFuture(failure);
            });
  }

  private Future<Boolean> write(Member member, List<Member> found) {
    // Nobody but the catalogue can have begun this life in a row: it is here, by another way than
    // its URI says, and what it says is not to be written back into it later.
    catalogueIsHere |=
        !wrote && found.stream().anyMatch(row -> member.incarnation().equals(row.incarnation()));
    if (catalogueIsHere || isNewer(found, member.incarnation())) {
      return Future.succeededFuture(false);
    }
    wrote = true;
    boolean same = !found.isEmpty() && into(found.get(0), member).sameAs(found.get(0));
    return same ? Future.succeededFuture(false) : rows.mirror(member, written.get(member.id()));
  }

  /** The row as it should be: what the catalogue took back since the last write is taken back. */
  private Member into(Member row, Member member) {
    Member before = written.get(member.id());
    boolean disabledThere = row.disabled() && (before == null || !before.disabled());
    boolean forcedThere = row.forcedDown() && (before == null || !before.forcedDown());
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

  private static boolean isNewer(List<Member> found, Incarnation than) {
    return found.stream()
        .map(Member::incarnation)
        .anyMatch(stored -> stored != null && stored.isNewerThan(than));
  }

  /** Removes the rows of members that the catalogue has no more; what fails, the next call does. */
  void removeDeleted() {
    for (Member member : List.copyOf(deleted.values())) {
      MemberId id = member.id();
      deleted.remove(id);
      (catalogueIsHere ? Future.succeededFuture(true) : rows.unmirror(member))
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

  /** Never fails. */
  Future<Void> close() {
    return rows.close();
  }
}
