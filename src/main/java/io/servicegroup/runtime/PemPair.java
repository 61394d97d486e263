package io.servicegroup.runtime;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;

/**
 * A certificate and its key as one text, for libraries that need it in this form. The text has the
 * present contents of the two files, or the last ones that fitted together. Blocks; thread-safe.
 */
public final class PemPair {

  private final RenewedFiles<byte[]> files;

  /**
   * Makes a pair; the files are read later.
   *
   * @param name for the log: the option that names the files
   * @param certificate the chain, the own certificate first
   * @param key its private key
   */
  public PemPair(String name, Path certificate, Path key) {
    files = new RenewedFiles<>(name, List.of(certificate, key), PemPair::join);
  }

  private static byte[] join(String name, List<byte[]> contents) throws GeneralSecurityException {
    // This refuses files that cannot be used, with a reason, and warns of an expired certificate.
    PemReader.keyManager(name, contents);
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.writeBytes(contents.get(1));
    joined.write('\n');
    joined.writeBytes(contents.get(0));
    return joined.toByteArray();
  }

  /**
   * Reads the text.
   *
   * @return the key and then the certificate, in PEM
   * @throws IllegalArgumentException with a sentence where the files never fitted together
   */
  public byte[] text() {
    files.require();
    return files.get();
  }
}
