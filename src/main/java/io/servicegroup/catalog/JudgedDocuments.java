package io.servicegroup.catalog;

import io.servicegroup.catalog.DocumentStore.Document;
import io.servicegroup.runtime.OptimisticRetry;
import io.vertx.core.Future;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * Changes documents as they were judged by their text: one of another version that says the same is
 * the one that was judged, since in some stores a change beside it gives it another version.
 */
final class JudgedDocuments {

  private final OptimisticRetry attempts;
  private final DocumentStore store;

  JudgedDocuments(OptimisticRetry attempts, DocumentStore store) {
    this.attempts = attempts;
    this.store = store;
  }

  /**
   * Removes a document.
   *
   * @return false where it says something else by now, or is not there
   */
  Future<Boolean> remove(Document judged) {
    return change(judged, store::remove);
  }

  /**
   * Writes a document.
   *
   * @return false where it says something else by now, or is not there
   */
  Future<Boolean> write(Document judged, String text) {
    return change(judged, now -> store.write(now.key(), text, now));
  }

  private Future<Boolean> change(Document judged, Function<Document, Future<Boolean>> change) {
    return attempts.repeat(
        judged.key().group() + "/" + judged.key().name(),
        () ->
            store
                .read(List.of(judged.key()))
                .compose(
                    now ->
                        now.isEmpty() || !Objects.equals(now.get(0).text(), judged.text())
                            ? Future.succeededFuture(false)
                            : change
                                .apply(now.get(0))
                                .compose(
                                    done ->
                                        done
                                            ? Future.succeededFuture(true)
                                            : OptimisticRetry.overtaken())));
  }
}
