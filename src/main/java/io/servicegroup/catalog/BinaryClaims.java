package io.servicegroup.catalog;

import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.catalog.DocumentStore.Document;
import io.servicegroup.catalog.DocumentStore.Key;
import io.servicegroup.catalog.DocumentStore.Kind;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/**
 * Keeps a host from having one binary in two groups, in stores that know no unique index: who joins
 * first writes a claim, then the member, then looks whether the claim is still his. A claim that no
 * member stands behind was left by somebody who did not come that far, and is taken over.
 */
final class BinaryClaims {

  private final DocumentStore store;

  BinaryClaims(DocumentStore store) {
    this.store = store;
  }

  /**
   * Claims a binary for a member.
   *
   * @return false where somebody else changed the claim meanwhile; refused with 409 where the
   *     binary is in another group
   */
  Future<Boolean> claim(MemberId id, String binary) {
    Key key = key(id.host(), binary);
    return find(key)
        .compose(
            found ->
                found.isEmpty()
                    ? store.write(key, id.group(), null)
                    : found.get().text().equals(id.group())
                        ? Future.succeededFuture(true)
                        : takeOver(found.get(), id, binary));
  }

  private Future<Boolean> takeOver(Document claim, MemberId id, String binary) {
    MemberId other = new MemberId(claim.text(), id.host());
    return store
        .read(List.of(MemberDocument.key(other)))
        .compose(
            found -> {
              if (found.stream()
                  .map(MemberDocument::read)
                  .anyMatch(m -> m.binary().equals(binary))) {
                return Future.failedFuture(clash(id, binary, other.group()));
              }
              return store.write(claim.key(), id.group(), claim);
            });
  }

  private static ServiceGroupException clash(MemberId id, String binary, String group) {
    return new ServiceGroupException(
        409,
        String.format(
            "host %s already has binary %s in group %s; a host has each binary in one group only:"
                + " give %s another binary, or delete that one",
            id.host(), binary, group, id));
  }

  /** Whether a claim is (still) a member's. */
  Future<Boolean> holds(MemberId id, String binary) {
    return find(key(id.host(), binary))
        .map(found -> found.isPresent() && found.get().text().equals(id.group()));
  }

  /** Ends a claim, unless it is another group's by now. */
  Future<Void> release(MemberId id, String binary) {
    return find(key(id.host(), binary))
        .compose(
            found ->
                found.isPresent() && found.get().text().equals(id.group())
                    ? store.remove(found.get()).<Void>mapEmpty()
                    : Future.succeededFuture());
  }

  private Future<Optional<Document>> find(Key key) {
    return store.read(List.of(key)).map(found -> found.stream().findFirst());
  }

  private static Key key(String host, String binary) {
    return new Key(Kind.CLAIM, host, binary);
  }
}
