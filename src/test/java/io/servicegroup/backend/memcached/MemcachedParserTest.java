package io.servicegroup.backend.memcached;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.backend.memcached.MemcachedAnswer.ClientError;
import io.servicegroup.backend.memcached.MemcachedAnswer.Full;
import io.servicegroup.backend.memcached.MemcachedAnswer.Items;
import io.servicegroup.backend.memcached.MemcachedAnswer.ServerError;
import io.servicegroup.backend.memcached.MemcachedAnswer.Word;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemcachedParserTest {

  private final List<String> answers = new ArrayList<>();
  private final List<String> broken = new ArrayList<>();
  private final MemcachedParser parser =
      new MemcachedParser(answer -> answers.add(text(answer)), broken::add);

  /** So that two answers with the same bytes are equal. */
  private static String text(MemcachedAnswer answer) {
    if (!(answer instanceof Items found)) {
      return answer.toString();
    }
    Map<String, String> items = new TreeMap<>();
    found
        .items()
        .forEach(
            (key, item) ->
                items.put(key, HexFormat.of().formatHex(item.value()) + "@" + item.version()));
    return "Items " + items;
  }

  private void parse(String bytes) {
    parser.handle(Buffer.buffer(bytes.getBytes(StandardCharsets.ISO_8859_1)));
  }

  @Test
  void everyAnswerHasItsType() {
    parse(
        "STORED\r\nNOT_STORED\r\nEXISTS\r\nNOT_FOUND\r\nDELETED\r\nTOUCHED\r\n"
            + "SERVER_ERROR object too large for cache\r\n"
            + "SERVER_ERROR out of memory storing object\r\n"
            + "SERVER_ERROR no backend\r\nCLIENT_ERROR bad data chunk\r\nERROR\r\n"
            + "ERROR Too many open connections\r\nEND\r\n"
            + "VALUE k 4294967295 3 18446744073709551615\r\n\r\nE\r\nEND\r\n");
    assertThat(answers)
        .containsExactly(
            Word.STORED.name(),
            Word.NOT_STORED.name(),
            Word.EXISTS.name(),
            Word.NOT_FOUND.name(),
            Word.DELETED.name(),
            Word.TOUCHED.name(),
            Full.TOO_LARGE.name(),
            Full.OUT_OF_MEMORY.name(),
            text(new ServerError("no backend")),
            text(new ClientError("bad data chunk")),
            text(new ClientError("ERROR")),
            text(new ClientError("ERROR Too many open connections")),
            "Items {}",
            "Items {k=0d0a45@-1}");
    assertThat(broken).isEmpty();
  }

  @Test
  void anErrorTakesThePlaceOfWhatIsLeftOfAList() {
    parse("VALUE a 1 1 1\r\nx\r\nSERVER_ERROR out of memory\r\nEND\r\n");
    assertThat(answers).containsExactly(text(new ServerError("out of memory")), "Items {}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "OK",
        "STORED ",
        "stored",
        "END ",
        "HTTP/1.1 400 Bad Request",
        "VALUE k 1 1",
        "VALUE k 1 1 1 1",
        "VALUE k 1 -1 1",
        "VALUE k -1 1 1",
        "VALUE k 1 1 -1",
        "VALUE k 1 67108865 1",
        "VALUE k 1 2147483648 1",
        "VALUE k 1 99999999999999999999999999 1",
        "VALUE k x 1 1",
        "VALUE a 1 1 1\r\nxy",
        "VALUE a 1 1 1\r\nx\r\nSTORED",
        "VALUE a 1 1 1\r\nx\r\nVALUE b"
      })
  void whatIsNoAnswerIsToldOnceAndNothingIsUnderstoodAfterIt(String bytes) {
    parse("STORED\r\n" + bytes + "\r\nSTORED\r\n");
    parse("STORED\r\n");
    assertThat(answers).containsExactly("STORED");
    assertThat(broken).hasSize(1);
  }

  @Test
  void aLineHasAnEnd() {
    parse("SERVER_ERROR " + "x".repeat(MemcachedParser.LONGEST_LINE - 13));
    assertThat(broken).isEmpty();
    parse("x");
    assertThat(broken).containsExactly("a line without an end");
    parse("\r\nSTORED\r\n");
    assertThat(answers).isEmpty();
    assertThat(broken).hasSize(1);
  }

  @Test
  void aListHasAnEnd() {
    for (int i = 0; i < MemcachedCommand.MOST_KEYS; i++) {
      parse("VALUE k" + i + " 1 0 1\r\n\r\n");
    }
    assertThat(broken).isEmpty();
    parse("VALUE k 1 0 1\r\n\r\n");
    assertThat(broken).hasSize(1);
  }

  @Test
  void aLargeValueComesInPieces() {
    byte[] value = new byte[3 << 20];
    new Random(7).nextBytes(value);
    parse("VALUE k 1 " + value.length + " 9\r\n");
    for (int from = 0; from < value.length; from += 1_448) {
      int to = Math.min(value.length, from + 1_448);
      parser.handle(Buffer.buffer().appendBytes(value, from, to - from));
    }
    parse("\r\nEN");
    assertThat(answers).isEmpty();
    parse("D\r\n");
    assertThat(answers).containsExactly("Items {k=" + HexFormat.of().formatHex(value) + "@9}");
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void answersAreTheSameHoweverTheyAreCut(@ForAll("conversations") List<Said> said) {
    Buffer all = Buffer.buffer();
    List<String> expected = new ArrayList<>();
    for (Said one : said) {
      all.appendBytes(one.bytes());
      expected.add(one.answer());
    }
    for (int piece = 1; piece <= Math.min(all.length(), 9); piece++) {
      assertThat(parsed(all, piece)).as("pieces of %d", piece).isEqualTo(expected);
    }
    for (int cut = 1; cut < all.length(); cut++) {
      MemcachedParserTest each = new MemcachedParserTest();
      each.parser.handle(all.getBuffer(0, cut));
      each.parser.handle(all.getBuffer(cut, all.length()));
      assertThat(each.answers).as("cut at %d", cut).isEqualTo(expected);
      assertThat(each.broken).isEmpty();
    }
  }

  private static List<String> parsed(Buffer all, int piece) {
    MemcachedParserTest each = new MemcachedParserTest();
    for (int from = 0; from < all.length(); from += piece) {
      each.parser.handle(all.getBuffer(from, Math.min(all.length(), from + piece)));
    }
    assertThat(each.broken).isEmpty();
    return each.answers;
  }

  /** No more than one complaint, no exception, and what stood before is understood. */
  @Property(edgeCases = EdgeCasesMode.NONE)
  void garbageIsToldOnce(@ForAll("conversations") List<Said> said, @ForAll byte[] garbage) {
    Buffer all = Buffer.buffer();
    List<String> expected = new ArrayList<>();
    for (Said one : said) {
      all.appendBytes(one.bytes());
      expected.add(one.answer());
    }
    all.appendBytes(garbage).appendString("\r\nno such word\r\n");
    for (int piece : new int[] {1, 7, all.length()}) {
      MemcachedParserTest each = new MemcachedParserTest();
      for (int from = 0; from < all.length(); from += piece) {
        each.parser.handle(all.getBuffer(from, Math.min(all.length(), from + piece)));
      }
      assertThat(each.answers).startsWith(expected.toArray(String[]::new));
      assertThat(each.broken).hasSize(1);
      assertThat(each.broken.get(0).length()).isLessThanOrEqualTo(101);
    }
  }

  @Provide
  Arbitrary<List<Said>> conversations() {
    Arbitrary<Said> word =
        Arbitraries.of(Word.values()).map(one -> said(one.name() + "\r\n", one.name()));
    Arbitrary<Said> full =
        Arbitraries.of(Full.values())
            .map(one -> said("SERVER_ERROR " + one.words() + "\r\n", one.name()));
    Arbitrary<Said> error =
        Arbitraries.strings()
            .alpha()
            .ofMaxLength(30)
            .map(why -> said("SERVER_ERROR " + why + "\r\n", text(new ServerError(why))));
    return Arbitraries.oneOf(word, full, error, items()).list().ofMinSize(1).ofMaxSize(5);
  }

  private static Arbitrary<Said> items() {
    Arbitrary<String> keys =
        Arbitraries.strings().withChars("aB:/%é日").ofMinLength(1).ofMaxLength(20);
    Arbitrary<byte[]> values =
        Arbitraries.of((byte) '\r', (byte) '\n', (byte) 'E', (byte) ' ', (byte) 0, (byte) -1)
            .array(byte[].class)
            .ofMaxSize(40);
    Arbitrary<MemcachedItem> items =
        Combinators.combine(values, Arbitraries.longs()).as(MemcachedItem::new);
    return Arbitraries.maps(keys, items).ofMaxSize(4).map(MemcachedParserTest::listed);
  }

  private static Said listed(Map<String, MemcachedItem> items) {
    Buffer bytes = Buffer.buffer();
    new LinkedHashMap<>(items)
        .forEach(
            (key, item) ->
                bytes
                    .appendString(
                        "VALUE %s 1 %d %s\r\n"
                            .formatted(
                                key, item.value().length, Long.toUnsignedString(item.version())))
                    .appendBytes(item.value())
                    .appendString("\r\n"));
    bytes.appendString("END\r\n");
    return new Said(bytes.getBytes(), text(new Items(items)));
  }

  private static Said said(String bytes, String answer) {
    return new Said(bytes.getBytes(StandardCharsets.UTF_8), answer);
  }

  /** What a server sent, and what it means. */
  record Said(byte[] bytes, String answer) {}
}
