package io.servicegroup.runtime;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;

/**
 * A certificate and its key as one text, for libraries that want it so: what the two files say now,
 * or said when they last fitted together. Blocks; thread-safe.
 */
public final class PemPair {

  private final RenewedFiles<byte[]> files;

  /**
   * Reads nothing yet.
   *
   * @param name for the log: the option that names the files
   * @param certificate the chain, the own certificate first
   * @param key its private key
   */
  public PemPair(String name, Path certificate, Path key) {
    files = new RenewedFiles<>(name, List.of(certificate, key), PemPair::join);
  }

  private static byte[] join(String name, List<byte[]> contents) throws GeneralSecurityException {
    // What cannot be used is refused here, with a reason, and what expired is told.
    PemReader.keyManager(name, contents);
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.writeBytes(contents.get(1));
    joined.write('\n');
    joined.writeBytes(contents.get(0));
    return joined.toByteArray();
  }

  /**
   * The text.
   *
   * @return the key and then the certificate, in PEM
   * @throws IllegalArgumentException with a sentence where the files never fitted together
   */
  public byte[] text() {
    files.require();
    return files.get();
  }
}
