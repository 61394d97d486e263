package io.servicegroup.backend.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The user as whom PostgreSQL runs, since it refuses to run as root.
 *
 * @param prefix the words in front of its commands; empty for an ordinary user
 * @param uid the owner of its files, or null for the agent's own user
 */
record RunAs(List<String> prefix, Integer uid) {

  private static final int NOBODY = 65534;

  /** The agent's own user, where that is an ordinary user. */
  static final RunAs SELF = new RunAs(List.of(), null);

  /** Root inside a user namespace, in which the server does not see it as root. */
  static final RunAs NAMESPACE = new RunAs(List.of("unshare", "--user"), 0);

  /**
   * An ordinary user whose number has no name, which PostgreSQL needs; the user namespace maps it
   * to nobody, who has one.
   */
  static final RunAs NAMED = new RunAs(NAMESPACE.prefix(), null);

  /** A user without rights; needs a directory that every user may enter. */
  static final RunAs UNPRIVILEGED =
      new RunAs(
          List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"), NOBODY);

  static RunAs choose(Path directory) throws IOException, InterruptedException {
    if (!Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
      return ofUser(SELF.runs("id", "-un"), NAMED.works());
    }
    if (NAMESPACE.works()) {
      return NAMESPACE;
    }
    if (UNPRIVILEGED.works() && openToAll(directory)) {
      return UNPRIVILEGED;
    }
    throw new EmbeddedServerException(
        "the embedded database cannot run as root here (no user namespaces, and user nobody cannot"
            + " enter "
            + directory
            + "): run the agent as an ordinary user, name a directory that everybody may enter"
            + " (catalog.uri: \"embedded:/var/lib/servicegroup\"), or set catalog.uri to a"
            + " PostgreSQL");
  }

  /**
   * The user as whom the server runs where the agent's user is an ordinary one.
   *
   * @param named whether the user's number has a name
   * @param namespaces whether the user may create user namespaces
   */
  static RunAs ofUser(boolean named, boolean namespaces) throws EmbeddedServerException {
    if (!named && !namespaces) {
      throw new EmbeddedServerException(
          "the embedded database cannot run as a user whose number has no name (no line in"
              + " /etc/passwd, as in OpenShift), and user namespaces, which would help, are not"
              + " allowed: give the number a line there, run the agent as a user that has one, or"
              + " set catalog.uri to a PostgreSQL");
    }
    return named ? SELF : NAMED;
  }

  private boolean works() throws InterruptedException {
    return runs("true");
  }

  private boolean runs(String... program) throws InterruptedException {
    List<String> command = Stream.concat(prefix.stream(), Stream.of(program)).toList();
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(5, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      // The command does not exist on this machine.
      return false;
    }
  }

  private static boolean openToAll(Path directory) throws IOException {
    for (Path at = directory; at != null; at = at.getParent()) {
      if (!Files.getPosixFilePermissions(at).contains(PosixFilePermission.OTHERS_EXECUTE)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Changes the owner of a file or a tree to the server's user, where that changed since it was
   * created.
   */
  void own(Path tree) throws IOException {
    if (uid == null || uid.equals(Files.getAttribute(tree, "unix:uid"))) {
      return;
    }
    for (Path path : DirectoryTree.list(tree)) {
      Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
    }
  }
}
