package io.servicegroup.catalog;

import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.catalog.DocumentStore.Document;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.MemberUpdate;
import io.servicegroup.model.MemberView;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.model.Verdict;
import io.servicegroup.model.VersionRange;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * The catalogue in a store that is no SQL database: one JSON document a member, changed only by
 * whoever read it last.
 *
 * <p>An incarnation's generation is one more than the one before, and at least the time in
 * microseconds: so that a member that was deleted, or whose store lost it, does not begin again
 * with a generation that its evaluators have seen.
 */
public final class DocumentCatalog implements ServiceCatalog {

  private final Attempts attempts;
  private final DocumentStore store;
  private final BinaryClaims claims;
  private final ReadMembers members = new ReadMembers();
  private final Clock clock;
  private long newestGeneration;

  /**
   * Makes a catalogue that is not open yet.
   *
   * @param vertx for pauses between attempts
   * @param store where the documents are
   * @param clock for new generations
   */
  public DocumentCatalog(Vertx vertx, DocumentStore store, Clock clock) {
    this.attempts = new Attempts(vertx);
    this.store = store;
    this.claims = new BinaryClaims(store);
    this.clock = clock;
  }

  @Override
  public Future<Void> open() {
    return store.open();
  }

  @Override
  public Future<Joined> join(ServiceSpec spec, String agent, Set<String> backends, long floor) {
    newestGeneration = Math.max(newestGeneration, floor);
    return attempts.repeat(
        spec.id(),
        () ->
            claims
                .claim(spec.id(), spec.binary())
                .compose(claimed -> claimed ? store(spec, agent, backends) : Attempts.overtaken()));
  }

  private Future<Joined> store(ServiceSpec spec, String agent, Set<String> backends) {
    MemberId id = spec.id();
    return read(id)
        .compose(
            found -> {
              Document before = found.isEmpty() ? null : found.get(0);
              Member old = readable(before);
              Member joined = joined(spec, agent, backends, old);
              return store
                  .write(MemberDocument.key(id), MemberDocument.write(joined), before)
                  .compose(
                      written ->
                          written
                              ? settle(new Joined(joined, old == null), old)
                              : Attempts.overtaken());
            });
  }

  private Member joined(ServiceSpec spec, String agent, Set<String> backends, Member old) {
    long before = old == null || old.incarnation() == null ? 0 : old.incarnation().generation();
    long now = ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
    newestGeneration = Math.max(Math.max(newestGeneration, before) + 1, now);
    String nonce = UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    return new Member(
        spec.id(),
        spec.binary(),
        old == null ? UUID.randomUUID().toString() : old.uuid(),
        spec.version(),
        spec.metadata(),
        old != null && old.disabled(),
        old == null ? null : old.disabledReason(),
        old != null && old.forcedDown(),
        new Incarnation(newestGeneration, nonce),
        agent,
        backends,
        null);
  }

  /** The member is written: a new claim has to be its own still, and the one before is free. */
  private Future<Joined> settle(Joined joined, Member old) {
    Member member = joined.member();
    if (old != null && old.binary().equals(member.binary())) {
      return Future.succeededFuture(joined);
    }
    return claims
        .holds(member.id(), member.binary())
        .compose(
            holds -> {
              if (!holds) {
                return undo(member, old).compose(undone -> Attempts.overtaken());
              }
              return old == null
                  ? Future.succeededFuture(joined)
                  : claims.release(member.id(), old.binary()).map(joined);
            });
  }

  private Future<Boolean> undo(Member member, Member old) {
    return read(member.id())
        .compose(
            found -> {
              if (found.isEmpty() || !member.equals(readable(found.get(0)))) {
                return Future.succeededFuture(false);
              }
              Document written = found.get(0);
              return old == null
                  ? store.remove(written)
                  : store.write(written.key(), MemberDocument.write(old), written);
            });
  }

  @Override
  public Future<Member> update(MemberUpdate update) {
    return attempts.repeat(
        update.id(),
        () ->
            required(update.id())
                .compose(
                    before -> {
                      Member changed = MemberUpdates.apply(member(update.id(), before), update);
                      return store
                          .write(before.key(), MemberDocument.write(changed), before)
                          .compose(
                              done ->
                                  done ? Future.succeededFuture(changed) : Attempts.overtaken());
                    }));
  }

  @Override
  public Future<Boolean> adopt(Member member) {
    MemberId id = member.id();
    return attempts.repeat(
        id,
        () ->
            claims
                .claim(id, member.binary())
                .compose(claimed -> claimed ? read(id) : Attempts.overtaken())
                .compose(
                    found -> {
                      Document before = found.isEmpty() ? null : found.get(0);
                      Member old = readable(before);
                      if (old != null && (old.sameAs(member) || old.isLaterLifeOf(member))) {
                        return Future.succeededFuture(false);
                      }
                      Member adopted = member.withLastSeenUp(null);
                      return store
                          .write(MemberDocument.key(id), MemberDocument.write(adopted), before)
                          .compose(
                              done ->
                                  done
                                      ? settle(new Joined(adopted, old == null), old)
                                      : Attempts.overtaken())
                          .map(true);
                    }));
  }

  @Override
  public Future<Member> delete(MemberId id) {
    return attempts
        .<Member>repeat(
            id,
            () ->
                required(id)
                    .compose(
                        before ->
                            store
                                .remove(before)
                                .compose(
                                    done ->
                                        done
                                            ? Future.succeededFuture(
                                                MemberDocument.readable(before)
                                                    .orElse(Member.uncatalogued(id)))
                                            : Attempts.overtaken())))
        .compose(
            member ->
                // It is deleted, whatever becomes of its claim, which anybody may take over.
                claims
                    .release(id, member.binary())
                    .transform(any -> Future.succeededFuture(member)));
  }

  @Override
  public Future<List<Member>> list(MemberFilter filter) {
    MemberFilter stored =
        new MemberFilter(filter.group(), null, filter.binary(), filter.minVersion());
    return store
        .list(filter.group())
        .map(
            found ->
                (filter.group() == null ? members.ofAll(found) : members.of(found))
                    .stream()
                        .filter(member -> stored.matches(new MemberView(member, Verdict.UNKNOWN)))
                        .toList());
  }

  @Override
  public Future<Member> find(MemberId id) {
    return required(id).map(found -> member(id, found));
  }

  @Override
  public Future<List<Member>> find(Collection<MemberId> ids) {
    return ids.isEmpty()
        ? Future.succeededFuture(List.of())
        : store.read(ids.stream().map(MemberDocument::key).toList()).map(members::of);
  }

  @Override
  public Future<Boolean> wasDeleted(Member lastSeen) {
    return store.wasRemoved(MemberDocument.key(lastSeen.id()));
  }

  @Override
  public Future<Boolean> restore(Member member) {
    MemberId id = member.id();
    String text = MemberDocument.write(member);
    return attempts.repeat(
        id,
        () ->
            claims
                .claim(id, member.binary())
                .compose(
                    claimed ->
                        claimed
                            ? store.restore(MemberDocument.key(id), text)
                            : Attempts.overtaken())
                .compose(
                    done -> done ? Future.succeededFuture(true) : overwriteUnreadable(id, text)));
  }

  private Future<Boolean> overwriteUnreadable(MemberId id, String text) {
    return read(id)
        .compose(
            found ->
                found.isEmpty() || readable(found.get(0)) != null
                    ? Future.succeededFuture(false)
                    : store.write(MemberDocument.key(id), text, found.get(0)));
  }

  @Override
  public Set<MemberId> lost() {
    return store.lost().stream()
        .flatMap(key -> MemberId.find(key.group(), key.name()).stream())
        .collect(Collectors.toSet());
  }

  @Override
  public Future<List<VersionRange>> versions(String group, String binary) {
    return list(new MemberFilter(group, null, binary, null)).map(VersionSummary::of);
  }

  @Override
  public Future<BooleanSupplier> watch(Runnable changed) {
    return store.watch(changed);
  }

  @Override
  public Future<Void> close() {
    return store.close();
  }

  @Override
  public Map<String, String> unreadable() {
    return members.unreadable();
  }

  /** The member; null where there is no document, or one that says nothing. */
  private static Member readable(Document document) {
    return document == null ? null : MemberDocument.readable(document).orElse(null);
  }

  private static Member member(MemberId id, Document document) {
    try {
      return MemberDocument.read(document);
    } catch (MemberDocument.Unreadable e) {
      throw new ServiceGroupException(
          409,
          ("what the catalogue holds under %s cannot be read (%s): delete the member, or let its"
                  + " agent join it again")
              .formatted(id, e.getMessage()));
    }
  }

  private Future<List<Document>> read(MemberId id) {
    return store.read(List.of(MemberDocument.key(id)));
  }

  private Future<Document> required(MemberId id) {
    return read(id)
        .map(
            found ->
                found.stream()
                    .findFirst()
                    .orElseThrow(
                        () -> new ServiceGroupException(404, id + " is not in the catalogue")));
  }
}
