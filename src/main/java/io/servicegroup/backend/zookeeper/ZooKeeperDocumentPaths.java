package io.servicegroup.backend.zookeeper;

import io.servicegroup.catalog.DocumentStore.Key;
import io.servicegroup.catalog.DocumentStore.Kind;
import io.servicegroup.config.BackendUri;
import io.servicegroup.model.EnumText;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * Where documents are: {@code /servicegroup-catalog/<namespace>/<kind>/<group>/<name>}, with group
 * and name encoded as in a URL, so that any name can be one of a node.
 */
final class ZooKeeperDocumentPaths {

  private static final String ROOT = "servicegroup-catalog";

  private final String root;

  ZooKeeperDocumentPaths(BackendUri uri) {
    String chroot = uri.path().isEmpty() ? "" : "/" + uri.path().replaceAll("/+$", "");
    root = chroot + "/" + ROOT + "/" + ZooKeeperLayout.namespace(uri);
  }

  /** The node above the groups of all documents of a kind. */
  String kind(Kind kind) {
    return root + "/" + EnumText.of(kind);
  }

  /** The node above all documents of a kind in a group. */
  String group(Kind kind, String group) {
    return kind(kind) + "/" + encode(group);
  }

  /** The node above a document. */
  String parent(Key key) {
    return group(key.kind(), key.group());
  }

  String node(Key key) {
    return group(key.kind(), key.group()) + "/" + encode(key.name());
  }

  /** A name of {@code .} or {@code ..} would be a step of the path. */
  private static String encode(String name) {
    String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8);
    return encoded.chars().allMatch(c -> c == '.') ? encoded.replace(".", "%2E") : encoded;
  }

  /** The key of a node; without a group where the name of the node is none of ours. */
  Key key(Kind kind, String group, String host) {
    try {
      Key key = new Key(kind, decode(group), decode(host));
      if (node(key).equals(kind(kind) + "/" + group + "/" + host)) {
        return key;
      }
    } catch (IllegalArgumentException e) {
      // Named below.
    }
    return new Key(kind, "", group + "/" + host);
  }

  private static String decode(String node) {
    return URLDecoder.decode(node, StandardCharsets.UTF_8);
  }
}
