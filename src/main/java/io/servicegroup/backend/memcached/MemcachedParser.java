package io.servicegroup.backend.memcached;

import io.servicegroup.backend.memcached.MemcachedAnswer.ClientError;
import io.servicegroup.backend.memcached.MemcachedAnswer.Full;
import io.servicegroup.backend.memcached.MemcachedAnswer.Items;
import io.servicegroup.backend.memcached.MemcachedAnswer.ServerError;
import io.servicegroup.backend.memcached.MemcachedAnswer.Word;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.parsetools.RecordParser;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Parses a server's bytes into answers, however the network split them. Bytes that are not an
 * answer are reported once, and nothing is parsed after them.
 */
final class MemcachedParser implements Handler<Buffer> {

  /** The longest accepted line; the protocol's longest has a key, three numbers and a sentence. */
  static final int LONGEST_LINE = 2048;

  /** The largest accepted value. A server's default limit for an item is 1 MB. */
  static final int LARGEST_VALUE = 64 << 20;

  private static final String END = "\r\n";
  private static final String VALUE = "VALUE ";
  private static final String SERVER_ERROR = "SERVER_ERROR ";
  private static final String ERROR = "ERROR";
  private static final String CLIENT_ERROR = "CLIENT_ERROR ";

  private static final Map<String, MemcachedAnswer> FIXED = fixed();
  private static final Buffer STORED = Buffer.buffer(Word.STORED.name());
  private static final Buffer TOUCHED = Buffer.buffer(Word.TOUCHED.name());

  private final Consumer<MemcachedAnswer> answers;
  private final Consumer<String> broken;
  private final RecordParser records = RecordParser.newDelimited(END, this::record);
  private Map<String, MemcachedItem> items = new HashMap<>();
  private Head head;
  private boolean over;

  /**
   * Creates the parser of one connection.
   *
   * @param answers receives the answers in order
   * @param broken receives a description of bytes that are not an answer, for the log
   */
  MemcachedParser(Consumer<MemcachedAnswer> answers, Consumer<String> broken) {
    this.answers = answers;
    this.broken = broken;
    records.exceptionHandler(tooLong -> end("a line without an end"));
    records.maxRecordSize(LONGEST_LINE);
  }

  private static Map<String, MemcachedAnswer> fixed() {
    Map<String, MemcachedAnswer> fixed =
        Arrays.stream(Word.values()).collect(Collectors.toMap(Word::name, Function.identity()));
    for (Full full : Full.values()) {
      fixed.put(SERVER_ERROR + full.words(), full);
    }
    return Map.copyOf(fixed);
  }

  @Override
  public void handle(Buffer piece) {
    if (!over) {
      records.handle(piece);
    }
  }

  private void record(Buffer record) {
    if (over) {
      return;
    }
    if (head != null) {
      value(record);
    } else if (items.isEmpty() && record.equals(STORED)) {
      // This answer and the next one are those to beats, of which a round trip has thousands.
      answers.accept(Word.STORED);
    } else if (items.isEmpty() && record.equals(TOUCHED)) {
      answers.accept(Word.TOUCHED);
    } else {
      line(record.toString(StandardCharsets.UTF_8));
    }
  }

  private void value(Buffer block) {
    int length = block.length() - END.length();
    if (block.getByte(length) != '\r' || block.getByte(length + 1) != '\n') {
      end("a value that is longer than it was said to be");
      return;
    }
    items.put(head.key(), new MemcachedItem(block.getBytes(0, length), head.version()));
    head = null;
    records.delimitedMode(END);
    records.maxRecordSize(LONGEST_LINE);
  }

  private void line(String line) {
    if (line.startsWith(VALUE)) {
      head = Head.parse(line);
      if (head == null || items.size() == MemcachedCommand.MOST_KEYS) {
        end(line);
        return;
      }
      int block = head.length() + END.length();
      records.fixedSizeMode(block);
      records.maxRecordSize(block);
    } else if (line.equals("END")) {
      Map<String, MemcachedItem> found = items;
      items = new HashMap<>();
      answers.accept(new Items(found));
    } else {
      word(line);
    }
  }

  private void word(String line) {
    MemcachedAnswer answer = FIXED.get(line);
    if (answer == null && line.startsWith(SERVER_ERROR)) {
      // An error may also replace the rest of a list of items.
      items = new HashMap<>();
      answer = new ServerError(line.substring(SERVER_ERROR.length()));
    } else if (answer == null && line.startsWith(CLIENT_ERROR)) {
      answer = new ClientError(line.substring(CLIENT_ERROR.length()));
    } else if (line.equals(ERROR) || line.startsWith(ERROR + " ")) {
      // The server answers so to an unknown command, and to a connection beyond its limit.
      answer = new ClientError(line);
    }
    if (answer == null || !items.isEmpty()) {
      end(line);
    } else {
      answers.accept(answer);
    }
  }

  private void end(String what) {
    if (!over) {
      over = true;
      items = Map.of();
      broken.accept(what.length() > 100 ? what.substring(0, 100) + "…" : what);
    }
  }

  /** The line in front of a value: {@code VALUE key flags length version}. */
  private record Head(String key, int length, long version) {

    private static final int WORDS = 5;

    static Head parse(String line) {
      String[] words = line.split(" ", -1);
      if (words.length != WORDS) {
        return null;
      }
      try {
        Integer.parseUnsignedInt(words[2]);
        int length = Integer.parseInt(words[3]);
        long version = Long.parseUnsignedLong(words[4]);
        return length < 0 || length > LARGEST_VALUE ? null : new Head(words[1], length, version);
      } catch (NumberFormatException e) {
        return null;
      }
    }
  }
}
