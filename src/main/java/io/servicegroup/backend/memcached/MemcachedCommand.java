package io.servicegroup.backend.memcached;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.servicegroup.backend.memcached.MemcachedAnswer.Full;
import io.servicegroup.backend.memcached.MemcachedAnswer.Items;
import io.servicegroup.backend.memcached.MemcachedAnswer.ServerError;
import io.servicegroup.backend.memcached.MemcachedAnswer.Word;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** One command of memcached's text protocol, with the answers that it may get. */
final class MemcachedCommand {

  /** The most keys of one command: a server buffers the whole line. */
  static final int MOST_KEYS = 255;

  private static final byte[] END = {'\r', '\n'};

  /** Names no item: a server that asks for a password takes its first item for that. */
  private static final String PASSWORD = "servicegroup:password";

  private static final int EXPIRED = -1;

  /** The lengths of short values, such as beats, in digits. */
  private static final byte[][] SHORT =
      IntStream.range(0, 128)
          .mapToObj(length -> Integer.toString(length).getBytes(UTF_8))
          .toArray(byte[][]::new);

  private static final Set<Word> OF_STORING =
      EnumSet.of(Word.STORED, Word.NOT_STORED, Word.EXISTS, Word.NOT_FOUND);
  private static final Set<Word> OF_DELETING = EnumSet.of(Word.DELETED, Word.NOT_FOUND);
  private static final Set<Word> OF_TOUCHING = EnumSet.of(Word.TOUCHED, Word.NOT_FOUND);

  private final byte[] bytes;
  private final List<String> wanted;
  private final Set<Word> words;
  private final MemcachedCommand otherwise;

  private MemcachedCommand(byte[] bytes, List<String> wanted, Set<Word> words) {
    this(bytes, wanted, words, null);
  }

  private MemcachedCommand(
      byte[] bytes, List<String> wanted, Set<Word> words, MemcachedCommand otherwise) {
    this.bytes = bytes;
    this.wanted = wanted;
    this.words = words;
    this.otherwise = otherwise;
  }

  /**
   * Reads items with their versions.
   *
   * @param keys at least one, at most {@value #MOST_KEYS}
   */
  static MemcachedCommand get(List<String> keys) {
    StringBuilder line = new StringBuilder("gets");
    keys.forEach(key -> line.append(' ').append(usable(key)));
    return new MemcachedCommand(line(line), keys, Set.of());
  }

  /**
   * Gives a user's password; the first command of a connection. A server that asks for none takes
   * it for an item, which has expired before anybody can read it.
   */
  static MemcachedCommand authenticate(String user, String password) {
    return set(PASSWORD, (user + ' ' + password).getBytes(UTF_8), 0, EXPIRED);
  }

  /** Writes a value unconditionally. */
  static MemcachedCommand set(String key, byte[] value, int flags, int seconds) {
    return setter(key, flags, seconds).to(value);
  }

  /** Writes one key again and again. */
  static Setter setter(String key, int flags, int seconds) {
    return new Setter(("set " + usable(key) + ' ' + flags + ' ' + seconds + ' ').getBytes(UTF_8));
  }

  /** Writes a value where the key has none. */
  static MemcachedCommand add(String key, byte[] value, int flags, int seconds) {
    return storing("add", key, value, flags, seconds, "");
  }

  /** Writes a value where the present one has this version. */
  static MemcachedCommand replace(String key, byte[] value, int flags, int seconds, long version) {
    return storing("cas", key, value, flags, seconds, " " + Long.toUnsignedString(version));
  }

  /**
   * Lets a value live on that is the same each time, without sending it. Where the key has lost it,
   * {@link #otherwise} writes it.
   */
  static MemcachedCommand renew(String key, byte[] value, int flags, int seconds) {
    return new MemcachedCommand(
        line(new StringBuilder("touch ").append(usable(key)).append(' ').append(seconds)),
        List.of(),
        OF_TOUCHING,
        set(key, value, flags, seconds));
  }

  /** Deletes a value. */
  static MemcachedCommand delete(String key) {
    return new MemcachedCommand(
        line(new StringBuilder("delete ").append(usable(key))), List.of(), OF_DELETING);
  }

  private static MemcachedCommand storing(
      String command, String key, byte[] value, int flags, int seconds, String version) {
    String start = command + ' ' + usable(key) + ' ' + flags + ' ' + seconds + ' ';
    return storing(start.getBytes(UTF_8), value, version);
  }

  private static MemcachedCommand storing(byte[] start, byte[] value, String version) {
    byte[] length = length(value, version);
    ByteBuffer all =
        ByteBuffer.allocate(start.length + length.length + value.length + 2 * END.length);
    all.put(start).put(length).put(END).put(value).put(END);
    return new MemcachedCommand(all.array(), List.of(), OF_STORING);
  }

  private static byte[] length(byte[] value, String version) {
    return version.isEmpty() && value.length < SHORT.length
        ? SHORT[value.length]
        : (value.length + version).getBytes(UTF_8);
  }

  private static byte[] line(StringBuilder words) {
    return words.append("\r\n").toString().getBytes(UTF_8);
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
    out.appendBytes(bytes);
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
    return answer instanceof Full ? stores() : answer instanceof ServerError;
  }

  /** The command that is sent after this one if the server has no value of the key; may be null. */
  MemcachedCommand otherwise() {
    return otherwise;
  }

  private boolean stores() {
    return words == OF_STORING;
  }

  /** The start of a command that writes one key, encoded once for many values. */
  static final class Setter {

    private final byte[] start;

    private Setter(byte[] start) {
      this.start = start;
    }

    /** Writes a value unconditionally. */
    MemcachedCommand to(byte[] value) {
      return storing(start, value, "");
    }
  }
}
