package io.servicegroup.backend.memcached;

import java.util.Map;

/** A memcached server's answer to one command. */
sealed interface MemcachedAnswer {

  /** An answer of one word, spelled as the server does. */
  enum Word implements MemcachedAnswer {
    /** The value was stored. */
    STORED,
    /** The key had a value already. */
    NOT_STORED,
    /** The key's value changed since it was read. */
    EXISTS,
    /** The key has no value. */
    NOT_FOUND,
    /** The value was deleted. */
    DELETED,
    /** The value lives longer. */
    TOUCHED
  }

  /** The server has no room for a value. The key may have lost its previous value. */
  enum Full implements MemcachedAnswer {
    /** The value exceeds the server's limit for one item. */
    TOO_LARGE("object too large for cache"),
    /** The server's memory is full, and it is configured not to evict. */
    OUT_OF_MEMORY("out of memory storing object");

    private final String words;

    Full(String words) {
      this.words = words;
    }

    /** The text after {@code SERVER_ERROR} in the protocol. */
    String words() {
      return words;
    }
  }

  /**
   * The answer to {@code gets}: those of the requested items that the server has.
   *
   * @param items by their keys
   */
  record Items(Map<String, MemcachedItem> items) implements MemcachedAnswer {}

  /**
   * The server, or a proxy in front of it, failed to run the command.
   *
   * @param words the reason, for the log
   */
  record ServerError(String words) implements MemcachedAnswer {}

  /**
   * The server did not understand the command, or accepts no more connections. The bytes after this
   * answer need not be an answer.
   *
   * @param words the reason, for the log
   */
  record ClientError(String words) implements MemcachedAnswer {}
}
