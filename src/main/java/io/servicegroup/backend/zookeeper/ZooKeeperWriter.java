package io.servicegroup.backend.zookeeper;

import io.servicegroup.backend.zookeeper.ZooKeeperObservations.Node;
import io.servicegroup.backend.zookeeper.ZooKeeperObservations.Presence;
import io.servicegroup.backend.zookeeper.ZooKeeperOperations.Wanted;
import io.servicegroup.bus.Concerns;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.liveness.PartlyWritten;
import io.servicegroup.liveness.Roster;
import io.servicegroup.liveness.StoredBeat;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Conflict.Kind;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the nodes and marks of this agent's members. A member whose node is right is not written,
 * because the session is its beat. Each change of a member is one transaction, so that no reader
 * sees neither node nor mark, or the gap between an old node and a new one.
 */
final class ZooKeeperWriter {

  private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperWriter.class);

  /**
   * The most attempts of one write: another client may change a node between our read and our
   * write.
   */
  private static final int ATTEMPTS = 4;

  private static final Set<Code> OUTDATED = Set.of(Code.NODEEXISTS, Code.NONODE, Code.BADVERSION);

  private final ZooKeeperSession session;
  private final ZooKeeperClient client;
  private final ZooKeeperLayout layout;
  private final ZooKeeperLookup lookup;
  private final ZooKeeperOperations operations;
  private final ZooKeeperReader reader;
  private final ZooKeeperObservations observations;
  private final Roster roster;
  private final LivenessSettings settings;
  private final Set<MemberId> refused = new HashSet<>();
  private final ZooKeeperRefusedWrites refusedWrites;
  private final Map<MemberId, Long> foreignSince = new HashMap<>();
  private List<Heartbeat> last = List.of();
  private Future<?> running = Future.succeededFuture();

  ZooKeeperWriter(
      ZooKeeperSession session,
      ZooKeeperClient client,
      ZooKeeperLayout layout,
      ZooKeeperReader reader,
      ZooKeeperObservations observations,
      Roster roster,
      LivenessSettings settings,
      Concerns concerns) {
    this.session = session;
    this.client = client;
    this.layout = layout;
    this.lookup = new ZooKeeperLookup(client, layout);
    this.operations = new ZooKeeperOperations(session, client, layout, roster);
    this.reader = reader;
    this.observations = observations;
    this.roster = roster;
    this.settings = settings;
    this.refusedWrites = new ZooKeeperRefusedWrites(concerns, settings.reportInterval());
  }

  /** Writes what differs from the wanted state; one run at a time. */
  Future<List<Conflict>> write(List<Heartbeat> members, List<Heartbeat> left) {
    last = members;
    Future<List<Conflict>> next =
        running.otherwiseEmpty().compose(before -> reader.settled()).compose(v -> run(left));
    running = next;
    return next;
  }

  /** Writes the last state again, after its nodes were lost. */
  Future<?> again() {
    return last.isEmpty() ? Future.succeededFuture() : write(last, List.of());
  }

  /** Forgets the last state, so that {@link #again} writes nothing until the next write. */
  void rest() {
    last = List.of();
  }

  private Future<List<Conflict>> run(List<Heartbeat> left) {
    List<Conflict> conflicts = new ArrayList<>();
    List<Future<?>> writes = new ArrayList<>();
    List<String> refusals = new ArrayList<>();
    for (Heartbeat heartbeat : last) {
      StoredBeat beat = StoredBeat.of(heartbeat);
      if (isPossible(heartbeat.id()) && (!beat.isAlive() || isInCatalogue(heartbeat))) {
        writes.add(
            write(new Wanted(heartbeat.id(), beat), conflicts)
                .recover(failure -> isRefused(failure, refusals)));
      }
    }
    for (Heartbeat heartbeat : left) {
      if (isPossible(heartbeat.id()) && !roster.isSuperseded(heartbeat)) {
        writes.add(
            write(new Wanted(heartbeat.id(), StoredBeat.left(heartbeat)), new ArrayList<>())
                // A mark that may not be written is given up: the node ends with the session.
                .recover(failure -> ZooKeeperClient.unless(failure, Code.NOAUTH, null)));
      }
    }
    return Future.join(writes)
        .compose(
            written ->
                refusals.isEmpty()
                    ? Future.succeededFuture(conflicts)
                    : Future.failedFuture(
                        new PartlyWritten(
                            "the nodes of %d members cannot be written (%s)"
                                .formatted(refusals.size(), refusals.get(0)),
                            conflicts)))
        .onComplete(ended -> forgetOthers());
  }

  /** Forgets what was remembered of members that this agent no longer has. */
  private void forgetOthers() {
    Set<MemberId> present = last.stream().map(Heartbeat::id).collect(Collectors.toSet());
    refused.retainAll(present);
    foreignSince.keySet().retainAll(present);
    refusedWrites.retain(present);
  }

  /**
   * Collects a refusal by the servers, which concerns one member only; a failure of the connection
   * fails the write.
   */
  private static Future<Void> isRefused(Throwable failure, List<String> refusals) {
    Optional<String> refusal = ZooKeeperClient.refusal(failure);
    refusal.ifPresent(refusals::add);
    return refusal.isPresent() ? Future.succeededFuture() : Future.failedFuture(failure);
  }

  private boolean isPossible(MemberId id) {
    layout
        .refusal(id)
        .ifPresent(
            why -> {
              if (refused.add(id)) {
                LOG.warn(
                    "Backend {}: {} cannot be written: {}", settings.backend(), id, why.rule());
              }
            });
    if (!ZooKeeperLayout.isReadByTooz(id) && refused.add(id)) {
      LOG.warn(
          "Backend {}: {} is not in ASCII, and tooz's Python cannot list a group with such a name",
          settings.backend(),
          id);
    }
    return layout.refusal(id).isEmpty();
  }

  /**
   * Whether the catalogue has this incarnation. A member that it lost, or that another incarnation
   * joined, is not written again.
   */
  private boolean isInCatalogue(Heartbeat heartbeat) {
    Member member = roster.get(heartbeat.id());
    return member != null && heartbeat.incarnation().equals(member.incarnation());
  }

  private Future<Void> write(Wanted wanted, List<Conflict> conflicts) {
    Throwable refused = refusedWrites.lately(wanted.id());
    if (refused != null) {
      return Future.failedFuture(refused);
    }
    Presence known = observations.get(wanted.id());
    Future<Presence> presence =
        known == null ? lookup.look(wanted.id()) : Future.succeededFuture(known);
    return presence
        .compose(there -> write(wanted, there, conflicts, ATTEMPTS))
        .onSuccess(written -> refusedWrites.allowed(wanted.id()))
        .onFailure(failure -> refusedWrites.failed(wanted.id(), failure));
  }

  private Future<Void> write(
      Wanted wanted, Presence there, List<Conflict> conflicts, int attempts) {
    Kind conflict = conflict(wanted, there);
    if (conflict != null && attempts == ATTEMPTS) {
      // A conflict ends the member's beats, so the node is read again: the observations may be
      // outdated.
      return lookup.look(wanted.id()).compose(now -> write(wanted, now, conflicts, attempts - 1));
    }
    if (conflict != null) {
      conflicts.add(new Conflict(wanted.id(), wanted.beat().incarnation(), conflict));
      return Future.succeededFuture();
    }
    List<Op> changes = isForeign(there.node()) ? List.of() : operations.of(wanted, there);
    if (changes.isEmpty()) {
      return Future.succeededFuture();
    }
    return client
        .multi(changes)
        .onSuccess(written -> reader.touch(wanted.id()))
        .recover(
            failure ->
                attempts > 1
                        && failure instanceof KeeperException answer
                        && OUTDATED.contains(answer.code())
                    ? prepare(wanted.id(), answer.code())
                        .compose(ready -> lookup.look(wanted.id()))
                        .compose(now -> write(wanted, now, conflicts, attempts - 1))
                    : Future.failedFuture(failure));
  }

  private Future<?> prepare(MemberId id, Code code) {
    return code == Code.NONODE
        ? Future.join(
            client.ensure(layout.group(id.group())), client.ensure(layout.marks(id.group())))
        : Future.succeededFuture();
  }

  private Kind conflict(Wanted wanted, Presence there) {
    Incarnation mine = wanted.beat().incarnation();
    Node node = there.node();
    if (isForeign(node)) {
      long now = System.nanoTime();
      long since = foreignSince.computeIfAbsent(wanted.id(), id -> now);
      // The node of a program that ran the service before and died may remain for a session
      // timeout.
      return now - since > settings.serviceDownTime().toNanos() ? Kind.FOREIGN_BEATS : null;
    }
    foreignSince.remove(wanted.id());
    boolean newerNode = node != null && node.incarnation().isNewerThan(mine);
    boolean newerMark = there.mark() != null && there.mark().beat().incarnation().isNewerThan(mine);
    return newerNode || newerMark ? Kind.SUPERSEDED : null;
  }

  /** Whether a node under our member's name was created through tooz by another program. */
  private boolean isForeign(Node node) {
    return node != null && node.incarnation() == null && node.owner() != session.id();
  }
}
