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
 * Ensures that a binary is in one group only on each host, in stores that have no unique index.
 * Whoever joins a member writes a claim first, then the member, and then checks that the claim is
 * still the member's. A claim without a member was left by an interrupted join and is taken over.
 *
 * <p>A claim's text is the member's group. Whoever takes a claim over, or releases it, first writes
 * the new and the former group into it and only then looks for the former group's member. A member
 * that joins at the same time either finds that its claim has changed, or is found by that look.
 */
final class BinaryClaims {

  private final DocumentStore store;

  BinaryClaims(DocumentStore store) {
    this.store = store;
  }

  /**
   * Claims a binary for a member.
   *
   * @return whether the member has the claim; false where somebody else changed the claim
   *     meanwhile; refused as {@code CONFLICT} where the binary is in another group
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
    return exists(other, binary)
        .compose(
            exists -> {
              if (exists) {
                return claim.isOpen()
                    ? store.write(document.key(), other.group(), document).map(false)
                    : Future.failedFuture(new ClashException(id, binary, other.group()));
              }
              boolean lookedFor = claim.isOpen() && claim.group().equals(id.group());
              String next = lookedFor ? id.group() : Claim.open(id.group(), other.group());
              // The former group has only now been written: the next attempt looks for its member.
              return store.write(document.key(), next, document).map(done -> done && lookedFor);
            });
  }

  /** Whether the member that a claim names exists with this binary. */
  private Future<Boolean> exists(MemberId id, String binary) {
    return store
        .read(List.of(MemberDocument.key(id)))
        .map(
            found ->
                found.stream()
                    .flatMap(document -> MemberDocument.readable(document).stream())
                    .anyMatch(m -> m.binary().equals(binary)));
  }

  /** Whether the claim to a binary is, or still is, the member's. */
  Future<Boolean> belongsTo(MemberId id, String binary) {
    return find(key(id.host(), binary))
        .map(found -> found.isPresent() && found.get().text().equals(id.group()));
  }

  /** Removes a claim, unless it belongs to another group by now or the member exists again. */
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
                    ? exists(id, binary)
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
   * The text of a claim.
   *
   * @param group the group that claims the binary; empty while the claim is being released
   * @param before the group that had the claim before; equal to {@code group} while nobody takes
   *     the claim over
   */
  private record Claim(String group, String before) {

    /** Separates the parts of the text. Names contain no control characters. */
    private static final String BETWEEN = "\t";

    /**
     * Returns the text of a claim that changes hands. The random part makes each text unique, so
     * that a store that compares texts does not mistake one change for another.
     */
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
