package io.servicegroup.backend.tooz;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.testkit.Members;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.msgpack.value.ValueFactory;

/** Bytes as {@code oslo.serialization.msgpackutils} of OpenStack writes and reads them. */
class CapabilitiesTest {

  private static final Incarnation INCARNATION = new Incarnation(7, "1f3a");

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  private static Member member(Incarnation incarnation, Map<String, Object> metadata) {
    return Members.of("compute", "host-1")
        .version(5)
        .metadata(metadata)
        .incarnation(incarnation)
        .agent("agent-1")
        .backends("redis")
        .build();
  }

  @Test
  void oursAreAMapOfFourTexts() {
    assertThat(Capabilities.of(member(INCARNATION, Map.of("zone", "az1"))))
        .isEqualTo(
            bytes(
                "84"
                    + "a7 76657273696f6e 05"
                    + "a6 62696e617279 ac 6e6f76612d636f6d70757465"
                    + "ab 696e6361726e6174696f6e a6 372d31663361"
                    + "a8 6d65746164617461 81 a4 7a6f6e65 a3 617a31"));
  }

  @Test
  void withoutALifeThereIsNone() {
    byte[] none = Capabilities.of(member(null, Map.of()));
    assertThat(none).endsWith(bytes("ab 696e6361726e6174696f6e c0 a8 6d65746164617461 80"));
    assertThat(Capabilities.incarnation(none)).isEmpty();
  }

  static Stream<Arguments> values() {
    return Stream.of(
        Arguments.of("5", "a1 35"),
        Arguments.of("", "a0"),
        Arguments.of("é🚀", "a6 c3a9f09f9a80"),
        Arguments.of("x".repeat(31), "bf" + "78".repeat(31)),
        Arguments.of("x".repeat(32), "d920" + "78".repeat(32)),
        Arguments.of("x".repeat(256), "da0100" + "78".repeat(256)),
        Arguments.of("x".repeat(65_536), "db00010000" + "78".repeat(65_536)),
        Arguments.of(null, "c0"),
        Arguments.of(true, "c3"),
        Arguments.of(false, "c2"),
        Arguments.of(0, "00"),
        Arguments.of(127, "7f"),
        Arguments.of(128, "cc80"),
        Arguments.of(-1, "ff"),
        Arguments.of(-33, "d0df"),
        Arguments.of(-129, "d1ff7f"),
        Arguments.of(300, "cd012c"),
        Arguments.of(70_000, "ce00011170"),
        Arguments.of(1L << 32, "cf0000000100000000"),
        Arguments.of(Long.MIN_VALUE, "d38000000000000000"),
        Arguments.of(BigInteger.TEN, "0a"),
        Arguments.of(BigInteger.ONE.shiftLeft(63), "cf8000000000000000"),
        Arguments.of(BigInteger.ONE.shiftLeft(63).negate(), "d38000000000000000"),
        Arguments.of(BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE), "cfffffffffffffffff"),
        Arguments.of(1.5, "cb3ff8000000000000"),
        Arguments.of(1.5f, "cb3ff8000000000000"),
        Arguments.of(new BigDecimal("0.1"), "cb3fb999999999999a"),
        Arguments.of(List.of(), "90"),
        Arguments.of(List.of(1, "a"), "9201a161"),
        Arguments.of(new JsonArray().add(1).addNull(), "9201c0"),
        Arguments.of(Collections.nCopies(16, 0), "dc0010" + "00".repeat(16)),
        Arguments.of(Map.of(), "80"),
        Arguments.of(Map.of("b", List.of(Map.of())), "81a1629180"),
        Arguments.of(new JsonObject().put("v", 300), "81a176cd012c"));
  }

  @ParameterizedTest
  @MethodSource("values")
  void whatJsonHasIsWrittenAsPythonWritesIt(Object value, String hex) {
    byte[] written = Capabilities.of(member(INCARNATION, Collections.singletonMap("m", value)));
    assertThat(written).endsWith(bytes("a8 6d65746164617461 81 a16d" + hex));
    assertThat(Capabilities.incarnation(written)).contains(INCARNATION);
  }

  @Test
  void moreThanAnIntegerHoldsIsText() {
    BigInteger big = BigInteger.ONE.shiftLeft(64);
    assertThat(Capabilities.of(member(INCARNATION, Map.of("m", big))))
        .endsWith(bytes("a16d b4 3138343436373434303733373039353531363136"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "c400",
        "a0",
        "c0",
        "80",
        "05",
        "a6686f73742d31",
        "81a776657273696f6e05",
        "81c40776657273696f6e05",
        "920102",
        "c703049201 02",
        "c7200031323334353637382d",
        "c70403a3646179",
        "d6ff00000000",
        "c703ff000000",
        "c1",
        // {'incarnation': …} of what is no incarnation: a number, null, bytes, a map, other texts.
        "81ab696e6361726e6174696f6e07",
        "81ab696e6361726e6174696f6ec0",
        "81ab696e6361726e6174696f6ec403372d61",
        "81ab696e6361726e6174696f6e80",
        "81ab696e6361726e6174696f6ea0",
        "81ab696e6361726e6174696f6ea3302d61",
        "81ab696e6361726e6174696f6ea2ff2d",
        // {b'incarnation': '7-a'}, [{'incarnation': '7-a'}], {'a': {'incarnation': '7-a'}}
        "81c40b696e6361726e6174696f6ea3372d61",
        "9181ab696e6361726e6174696f6ea3372d61",
        "81a16181ab696e6361726e6174696f6ea3372d61",
        // Ends too early, at every depth.
        "81",
        "81ab",
        "81ab696e6361726e6174696f6e",
        "81ab696e6361726e6174696f6ea3372d",
        "82a161",
        // Says that it is two thousand million long.
        "dd7ffffffe",
        "df3ffffffe",
        "81dd7ffffffe",
        "81a161df3ffffffe",
        "db7ffffffe",
        "81db7ffffffe",
        "81a161c67ffffffe",
        "81a161c97ffffffe00"
      })
  void whatOthersCarryIsNotOurs(String hex) {
    assertThat(Capabilities.incarnation(bytes(hex))).isEmpty();
  }

  @Test
  void nothingIsNotOurs() {
    assertThat(Capabilities.incarnation((byte[]) null)).isEmpty();
    assertThat(Capabilities.incarnation(ValueFactory.newNil())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"91", "8100", "81"})
  void whatIsNestedDeeplyIsNotOurs(String level) {
    ByteArrayOutputStream nested = new ByteArrayOutputStream();
    for (int i = 0; i < 300_000; i++) {
      nested.writeBytes(bytes(level));
    }
    assertThat(Capabilities.incarnation(nested.toByteArray())).isEmpty();
  }

  @Test
  void theIncarnationMayStandAnywhereInTheMap() {
    byte[] capabilities =
        bytes(
            "85 01 02 c40161 9203c703049201 02 92c0c3 a0 a161 82a162d6ff00000000c002"
                + "ab696e6361726e6174696f6e a6372d31663361 a17a a179");
    assertThat(Capabilities.incarnation(capabilities)).contains(INCARNATION);
  }

  @Property(tries = 5_000)
  void noBytesThrow(@ForAll byte[] garbage) {
    assertThat(Capabilities.incarnation(garbage)).isEmpty();
  }

  @Property(tries = 2_000)
  void noChangedByteThrows(@ForAll int position, @ForAll byte changed) {
    byte[] capabilities = Capabilities.of(member(INCARNATION, Map.of("zone", List.of("az1", 1.5))));
    capabilities[Math.floorMod(position, capabilities.length)] = changed;
    assertThat(Capabilities.incarnation(capabilities)).isNotNull();
  }

  @Test
  void namesAreBytesOrTextInUtf8() {
    assertThat(Capabilities.name(bytes("686f73742d31"))).contains("host-1");
    assertThat(Capabilities.name(bytes("c3a9"))).contains("é");
    assertThat(Capabilities.name(bytes("c3"))).isEmpty();
    assertThat(Capabilities.name(bytes("eda080"))).as("a lone surrogate").isEmpty();
    assertThat(Capabilities.name(ValueFactory.newBinary(bytes("68")))).contains("h");
    assertThat(Capabilities.name(ValueFactory.newString("h"))).contains("h");
    assertThat(Capabilities.name(ValueFactory.newBinary(bytes("ff")))).isEmpty();
    assertThat(Capabilities.name(ValueFactory.newInteger(5))).isEmpty();
    assertThat(Capabilities.name(ValueFactory.newExtension((byte) 0, bytes("68")))).isEmpty();
  }

  @Test
  void whatIsCutAnywhereIsNotOurs() {
    byte[] whole = Capabilities.of(member(INCARNATION, Map.of("zone", "az1")));
    int end = new String(whole, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("1f3a") + 4;
    for (int length = 0; length < end; length++) {
      assertThat(Capabilities.incarnation(Arrays.copyOf(whole, length))).isEmpty();
    }
  }
}
