package io.servicegroup.catalog;

import io.servicegroup.catalog.DocumentStore.Document;
import io.servicegroup.catalog.DocumentStore.Key;
import io.servicegroup.catalog.DocumentStore.Kind;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.WordsOrder;
import io.vertx.core.Future;
import java.util.List;
import java.util.OptionalLong;

/**
 * Reads and writes documents that contain an order and nothing else: those beside members, and the
 * traces of removals.
 */
final class OrderDocuments {

  private final DocumentStore store;

  OrderDocuments(DocumentStore store) {
    this.store = store;
  }

  /** Writes an order, unless the document has it, or a greater one, already. */
  Future<Void> raise(Key key, long order) {
    return store
        .read(List.of(key))
        .compose(
            found -> {
              Document before = found.isEmpty() ? null : found.get(0);
              if (orderIn(before).orElse(-1) >= order) {
                return Future.succeededFuture(true);
              }
              return store.write(key, Long.toString(order), before);
            })
        .compose(done -> done ? Future.succeededFuture() : raise(key, order));
  }

  static Key key(Kind kind, MemberId id) {
    return new Key(kind, id.group(), id.host());
  }

  static MemberId id(Key key) {
    return new MemberId(key.group(), key.name());
  }

  /** Returns the order in a document; 0 where somebody else wrote something else. */
  static OptionalLong orderIn(Document document) {
    if (document == null) {
      return OptionalLong.empty();
    }
    try {
      long order = Long.parseLong(document.text());
      if (!WordsOrder.isPlausible(order)) {
        Key key = document.key();
        MemberDocument.remark(id(key).toString(), "document " + key.kind(), order);
      }
      return OptionalLong.of(WordsOrder.plausible(order));
    } catch (NumberFormatException e) {
      return OptionalLong.of(0);
    }
  }
}
