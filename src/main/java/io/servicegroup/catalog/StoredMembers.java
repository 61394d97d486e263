package io.servicegroup.catalog;

import static io.servicegroup.catalog.OrderDocuments.id;
import static io.servicegroup.catalog.OrderDocuments.key;
import static io.servicegroup.catalog.OrderDocuments.orderIn;

import io.servicegroup.catalog.DocumentStore.Document;
import io.servicegroup.catalog.DocumentStore.Key;
import io.servicegroup.catalog.DocumentStore.Kind;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.WordsOrder;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Reads and writes members in a {@link DocumentStore}, each with the order of the operator's words
 * about it, and the traces of removed members.
 *
 * <p>The order is a field of the member's document, so that both change together. Older agents,
 * which know no orders, drop the field when they write the document. Therefore the order is also in
 * a document of its own, which they leave alone; it counts where the field is missing.
 */
final class StoredMembers {

  private final DocumentStore store;
  private final OrderDocuments orders;
  private final Clock clock;

  StoredMembers(DocumentStore store, Clock clock) {
    this.store = store;
    this.orders = new OrderDocuments(store);
    this.clock = clock;
  }

  /**
   * The documents that a store has of a member.
   *
   * @param document the member's document, or null
   * @param member the member in that document, with its order; null where there is no document or
   *     it cannot be read
   * @param beside the order in the document of its own, 0 for none
   * @param trace the trace of the member's last removal, or null; it may be left beside a member
   *     that joined since
   */
  record Found(Document document, Member member, long beside, Document trace) {

    /** Returns the order of the member's last removal, where that is remembered. */
    OptionalLong removal() {
      return orderIn(trace);
    }

    /** Returns the order of the last change or removal of the member, 0 where there was none. */
    long order() {
      return Math.max(member == null ? beside : member.wordsOrder(), removal().orElse(0));
    }
  }

  /** Returns the order of a change that is made now, after a change of another order. */
  long next(long before) {
    return WordsOrder.next(before, clock.millis());
  }

  Future<Found> read(MemberId id) {
    Key member = MemberDocument.key(id);
    Key words = key(Kind.WORDS, id);
    Key removal = key(Kind.REMOVAL, id);
    return store
        .read(List.of(member, words, removal))
        .map(
            found -> {
              Map<Key, Document> byKey = new HashMap<>();
              found.forEach(each -> byKey.put(each.key(), each));
              Document document = byKey.get(member);
              OptionalLong removed = orderIn(byKey.get(removal));
              long beside =
                  Math.max(
                      orderIn(byKey.get(words)).orElse(0),
                      document == null ? 0 : removed.orElse(0));
              Member read =
                  document == null ? null : MemberDocument.readable(document).orElse(null);
              return new Found(
                  document,
                  read == null ? null : ordered(read, beside),
                  beside,
                  byKey.get(removal));
            });
  }

  private static Member ordered(Member member, long beside) {
    return member.wordsOrder() == MemberDocument.UNORDERED ? member.withWordsOrder(beside) : member;
  }

  /**
   * Completes members whose documents were written by agents that know no orders: gives them the
   * orders from the documents beside.
   */
  Future<List<Member>> ordered(List<Member> members) {
    List<Key> beside = new ArrayList<>();
    for (Member member : members) {
      if (member.wordsOrder() == MemberDocument.UNORDERED) {
        beside.add(key(Kind.WORDS, member.id()));
        beside.add(key(Kind.REMOVAL, member.id()));
      }
    }
    if (beside.isEmpty()) {
      return Future.succeededFuture(members);
    }
    return store
        .read(beside)
        .map(
            found -> {
              Map<MemberId, Long> orders = new HashMap<>();
              found.forEach(
                  each -> orders.merge(id(each.key()), orderIn(each).orElse(0), Math::max));
              return members.stream()
                  .map(member -> ordered(member, orders.getOrDefault(member.id(), 0L)))
                  .toList();
            });
  }

  /** Writes a member. Returns false where its document is not as it was found any more. */
  Future<Boolean> write(Found before, Member member) {
    MemberId id = member.id();
    return store
        .write(MemberDocument.key(id), MemberDocument.write(member), before.document())
        .compose(
            written -> {
              boolean isNewChange = before.member() == null || member.wordsOrder() > before.order();
              // The member's document has the order already. The copy beside it is for older
              // agents, so that a failure is ignored.
              Future<Void> beside =
                  written && isNewChange && member.wordsOrder() > 0
                      ? orders.raise(key(Kind.WORDS, id), member.wordsOrder()).otherwiseEmpty()
                      : Future.succeededFuture();
              return beside
                  .compose(
                      done ->
                          written && before.trace() != null
                              ? store.remove(before.trace()).otherwiseEmpty()
                              : Future.succeededFuture())
                  .map(written);
            });
  }

  /**
   * Stores a member, provided that the store has neither the member nor the trace of a later
   * removal.
   */
  Future<Boolean> restore(Member member) {
    return read(member.id())
        .compose(
            found -> {
              if (found.member() != null || isRemovedAfter(member, found)) {
                return Future.succeededFuture(false);
              }
              return found.document() != null
                  ? write(found, member)
                  : store
                      .restore(MemberDocument.key(member.id()), MemberDocument.write(member))
                      .compose(done -> done ? restored(member) : Future.succeededFuture(false));
            });
  }

  private static boolean isRemovedAfter(Member member, Found found) {
    return found.removal().isPresent() && found.removal().getAsLong() > member.wordsOrder();
  }

  /**
   * Completes a restore: another agent may have restored the member too, and somebody may have
   * removed it again in between.
   */
  private Future<Boolean> restored(Member member) {
    Future<Void> beside =
        member.wordsOrder() > 0
            ? orders.raise(key(Kind.WORDS, member.id()), member.wordsOrder()).otherwiseEmpty()
            : Future.succeededFuture();
    return beside
        .compose(done -> read(member.id()))
        .compose(
            now ->
                member.equals(now.member()) && isRemovedAfter(member, now)
                    ? store.remove(now.document()).map(removed -> !removed)
                    : Future.succeededFuture(true));
  }

  /**
   * Writes the trace of a removal. This comes before the document is removed, so that nobody finds
   * neither of them.
   */
  Future<Void> trace(MemberId id, long order) {
    return orders.raise(key(Kind.REMOVAL, id), order);
  }

  /**
   * Writes the trace of a removal of a member that does not exist. Where the member joins meanwhile
   * without having seen the trace, the trace is removed again.
   */
  Future<Void> traceAbsent(MemberId id, long order) {
    return read(id)
        .compose(
            found ->
                found.document() != null
                    ? Future.succeededFuture()
                    : trace(id, order)
                        .compose(traced -> read(id))
                        .compose(
                            now -> {
                              boolean joined =
                                  now.document() != null && now.removal().orElse(-1) == order;
                              return joined
                                  ? store.remove(now.trace()).mapEmpty()
                                  : Future.succeededFuture();
                            }));
  }

  /**
   * Returns the orders of the removals that are remembered, 0 where whoever removed the member gave
   * none. A trace whose order is not greater than that of the member as last seen belongs to an
   * earlier removal.
   */
  Future<Map<MemberId, Long>> removals(Collection<Member> lastSeen) {
    Map<MemberId, Long> known = new HashMap<>();
    lastSeen.forEach(member -> known.put(member.id(), member.wordsOrder()));
    return store
        .read(known.keySet().stream().map(id -> key(Kind.REMOVAL, id)).toList())
        .compose(
            traces -> {
              Map<MemberId, Long> orders = new HashMap<>();
              for (Document trace : traces) {
                MemberId id = id(trace.key());
                long order = orderIn(trace).orElse(0);
                if (order == 0 || order > known.get(id)) {
                  orders.put(id, order);
                }
              }
              List<Key> others =
                  known.keySet().stream()
                      .filter(id -> !orders.containsKey(id))
                      .map(MemberDocument::key)
                      .toList();
              return others.isEmpty()
                  ? Future.succeededFuture(orders)
                  : store.removed(others).map(removed -> with(orders, removed));
            });
  }

  private static Map<MemberId, Long> with(Map<MemberId, Long> orders, Set<Key> unordered) {
    unordered.forEach(key -> orders.put(id(key), 0L));
    return orders;
  }
}
