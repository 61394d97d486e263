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
 * The lengths of the kernel's TCP send queues, which hold the bytes that a peer has not
 * acknowledged. They show that a peer vanished without closing its connection: writes to it succeed
 * until the send buffer is full, which takes very long with a few bytes now and then, and the
 * kernel gives up only after a quarter of an hour. They are known on Linux only.
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
   * Reads the queues of all connections to some ports of this machine. Blocks.
   *
   * @param localPorts the ports
   * @return the queues; none where the system does not tell them
   */
  static SendQueues read(Set<Integer> localPorts) {
    Map<Peer, Long> found = new HashMap<>();
    for (Path table : TABLES) {
      try (BufferedReader lines = Files.newBufferedReader(table)) {
        lines.lines().skip(1).forEach(line -> add(line.trim().split("\\s+"), localPorts, found));
      } catch (IOException e) {
        // This is another system, or one without IPv6. The bytes queued in this process still
        // count.
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

  /**
   * Reads an address. The kernel prints it in words of 32 bits in the machine's byte order, which
   * is taken to be little endian.
   */
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
   * Tells how many bytes a peer has not acknowledged.
   *
   * @param address the peer's address
   * @param port the peer's port
   * @return the number of bytes; 0 where it is not known
   */
  long of(String address, int port) {
    byte[] octets = NetUtil.createByteArrayFromIpAddressString(address);
    return octets == null ? 0 : unacknowledged.getOrDefault(new Peer(address(octets), port), 0L);
  }
}
