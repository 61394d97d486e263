package io.servicegroup.runtime;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.JsonEscapeUtil;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * Writes log lines as JSON, one object a line, by the library's encoder. The time is written as in
 * the HTTP API, and {@code message} is the whole sentence; the library's own fields would be a
 * number of milliseconds, and the sentence without its arguments.
 */
final class JsonLines extends JsonEncoder {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  JsonLines(LoggerContext context) {
    setContext(context);
    setWithSequenceNumber(false);
    setWithTimestamp(false);
    setWithNanoseconds(false);
    setWithContext(false);
    setWithMDC(false);
    setWithMessage(false);
    setWithArguments(false);
    start();
  }

  @Override
  protected void appendCustomFields(StringBuilder json, ILoggingEvent event) {
    member(json, TIMESTAMP_ATTR_NAME, TIME.format(Instant.ofEpochMilli(event.getTimeStamp())));
    member(json, MESSAGE_ATTR_NAME, JsonEscapeUtil.jsonEscapeString(event.getFormattedMessage()));
  }

  private void member(StringBuilder json, String name, String value) {
    json.append(VALUE_SEPARATOR);
    appenderMember(json, name, value);
  }
}
