package io.servicegroup.backend.zookeeper;

import io.servicegroup.config.BackendUri;
import io.servicegroup.model.Fault;
import io.servicegroup.model.MemberId;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.zookeeper.common.PathUtils;

/**
 * The paths of tooz's tree, {@code /<namespace>/<group>/<host>}, and of our own tree beside it,
 * {@code /servicegroup/<namespace>/<group>/<host>}, which has a mark for each member that is not
 * alive.
 */
final class ZooKeeperLayout {

  private static final String OURS = "servicegroup";
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
    String chroot = uri.place().isEmpty() ? "" : "/" + uri.place();
    namespace = namespace(uri);
    groups = chroot + "/" + namespace;
    marks = chroot + "/" + OURS + "/" + namespace;
    // The agents' statements lie where the marks of a namespace called as our own tree would lie;
    // that name is refused, so they are not mistaken for marks.
    stalled = chroot + "/" + OURS + "/" + OURS + "/" + namespace;
  }

  /** The namespace: the name of tooz's root node, which also separates our own trees. */
  static String namespace(BackendUri uri) {
    return uri.get(ZooKeeperTechnology.NAMESPACE);
  }

  /** Why the namespace or the path cannot be used, as a sentence; empty where they can. */
  Optional<String> fault() {
    if (namespace.equals(OURS)) {
      return Optional.of("the option namespace cannot be " + OURS + ", which holds our own marks");
    }
    try {
      PathUtils.validatePath(marks);
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      // The client's message names the character of the path that it refuses.
      return Optional.of(
          "ZooKeeper has no such path as the URI's path and its option namespace make: "
              + e.getMessage());
    }
  }

  /** The root of tooz's tree; its children are the groups. */
  String groups() {
    return groups;
  }

  /** The root of our tree of marks. */
  String marks() {
    return marks;
  }

  /** The parent of the nodes by which agents state that they are alive but cannot beat. */
  String stalled() {
    return stalled;
  }

  /** The node by which an agent states that it is alive but cannot beat. */
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

  /** Whether a child of tooz's root is a group. */
  static boolean isGroup(String name) {
    return !name.equals(LOCKS);
  }

  /** The member whose node or mark a path is. */
  Optional<MemberId> member(String path) {
    String below = below(path, groups).or(() -> below(path, marks)).orElse("");
    int slash = below.indexOf('/');
    return slash < 0
        ? Optional.empty()
        : member(below.substring(0, slash), below.substring(slash + 1));
  }

  /**
   * The member whose node a child of a group is; empty where the name is not valid in a catalogue.
   */
  static Optional<MemberId> member(String group, String host) {
    if (!isGroup(group) || host.equals(LEADER) || host.indexOf('/') >= 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(new MemberId(group, host));
    } catch (IllegalArgumentException e) {
      // Another program's node, under a name that is not valid in a catalogue.
      return Optional.empty();
    }
  }

  private static Optional<String> below(String path, String root) {
    return path.startsWith(root + "/")
        ? Optional.of(path.substring(root.length() + 1))
        : Optional.empty();
  }

  /** Why a member's group or host cannot be the name of a node; empty where they can. */
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

  /**
   * Whether tooz's Python client can read the names. A name that it cannot read makes it fail on
   * the whole group.
   */
  static boolean isReadByTooz(MemberId id) {
    return (id.group() + id.host()).chars().allMatch(c -> c < 128);
  }
}
