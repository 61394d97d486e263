package io.servicegroup.config;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads the host name of this machine. */
final class HostName {

  private static final Path KERNEL = Path.of("/proc/sys/kernel/hostname");

  private HostName() {}

  /** The host name. On Linux the kernel tells it; elsewhere this may wait for a name server. */
  static String get() {
    try {
      // Java's own method asks the name servers, which takes seconds where none answers.
      return Files.isReadable(KERNEL)
          ? Files.readString(KERNEL).strip()
          : InetAddress.getLocalHost().getHostName();
    } catch (IOException e) {
      return "localhost";
    }
  }
}
