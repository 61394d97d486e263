package io.servicegroup.model;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes and reads a service as a tree of maps, texts and numbers, in the form of an entry of
 * {@code services}. Messages, an agent's stored services and {@code check-config} use it. It reads
 * only what it wrote; what people write is read by the configuration, which reports every fault.
 */
public final class ServiceTree {

  private static final String PROCESS = "process";

  private ServiceTree() {}

  /**
   * Writes a service.
   *
   * @param spec the service
   * @return a new tree that {@link #read} reads; the caller may change it
   */
  public static Map<String, Object> write(ServiceSpec spec) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("group", spec.id().group());
    tree.put("host", spec.id().host());
    tree.put("binary", spec.binary());
    tree.put("version", spec.version());
    tree.put("metadata", new LinkedHashMap<>(spec.metadata()));
    tree.put("probe", writeProbe(spec.probe()));
    return tree;
  }

  /**
   * Reads a service.
   *
   * @param tree a tree that {@link #write} wrote
   * @return the service
   * @throws IllegalArgumentException where the tree has another form
   */
  @SuppressWarnings("unchecked")
  public static ServiceSpec read(Map<String, Object> tree) {
    try {
      return new ServiceSpec(
          new MemberId((String) tree.get("group"), (String) tree.get("host")),
          (String) tree.get("binary"),
          ((Number) tree.get("version")).intValue(),
          (Map<String, Object>) tree.get("metadata"),
          readProbe((Map<String, Object>) tree.get("probe")));
    } catch (ClassCastException | NullPointerException e) {
      throw new IllegalArgumentException("a service lacks a field, or one is of another type", e);
    }
  }

  /**
   * Writes a probe.
   *
   * @param probe the probe
   * @return a new tree that {@link #readProbe} reads; the caller may change it
   */
  public static Map<String, Object> writeProbe(Probe probe) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("type", probe.type());
    if (probe instanceof Probe.Tcp tcp) {
      tree.put("address", address(tcp));
      tree.put("hold", tcp.hold());
      if (tcp.tls() != null) {
        tree.put("tls", write(tcp.tls()));
      }
      putTiming(tree, tcp.timing(), true);
    } else if (probe instanceof Probe.Pid pid) {
      if (pid.pid() == null) {
        tree.put("pid_file", pid.pidFile().toString());
      } else {
        tree.put("pid", pid.pid());
      }
      if (pid.process() != null) {
        tree.put(PROCESS, pid.process().toString());
      }
      putTiming(tree, pid.timing(), false);
    } else if (probe instanceof Probe.Http http) {
      put(tree, http);
      putTiming(tree, http.timing(), true);
    }
    return tree;
  }

  private static String address(Probe.Tcp tcp) {
    String host = tcp.host().contains(":") ? "[" + tcp.host() + "]" : tcp.host();
    return host + ":" + tcp.port();
  }

  private static void put(Map<String, Object> tree, Probe.Http http) {
    tree.put("url", http.url().toString());
    if (http.expect() != 0) {
      tree.put("expect", http.expect());
    }
    if (!http.method().equals("GET")) {
      tree.put("method", http.method());
    }
    if (!http.headers().isEmpty()) {
      tree.put("headers", new LinkedHashMap<>(http.headers()));
    }
    if (!http.tls().equals(Probe.Tls.DEFAULT)) {
      tree.put("tls", write(http.tls()));
    }
  }

  private static Map<String, Object> write(Probe.Tls tls) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("verify", tls.verify());
    if (tls.ca() != null) {
      tree.put("ca", tls.ca().toString());
    }
    if (tls.serverName() != null) {
      tree.put("server_name", tls.serverName());
    }
    return tree;
  }

  private static void putTiming(Map<String, Object> tree, Probe.Timing timing, boolean hasTimeout) {
    tree.put("interval", Durations.text(timing.interval()));
    if (hasTimeout) {
      tree.put("timeout", Durations.text(timing.timeout()));
    }
    tree.put("rise", timing.rise());
    tree.put("fall", timing.fall());
  }

  /**
   * Reads a probe.
   *
   * @param tree a tree that {@link #writeProbe} wrote
   * @return the probe
   * @throws IllegalArgumentException where the tree has another form
   */
  @SuppressWarnings("unchecked")
  public static Probe readProbe(Map<String, Object> tree) {
    try {
      String type = (String) tree.get("type");
      return switch (type) {
        case "none" -> new Probe.None();
        case "self" -> new Probe.Self();
        case "tcp" -> tcp(tree);
        case "pid" -> pid(tree);
        case "http" ->
            new Probe.Http(
                URI.create((String) tree.get("url")),
                ((Number) tree.getOrDefault("expect", 0)).intValue(),
                (String) tree.getOrDefault("method", "GET"),
                (Map<String, String>) tree.getOrDefault("headers", Map.of()),
                tree.containsKey("tls") ? tls(tree) : Probe.Tls.DEFAULT,
                timing(tree));
        default -> throw new IllegalArgumentException("no probe is of the type " + type);
      };
    } catch (ClassCastException | NullPointerException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("a probe lacks a field, or one is of another type", e);
    }
  }

  private static Probe tcp(Map<String, Object> tree) {
    String address = (String) tree.get("address");
    int colon = address.lastIndexOf(':');
    String host = address.substring(0, colon);
    return new Probe.Tcp(
        host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
        Integer.parseInt(address.substring(colon + 1)),
        (Boolean) tree.get("hold"),
        tree.containsKey("tls") ? tls(tree) : null,
        timing(tree));
  }

  private static Probe pid(Map<String, Object> tree) {
    Number pid = (Number) tree.get("pid");
    String file = (String) tree.get("pid_file");
    return new Probe.Pid(
        pid == null ? null : pid.longValue(),
        file == null ? null : Path.of(file),
        timing(tree),
        ProcessIdentity.parse((String) tree.get(PROCESS)));
  }

  private static Probe.Tls tls(Map<String, Object> tree) {
    Map<?, ?> tls = (Map<?, ?>) tree.get("tls");
    String ca = (String) tls.get("ca");
    return new Probe.Tls(
        ca == null ? null : Path.of(ca),
        (Boolean) tls.get("verify"),
        (String) tls.get("server_name"));
  }

  /** Reads a timing. A probe type without a timeout has its interval as the timeout. */
  private static Probe.Timing timing(Map<String, Object> tree) {
    Duration interval = duration((String) tree.get("interval"));
    String timeout = (String) tree.get("timeout");
    return new Probe.Timing(
        interval,
        timeout == null ? interval : duration(timeout),
        ((Number) tree.get("rise")).intValue(),
        ((Number) tree.get("fall")).intValue());
  }

  private static Duration duration(String text) {
    return Durations.parse(text)
        .orElseThrow(() -> new IllegalArgumentException(text + " is no duration"));
  }
}
