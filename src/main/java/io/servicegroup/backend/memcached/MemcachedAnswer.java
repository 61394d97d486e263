package io.servicegroup.backend.memcached;

import java.util.Map;

/** A memcached server's answer to one command. */
sealed interface MemcachedAnswer {

  /** One word, spelled as the server does. */
  enum Word implements MemcachedAnswer {
    /** The value is there now. */
    STORED,
    /** Something was there already. */
    NOT_STORED,
    /** Something else is there than what was read. */
    EXISTS,
    /** Nothing is there. */
    NOT_FOUND,
    /** Nothing is there any more. */
    DELETED
  }

  /** The server has no room for a value. What the key held before may be gone. */
  enum Full implements MemcachedAnswer {
    /** An item may be so large at most, whatever room there is. */
    TOO_LARGE("object too large for cache"),
    /** The server is full, and may throw nothing away. */
    OUT_OF_MEMORY("out of memory storing object");

    private final String words;

    Full(String words) {
      this.words = words;
    }

    /** The words of the protocol, after {@code SERVER_ERROR}. */
    String words() {
      return words;
    }
  }

  /**
   * The answer to {@code gets}: the items that the server has of the keys that were asked for.
   *
   * @param items by their keys
   */
  record Items(Map<String, MemcachedItem> items) implements MemcachedAnswer {}

  /**
   * The server, or a proxy before it, could not do it.
   *
   * @param words why, for the log
   */
  record ServerError(String words) implements MemcachedAnswer {}

  /**
   * The server did not understand what it was sent, or takes no more connections. What it says next
   * need not be an answer.
   *
   * @param words why, for the log
   */
  record ClientError(String words) implements MemcachedAnswer {}
}
