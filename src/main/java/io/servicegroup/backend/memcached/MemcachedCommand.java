package io.servicegroup.backend.memcached;

import io.servicegroup.backend.memcached.MemcachedAnswer.Full;
import io.servicegroup.backend.memcached.MemcachedAnswer.Items;
import io.servicegroup.backend.memcached.MemcachedAnswer.ServerError;
import io.servicegroup.backend.memcached.MemcachedAnswer.Word;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** One command of memcached's text protocol, with the answers that it may get. */
final class MemcachedCommand {

  /** The most keys of one command: a server buffers the whole line. */
  static final int MOST_KEYS = 255;

  private static final byte[] END = {'\r', '\n'};
  private static final Set<Word> OF_STORING =
      EnumSet.of(Word.STORED, Word.NOT_STORED, Word.EXISTS, Word.NOT_FOUND);
  private static final Set<Word> OF_DELETING = EnumSet.of(Word.DELETED, Word.NOT_FOUND);

  private final String line;
  private final byte[] value;
  private final List<String> wanted;
  private final Set<Word> words;

  private MemcachedCommand(String line, byte[] value, List<String> wanted, Set<Word> words) {
    this.line = line;
    this.value = value;
    this.wanted = wanted;
    this.words = words;
  }

  /**
   * Reads items with their versions.
   *
   * @param keys at least one, at most {@value #MOST_KEYS}
   */
  static MemcachedCommand get(List<String> keys) {
    StringBuilder line = new StringBuilder("gets");
    keys.forEach(key -> line.append(' ').append(usable(key)));
    return new MemcachedCommand(line.toString(), null, keys, Set.of());
  }

  /** Writes a value unconditionally. */
  static MemcachedCommand set(String key, byte[] value, int flags, int seconds) {
    return storing("set", key, value, flags, seconds, "");
  }

  /** Writes a value where the key has none. */
  static MemcachedCommand add(String key, byte[] value, int flags, int seconds) {
    return storing("add", key, value, flags, seconds, "");
  }

  /** Writes a value where the present one has this version. */
  static MemcachedCommand replace(String key, byte[] value, int flags, int seconds, long version) {
    return storing("cas", key, value, flags, seconds, " " + Long.toUnsignedString(version));
  }

  /** Deletes a value. */
  static MemcachedCommand delete(String key) {
    return new MemcachedCommand("delete " + usable(key), null, List.of(), OF_DELETING);
  }

  private static MemcachedCommand storing(
      String command, String key, byte[] value, int flags, int seconds, String version) {
    String line =
        command + ' ' + usable(key) + ' ' + flags + ' ' + seconds + ' ' + value.length + version;
    return new MemcachedCommand(line, value, List.of(), OF_STORING);
  }

  /**
   * Checks a key: with a blank or a control character in it, the server would read the rest as
   * another word or another command.
   */
  private static String usable(String key) {
    if (!MemcachedKeys.isUsable(key)) {
      throw new IllegalArgumentException(
          "a key of memcached's has 1 to 250 bytes and no blanks, not: " + key);
    }
    return key;
  }

  /** Appends the command to the bytes to send. */
  void appendTo(Buffer out) {
    out.appendBytes(line.getBytes(StandardCharsets.UTF_8)).appendBytes(END);
    if (value != null) {
      out.appendBytes(value).appendBytes(END);
    }
  }

  /**
   * Whether the protocol allows an answer to this command; an answer that it does not allow belongs
   * to another command. A {@code ClientError} is allowed for none.
   */
  boolean isAnsweredBy(MemcachedAnswer answer) {
    if (answer instanceof Word word) {
      return words.contains(word);
    }
    if (answer instanceof Items found) {
      return !wanted.isEmpty() && new HashSet<>(wanted).containsAll(found.items().keySet());
    }
    return answer instanceof Full ? value != null : answer instanceof ServerError;
  }
}
