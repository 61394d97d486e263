package io.servicegroup.runtime;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** Trusts, in each handshake, the authorities that the file contains then. */
final class RenewedTrustManager extends X509ExtendedTrustManager {

  private final RenewedFiles<X509ExtendedTrustManager> files;

  RenewedTrustManager(RenewedFiles<X509ExtendedTrustManager> files) {
    this.files = files;
  }

  private X509ExtendedTrustManager present() throws CertificateException {
    try {
      files.require();
    } catch (IllegalArgumentException e) {
      throw new CertificateException(e.getMessage(), e);
    }
    return files.get();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    present().checkClientTrusted(chain, type, socket);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    present().checkServerTrusted(chain, type, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    present().checkClientTrusted(chain, type, engine);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    present().checkServerTrusted(chain, type, engine);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    present().checkClientTrusted(chain, type);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    present().checkServerTrusted(chain, type);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    X509ExtendedTrustManager present = files.get();
    return present == null ? new X509Certificate[0] : present.getAcceptedIssuers();
  }
}
