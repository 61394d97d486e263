package io.servicegroup.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Times are written and read as the JDK does it. */
class TimeTextTest {

  private static String byTheJdk(Instant time) {
    return new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT).format(time);
  }

  @Property(tries = 2000)
  void anyTime(
      @ForAll @LongRange(min = -70_000_000_000L, max = 260_000_000_000L) long second,
      @ForAll @IntRange(max = 999_999_999) int nano) {
    Instant time = Instant.ofEpochSecond(second, nano);
    String text = TimeText.write(time);
    assertThat(text).isEqualTo(byTheJdk(time));
    assertThat(TimeText.read(text)).isEqualTo(time.truncatedTo(ChronoUnit.MILLIS));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-11-22T07:00:00.123Z",
        "2024-02-29T23:59:59.999Z",
        "2026-11-22T07:00:00Z",
        "2026-11-22T07:00:00.123456Z",
        "2016-12-31T23:59:60.000Z",
        "2026-11-22T24:00:00.000Z",
        "0000-01-01T00:00:00.000Z"
      })
  void otherForms(String text) {
    assertThat(TimeText.read(text)).isEqualTo(Instant.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "2026-02-30T07:00:00.123Z",
        "2026-13-01T07:00:00.123Z",
        "2026-11-22 07:00:00.123Z",
        "2026-11-22T07:60:00.123Z"
      })
  void whatIsNone(String text) {
    assertThatThrownBy(() -> TimeText.read(text)).isInstanceOf(DateTimeParseException.class);
  }
}
