package io.servicegroup.catalog;

import io.servicegroup.catalog.DocumentStore.Document;
import io.servicegroup.runtime.OptimisticRetry;
import io.vertx.core.Future;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * Writes and removes documents on the condition that their text is still the one that was read. The
 * version is not compared: in some stores a change of a neighbouring document changes it.
 */
final class ConditionalChanges {

  private final OptimisticRetry retry;
  private final DocumentStore store;

  ConditionalChanges(OptimisticRetry retry, DocumentStore store) {
    this.retry = retry;
    this.store = store;
  }

  /**
   * Removes a document.
   *
   * @return whether it was removed; false where it has another text by now, or does not exist
   */
  Future<Boolean> remove(Document asRead) {
    return change(asRead, store::remove);
  }

  /**
   * Writes a document.
   *
   * @return whether it was written; false where it has another text by now, or does not exist
   */
  Future<Boolean> write(Document asRead, String text) {
    return change(asRead, now -> store.write(now.key(), text, now));
  }

  private Future<Boolean> change(Document asRead, Function<Document, Future<Boolean>> change) {
    return retry.repeat(
        asRead.key().group() + "/" + asRead.key().name(),
        () ->
            store
                .read(List.of(asRead.key()))
                .compose(
                    now ->
                        now.isEmpty() || !Objects.equals(now.get(0).text(), asRead.text())
                            ? Future.succeededFuture(false)
                            : change
                                .apply(now.get(0))
                                .compose(done -> OptimisticRetry.ifWritten(done, true))));
  }
}
