package io.servicegroup.http;

import io.netty.util.NetUtil;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How much the kernel holds for each peer that the peer has not acknowledged. A peer that vanished
 * without a word takes what is written until the send buffer is full, which with a few bytes in a
 * while is never, and the kernel itself gives up after a quarter of an hour; so this is asked.
 * Known on Linux only.
 */
final class SendQueues {

  private static final List<Path> TABLES =
      List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));
  private static final String ESTABLISHED = "01";
  private static final int LOCAL = 1;
  private static final int REMOTE = 2;
  private static final int STATE = 3;
  private static final int QUEUES = 4;

  private record Peer(InetAddress address, int port) {}

  private final Map<Peer, Long> unacknowledged;

  private SendQueues(Map<Peer, Long> unacknowledged) {
    this.unacknowledged = unacknowledged;
  }

  /**
   * Reads them. Blocks.
   *
   * @param localPorts of which of our ports
   * @return what is known; nothing where the system does not tell
   */
  static SendQueues read(Set<Integer> localPorts) {
    Map<Peer, Long> found = new HashMap<>();
    for (Path table : TABLES) {
      try (BufferedReader lines = Files.newBufferedReader(table)) {
        lines.lines().skip(1).forEach(line -> add(line.trim().split("\\s+"), localPorts, found));
      } catch (IOException e) {
        // Another system, or one without IPv6: what is queued in this process still tells.
        continue;
      }
    }
    return new SendQueues(found);
  }

  private static void add(String[] row, Set<Integer> localPorts, Map<Peer, Long> found) {
    if (row.length > QUEUES
        && row[STATE].equals(ESTABLISHED)
        && localPorts.contains(port(row[LOCAL]))) {
      long queued = Long.parseLong(row[QUEUES].split(":")[0], 16);
      if (queued > 0) {
        found.put(new Peer(address(row[REMOTE]), port(row[REMOTE])), queued);
      }
    }
  }

  private static int port(String endpoint) {
    return Integer.parseInt(endpoint.substring(endpoint.indexOf(':') + 1), 16);
  }

  /** The kernel prints words of 32 bits in the byte order of the machine: little endian here. */
  private static InetAddress address(String endpoint) {
    String hex = endpoint.substring(0, endpoint.indexOf(':'));
    byte[] octets = new byte[hex.length() / 2];
    for (int i = 0; i < octets.length; i++) {
      int word = i / 4 * 4;
      octets[word + 3 - i % 4] = (byte) Integer.parseInt(hex.substring(2 * i, 2 * i + 2), 16);
    }
    return address(octets);
  }

  private static InetAddress address(byte[] octets) {
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("no address has " + octets.length + " octets", e);
    }
  }

  /**
   * What one peer has not acknowledged.
   *
   * @param address its address
   * @param port its port
   * @return bytes; 0 where there are none or they are not known
   */
  long of(String address, int port) {
    byte[] octets = NetUtil.createByteArrayFromIpAddressString(address);
    return octets == null ? 0 : unacknowledged.getOrDefault(new Peer(address(octets), port), 0L);
  }
}
