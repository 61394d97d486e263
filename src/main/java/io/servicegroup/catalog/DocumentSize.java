package io.servicegroup.catalog;

import io.servicegroup.bus.FaultException;
import io.servicegroup.bus.Refusal;
import io.servicegroup.model.Fault;
import java.nio.charset.StandardCharsets;

/** Limits the size of documents to what every store takes. */
final class DocumentSize {

  /** Half of what ZooKeeper and memcached take in one request, so that no store refuses it. */
  private static final int MOST_BYTES = 512 * 1024;

  private DocumentSize() {}

  /**
   * Refuses a document as {@code CONFLICT} where it is too large.
   *
   * @param text the document
   * @param field the field that makes it large
   * @param subject what is in the document, as the beginning of the message
   * @return the document
   */
  static String checked(String text, String field, String subject) {
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MOST_BYTES) {
      throw new FaultException(
          Refusal.CONFLICT,
          new Fault(field, bytes + " bytes", "allowed are " + MOST_BYTES),
          "%s is too large for this catalogue: %d bytes, most of them %s; allowed are %d"
              .formatted(subject, bytes, field, MOST_BYTES));
    }
    return text;
  }
}
