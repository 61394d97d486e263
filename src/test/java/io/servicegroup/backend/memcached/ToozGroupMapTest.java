package io.servicegroup.backend.memcached;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.servicegroup.backend.tooz.Capabilities;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.testkit.Members;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ToozGroupMapTest {

  private static final String CAPABILITIES = "c40c6361706162696c6974696573";
  private static final Member MEMBER = MemcachedHarness.member("compute", "host-1", 7);

  /** A member with bytes, one with text, one with an extension type, one that is no map at all. */
  private static final String OTHERS =
      "c406686f73742d31"
          + "81"
          + CAPABILITIES
          + "81a776657273696f6e05"
          + "a6686f73742d31"
          + "81"
          + CAPABILITIES
          + "c0"
          + "d90568c3a47365"
          + "81"
          + CAPABILITIES
          + "c703049201"
          + "02"
          + "cd012c"
          + "c7020001ff";

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  @Test
  void entriesOfOthersAreKeptByteForByte() {
    ToozGroupMap map = ToozGroupMap.parse(bytes("84" + OTHERS)).orElseThrow();
    assertThat(hex(map.encode())).isEqualTo("84" + OTHERS);
    byte[] entry = ToozGroupMap.entry(Capabilities.of(MEMBER));
    map.put(ToozGroupMap.id("host-2"), entry);
    assertThat(hex(map.encode()))
        .isEqualTo(
            "85"
                + OTHERS
                + "c406686f73742d32"
                + "81"
                + CAPABILITIES
                + hex(Capabilities.of(MEMBER)));
    map.remove(ToozGroupMap.id("host-2"));
    assertThat(hex(map.encode())).isEqualTo("84" + OTHERS);
  }

  @Test
  void anIdAsTextIsAnotherMemberThanTheSameAsBytes() {
    ToozGroupMap map = ToozGroupMap.parse(bytes("84" + OTHERS)).orElseThrow();
    map.remove(ToozGroupMap.id("host-1"));
    assertThat(hex(map.encode())).isEqualTo("83" + OTHERS.substring(OTHERS.indexOf("a6686f73")));
  }

  @Test
  void oursAreToldByTheirIncarnation() {
    ToozGroupMap map = ToozGroupMap.parse(bytes("84" + OTHERS)).orElseThrow();
    map.put(ToozGroupMap.id("host-2"), ToozGroupMap.entry(Capabilities.of(MEMBER)));
    Map<String, Incarnation> found = new HashMap<>();
    map.forEach(found::put);
    assertThat(found)
        .containsOnlyKeys("host-1", "häse", "host-2")
        .containsEntry("host-1", null)
        .containsEntry("host-2", MEMBER.incarnation());
  }

  @Test
  void whatIsNoGroupIsLeftAlone() {
    assertThat(ToozGroupMap.parse("hello".getBytes(StandardCharsets.UTF_8))).isEmpty();
    assertThat(ToozGroupMap.parse(new byte[0])).isEmpty();
    assertThat(ToozGroupMap.parse(bytes("81"))).isEmpty();
    assertThat(ToozGroupMap.parse(bytes("c0")).orElseThrow().encode()).isEqualTo(bytes("80"));
  }

  @Test
  void anItemHoldsAboutTenThousandMembersOfOurs() {
    ToozGroupMap map = new ToozGroupMap();
    int members = 0;
    while (map.size() < 1_048_000) {
      String host = "compute-%05d.example.org".formatted(members);
      Member member =
          Members.of("compute", host)
              .uuid("uuid")
              .version(66)
              .incarnation(7, "1f3a9c04b2d85e60")
              .agent("agent")
              .backends("memcached")
              .build();
      map.put(ToozGroupMap.id(host), ToozGroupMap.entry(Capabilities.of(member)));
      members++;
    }
    assertThat(members).isBetween(8_000, 12_000);
    assertThat(map.encode().length).isCloseTo(map.size(), within(5));
  }

  @Test
  void theListOfGroupsKeepsWhatItHolds() {
    ToozGroupList list = ToozGroupList.parse(bytes("92c407636f6d70757465a161")).orElseThrow();
    assertThat(list.names()).containsExactly("compute", "a");
    assertThat(list.add(Set.of("a"))).isFalse();
    assertThat(list.add(Set.of("b"))).isTrue();
    assertThat(hex(list.encode())).isEqualTo("93c407636f6d70757465a161c40162");
    assertThat(ToozGroupList.parse(bytes("05"))).isEmpty();
  }
}
