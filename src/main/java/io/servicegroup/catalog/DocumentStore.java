package io.servicegroup.catalog;

import io.servicegroup.bus.MemberNews;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What {@link DocumentCatalog} needs of a technology that is no SQL database: small texts by key.
 * Each text has a version, so that nobody overwrites a text without having read it.
 *
 * <p>Documents are durable as far as the technology is: they never expire and belong to no session.
 * Every future completes within the store's own time limit and fails where the store could not be
 * asked. Methods are called on one context and return at once.
 */
public interface DocumentStore {

  /** The kinds of documents. Stores derive their keys from the names of the kinds. */
  enum Kind {
    /** A member. Only these documents are listed. */
    MEMBER,
    /** The claim of a group to a binary on a host; never listed. */
    CLAIM,
    /**
     * The order of the operator's words about a member, beside the member's document; never listed.
     */
    WORDS,
    /**
     * The trace of a removed member, which is remembered for 30 days; listed by {@link #removals}
     * only.
     */
    REMOVAL,
    /** A part of an agent's rejoin records; never listed. */
    KEPT
  }

  /**
   * Names a document. Neither group nor name is limited to what the technology allows in a key.
   *
   * @param kind the kind of document
   * @param group the member's group; of a claim, the host; of rejoin records, the agent's id
   * @param name the member's host; of a claim, the binary; of rejoin records, the number of the
   *     part
   */
  record Key(Kind kind, String group, String name) {}

  /**
   * A document as it was read.
   *
   * @param key the name
   * @param text the contents; null where the document exists and this agent may not read it
   * @param version the store's own version; used by {@link DocumentStore} implementations in {@link
   *     #write} and {@link #remove}
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
   * @param keys the names, possibly none
   * @return the documents that exist, in any order
   */
  Future<List<Document>> read(Collection<Key> keys);

  /**
   * Reads all members.
   *
   * @param group the group to read, or null for all
   * @return the documents of the members, in any order
   */
  Future<List<Document>> list(String group);

  /**
   * Writes a document.
   *
   * @param key the name
   * @param text the contents
   * @param expected the document as it was read, or null where there was none
   * @return whether it was written; false where the document is not as expected any more
   */
  Future<Boolean> write(Key key, String text, Document expected);

  /**
   * A document that is to be written.
   *
   * @param key the name
   * @param text the contents
   * @param expected the document as it was read, or null where there was none
   */
  record Change(Key key, String text, Document expected) {}

  /**
   * Writes many documents, each as {@link #write(Key, String, Document)} does, in as few round
   * trips as the technology allows.
   *
   * @param changes the documents to write; of two changes of one document at most one succeeds
   * @return the result of each change, in their order
   */
  default List<Future<Boolean>> write(List<Change> changes) {
    return changes.stream()
        .map(change -> write(change.key(), change.text(), change.expected()))
        .toList();
  }

  /**
   * Removes a document.
   *
   * @param expected the document as it was read
   * @return whether it was removed; false where the document is not as expected any more
   */
  Future<Boolean> remove(Document expected);

  /**
   * Tells which of some missing documents were removed, rather than lost. Needs a constant number
   * of requests, however many documents these are.
   *
   * @param keys the names of the missing documents
   * @return the names of those that were removed; all of them where the store loses nothing
   */
  default Future<Set<Key>> removed(Collection<Key> keys) {
    return Future.succeededFuture(Set.copyOf(keys));
  }

  /**
   * Writes a document that the store lost, provided that the document neither exists nor was
   * removed.
   *
   * @param key the name
   * @param text the contents as they were last seen
   * @return whether it was written; always false where the store loses nothing
   */
  default Future<Boolean> restore(Key key, String text) {
    return Future.succeededFuture(false);
  }

  /**
   * Reads the traces of removed members that have to be deleted when they are outdated.
   *
   * @return the traces; always none where the store deletes them by itself
   */
  Future<List<Document>> removals();

  /**
   * Returns the members that the store knows by name only, without a document, as the last {@link
   * #list} found them.
   *
   * @return their names; always none where the store loses nothing
   */
  default Set<Key> lost() {
    return Set.of();
  }

  /**
   * Requests notifications of changed members. They only hasten the next read: a change that is
   * missed is found by a later one.
   *
   * @param changed called on the caller's context, possibly more often than something changed, and
   *     with {@link MemberNews#OF_ANYBODY} where notifications may have been missed
   * @return a function that tells of which changes the store notifies at present: the connection
   *     may be lost. The less it tells, the more often the caller reads
   */
  Future<Supplier<Telling>> watch(Consumer<MemberNews> changed);

  /**
   * Closes every connection.
   *
   * @return never fails
   */
  Future<Void> close();
}
