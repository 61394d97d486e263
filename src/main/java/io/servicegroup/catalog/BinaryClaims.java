package io.servicegroup.catalog;

import io.servicegroup.bus.ClashException;
import io.servicegroup.catalog.DocumentStore.Document;
import io.servicegroup.catalog.DocumentStore.Key;
import io.servicegroup.catalog.DocumentStore.Kind;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Keeps a host from having one binary in two groups, in stores that know no unique index: who joins
 * first writes a claim, then the member, then looks whether the claim is still his. A claim that no
 * member stands behind was left by somebody who did not come that far, and is taken over.
 *
 * <p>A claim's text is the group. Whoever takes it over, or gives it back, first writes whose it
 * was and looks for that member only then: one that joins meanwhile either sees that the claim is
 * not his any more, or is seen.
 */
final class BinaryClaims {

  private final DocumentStore store;

  BinaryClaims(DocumentStore store) {
    this.store = store;
  }

  /**
   * Claims a binary for a member.
   *
   * @return false where somebody else changed the claim meanwhile; refused as {@code CONFLICT}
   *     where the binary is in another group
   */
  Future<Boolean> claim(MemberId id, String binary) {
    Key key = key(id.host(), binary);
    return find(key)
        .compose(
            found ->
                found.isEmpty()
                    ? store.write(key, id.group(), null)
                    : claim(found.get(), Claim.parse(found.get().text()), id, binary));
  }

  private Future<Boolean> claim(Document document, Claim claim, MemberId id, String binary) {
    if (claim.isOf(id.group())) {
      return Future.succeededFuture(true);
    }
    if (claim.before().equals(id.group())) {
      return store.write(document.key(), id.group(), document);
    }
    MemberId other = new MemberId(claim.before(), id.host());
    return stands(other, binary)
        .compose(
            stands -> {
              if (stands) {
                return claim.isOpen()
                    ? store.write(document.key(), other.group(), document).map(false)
                    : Future.failedFuture(new ClashException(id, binary, other.group()));
              }
              boolean looked = claim.isOpen() && claim.group().equals(id.group());
              String next = looked ? id.group() : Claim.open(id.group(), other.group());
              // Who has only now written whose it was comes again, and looks.
              return store.write(document.key(), next, document).map(done -> done && looked);
            });
  }

  /** Whether a member stands behind its claim. */
  private Future<Boolean> stands(MemberId id, String binary) {
    return store
        .read(List.of(MemberDocument.key(id)))
        .map(
            found ->
                found.stream()
                    .flatMap(document -> MemberDocument.readable(document).stream())
                    .anyMatch(m -> m.binary().equals(binary)));
  }

  /** Whether a claim is (still) a member's. */
  Future<Boolean> holds(MemberId id, String binary) {
    return find(key(id.host(), binary))
        .map(found -> found.isPresent() && found.get().text().equals(id.group()));
  }

  /** Ends a claim, unless it is another group's by now or the member is there again. */
  Future<Void> release(MemberId id, String binary) {
    Key key = key(id.host(), binary);
    String open = Claim.open("", id.group());
    return find(key)
        .compose(
            found ->
                found.isPresent() && found.get().text().equals(id.group())
                    ? store.write(key, open, found.get())
                    : Future.succeededFuture(false))
        .compose(opened -> opened ? find(key) : Future.succeededFuture(Optional.<Document>empty()))
        .compose(
            found ->
                found.isPresent() && found.get().text().equals(open)
                    ? stands(id, binary)
                        .compose(
                            again ->
                                again
                                    ? store.write(key, id.group(), found.get())
                                    : store.remove(found.get()))
                        .mapEmpty()
                    : Future.succeededFuture());
  }

  private Future<Optional<Document>> find(Key key) {
    return store.read(List.of(key)).map(found -> found.stream().findFirst());
  }

  private static Key key(String host, String binary) {
    return new Key(Kind.CLAIM, host, binary);
  }

  /**
   * A claim as it is written.
   *
   * @param group whose it is to be; empty where it is given back
   * @param before whose it was; the same where nobody asks for it
   */
  private record Claim(String group, String before) {

    /** Names hold no control characters. */
    private static final String BETWEEN = "\t";

    /** Two are never alike: stores that compare texts are not to take one for another. */
    static String open(String group, String before) {
      return String.join(BETWEEN, group, before, UUID.randomUUID().toString());
    }

    static Claim parse(String text) {
      String[] parts = text.split(BETWEEN, -1);
      return new Claim(parts[0], parts.length > 1 ? parts[1] : parts[0]);
    }

    boolean isOpen() {
      return !group.equals(before);
    }

    boolean isOf(String one) {
      return group.equals(one) && !isOpen();
    }
  }
}
