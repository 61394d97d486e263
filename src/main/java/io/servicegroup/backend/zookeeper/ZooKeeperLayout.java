package io.servicegroup.backend.zookeeper;

import io.servicegroup.config.BackendUri;
import io.servicegroup.model.Fault;
import io.servicegroup.model.MemberId;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.zookeeper.common.PathUtils;

/**
 * Where things are: tooz's tree {@code /<namespace>/<group>/<host>}, and beside it ours, {@code
 * /servicegroup/<namespace>/<group>/<host>}, in which a member that is not alive is marked.
 */
final class ZooKeeperLayout {

  private static final String OURS = "servicegroup";
  private static final String DEFAULT_NAMESPACE = "tooz";
  private static final String LOCKS = "locks";
  private static final String LEADER = "leader";
  private static final String NODE_NAME =
      "ZooKeeper keeps it as the name of a node: allowed are characters up to U+D7FF (no emoji)"
          + " without /";

  private final String namespace;
  private final String groups;
  private final String marks;
  private final String stalled;

  ZooKeeperLayout(BackendUri uri) {
    String chroot = uri.path().isEmpty() ? "" : "/" + uri.path().replaceAll("/+$", "");
    namespace = namespace(uri);
    groups = chroot + "/" + namespace;
    marks = chroot + "/" + OURS + "/" + namespace;
    // No namespace is called as our own tree is, so that nobody takes it for marks.
    stalled = chroot + "/" + OURS + "/" + OURS + "/" + namespace;
  }

  /** tooz's node above all groups, and whatever else is told apart by it. */
  static String namespace(BackendUri uri) {
    return uri.options().getOrDefault("namespace", DEFAULT_NAMESPACE);
  }

  /** What is wrong with the namespace or the path, as a sentence. */
  Optional<String> fault() {
    if (namespace.equals(OURS)) {
      return Optional.of("the option namespace cannot be " + OURS + ", which holds our own marks");
    }
    try {
      PathUtils.validatePath(marks);
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      // The client's own words name what of its path it does not take.
      return Optional.of(
          "ZooKeeper has no such path as the URI's path and its option namespace make: "
              + e.getMessage());
    }
  }

  /** The node above all groups. */
  String groups() {
    return groups;
  }

  /** The node above all marks. */
  String marks() {
    return marks;
  }

  /** The node above those by which agents say that they live and cannot beat. */
  String stalled() {
    return stalled;
  }

  /** The node by which an agent says so. */
  String stalled(String agent) {
    return stalled + "/" + URLEncoder.encode(agent, StandardCharsets.UTF_8);
  }

  String group(String group) {
    return groups + "/" + group;
  }

  String marks(String group) {
    return marks + "/" + group;
  }

  String node(MemberId id) {
    return group(id.group()) + "/" + id.host();
  }

  String mark(MemberId id) {
    return marks(id.group()) + "/" + id.host();
  }

  /** Whether a child of tooz's tree is a group. */
  static boolean isGroup(String name) {
    return !name.equals(LOCKS);
  }

  /** Which member a path is about, be it its node or its mark. */
  Optional<MemberId> member(String path) {
    String below = below(path, groups).or(() -> below(path, marks)).orElse("");
    int slash = below.indexOf('/');
    return slash < 0
        ? Optional.empty()
        : member(below.substring(0, slash), below.substring(slash + 1));
  }

  /** The member that a child of a group is, if it is one. */
  static Optional<MemberId> member(String group, String host) {
    if (!isGroup(group) || host.equals(LEADER) || host.indexOf('/') >= 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(new MemberId(group, host));
    } catch (IllegalArgumentException e) {
      // Somebody's node under a name that the catalogue could not hold.
      return Optional.empty();
    }
  }

  private static Optional<String> below(String path, String root) {
    return path.startsWith(root + "/")
        ? Optional.of(path.substring(root.length() + 1))
        : Optional.empty();
  }

  /** Why a member cannot have a node. */
  Optional<Fault> refusal(MemberId id) {
    if (id.group().equals(LOCKS)) {
      return refused("group", LOCKS, "tooz keeps its locks where the group " + LOCKS + " would be");
    }
    if (id.host().equals(LEADER)) {
      return refused(
          "host", LEADER, "tooz elects a group's leader where the host " + LEADER + " would be");
    }
    if (!isNode(id.group())) {
      return refused("group", id.group(), NODE_NAME);
    }
    return isNode(id.host()) ? Optional.empty() : refused("host", id.host(), NODE_NAME);
  }

  private static Optional<Fault> refused(String field, String given, String rule) {
    return Optional.of(new Fault(field, given, rule));
  }

  private static boolean isNode(String name) {
    try {
      PathUtils.validatePath("/" + name);
      return name.indexOf('/') < 0;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Whether tooz's Python can read the names: one that it cannot makes it fail on all of them. */
  static boolean isReadByTooz(MemberId id) {
    return (id.group() + id.host()).chars().allMatch(c -> c < 128);
  }
}
