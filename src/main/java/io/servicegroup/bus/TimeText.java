package io.servicegroup.bus;

import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;

/**
 * Writes and reads times in ISO 8601, in UTC and with milliseconds. Most of a message of many
 * members is times, and the JDK's formatters take twenty times as long.
 */
final class TimeText {

  private static final DateTimeFormatter MILLISECONDS =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

  private static final String FORM = "0000-00-00T00:00:00.000Z";
  private static final long SECONDS_PER_DAY = 86_400;
  private static final int NANOS_PER_MILLI = 1_000_000;

  /** The first second of the year 1 and of the year 10000: years of four digits. */
  private static final long FIRST = LocalDate.of(1, 1, 1).toEpochDay() * SECONDS_PER_DAY;

  private static final long END = LocalDate.of(10_000, 1, 1).toEpochDay() * SECONDS_PER_DAY;

  private TimeText() {}

  /** Writes a time; what is below a millisecond is left out. */
  static String write(Instant time) {
    long seconds = time.getEpochSecond();
    if (seconds < FIRST || seconds >= END) {
      return MILLISECONDS.format(time);
    }
    LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(seconds, SECONDS_PER_DAY));
    int ofDay = (int) Math.floorMod(seconds, SECONDS_PER_DAY);
    char[] text = FORM.toCharArray();
    put(text, 0, 4, date.getYear());
    put(text, 5, 2, date.getMonthValue());
    put(text, 8, 2, date.getDayOfMonth());
    put(text, 11, 2, ofDay / 3600);
    put(text, 14, 2, ofDay / 60 % 60);
    put(text, 17, 2, ofDay % 60);
    put(text, 20, 3, time.getNano() / NANOS_PER_MILLI);
    return new String(text);
  }

  private static void put(char[] text, int from, int digits, int number) {
    int rest = number;
    for (int i = from + digits - 1; i >= from; i--) {
      text[i] = (char) ('0' + rest % 10);
      rest /= 10;
    }
  }

  /**
   * Reads a time.
   *
   * @throws java.time.format.DateTimeParseException where the text is none
   */
  static Instant read(String text) {
    if (!hasForm(text)) {
      return Instant.parse(text);
    }
    int month = number(text, 5, 2);
    int day = number(text, 8, 2);
    int hour = number(text, 11, 2);
    int minute = number(text, 14, 2);
    int second = number(text, 17, 2);
    boolean ordinary =
        month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour < 24 && minute < 60;
    if (!ordinary || second >= 60) {
      return Instant.parse(text);
    }
    long days = LocalDate.of(number(text, 0, 4), month, day).toEpochDay();
    return Instant.ofEpochSecond(
        days * SECONDS_PER_DAY + hour * 3600L + minute * 60L + second,
        (long) number(text, 20, 3) * NANOS_PER_MILLI);
  }

  private static boolean hasForm(String text) {
    if (text.length() != FORM.length()) {
      return false;
    }
    for (int i = 0; i < FORM.length(); i++) {
      char form = FORM.charAt(i);
      char c = text.charAt(i);
      if (form == '0' ? c < '0' || c > '9' : c != form) {
        return false;
      }
    }
    return true;
  }

  private static int number(String text, int from, int digits) {
    int number = 0;
    for (int i = from; i < from + digits; i++) {
      number = 10 * number + text.charAt(i) - '0';
    }
    return number;
  }
}
