package io.servicegroup.backend.memcached;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.backend.memcached.MemcachedAnswer.ClientError;
import io.servicegroup.backend.memcached.MemcachedAnswer.Full;
import io.servicegroup.backend.memcached.MemcachedAnswer.Items;
import io.servicegroup.backend.memcached.MemcachedAnswer.ServerError;
import io.servicegroup.backend.memcached.MemcachedAnswer.Word;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes are those that agents before this client sent: they share the servers. */
class MemcachedCommandTest {

  private static final byte[] MAP = {(byte) 0x80};
  private static final MemcachedItem ITEM = new MemcachedItem(MAP, 1);

  private static String bytes(MemcachedCommand command) {
    Buffer out = Buffer.buffer();
    command.appendTo(out);
    return out.toString(StandardCharsets.ISO_8859_1);
  }

  @Test
  void commandsAreWrittenAsBefore() {
    assertThat(bytes(MemcachedCommand.get(List.of("k")))).isEqualTo("gets k\r\n");
    assertThat(bytes(MemcachedCommand.get(List.of("k", "k2")))).isEqualTo("gets k k2\r\n");
    assertThat(bytes(MemcachedCommand.set("k1", "v\r\n1".getBytes(StandardCharsets.UTF_8), 1, 16)))
        .isEqualTo("set k1 1 16 4\r\nv\r\n1\r\n");
    assertThat(bytes(MemcachedCommand.set("k2", new byte[0], 1, 16)))
        .isEqualTo("set k2 1 16 0\r\n\r\n");
    assertThat(bytes(MemcachedCommand.add("ké", MAP, 2, 0)))
        .isEqualTo("add k\u00c3\u00a9 2 0 1\r\n\u0080\r\n");
    assertThat(bytes(MemcachedCommand.replace("k", MAP, 1, 86_400, 77)))
        .isEqualTo("cas k 1 86400 1 77\r\n\u0080\r\n");
    assertThat(bytes(MemcachedCommand.replace("k", MAP, 1, 0, -1)))
        .isEqualTo("cas k 1 0 1 18446744073709551615\r\n\u0080\r\n");
    assertThat(bytes(MemcachedCommand.delete("k"))).isEqualTo("delete k\r\n");
  }

  @Test
  void aValueThatIsTheSameEachTimeIsSentOnlyWhereTheKeyHasLostIt() {
    MemcachedCommand renewal = MemcachedCommand.renew("k", MAP, 1, 16);
    assertThat(bytes(renewal)).isEqualTo("touch k 16\r\n");
    assertThat(bytes(renewal.otherwise())).isEqualTo("set k 1 16 1\r\n\u0080\r\n");
    assertThat(renewal.otherwise().otherwise()).isNull();
    assertThat(answersOf(renewal))
        .containsExactly(Word.NOT_FOUND, Word.TOUCHED, new ServerError("busy"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a\r\nflush_all", "a\u0000", "\u007f", "\ud800"})
  void aKeyThatAServerWouldTakeForSomethingElseIsNotSent(String key) {
    assertRefused(key);
  }

  @Test
  void aKeyHas250BytesAtMost() {
    assertThat(bytes(MemcachedCommand.delete("k".repeat(250)))).hasSize(259);
    assertRefused("k".repeat(251));
    assertRefused("日".repeat(84));
  }

  private static void assertRefused(String key) {
    assertThatThrownBy(() -> MemcachedCommand.delete(key))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("250 bytes");
    assertThatThrownBy(() -> MemcachedCommand.get(List.of("k", key)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> MemcachedCommand.add(key, MAP, 1, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatAnswersOneCommandNeedNotAnswerAnother() {
    List<MemcachedAnswer> errors = List.of(new ServerError("busy"));
    List<MemcachedAnswer> stored =
        List.of(
            Word.STORED,
            Word.NOT_STORED,
            Word.EXISTS,
            Word.NOT_FOUND,
            Full.TOO_LARGE,
            Full.OUT_OF_MEMORY,
            new ServerError("busy"));
    assertThat(answersOf(MemcachedCommand.set("k", MAP, 1, 0))).containsExactlyElementsOf(stored);
    assertThat(answersOf(MemcachedCommand.delete("k")))
        .containsExactly(Word.NOT_FOUND, Word.DELETED, errors.get(0));
    assertThat(answersOf(MemcachedCommand.get(List.of("k"))))
        .containsExactly(errors.get(0), new Items(Map.of()), new Items(Map.of("k", ITEM)));
  }

  private static List<MemcachedAnswer> answersOf(MemcachedCommand command) {
    List<MemcachedAnswer> all = new ArrayList<>();
    all.addAll(List.of(Word.values()));
    all.addAll(List.of(Full.values()));
    all.addAll(List.of(new ServerError("busy"), new ClientError("what?")));
    all.addAll(
        List.of(
            new Items(Map.of()), new Items(Map.of("k", ITEM)), new Items(Map.of("other", ITEM))));
    return all.stream().filter(command::isAnsweredBy).toList();
  }
}
