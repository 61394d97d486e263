package io.servicegroup.config;

import java.nio.file.Path;
import java.util.Optional;

/** Reads {@code http} and {@code agent_check}. */
final class HttpReader {

  private static final String LOOPBACK = "127.0.0.1";
  private static final int DEFAULT_PORT = 8080;
  private static final int MAX_PORT = 65535;
  private static final String FILE = "the path of a readable PEM file";

  private HttpReader() {}

  static AgentConfig.Http http(Section section) {
    String host = host(section);
    int port = section.integer("port", 0, MAX_PORT).orElse(DEFAULT_PORT);
    Optional<String> token =
        section.secret("token", "a text, or null for none").filter(text -> isToken(section, text));
    Optional<AgentConfig.Tls> tls = tls(section);
    boolean anonymous = section.flag("allow_anonymous", false);
    if (!anonymous
        && token.isEmpty()
        && !HostPort.isLoopback(host)
        && section.isSound("host", "token", "allow_anonymous")) {
      section.refuse(
          "host", "an address other than loopback needs http.token, or http.allow_anonymous: true");
    }
    section.refuseUnknown();
    return new AgentConfig.Http(host, port, token, tls, anonymous);
  }

  static AgentConfig.AgentCheck agentCheck(
      Section section, AgentConfig.Http http, boolean isSound) {
    String host = host(section);
    Optional<Integer> port = section.integer("port", 0, MAX_PORT);
    if (isSound
        && port.isPresent()
        && port.get() != 0
        && port.get() == http.port()
        && host.equals(http.host())) {
      section.refuse("port", "allowed is another port than http.port");
    }
    section.refuseUnknown();
    return new AgentConfig.AgentCheck(host, port);
  }

  private static String host(Section section) {
    String host = section.text("host", "an address to listen on").orElse(LOOPBACK);
    if (host.isBlank() || host.chars().anyMatch(c -> c <= ' ' || c > '~')) {
      section.refuse("host", "allowed is an address to listen on, such as 127.0.0.1");
    }
    return host;
  }

  private static boolean isToken(Section section, String text) {
    boolean isToken = !text.isEmpty() && text.chars().allMatch(c -> c > ' ' && c <= '~');
    if (!isToken) {
      section.refuseSecret(
          "token", "allowed is a text of visible ASCII characters, or null for none");
    }
    return isToken;
  }

  private static Optional<AgentConfig.Tls> tls(Section http) {
    Section section = http.section("tls");
    if (!http.has("tls") || !http.isSound("tls")) {
      return Optional.empty();
    }
    Optional<Path> certificate = file(section, "certificate");
    Optional<Path> key = file(section, "key");
    Optional<Path> clientCa = optionalFile(section, "client_ca");
    section.refuseUnknown();
    return certificate.isPresent() && key.isPresent()
        ? Optional.of(new AgentConfig.Tls(certificate.get(), key.get(), clientCa))
        : Optional.empty();
  }

  private static Optional<Path> file(Section section, String key) {
    Optional<Path> file = optionalFile(section, key);
    if (file.isEmpty() && section.isSound(key)) {
      section.refuse(key, "allowed is " + FILE);
    }
    return file;
  }

  private static Optional<Path> optionalFile(Section section, String key) {
    Optional<String> file = section.text(key, FILE);
    Optional<String> fault = file.flatMap(FileFault::ofReading);
    if (fault.isPresent()) {
      section.refuse(key, fault.get() + "; allowed is " + FILE);
      return Optional.empty();
    }
    return file.map(Path::of);
  }
}
