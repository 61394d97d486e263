package io.servicegroup.backend.memcached;

import io.servicegroup.catalog.DocumentStore;
import io.servicegroup.model.EnumText;
import io.servicegroup.model.MemberId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.zip.CRC32;

/**
 * The names of the keys, within what memcached takes: at most 250 bytes, nothing blank. tooz's ones
 * are tooz's; a name that tooz could not use has none.
 */
final class MemcachedKeys {

  static final String GROUP_LIST = "_TOOZ_GROUP_LIST";

  private static final String GROUP = "_TOOZ_GROUP_";
  private static final String MEMBER = "_TOOZ_MEMBER_";
  private static final String OWN = "servicegroup:member:";
  private static final String HASHED = "servicegroup:hashed:";
  private static final String CATALOG = "servicegroup:catalog:";
  private static final String INDEX = "servicegroup:index:";
  private static final String CANARY = "servicegroup:canary:";
  private static final String STALLED = "servicegroup:stalled:";
  private static final int MOST_BYTES = 250;

  /** A longer expiry is taken for a point in time. */
  private static final long MOST_SECONDS = Duration.ofDays(30).toSeconds();

  private MemcachedKeys() {}

  /** Where an agent of ours keeps a member's beats. */
  static String own(MemberId id) {
    return fitting(OWN + plain(id.group()) + "/" + plain(id.host()));
  }

  /** Where the catalogue keeps a document. */
  static String document(DocumentStore.Key key) {
    String kind = EnumText.of(key.kind());
    return fitting(CATALOG + kind + ":" + plain(key.group()) + "/" + plain(key.name()));
  }

  /** Where the catalogue keeps a part of its members' names. */
  static String index(int part) {
    return INDEX + part;
  }

  private static String fitting(String key) {
    return key.length() <= MOST_BYTES ? key : HASHED + hash(key);
  }

  static String canary(String agent) {
    return CANARY + hash(agent);
  }

  /** The key by which an agent says that it lives and cannot beat. */
  static String stalled(String agent) {
    return STALLED + hash(agent);
  }

  /** Where tooz keeps a group; null where it could not. */
  static String toozGroup(String group) {
    String key = GROUP + group;
    return key.equals(GROUP_LIST) ? null : usable(key);
  }

  /** Where tooz keeps a member's beat, whatever its groups; null where it could not. */
  static String toozMember(String host) {
    return usable(MEMBER + host);
  }

  /** Which of the servers keeps a key of ours: the same for everybody with the same list. */
  static int server(String key, int servers) {
    return part(key, servers);
  }

  /** Spreads keys evenly, in the same way everywhere. */
  static int part(String key, int parts) {
    CRC32 sum = new CRC32();
    sum.update(key.getBytes(StandardCharsets.UTF_8));
    return (int) (sum.getValue() % parts);
  }

  /**
   * An expiry in memcached's whole seconds. A second more, as the first one counts from its clock's
   * last tick and may be over at once.
   */
  static int seconds(Duration timeout) {
    return (int) Math.min(MOST_SECONDS, (timeout.toMillis() + 999) / 1_000 + 1);
  }

  private static String usable(String key) {
    return isUsable(key) ? key : null;
  }

  /** Whether memcached accepts the key, and answers with the same characters. */
  static boolean isUsable(String key) {
    boolean ascii = true;
    // A loop, since every beat comes by here.
    for (int i = 0; i < key.length(); i++) {
      char c = key.charAt(i);
      if (c <= ' ' || c == 0x7f) {
        return false;
      }
      ascii &= c < 0x80;
    }
    return !key.isEmpty() && key.length() <= MOST_BYTES && (ascii || isEncodable(key));
  }

  private static boolean isEncodable(String key) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(key)
        && key.getBytes(StandardCharsets.UTF_8).length <= MOST_BYTES;
  }

  private static String plain(String name) {
    int end = 0;
    while (end < name.length() && isPlain(name.charAt(end))) {
      end++;
    }
    if (end == name.length()) {
      return name;
    }
    StringBuilder text = new StringBuilder();
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      text.append(isPlain(b) ? Character.toString(b) : "%%%02X".formatted(b));
    }
    return text.toString();
  }

  private static boolean isPlain(int c) {
    return c > ' ' && c < 0x7f && c != '%' && c != '/';
  }

  private static String hash(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
