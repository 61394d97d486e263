package io.servicegroup.catalog;

import io.vertx.core.Future;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * What {@link DocumentCatalog} needs of a technology that is no SQL database: small texts by key,
 * each with a version, so that nobody overwrites what he has not read.
 *
 * <p>Documents are durable as far as the technology is: they never expire and belong to no session.
 * Every future completes within the store's own time limit and fails where the store could not be
 * asked. Methods are called on one context and return at once.
 */
public interface DocumentStore {

  /** What a document is about. */
  enum Kind {
    /** A member; these are listed. */
    MEMBER,
    /** Which group has a binary on a host; never listed. */
    CLAIM,
    /** The order of a member's words, beside the member; never listed. */
    WORDS,
    /** The trace of a removed member, kept for 30 days; listed by {@link #removals} only. */
    REMOVAL,
    /** A part of what an agent keeps of the members that joined through it; never listed. */
    KEPT
  }

  /**
   * Names a document. Neither part is limited to what the technology takes as a key.
   *
   * @param kind what it is about
   * @param group the member's group; of a claim, the host; of what is kept, the agent's id
   * @param name the member's host; of a claim, the binary; of what is kept, the part
   */
  record Key(Kind kind, String group, String name) {}

  /**
   * A document as it was read.
   *
   * @param key its name
   * @param text its contents; null where it is there and this agent may not read it
   * @param version the store's own; only for {@link #write} and {@link #remove}
   */
  record Document(Key key, String text, Object version) {}

  /**
   * Reaches the store for the first time.
   *
   * @return fails where the store cannot be reached; may be called again
   */
  Future<Void> open();

  /**
   * Reads documents.
   *
   * @param keys which; none is allowed
   * @return those that there are, in any order
   */
  Future<List<Document>> read(Collection<Key> keys);

  /**
   * Reads all members.
   *
   * @param group only of this group, or null
   * @return in any order
   */
  Future<List<Document>> list(String group);

  /**
   * Writes a document.
   *
   * @param key its name
   * @param text its contents
   * @param expected as it was read, or null where there was none
   * @return false where it is not as expected any more
   */
  Future<Boolean> write(Key key, String text, Document expected);

  /**
   * A document that is to be written.
   *
   * @param key its name
   * @param text its contents
   * @param expected as it was read, or null where there was none
   */
  record Change(Key key, String text, Document expected) {}

  /**
   * Writes many documents, each as {@link #write(Key, String, Document)} does, in as few round
   * trips as the technology allows.
   *
   * @param changes what to write; of two of one document at most one is as expected
   * @return what each came to, in their order
   */
  default List<Future<Boolean>> write(List<Change> changes) {
    return changes.stream()
        .map(change -> write(change.key(), change.text(), change.expected()))
        .toList();
  }

  /**
   * Removes a document.
   *
   * @param expected as it was read
   * @return false where it is not as expected any more
   */
  Future<Boolean> remove(Document expected);

  /**
   * Tells which of some documents that are not there were removed, rather than lost. Asks once, or
   * a few times, however many documents these are.
   *
   * @param keys their names
   * @return those that were removed; all of them where the store loses nothing
   */
  default Future<Set<Key>> removed(Collection<Key> keys) {
    return Future.succeededFuture(Set.copyOf(keys));
  }

  /**
   * Writes a document that the store lost: only where there is none, and none was removed either.
   *
   * @param key its name
   * @param text its contents, as last seen
   * @return whether it was written; always false where the store loses nothing
   */
  default Future<Boolean> restore(Key key, String text) {
    return Future.succeededFuture(false);
  }

  /**
   * Reads the traces of removed members that somebody has to end.
   *
   * @return always none where the store ends them by itself
   */
  Future<List<Document>> removals();

  /**
   * The members that the store knows by name and has no document of, by what the last {@link #list}
   * found.
   *
   * @return always none where the store loses nothing
   */
  default Set<Key> lost() {
    return Set.of();
  }

  /**
   * Asks to be told when somebody changed a member. Only hastens.
   *
   * @param changed called on the caller's context, possibly too often
   * @return whether the store tells of changes at present, for as long as the caller asks: a
   *     connection may be lost. Where it does not, the caller polls faster
   */
  Future<BooleanSupplier> watch(Runnable changed);

  /**
   * Closes every connection.
   *
   * @return never fails
   */
  Future<Void> close();
}
