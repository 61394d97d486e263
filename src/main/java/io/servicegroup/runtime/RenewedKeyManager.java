package io.servicegroup.runtime;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509KeyManager;

/**
 * Uses, for each handshake, the certificate and key that the files contain then. The alias
 * identifies the key manager from which it was chosen, so that a handshake goes on with the key of
 * the certificate with which it began.
 */
final class RenewedKeyManager extends X509ExtendedKeyManager {

  /**
   * How many choices are kept: a handshake lasts for seconds, in which a certificate does not
   * change more often.
   */
  private static final int KEPT = 8;

  private final RenewedFiles<X509KeyManager> files;
  private final Map<String, Chosen> chosen =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Chosen> eldest) {
          return size() > KEPT;
        }
      };

  private record Chosen(X509KeyManager from, String alias) {}

  RenewedKeyManager(RenewedFiles<X509KeyManager> files) {
    this.files = files;
  }

  private synchronized String choose(Function<X509KeyManager, String> choice) {
    X509KeyManager present = files.get();
    String alias = present == null ? null : choice.apply(present);
    if (alias == null) {
      return null;
    }
    String name = System.identityHashCode(present) + "." + alias;
    chosen.put(name, new Chosen(present, alias));
    return name;
  }

  private synchronized Chosen chosen(String name) {
    return chosen.get(name);
  }

  @Override
  public String chooseEngineServerAlias(String type, Principal[] issuers, SSLEngine engine) {
    return choose(from -> from.chooseServerAlias(type, issuers, null));
  }

  @Override
  public String chooseEngineClientAlias(String[] types, Principal[] issuers, SSLEngine engine) {
    return choose(from -> from.chooseClientAlias(types, issuers, null));
  }

  @Override
  public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
    return choose(from -> from.chooseServerAlias(type, issuers, socket));
  }

  @Override
  public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
    return choose(from -> from.chooseClientAlias(types, issuers, socket));
  }

  @Override
  public String[] getServerAliases(String type, Principal[] issuers) {
    String alias = chooseServerAlias(type, issuers, null);
    return alias == null ? null : new String[] {alias};
  }

  @Override
  public String[] getClientAliases(String type, Principal[] issuers) {
    String alias = chooseClientAlias(new String[] {type}, issuers, null);
    return alias == null ? null : new String[] {alias};
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    Chosen found = chosen(alias);
    return found == null ? null : found.from().getCertificateChain(found.alias());
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    Chosen found = chosen(alias);
    return found == null ? null : found.from().getPrivateKey(found.alias());
  }
}
