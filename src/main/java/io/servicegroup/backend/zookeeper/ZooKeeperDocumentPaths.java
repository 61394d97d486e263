package io.servicegroup.backend.zookeeper;

import io.servicegroup.catalog.DocumentStore.Key;
import io.servicegroup.catalog.DocumentStore.Kind;
import io.servicegroup.config.BackendUri;
import io.servicegroup.model.EnumText;
import io.servicegroup.model.MemberId;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The paths of documents: {@code /servicegroup-catalog/<namespace>/<kind>/<group>/<name>}, with
 * group and name URL-encoded, so that any name can be a node's name.
 */
final class ZooKeeperDocumentPaths {

  private static final String ROOT = "servicegroup-catalog";

  private static final String[] NONE = {};

  private final String root;

  ZooKeeperDocumentPaths(BackendUri uri) {
    String chroot = uri.place().isEmpty() ? "" : "/" + uri.place();
    root = chroot + "/" + ROOT + "/" + ZooKeeperLayout.namespace(uri);
  }

  /** The node whose children are the groups of all documents of a kind. */
  String kind(Kind kind) {
    return root + "/" + EnumText.of(kind);
  }

  /** The node whose children are the documents of a kind in a group. */
  String group(Kind kind, String group) {
    return kind(kind) + "/" + encode(group);
  }

  /** The parent node of a document. */
  String parent(Key key) {
    return group(key.kind(), key.group());
  }

  String node(Key key) {
    return group(key.kind(), key.group()) + "/" + encode(key.name());
  }

  /**
   * Encodes a name; {@code .} and {@code ..} need an escape of their own, because ZooKeeper takes
   * them for steps of the path.
   */
  private static String encode(String name) {
    String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8);
    return encoded.chars().allMatch(c -> c == '.') ? encoded.replace(".", "%2E") : encoded;
  }

  /**
   * The key of a node's document. A node whose name is not one of ours gets no group, so that it is
   * not mistaken for a member.
   */
  Key key(Kind kind, String group, String host) {
    try {
      Key key = new Key(kind, decode(group), decode(host));
      if (node(key).equals(kind(kind) + "/" + group + "/" + host)) {
        return key;
      }
    } catch (IllegalArgumentException e) {
      // A name that cannot be decoded is not one of ours.
    }
    return new Key(kind, "", group + "/" + host);
  }

  /** The member whose document a node is; empty for any other node. */
  Optional<MemberId> member(String path) {
    String before = kind(Kind.MEMBER) + "/";
    String[] names = path.startsWith(before) ? path.substring(before.length()).split("/") : NONE;
    if (names.length != 2) {
      return Optional.empty();
    }
    Key key = key(Kind.MEMBER, names[0], names[1]);
    return key.group().isEmpty()
        ? Optional.empty()
        : Optional.of(new MemberId(key.group(), key.name()));
  }

  private static String decode(String node) {
    return URLDecoder.decode(node, StandardCharsets.UTF_8);
  }
}
