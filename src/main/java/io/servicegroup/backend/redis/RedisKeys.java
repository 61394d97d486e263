package io.servicegroup.backend.redis;

import io.servicegroup.model.MemberId;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The names of keys: tooz's, and our own beside them. */
final class RedisKeys {

  /** The field that keeps a group without members from disappearing. */
  static final String CREATED = "__created__";

  private final String namespace;
  private final String ours;
  private final Map<String, String> prefixes = new HashMap<>();

  RedisKeys(String namespace) {
    this.namespace = namespace;
    this.ours = "servicegroup:" + encode(namespace) + ":";
  }

  /** The set of all groups. */
  String groups() {
    return namespace + "_groups";
  }

  /** The hash of a group's members. */
  String group(String group) {
    return namespace + "_group:" + group;
  }

  /** The beat that all members with this id share, whatever their groups. */
  String beat(String host) {
    return namespace + "_beats:" + host;
  }

  /** Our own beat: the first colon after the encoded group ends it, so no two members share one. */
  String own(MemberId id) {
    return prefixes.computeIfAbsent(id.group(), group -> ours + "beat:" + encode(group) + ":")
        + id.host();
  }

  /** An agent's proof that what it wrote is there. */
  String canary(String agent) {
    return ours + "canary:" + agent;
  }

  /** The key by which an agent says that it lives and cannot beat; it expires by itself. */
  String stalled(String agent) {
    return ours + "stalled:" + agent;
  }

  /** The channel on which news of a member is announced by the name of its own key. */
  String news() {
    return ours + "news";
  }

  /** The hash that holds the catalogue's documents of one kind. */
  String catalog(String kind) {
    return ours + "catalog:" + kind;
  }

  /** What remembers that a document of the catalogue was removed. */
  String removed(String kind, String field) {
    return ours + "removed:" + kind + ":" + field;
  }

  /** The channel on which a changed member is announced. */
  String catalogNews() {
    return ours + "catalog-news";
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
